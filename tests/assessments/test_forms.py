"""What people type, checked and tidied."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from assessments.datatypes import EvidenceLink, GivenAnswer
from assessments.forms import (
    AnswerForm,
    InviteForm,
    JoinForm,
    RoleForm,
    StartForm,
    fingerprint,
    fingerprint_of,
    tidy,
)
from assessments.models import Invitation, Role, User
from tests.assessments.sheets import full_rubric, small_rubric
from tests.factories import PASSWORD, Agency, answer_fields, make_cycle, make_membership

LINK = ("Log", "https://example.gov/log")


def posted(**fields: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in answer_fields("secops-1", **fields).items():
        data.setlist(name, [str(one) for one in value] if isinstance(value, list) else [str(value)])
    return data


def form_of(**fields: Any) -> AnswerForm:
    return AnswerForm(posted(**fields), code="secops-1", rubric=full_rubric())


# ---- Text ----


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a  ", "a"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("\n\n a\n\n", "a"),
        ("a\x00b\x1bc\x7fde\x9ff", "abcdef"),
        ("a\x0bb\x0cc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
        ("a\tb\u00a0c", "a\tb\u00a0c"),
        ("\ufeff数据 🙂 e\u0301 \u202e", "\ufeff数据 🙂 e\u0301 \u202e"),
        ("\ufffe\uffff", ""),
        ("\x1f \x00", ""),
        ("\u200b\u2060", ""),
        (" \ufeff\n\u2800\u3164 ", ""),
        ("نمی\u200cشود \u200b", "نمی\u200cشود \u200b"),
        ("", ""),
    ],
)
def test_text_is_tidied(typed: str, kept: str) -> None:
    assert tidy(typed) == kept
    assert tidy(tidy(typed)) == tidy(typed)


def test_what_is_tidied_is_what_is_measured() -> None:
    assert form_of(rationale="\x00" * 50 + "x" * 4000 + "  \r\n").is_valid()
    assert not form_of(rationale="x" * 4001).is_valid()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_lines_are_counted_however_they_end(line_end: str) -> None:
    assert form_of(rationale=line_end.join("x" * 100)).is_valid()
    assert form_of(rationale=line_end.join("x" * 101)).messages == {
        "rationale": ["This has 101 lines; the most that fits is 100."]
    }


def test_an_answer_stored_with_other_line_ends_counts_as_untouched() -> None:
    stored = GivenAnswer("secops-1", 3, "", "a\u2028b", version=1)
    assert form_of(rationale="a\u2028b", version=1, rendered=fingerprint_of(stored)).is_untouched


# ---- Answers ----


def test_a_fingerprint_tells_any_difference() -> None:
    link = EvidenceLink(*LINK)
    same = fingerprint("3", "", "Text", [link])
    others = [
        fingerprint("4", "", "Text", [link]),
        fingerprint("3", "Text", "", [link]),
        fingerprint("3", "", "Text", []),
        fingerprint("3", "", "Text", [link, link]),
        fingerprint("3", "", "Text", [EvidenceLink(link.url, link.title)]),
    ]
    assert same == fingerprint_of(GivenAnswer("x-1", 3, "", "Text", (link,)))
    assert len({same, *others}) == 6
    assert len(same) == 16


def test_a_page_that_lacks_a_question_leaves_it_out() -> None:
    assert AnswerForm(QueryDict(), code="secops-1", rubric=full_rubric()).is_absent
    assert not form_of().is_absent


def test_what_came_back_as_rendered_is_untouched() -> None:
    rendered = fingerprint("3", "", "One\nTwo", [EvidenceLink(*LINK)])
    typed = {"rationale": " One\r\nTwo", "evidence": [LINK, ("", "")], "rendered": rendered}
    assert form_of(**typed).is_untouched
    assert not form_of(**typed | {"choice": 4}).is_untouched
    assert not form_of(**typed | {"rendered": ""}).is_untouched


def test_a_rubric_with_fewer_levels_allows_fewer() -> None:
    form = AnswerForm(posted(choice=5), code="secops-1", rubric=small_rubric(levels=3))
    assert form.messages == {"choice": ["Choose a level from 1 to 3, “Don't know” or “Not applicable”."]}


@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        ({"choice": "not_applicable"}, {"reason": ["Say why this question doesn't apply to you."]}),
        ({"choice": "not_applicable", "reason": "\u200b"}, {"reason": ["Say why this question doesn't apply to you."]}),
        ({"rationale": "x\n" * 150}, {"rationale": ["This has 150 lines; the most that fits is 100."]}),
        ({"evidence": [LINK] * 11}, {"evidence": ["There are 11 links; the most that fits is 10."]}),
        ({"evidence": [("Plan", "")]}, {"evidence": ["Add the web address of “Plan”."]}),
        (
            {"evidence": [("", "example.gov/plan")]},
            {
                "evidence": [
                    "“example.gov/plan” is no web address: it starts with https:// or http:// and names a site in full,"
                    " such as https://example.gov/plan."
                ]
            },
        ),
        (
            {"evidence": [("x" * 201, LINK[1])]},
            {"evidence": ["A link's title can have 200 characters; this one has 201."]},
        ),
    ],
)
def test_errors_are_sentences_that_say_what_to_do(fields: dict[str, Any], messages: dict[str, list[str]]) -> None:
    assert form_of(**{"rationale": ""} | fields).messages == messages


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://example.gov",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.gov/",
        "//example.gov/",
        "https://",
        "https:///x",
        "https://exa mple.gov/",
        "https://example.gov/\r\nSet-Cookie: x",
        "mailto:a@b.example",
        "https://[::1",
        "=HYPERLINK(1)",
    ],
)
def test_only_links_of_the_web_are_evidence(url: str) -> None:
    assert list(form_of(evidence=[("Title", url)]).messages) == ["evidence"]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.gov",
        "http://10.0.0.1:8080/a?b=c#d",
        "https://[2001:db8::1]/x",
        "https://münchen.example/ä",
        "https://localhost/share",
        "https://example.gov/" + "x" * 980,
    ],
)
def test_every_link_of_the_web_is(url: str) -> None:
    assert form_of(evidence=[("Title", url)]).messages == {}


def test_a_reason_without_a_choice_is_not_dropped() -> None:
    form = form_of(choice="", reason="We hire nobody.")
    assert form.messages == {"reason": ["Choose “Not applicable” as well, or take the reason out."]}


@pytest.mark.parametrize("url", ["https://exa\u202emple.gov/", "https://example.gov/pl\u200ban"])
def test_what_nobody_sees_is_in_no_address(url: str) -> None:
    form = form_of(evidence=[("Plan", url)])
    assert not form.is_valid()
    said = str(form.messages["evidence"])
    assert "nobody sees" in said
    assert not set(said) & set("\u202e\u200b")


@pytest.mark.parametrize(
    "url", ["https://agency.gov@evil.example/", "https://a:b@example.gov/x", "https://@example.gov/"]
)
def test_a_link_with_a_name_before_its_host_is_refused(url: str) -> None:
    form = form_of(evidence=[("Plan", url)])
    assert not form.is_valid()
    assert list(form.messages) == ["evidence"]


def test_an_at_sign_further_on_in_a_link_is_no_name() -> None:
    assert form_of(evidence=[("Plan", "https://example.gov/@team?a=b@c")]).is_valid()


# ---- Starting, inviting, joining, roles ----


def start(agency: Agency, *, by: User | None = None, **fields: Any) -> StartForm:
    given = {"organization": agency.organization.pk, "team": "Tides", "cycle": agency.draft.cycle.pk}
    return StartForm(given | fields, user=by or agency.lead)


def test_a_lead_starts_for_an_organization_of_theirs_only(agency: Agency, other: Agency) -> None:
    assert start(agency).is_valid()
    assert list(start(agency, organization=other.organization.pk).errors) == ["organization"]
    assert list(start(agency, by=agency.contributor).errors) == ["organization"]
    make_membership(organization=other.organization, user=agency.lead, role=Role.VIEWER)
    assert list(start(agency, organization=other.organization.pk).errors) == ["organization"]
    make_membership(organization=agency.organization, user=other.lead, role=Role.CONTRIBUTOR)
    assert list(start(agency, by=other.lead).errors) == ["organization"]


def test_a_cycle_that_has_not_begun_is_not_offered(agency: Agency) -> None:
    later = make_cycle(starts_on=timezone.localdate() + timedelta(days=1))
    today = make_cycle(starts_on=timezone.localdate())
    assert list(start(agency, cycle=later.pk).errors) == ["cycle"]
    form = StartForm(user=agency.lead)
    assert form.fields["cycle"].initial == today
    assert form.fields["organization"].initial == agency.organization


@pytest.mark.parametrize(
    ("typed", "kept"), [("  Tide \t  Tables\n", "Tide Tables"), ("Übergänge 数据", "Übergänge 数据")]
)
def test_a_teams_name_is_one_line(agency: Agency, typed: str, kept: str) -> None:
    form = start(agency, team=typed)
    assert form.is_valid()
    assert form.cleaned_data["team"] == kept


@pytest.mark.parametrize("typed", ["", "   ", "\x01\x02", "x" * 101, "a\x00b"])
def test_a_team_has_a_name_that_fits(agency: Agency, typed: str) -> None:
    assert list(start(agency, team=typed).errors) == ["team"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": "Some.One@Agency.EXAMPLE", "role": "viewer"}, []),
        ({"email": "someone", "role": "viewer"}, ["email"]),
        ({"email": "a@b.example\nBcc: c@d.example", "role": "viewer"}, ["email"]),
        ({"email": f"{'x' * 250}@b.example", "role": "viewer"}, ["email"]),
        ({"email": "a@b.example", "role": "administrator"}, ["role"]),
        ({"email": "a@b.example", "role": "remove"}, ["role"]),
        ({}, ["email", "role"]),
    ],
)
def test_an_invitation_has_an_address_and_a_role(fields: dict[str, str], wrong: list[str]) -> None:
    form = InviteForm(fields)
    assert list(form.errors) == wrong
    if not wrong:
        assert form.cleaned_data["email"] == "some.one@agency.example"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "  Ann \n Other ", "password": PASSWORD}, []),
        ({"name": "Ann Other", "password": "short"}, ["password"]),
        ({"name": "Ann Other", "password": "123456789012345"}, ["password"]),
        ({"name": "Ann Other", "password": "ann.other@agency"}, ["password"]),
        ({"name": "", "password": PASSWORD}, ["name"]),
        ({"name": "\x01", "password": PASSWORD}, ["name"]),
        ({"name": "x" * 151, "password": PASSWORD}, ["name"]),
        ({}, ["name", "password"]),
    ],
)
def test_a_new_person_has_a_name_and_a_password_that_holds(fields: dict[str, str], wrong: list[str]) -> None:
    form = JoinForm(fields, invitation=Invitation(email="ann.other@agency.example"))
    assert list(form.errors) == wrong
    if not wrong:
        assert form.cleaned_data == {"name": "Ann Other", "password": PASSWORD}


def test_a_password_keeps_its_spaces() -> None:
    form = JoinForm({"name": "Ann", "password": f" {PASSWORD} "}, invitation=Invitation(email="a@b.example"))
    assert form.is_valid()
    assert form.cleaned_data["password"] == f" {PASSWORD} "


@pytest.mark.parametrize("role", ["", "owner", "LEAD", "administrator", "remove"])
def test_other_roles_are_none(role: str) -> None:
    assert not RoleForm({"role": role}).is_valid()
