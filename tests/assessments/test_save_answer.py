"""Saving one answer for the page's script: the JSON protocol of docs/saving.md."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assessments import actions
from assessments.models import Answer, Assessment, AuditEvent, Role, State
from tests.assessments.conftest import AtOnce
from tests.factories import (
    Agency,
    answer_all,
    answer_fields,
    client_of,
    make_accepted,
    make_assessment,
    make_member,
    make_returned,
    make_submitted,
)
from tests.rubric.factories import make_rubric

CODE = "secops-2"
LINK = ("Incident log", "https://example.gov/incidents")


def save(client: Client, assessment: Assessment, code: str = CODE, **fields: Any) -> Any:
    return client.post(reverse("save-answer", args=[assessment.pk, code]), answer_fields(code, **fields))


def stored(assessment: Assessment, code: str = CODE) -> Answer:
    return assessment.answers.select_related("answered_by").get(question__code=code)


def links(answer: Answer) -> list[tuple[str, str]]:
    return list(answer.evidence.values_list("title", "url"))


@pytest.fixture
def draft(agency: Agency) -> Assessment:
    return agency.draft


@pytest.fixture
def client(agency: Agency) -> Client:
    return client_of(agency.contributor)


# ---- It works ----


@pytest.mark.parametrize("role", ["lead", "contributor"])
def test_an_answer_is_stored_with_who_gave_it(agency: Agency, role: str) -> None:
    person = getattr(agency, role)
    reply = save(client_of(person), agency.draft, choice=4, rationale="Alerts go to one place.", evidence=[LINK])
    assert reply.status_code == 200
    answer = stored(agency.draft)
    assert (answer.choice, answer.rationale, answer.version, answer.answered_by) == (
        "4",
        "Alerts go to one place.",
        1,
        person,
    )
    assert answer.answered_at is not None
    assert links(answer) == [LINK]


def test_the_reply_says_the_new_version_and_how_far_the_team_is(agency: Agency, client: Client) -> None:
    reply = save(client, agency.draft).json()
    assert (reply["version"], reply["changed"]) == (1, True)
    assert (reply["answered"], reply["questions"]) == (1, 29)
    assert reply["areas"]["secops"]["answered"] == 1
    assert reply["areas"]["mlops"]["answered"] == 0
    assert reply["status"].startswith("Saved ")
    assert reply["status"].endswith(f"by {agency.contributor.name}")
    assert "stored" not in reply


@pytest.mark.parametrize("choice", ["1", "5", "unknown", "not_applicable", ""])
def test_every_kind_of_answer_can_be_given(client: Client, draft: Assessment, choice: str) -> None:
    reason = "It can't." if choice else ""
    assert save(client, draft, choice=choice, reason=reason, rationale="Because.").status_code == 200
    assert stored(draft).choice == choice


def test_a_reason_stays_with_not_applicable_only(client: Client, draft: Assessment) -> None:
    save(client, draft, choice="not_applicable", reason="We run no hosts.")
    assert stored(draft).reason == "We run no hosts."
    save(client, draft, choice="2", reason="We run no hosts.", version=1)
    assert stored(draft).reason == ""


def test_text_is_stored_tidied(client: Client, draft: Assessment) -> None:
    save(client, draft, rationale="  One\r\nTwo\rThree\x00\x07\x9b \n", evidence=[(" Log\x00 ", LINK[1])])
    answer = stored(draft)
    assert answer.rationale == "One\nTwo\nThree"
    assert links(answer) == [("Log", LINK[1])]


def test_any_script_and_sign_can_be_typed(client: Client, draft: Assessment) -> None:
    text = "naïve 数据 🙂 <script>alert(1)</script> '; DROP TABLE answers; --"
    save(client, draft, rationale=text)
    assert stored(draft).rationale == text


def test_evidence_that_was_not_sent_is_left_as_it_is(client: Client, draft: Assessment) -> None:
    save(client, draft, evidence=[LINK])
    save(client, draft, choice=4, version=1)
    assert (stored(draft).choice, links(stored(draft))) == ("4", [LINK])


def test_an_empty_row_of_evidence_says_that_there_is_none(client: Client, draft: Assessment) -> None:
    save(client, draft, evidence=[LINK])
    save(client, draft, evidence=[("", "")], version=1)
    assert links(stored(draft)) == []


def test_links_keep_their_order_and_get_a_title_from_their_site(client: Client, draft: Assessment) -> None:
    save(client, draft, evidence=[("B", "https://b.example/"), ("", "http://a.example:8080/x?y#z")])
    assert links(stored(draft)) == [("B", "https://b.example/"), ("a.example:8080", "http://a.example:8080/x?y#z")]


def test_a_link_typed_in_capitals_is_a_link(client: Client, draft: Assessment) -> None:
    assert save(client, draft, evidence=[("Plan", "HTTPS://Example.gov/Plan")]).status_code == 200
    assert links(stored(draft)) == [("Plan", "https://Example.gov/Plan")]


def test_a_link_without_a_title_may_have_the_longest_of_hosts(client: Client, draft: Assessment) -> None:
    host = ".".join(["a" * 49] * 5)
    reply = save(client, draft, evidence=[("", f"https://{host}/")])
    assert reply.status_code == 200
    assert links(stored(draft)) == [(host[:200], f"https://{host}/")]


def test_a_returned_assessment_can_be_changed_again(agency: Agency, client: Client) -> None:
    assessment = make_returned(organization=agency.organization)
    assert save(client, assessment, choice=5, version=1).status_code == 200
    assert stored(assessment).choice == "5"


def test_saving_takes_the_same_queries_however_much_is_answered(
    agency: Agency, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    returned = make_returned(organization=agency.organization, evidence=[LINK, LINK])
    with django_assert_num_queries(10):
        save(client, agency.draft)
    with django_assert_num_queries(10):
        save(client, returned, choice=5, version=1)


# ---- Someone else was faster ----


def test_a_stale_save_is_refused_with_the_stored_text(agency: Agency, client: Client) -> None:
    save(client_of(agency.lead), agency.draft, choice=2, rationale="Lead's text", evidence=[LINK])
    reply = save(client, agency.draft, choice=5, rationale="My text")
    assert reply.status_code == 409
    body = reply.json()
    assert body["error"] == f"{agency.lead.name} changed this answer while you were writing."
    assert body["version"] == 1
    assert body["theirs"]["choice"] == "2"
    assert body["theirs"]["choice_text"] == "Level 2, Repeatable"
    assert body["theirs"]["rationale"] == "Lead's text"
    assert body["theirs"]["evidence"] == [{"title": LINK[0], "url": LINK[1]}]
    assert body["theirs"]["by"] == agency.lead.name
    assert stored(agency.draft).rationale == "Lead's text"


def test_after_a_conflict_the_text_can_be_saved_over_what_was_shown(agency: Agency, client: Client) -> None:
    save(client_of(agency.lead), agency.draft, rationale="Lead's text")
    version = save(client, agency.draft, rationale="My text").json()["version"]
    assert save(client, agency.draft, rationale="My text", version=version).status_code == 200
    assert stored(agency.draft).rationale == "My text"


def test_a_stale_save_of_the_same_text_is_fine(agency: Agency, client: Client) -> None:
    save(client_of(agency.lead), agency.draft, choice=3, rationale="The same", evidence=[LINK])
    reply = save(client, agency.draft, choice=3, rationale="The same", evidence=[LINK])
    assert reply.status_code == 200
    assert (reply.json()["version"], reply.json()["changed"]) == (1, False)
    assert stored(agency.draft).answered_by == agency.lead


def test_a_save_that_differs_in_its_evidence_only_is_stale_too(agency: Agency, client: Client) -> None:
    save(client_of(agency.lead), agency.draft, evidence=[LINK])
    assert save(client, agency.draft, evidence=[("Other", "https://other.example/")]).status_code == 409
    assert links(stored(agency.draft)) == [LINK]


def test_a_version_from_the_future_is_refused(client: Client, draft: Assessment) -> None:
    assert save(client, draft, version=7).status_code == 409
    assert stored(draft).version == 0


def test_others_answers_are_no_conflict(agency: Agency, client: Client) -> None:
    save(client_of(agency.lead), agency.draft, "secops-1")
    assert save(client, agency.draft, "secops-2").status_code == 200


# ---- Repeating a save ----


def test_a_repeated_save_changes_nothing(client: Client, draft: Assessment) -> None:
    key = uuid.uuid4()
    first = save(client, draft, choice=4, save_id=key)
    again = save(client, draft, choice=4, save_id=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.json()["version"], again.json()["changed"]) == (1, False)
    assert AuditEvent.objects.filter(action="answer saved").count() == 1


def test_a_repeated_save_does_not_undo_what_came_after(agency: Agency, client: Client) -> None:
    key = uuid.uuid4()
    save(client, agency.draft, rationale="First", save_id=key)
    save(client_of(agency.lead), agency.draft, rationale="Second", version=1)
    reply = save(client, agency.draft, rationale="First", save_id=key)
    assert reply.status_code == 200
    assert (reply.json()["version"], reply.json()["changed"]) == (2, False)
    assert reply.json()["stored"]["rationale"] == "Second"
    assert stored(agency.draft).rationale == "Second"


def test_a_repeated_save_is_confirmed_also_when_the_assessment_was_submitted_since(
    agency: Agency, client: Client
) -> None:
    assessment = make_returned(organization=agency.organization)
    key = uuid.uuid4()
    save(client, assessment, choice=5, version=1, save_id=key)
    actions.submit(assessment=assessment, by=agency.lead)
    reply = save(client, assessment, choice=5, version=1, save_id=key)
    assert reply.status_code == 200
    assert reply.json()["changed"] is False


def test_an_id_that_another_question_used_is_no_repetition(client: Client, agency: Agency) -> None:
    key = uuid.uuid4()
    save(client, agency.draft, "secops-1", save_id=key)
    save(client_of(agency.lead), agency.draft, "secops-2", rationale="Lead's text")
    assert save(client, agency.draft, "secops-2", rationale="My text", save_id=key).status_code == 409


def test_an_id_is_good_for_one_save(client: Client, draft: Assessment) -> None:
    key = uuid.uuid4()
    save(client, draft, choice=2, save_id=key)
    reply = save(client, draft, choice=3, version=1, save_id=key)
    assert reply.status_code == 422
    assert list(reply.json()["errors"]) == ["save_id"]
    assert (stored(draft).choice, stored(draft).version) == ("2", 1)


# ---- Who may not ----


def test_signed_out_the_reply_says_where_to_sign_in(draft: Assessment) -> None:
    reply = save(Client(), draft)
    assert reply.status_code == 401
    assert reply.json() == {
        "error": "You are signed out. Sign in again to save.",
        "sign_in": f"/accounts/login/?next=/assessments/{draft.pk}/",
    }
    assert stored(draft).version == 0


def test_an_outsider_finds_nothing(other: Agency, draft: Assessment) -> None:
    assert save(client_of(other.lead), draft).status_code == 404
    assert stored(draft).version == 0


def test_a_viewer_is_refused(agency: Agency) -> None:
    assert save(client_of(agency.viewer), agency.draft).status_code == 403
    assert stored(agency.draft).version == 0


def test_coe_staff_read_submissions_but_never_write(agency: Agency, reviewer: Any) -> None:
    returned = make_returned(organization=agency.organization)
    assert save(client_of(reviewer), returned, choice=1, version=1).status_code == 403
    assert save(client_of(reviewer), agency.draft).status_code == 404


def test_a_member_who_was_removed_is_refused_at_once(agency: Agency, client: Client) -> None:
    assert save(client, agency.draft).status_code == 200
    agency.organization.memberships.get(user=agency.contributor).delete()
    assert save(client, agency.draft, choice=5, version=1).status_code == 404
    assert stored(agency.draft).choice == "3"


def test_a_contributor_who_became_a_viewer_is_refused_at_once(agency: Agency, client: Client) -> None:
    agency.organization.memberships.filter(user=agency.contributor).update(role=Role.VIEWER)
    assert save(client, agency.draft).status_code == 403


def test_a_deactivated_person_is_signed_out(agency: Agency, client: Client) -> None:
    agency.contributor.is_active = False
    agency.contributor.save()
    assert save(client, agency.draft).status_code == 401


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (make_submitted, "This assessment has been submitted, so its answers can't change."),
        (
            make_accepted,
            "The Center of Excellence has accepted this assessment, so its answers can't change any more.",
        ),
    ],
)
def test_once_submitted_an_answer_is_locked(agency: Agency, client: Client, make: Any, sentence: str) -> None:
    assessment = make(organization=agency.organization)
    reply = save(client, assessment, choice=5, version=1)
    assert reply.status_code == 403
    assert reply.json() == {"error": sentence, "locked": True}
    assert stored(assessment).choice == "3"


def test_another_site_cannot_save(agency: Agency) -> None:
    client = client_of(agency.lead, enforce_csrf_checks=True)
    assert save(client, agency.draft).status_code == 403
    assert stored(agency.draft).version == 0


@pytest.mark.parametrize(
    "other", [{"choice": 2}, {"rationale": "New"}, {"evidence": [("Log", "https://example.gov/")]}, {"reason": "x"}]
)
def test_an_id_that_brought_another_text_is_refused(client: Client, draft: Assessment, other: dict[str, Any]) -> None:
    """Also one that the first save had left as it was, and after somebody has written on top of it."""
    key = uuid.uuid4()
    if "reason" in other:
        other["choice"] = "not_applicable"
    first: dict[str, Any] = {"choice": 4, "evidence": []}
    save(client, draft, **first, save_id=key)
    assert save(client, draft, **(first | other), save_id=key).status_code == 422
    save(client, draft, choice=5, rationale="Theirs", version=1)
    assert save(client, draft, **(first | other), save_id=key).status_code == 422
    assert save(client, draft, **first, save_id=key).status_code == 200
    assert (stored(draft).choice, stored(draft).rationale) == ("5", "Theirs")


# ---- Bad input ----


def test_a_question_that_is_none_answers_404(client: Client, draft: Assessment) -> None:
    assert save(client, draft, "secops-99").status_code == 404


@pytest.mark.django_db
def test_another_rubrics_question_answers_404(agency: Agency, client: Client) -> None:
    make_rubric(published=True)
    assert save(client, agency.draft, "base-1").status_code == 404


def test_an_assessment_that_is_none_answers_404(client: Client) -> None:
    address = reverse("save-answer", args=[uuid.uuid4(), CODE])
    assert client.post(address, answer_fields(CODE)).status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_only_post_saves(client: Client, draft: Assessment, method: str) -> None:
    assert getattr(client, method)(reverse("save-answer", args=[draft.pk, CODE])).status_code == 405


BAD: list[tuple[str, str, dict[str, Any]]] = [
    ("a level beyond the rubric's", "choice", {"choice": 6}),
    ("level 0", "choice", {"choice": 0}),
    ("a level with a sign", "choice", {"choice": "-1"}),
    ("half a level", "choice", {"choice": "2.5"}),
    ("a level in other digits", "choice", {"choice": "３"}),
    ("a choice that is none", "choice", {"choice": "yes"}),
    ("a choice with a NUL", "choice", {"choice": "3\x00"}),
    ("not applicable without a reason", "reason", {"choice": "not_applicable"}),
    ("not applicable with a blank reason", "reason", {"choice": "not_applicable", "reason": " \r\n "}),
    ("a reason too long", "reason", {"choice": "not_applicable", "reason": "x" * 1001}),
    ("a rationale too long", "rationale", {"rationale": "x" * 4001}),
    ("too many lines", "rationale", {"rationale": "x\n" * 100 + "x"}),
    ("no version", "version", {"version": ""}),
    ("a version below 0", "version", {"version": -1}),
    ("a version that is no number", "version", {"version": "new"}),
    ("a version beyond the database's", "version", {"version": 2**31}),
    ("a save id that is none", "save_id", {"save_id": "1"}),
    ("too many links", "evidence", {"evidence": [LINK] * 11}),
    ("a link without an address", "evidence", {"evidence": [("Title", "")]}),
    ("a script for a link", "evidence", {"evidence": [("Title", "javascript:alert(1)")]}),
    ("data for a link", "evidence", {"evidence": [("Title", "data:text/html,x")]}),
    ("a path for a link", "evidence", {"evidence": [("Title", "/etc/passwd")]}),
    ("a link with a line break", "evidence", {"evidence": [("Title", "https://example.gov/\nx")]}),
    ("an address too long", "evidence", {"evidence": [("Title", "https://example.gov/" + "x" * 981)]}),
    ("a title too long", "evidence", {"evidence": [("x" * 201, LINK[1])]}),
]


@pytest.mark.parametrize(("field", "fields"), [pytest.param(*case[1:], id=case[0]) for case in BAD])
def test_bad_input_names_its_field(client: Client, draft: Assessment, field: str, fields: dict[str, Any]) -> None:
    reply = save(client, draft, **fields)
    assert reply.status_code == 422
    body = reply.json()
    assert body["error"] == "This answer can't be saved as it is."
    assert list(body["errors"]) == [field]
    assert all(isinstance(sentence, str) and sentence for sentence in body["errors"][field])
    assert stored(draft).version == 0
    assert not AuditEvent.objects.filter(action="answer saved").exists()


@pytest.mark.parametrize("missing", ["reason", "rationale"])
def test_a_save_of_which_only_a_part_arrived_takes_nothing_away(
    client: Client, draft: Assessment, missing: str
) -> None:
    save(client, draft, choice=4, rationale="Alerts go to one place.")
    fields = answer_fields(CODE, choice="", version=1)
    del fields[f"{CODE}-{missing}"]
    reply = client.post(reverse("save-answer", args=[draft.pk, CODE]), fields)
    assert reply.status_code == 422
    assert reply.json()["errors"] == {missing: ["This text didn't arrive, so nothing was saved. Send it again."]}
    assert (stored(draft).choice, stored(draft).rationale) == ("4", "Alerts go to one place.")


def test_a_title_without_any_address_is_refused_and_not_dropped(client: Client, draft: Assessment) -> None:
    fields = answer_fields(CODE, evidence=[LINK])
    fields[f"{CODE}-evidence-title"].append("Runbook")
    reply = client.post(reverse("save-answer", args=[draft.pk, CODE]), fields)
    assert reply.status_code == 422
    assert reply.json()["errors"] == {"evidence": ["Add the web address of “Runbook”."]}


def test_once_submitted_nothing_is_to_be_mended_any_more(client: Client, agency: Agency, draft: Assessment) -> None:
    answer_all(draft, level=3)
    actions.submit(assessment=draft, by=agency.lead)
    reply = save(client, draft, evidence=[("Plan", "no address")])
    assert reply.status_code == 403
    assert reply.json() == {"error": "This assessment has been submitted, so its answers can't change.", "locked": True}


@pytest.mark.parametrize("text", ["x" * 4000, "x\r\n" * 99 + "x", "é" * 4000])
def test_the_longest_text_that_is_allowed_is_stored(client: Client, draft: Assessment, text: str) -> None:
    assert save(client, draft, rationale=text, evidence=[("x" * 200, LINK[1])] * 10).status_code == 200
    assert stored(draft).rationale == text.replace("\r\n", "\n")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"secops-2-choice": 3}', b"\xff\xfe", b"%00=%ff&&&=="])
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_that_is_no_form_is_refused(client: Client, draft: Assessment, body: bytes, content_type: str) -> None:
    reply = client.post(reverse("save-answer", args=[draft.pk, CODE]), body, content_type=content_type)
    assert reply.status_code == 422
    assert json.loads(reply.content)["errors"]


def test_other_fields_change_nothing(agency: Agency, other: Agency, client: Client) -> None:
    more = {
        "state": "accepted",
        "status": "accepted",
        "organization": other.organization.pk,
        "assessment": other.draft.pk,
        "score": 5,
        "answered_by": other.lead.pk,
        f"{CODE}-answered_by": other.lead.pk,
        f"{CODE}-state": "accepted",
        f"{CODE}-id": stored(other.draft).pk,
        "secops-1-choice": 5,
        "secops-1-version": 0,
    }
    reply = client.post(reverse("save-answer", args=[agency.draft.pk, CODE]), answer_fields(CODE) | more)
    assert reply.status_code == 200
    after = Assessment.objects.get(pk=agency.draft.pk)
    assert (after.state, after.organization, after.submitted_at) == (State.DRAFT, agency.organization, None)
    assert stored(agency.draft).answered_by == agency.contributor
    assert stored(agency.draft, "secops-1").version == 0
    assert not other.draft.answers.exclude(version=0).exists()


# ---- At the same moment ----

ROUNDS = 25


def test_two_writers_on_one_answer_never_overwrite_each_other(at_once: AtOnce, agency: Agency) -> None:
    people = {"A": client_of(agency.lead), "B": client_of(agency.contributor)}

    def writer(name: str) -> Any:
        return lambda: save(people[name], agency.draft, rationale=f"{name} {version}", version=version)

    written = []
    for round_number in range(ROUNDS):
        version = round_number
        replies = dict(zip(people, at_once(writer("A"), writer("B")), strict=True))
        assert sorted(reply.status_code for reply in replies.values()) == [200, 409]
        (winner,) = [name for name, reply in replies.items() if reply.status_code == 200]
        (refused,) = [reply.json() for name, reply in replies.items() if name != winner]
        assert refused["theirs"]["rationale"] == f"{winner} {version}"
        assert refused["version"] == version + 1
        assert stored(agency.draft).rationale == f"{winner} {version}"
        written.append(f"{winner} {version}")
    trail = AuditEvent.objects.filter(action="answer saved").order_by("id")
    assert [event.detail["changes"]["rationale"][1] for event in trail] == written


def test_two_writers_on_different_answers_both_succeed(at_once: AtOnce, agency: Agency) -> None:
    lead, contributor = client_of(agency.lead), client_of(agency.contributor)
    for version in range(ROUNDS):
        replies = at_once(
            lambda version=version: save(lead, agency.draft, "mlops-1", rationale=f"{version}", version=version),
            lambda version=version: save(contributor, agency.draft, "aiops-1", rationale=f"{version}", version=version),
        )
        assert [reply.status_code for reply in replies] == [200, 200]
    assert {stored(agency.draft, code).version for code in ("mlops-1", "aiops-1")} == {ROUNDS}


def test_a_save_sent_twice_at_the_same_moment_is_stored_once(at_once: AtOnce, agency: Agency) -> None:
    client = client_of(agency.lead)
    for version in range(ROUNDS):
        key = uuid.uuid4()

        def send(version: int = version, key: uuid.UUID = key) -> Any:
            return save(client, agency.draft, rationale=f"{version}", version=version, save_id=key)

        replies = at_once(send, send)
        assert [reply.status_code for reply in replies] == [200, 200]
        assert sorted(reply.json()["changed"] for reply in replies) == [False, True]
    assert stored(agency.draft).version == ROUNDS


def test_one_team_starts_once_however_many_leads_press_the_button(at_once: AtOnce, agency: Agency) -> None:
    second = make_member(organization=agency.organization)
    cycle = make_assessment().cycle
    for number in range(10):
        fields = {"organization": agency.organization.pk, "team": f"Team {number}", "cycle": cycle.pk}

        def start(person: Any, fields: dict[str, Any] = fields) -> int:
            return int(client_of(person).post(reverse("assessment-new"), fields).status_code)

        assert sorted(at_once(lambda: start(agency.lead), lambda: start(second))) == [302, 422]
    assert agency.organization.assessments.filter(cycle=cycle).count() == 10
