"""The reviewers' pages: claiming, noting, comparing, many at once, second looks, and searches that are kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assessments import actions
from assessments.actions import AnswerEntry, AreaEntry, CommentEntry, ReviewEntry
from assessments.admin import review
from assessments.datatypes import EvidenceLink
from assessments.models import Assessment, Review, SavedSearch, Scorecard, ScorecardFlag, State, User
from tests.factories import (
    client_of,
    make_cycle,
    make_member,
    make_organization,
    make_returned,
    make_reviewer,
    make_submitted,
)
from tests.uswds.markup import Element, parse

pytestmark = pytest.mark.django_db

QUEUE = "/admin/assessments/assessment/"
AREAS = ("peopleops", "cloudops", "secops", "devops", "dataops", "mlops", "aiops")
NOTES = ReviewEntry(
    comment="Thank you.",
    areas={"secops": AreaEntry(2, "The log is not kept.")},
    comments={"secops-2": CommentEntry("Link the log.", wants_evidence=True)},
)


@pytest.fixture
def client(reviewer: User) -> Client:
    return client_of(reviewer)


@pytest.fixture
def another() -> User:
    return make_reviewer(name="Otto Other")


def page_of(assessment: Assessment) -> str:
    return reverse("admin:assessments_assessment_change", args=[assessment.pk])


def shown(response: Any) -> Element:
    return parse(response.content.decode())


def text_of(response: Any) -> str:
    return " ".join(shown(response).text.split())


def sent(assessment: Assessment, act: str, *, version: int = 0, **fields: Any) -> dict[str, Any]:
    """What the review page sends for the newest submission."""
    return {"act": act, "seal": assessment.scorecards.latest("sequence").sha256, "version": version} | fields


def differing(response: Any) -> list[Element]:
    """The rows of saved and typed notes side by side."""
    return [row for table in shown(response).all("table", css="review__differing") for row in table.all("tr")[1:]]


def listed(client: Client, **filters: Any) -> set[str]:
    return {row.team for row in client.get(QUEUE, filters).context["cl"].result_list}


# ---- Claiming ----


def test_a_reviewer_claims_releases_and_takes_over(client: Client, reviewer: User, another: User) -> None:
    assessment = make_submitted()
    assert "Nobody has claimed this submission" in text_of(client.get(page_of(assessment)))
    client.post(page_of(assessment), {"act": "claim"})
    assert "You have claimed this submission" in text_of(client.get(page_of(assessment)))
    theirs = client_of(another)
    page = theirs.get(page_of(assessment))
    assert f"{reviewer} has worked on this submission since" in text_of(page)
    assert page.context["form"] is None
    theirs.post(page_of(assessment), {"act": "claim"})
    assert Assessment.objects.get().claimed_by == reviewer
    theirs.post(page_of(assessment), {"act": "take-over"})
    assert Assessment.objects.get().claimed_by == another
    theirs.post(page_of(assessment), {"act": "release"})
    assert Assessment.objects.get().claimed_by is None


def test_claiming_and_releasing_keep_what_is_typed(client: Client, reviewer: User) -> None:
    assessment = make_submitted()
    assert 'value="claim" form="review"' in client.get(page_of(assessment)).content.decode()
    client.post(page_of(assessment), sent(assessment, "claim", comment="Who runs it?"))
    assert Assessment.objects.get().claimed_by == reviewer
    assert Review.objects.get().comment == "Who runs it?"
    client.post(page_of(assessment), sent(assessment, "release", version=1, comment="Who runs it, and since when?"))
    assert Assessment.objects.get().claimed_by is None
    assert Review.objects.get().comment == "Who runs it, and since when?"


def test_what_cannot_be_saved_is_handed_back_before_anything_is_claimed(client: Client) -> None:
    assessment = make_submitted()
    response = client.post(page_of(assessment), sent(assessment, "claim", **{"level-secops": "2"}))
    assert response.status_code == 422
    assert "Say why SecOps is not at the level that is claimed." in text_of(response)
    assert Assessment.objects.get().claimed_by is None


def test_claiming_without_a_word_notes_nothing(client: Client, reviewer: User) -> None:
    assessment = make_submitted()
    client.post(page_of(assessment), sent(assessment, "claim"))
    assert Assessment.objects.get().claimed_by == reviewer
    assert not Review.objects.exists()


def test_the_list_says_who_has_it_and_until_when(client: Client, reviewer: User, settings: Any) -> None:
    fresh, old = make_submitted(team="Fresh"), make_submitted(team="Old")
    actions.claim(assessment=fresh, by=reviewer)
    Assessment.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=settings.REVIEW_DAYS + 1))
    text = text_of(client.get(QUEUE))
    assert f"; {reviewer} has it" in text
    assert "Overdue since" in text
    assert listed(client, queue="mine") == {"Fresh"}
    assert listed(client, queue="unclaimed") == {"Old"}
    assert listed(client, queue="overdue") == {"Old"}
    assert listed(client, queue="odd") == {"Fresh", "Old"}


# ---- Noting ----


def test_what_is_typed_is_saved_and_there_again(client: Client) -> None:
    assessment = make_submitted()
    fields = {
        "comment": "Thank you.",
        "level-secops": "2",
        "reason-secops": "The <log> is not kept.",
        "text-secops-2": "Link the log.",
        "evidence-secops-2": "on",
    }
    response = client.post(page_of(assessment), sent(assessment, "save", **fields), follow=True)
    assert response.redirect_chain == [(page_of(assessment), 302)]
    form = response.context["form"]
    assert {name: form[name].value() for name in fields} == fields | {"evidence-secops-2": True}
    assert form["version"].value() == 1
    assert "The <log> is not kept." in text_of(response)
    assert Assessment.objects.get().state == State.SUBMITTED


@pytest.mark.parametrize(
    ("fields", "sentence", "field"),
    [
        ({"level-secops": "2"}, "Say why SecOps is not at the level that is claimed.", "id_reason-secops"),
        ({"reason-secops": "Because."}, "Choose the level that SecOps is at.", "id_level-secops"),
        ({"level-secops": "9", "reason-secops": "Why."}, "Select a valid choice", "id_level-secops"),
        ({"text-secops-2": "x" * 1001}, "This has 1001 characters; the most that fits is 1000.", "id_text-secops-2"),
    ],
)
def test_an_error_leads_to_its_field_and_loses_nothing(
    client: Client, fields: dict[str, str], sentence: str, field: str
) -> None:
    assessment = make_submitted()
    response = client.post(page_of(assessment), sent(assessment, "save", comment="Kept <here>", **fields))
    page = shown(response)
    assert response.status_code == 422
    assert sentence in page.text
    assert f"#{field}" in [link["href"] for link in page.all("a")]
    assert page.by_id(field)["aria-invalid"] == "true"
    assert "Kept <here>" in page.by_id("id_comment").text
    assert not Review.objects.exists()


def test_what_another_notes_meanwhile_is_not_written_over(client: Client, another: User) -> None:
    assessment = make_submitted()
    old = sent(assessment, "save", comment="Mine")
    actions.save_review(assessment=assessment, by=another, entry=ReviewEntry("Theirs"))
    response = client.post(page_of(assessment), old)
    assert response.status_code == 422
    assert "Otto Other is working on this submission" in text_of(response)
    assert "Mine" in shown(response).by_id("id_comment").text
    assert Review.objects.get().comment == "Theirs"


def test_accepting_validates_and_the_page_says_so_afterwards(client: Client, reviewer: User) -> None:
    assessment = make_submitted()
    fields = {"level-secops": "2", "reason-secops": "The log is not kept.", "text-secops-2": "Link the log."}
    client.post(page_of(assessment), sent(assessment, "accept", **fields))
    text = text_of(client.get(page_of(assessment)))
    assert "Validated: Level 2, Repeatable. The log is not kept." in text
    assert "Link the log." in text
    figures = dict(assessment.scorecards.get().areas.values_list("area", "validated_level"))
    assert figures == dict.fromkeys(AREAS, 3) | {"secops": 2}


# ---- Comparing ----


def test_last_cycles_answer_stands_beside_this_ones() -> None:
    organization = make_organization()
    lead = make_member(organization=organization)
    before = make_cycle(name="FY2026 Q4", starts_on=timezone.localdate() - timedelta(days=200))
    make_submitted(
        organization=organization, by=lead, team="Tides", cycle=before, level=1, rationale="Nobody wrote it down then."
    )
    now = make_submitted(organization=organization, by=lead, team="Tides", level=3)
    response = client_of(make_reviewer()).get(page_of(now))
    text = text_of(response)
    assert "FY2026 Q4: Level 1, Initial / Ad Hoc. SecOps rose from Level 1 to Level 3." in text
    assert "Level 1, Initial / Ad Hoc (up 2)" in text
    assert "Nobody wrote it down then." in text
    assert "SecOps rose from Level 1 in FY2026 Q4 to Level 3." in text


def test_a_second_submission_shows_what_changed_first_and_what_was_said(client: Client, another: User) -> None:
    assessment = make_submitted(rationale="First words.")
    actions.return_(assessment=assessment, by=another, entry=NOTES)
    entry = AnswerEntry("4", rationale="Better words.", evidence=(EvidenceLink("Log", "https://example.gov/"),))
    actions.save_answer(assessment=assessment, code="secops-2", entry=entry, seen_version=1, by=assessment.created_by)
    actions.submit(assessment=assessment, by=assessment.created_by)
    response = client.get(page_of(assessment))
    text = text_of(response)
    assert "One answer has changed since the submission before." in text
    assert "Changed: answer, rationale, evidence." in text
    assert "Otto Other on submission 1: Link the log. Evidence asked for." in text
    secops = next(area for area in response.context["review"].areas if area.story.area.code == "secops")
    assert ([a.line.code for a in secops.news], len(secops.rest)) == (["secops-2"], 5)
    assert secops.news[0].previous.rationale == "First words."
    assert response.context["form"]["level-secops"].value() is None


def test_flags_stand_where_they_point(client: Client) -> None:
    assessment = make_submitted(choices={"dataops-2": 5})
    response = client.get(page_of(assessment))
    sheet = response.context["review"]
    rush, claim = "29 of 29 answers were saved within 10 minutes.", "DataOps 2 claims Level 5 without any evidence."
    assert [(flag.text, flag.href) for flag in sheet.flags] == [(rush, ""), (claim, "#dataops-2")]
    assert claim in shown(response).by_id("dataops-2").text


def test_the_head_of_the_page_lists_every_flag_with_a_link_to_what_it_speaks_of(client: Client, settings: Any) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    choices = {f"aiops-{n}": 1 for n in range(1, 9)} | {"secops-1": "not_applicable", "secops-2": "not_applicable"}
    assessment = make_submitted(level=4, choices=choices | {"secops-3": "not_applicable"})
    flagged = assessment.scorecards.get().flags
    for address in (page_of(assessment), look_of(assessment.scorecards.get())):
        page = shown(client.get(address))
        links = {link.text: link["href"] for link in page.all("a")}
        for flag in flagged.exclude(area=""):
            assert links[flag.sentence] == f"#{flag.question or f'area-{flag.area}'}"
            assert page.by_id(links[flag.sentence][1:])
    assert flagged.filter(question="").exclude(area="").exists()
    flagged.all().delete()
    assert "Worth a second thought" not in text_of(client.get(page_of(assessment)))


@pytest.mark.parametrize("notes", [False, True])
def test_the_page_takes_the_same_queries_whatever_is_noted(
    client: Client, reviewer: User, django_assert_num_queries: DjangoAssertNumQueries, notes: bool
) -> None:
    assessment = make_submitted()
    if notes:
        comments = {f"secops-{n}": CommentEntry("Hm.") for n in range(1, 7)}
        actions.save_review(assessment=assessment, by=reviewer, entry=ReviewEntry("Hm.", NOTES.areas, comments))
    with django_assert_num_queries(12 if notes else 10):
        client.get(page_of(assessment))


def resubmitted(*, by: User, entry: ReviewEntry, changed: tuple[str, ...]) -> Assessment:
    """A submission that was returned with `entry` and came back with some answers changed."""
    assessment = make_submitted()
    actions.return_(assessment=assessment, by=by, entry=entry)
    for code in changed:
        actions.save_answer(
            assessment=assessment, code=code, entry=AnswerEntry("4"), seen_version=1, by=assessment.created_by
        )
    actions.submit(assessment=assessment, by=assessment.created_by)
    return assessment


ASKED = ReviewEntry(
    areas={"secops": AreaEntry(2, "the log is not kept.")},
    comments={
        "secops-2": CommentEntry("Link the log."),
        "secops-3": CommentEntry("Who?"),
        "mlops-1": CommentEntry("", wants_evidence=True),
    },
)


def test_areas_without_news_are_folded_and_their_level_can_be_chosen(client: Client, another: User) -> None:
    assessment = resubmitted(by=another, entry=ASKED, changed=("secops-2",))
    page = shown(client.get(page_of(assessment)))
    cloudops = page.by_id("area-cloudops")
    (fold,) = cloudops.all("details", css="review__rest")
    assert "open" not in fold.attrs
    assert len(fold.all("tr")) == len(cloudops.all("tr"))
    assert [one["id"] for one in cloudops.all("select")] == ["id_level-cloudops"]
    assert not fold.all("select")
    assert "CloudOps: Level 3, Defined" in cloudops.all("h2")[0].text


def test_what_is_wrong_in_a_fold_opens_it(client: Client, another: User) -> None:
    assessment = resubmitted(by=another, entry=ASKED, changed=("secops-2",))
    page = shown(client.post(page_of(assessment), sent(assessment, "save", **{"text-cloudops-1": "x" * 1001})))
    (fold,) = page.by_id("area-cloudops").all("details", css="review__rest")
    assert "open" in fold.attrs


def test_a_first_submission_folds_nothing(client: Client) -> None:
    page = shown(client.get(page_of(make_submitted())))
    assert not page.all("details", css="review__rest")


def test_what_was_asked_about_and_left_stands_open_and_is_named(client: Client, another: User) -> None:
    assessment = resubmitted(by=another, entry=ASKED, changed=("secops-2", "cloudops-1"))
    response = client.get(page_of(assessment))
    page = shown(response)
    areas = {area.story.area.code: [one.line.code for one in area.news] for area in response.context["review"].areas}
    assert {code: news for code, news in areas.items() if news} == {
        "secops": ["secops-2", "secops-3"],
        "mlops": ["mlops-1"],
        "cloudops": ["cloudops-1"],
    }
    marked = [row["id"] for row in page.all("tr") if "Asked about, not changed." in row.text]
    assert sorted(marked) == ["mlops-1", "secops-3"]
    assert "3 answers were asked about; 1 of them was changed. Left as before: SecOps 3, MLOps 1." in text_of(response)
    links = {link.text: link["href"] for link in page.all("a")}
    assert (links["SecOps 3"], links["MLOps 1"]) == ("#secops-3", "#mlops-1")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ((), "3 answers were asked about; none of them was changed. Left as before: SecOps 2, SecOps 3, MLOps 1."),
        (("secops-2", "secops-3", "mlops-1"), "3 answers were asked about; 3 of them were changed."),
    ],
)
def test_it_is_said_how_many_of_those_asked_about_were_changed(
    client: Client, another: User, changed: tuple[str, ...], sentence: str
) -> None:
    text = text_of(client.get(page_of(resubmitted(by=another, entry=ASKED, changed=changed))))
    assert sentence in text
    assert ("Left as before" in text) == (not changed)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ((), "One answer was asked about; it was not changed. Left as before: SecOps 2."),
        (("secops-2",), "One answer was asked about; it was changed."),
    ],
)
def test_one_answer_that_was_asked_about_is_spoken_of_as_one(
    client: Client, another: User, changed: tuple[str, ...], sentence: str
) -> None:
    assert sentence in text_of(client.get(page_of(resubmitted(by=another, entry=NOTES, changed=changed))))


def test_what_was_found_on_the_submission_before_stands_at_its_area(client: Client, another: User) -> None:
    response = client.get(page_of(resubmitted(by=another, entry=ASKED, changed=("secops-2",))))
    page = shown(response)
    found = "Submission 1: found at Level 2, Repeatable, because the log is not kept."
    assert found in " ".join(page.by_id("area-secops").text.split())
    assert "Submission 1" not in page.by_id("area-cloudops").text


def test_validated_levels_stand_beside_the_claimed_ones(client: Client, another: User) -> None:
    assessment = make_submitted()
    before = text_of(client.get(page_of(assessment)))
    assert "Claimed and validated" not in before
    actions.accept(assessment=assessment, by=another, entry=NOTES)
    response = client.get(page_of(assessment))
    text = text_of(response)
    assert "Claimed and validated" in text
    assert "SecOps at Level 2, claimed Level 3." in text
    assert "Validated by the CoE" in response.context["radar"]
    assert "alidated" in response.context["strip"]


# ---- The list ----


def test_the_list_is_narrowed_by_flags(client: Client) -> None:
    make_submitted(team="Plain")
    ScorecardFlag.objects.all().delete()
    make_submitted(team="High", level=4)
    assert listed(client, flag="any") == {"High"}
    assert listed(client, flag="no") == {"Plain"}
    assert listed(client, flag="no_evidence") == {"High"}
    assert listed(client, flag="jump") == set()
    assert listed(client, flag="odd") == {"Plain", "High"}


def test_a_flag_of_an_earlier_submission_is_none_of_the_newest(client: Client, another: User) -> None:
    assessment = make_submitted(team="High", level=4)
    actions.return_(assessment=assessment, by=another, comment="Where is the evidence?")
    actions.submit(assessment=assessment, by=assessment.created_by)
    ScorecardFlag.objects.filter(scorecard__sequence=2).delete()
    assert listed(client, flag="no_evidence") == set()


def test_many_are_accepted_from_the_list(client: Client) -> None:
    plain = [make_submitted() for _ in range(2)]
    ScorecardFlag.objects.all().delete()
    flagged = make_submitted(team="High", level=4)
    rows = {"action": "accept_unflagged", "_selected_action": [row.pk for row in (*plain, flagged)]}
    response = client.post(QUEUE, rows, follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert told[0] == "Accepted 2 submissions as claimed."
    assert told[1] == f"Not accepted: {flagged}: It carries a flag, so it wants a look of its own."
    assert Assessment.objects.filter(state=State.ACCEPTED).count() == 2


def test_many_are_claimed_from_the_list(client: Client, reviewer: User) -> None:
    rows = [make_submitted(), make_submitted(), make_returned()]
    client.post(QUEUE, {"action": "claim_all", "_selected_action": [row.pk for row in rows]})
    assert Assessment.objects.filter(claimed_by=reviewer).count() == 2


def test_an_action_does_not_reach_beyond_what_the_list_counts(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "COUNTED", 1)
    rows = [make_submitted(), make_submitted()]
    ScorecardFlag.objects.all().delete()
    for action in ("claim_all", "accept_unflagged"):
        fields = {"action": action, "_selected_action": [rows[0].pk], "select_across": "1"}
        response = client.post(QUEUE, fields, follow=True)
        told = [str(message) for message in response.context["messages"]]
        assert told == ["These are more than 1 submissions. Narrow the list first."]
    assert not Assessment.objects.exclude(state=State.SUBMITTED, claimed_by=None).exists()


def test_a_search_is_kept_as_a_link_of_ones_own(client: Client, another: User) -> None:
    response = client.post("/admin/searches/", {"name": "High claims", "query": "flag=no_evidence&queue=waiting"})
    assert response["Location"] == f"{QUEUE}?flag=no_evidence&queue=waiting"
    assert "High claims" in text_of(client.get(QUEUE))
    assert "High claims" not in text_of(client_of(another).get(QUEUE))
    client.post("/admin/searches/", {"name": "High claims", "query": "x=1"})
    search = SavedSearch.objects.get()
    assert search.query == "flag=no_evidence&queue=waiting"
    assert client_of(another).post(f"/admin/searches/{search.pk}/forget/").status_code == 404
    client.post(f"/admin/searches/{search.pk}/forget/")
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize(
    "query", ["//evil.example/", "javascript:alert(1)", 'x="><script>alert(1)</script>', "\r\nX: y"]
)
def test_a_search_leads_nowhere_but_to_the_list(client: Client, query: str) -> None:
    response = client.post("/admin/searches/", {"name": "Odd", "query": query})
    assert response["Location"].startswith(f"{QUEUE}?")
    assert "<script>" not in client.get(QUEUE).content.decode().replace("<script ", "")


def test_what_another_window_saved_stands_beside_what_was_typed(client: Client, reviewer: User) -> None:
    assessment = make_submitted(level=3)
    saved = ReviewEntry(
        comment="As saved",
        areas={"dataops": AreaEntry(2, "No owner is named."), "mlops": AreaEntry(3)},
        comments={"secops-1": CommentEntry("Which hosts?", wants_evidence=True), "secops-2": CommentEntry("Thanks")},
    )
    actions.save_review(assessment=assessment, by=reviewer, entry=saved)
    typed = {"level-dataops": "4", "reason-dataops": "Owners are named.", "text-secops-2": "Thanks", "level-mlops": "3"}
    response = client.post(page_of(assessment), sent(assessment, "accept", comment="As typed", **typed))
    assert response.status_code == 422
    rows = {row.all("th")[0].text: [cell.text for cell in row.all("td")] for row in differing(response)}
    assert rows == {
        "Comment to the team": ["As saved", "As typed"],
        "SecOps 1, comment": ["Which hosts?", "Nothing"],
        "SecOps 1, evidence": ["Asked for", "Not asked for"],
        "DataOps, level": ["Level 2, Repeatable", "Level 4, Managed"],
        "DataOps, reason": ["No owner is named.", "Owners are named."],
    }
    for row in differing(response):
        assert shown(response).by_id(row.all("a")[0]["href"].removeprefix("#"))
    assert Assessment.objects.get(pk=assessment.pk).state == State.SUBMITTED


def test_what_was_typed_stands_in_its_fields_again_to_the_letter(client: Client, reviewer: User) -> None:
    assessment = make_submitted(level=3)
    actions.save_review(assessment=assessment, by=reviewer, entry=ReviewEntry("As saved"))
    typed = {"comment": "Please fix it's", "level-dataops": "2", "reason-dataops": 'No "owner".', "text-secops-1": ""}
    page = shown(client.post(page_of(assessment), sent(assessment, "save", **typed)))
    fields = {area["name"]: area.raw.strip() for area in page.all("textarea")}
    assert {name: fields[name] for name in typed if name in fields} == {
        name: text for name, text in typed.items() if not name.startswith("level")
    }
    (level,) = [field for field in page.all("select") if field["name"] == "level-dataops"]
    assert [option["value"] for option in level.all("option") if "selected" in option.attrs] == ["2"]


def test_a_third_window_is_shown_its_text_as_well(client: Client, reviewer: User) -> None:
    assessment = make_submitted()
    actions.save_review(assessment=assessment, by=reviewer, entry=ReviewEntry("First"))
    told = client.post(page_of(assessment), sent(assessment, "save", comment="Mine"))
    actions.save_review(assessment=assessment, by=reviewer, entry=ReviewEntry("Second"))
    again = {field["name"]: field["value"] for field in shown(told).all("input", type="hidden")}
    response = client.post(page_of(assessment), again | {"act": "save", "comment": "Mine"})
    assert response.status_code == 422
    (row,) = differing(response)
    assert [cell.text for cell in row.all("td")] == ["Second", "Mine"]
    assert Review.objects.get().comment == "Second"


def test_where_nothing_else_was_saved_nothing_stands_beside(client: Client, reviewer: User) -> None:
    assessment = make_submitted()
    actions.save_review(assessment=assessment, by=reviewer, entry=ReviewEntry("The same"))
    response = client.post(page_of(assessment), sent(assessment, "save", comment="The same"))
    assert response.status_code == 422
    assert differing(response) == []


def test_what_a_stale_page_sent_can_be_sent_again(client: Client, reviewer: User) -> None:
    assessment = make_submitted()
    actions.save_review(assessment=assessment, by=reviewer, entry=NOTES)
    response = client.post(page_of(assessment), sent(assessment, "save", comment="Typed in an old tab"))
    assert response.status_code == 422
    assert "changed in another window" in text_of(response)
    again = {field["name"]: field["value"] for field in shown(response).all("input", type="hidden")}
    response = client.post(page_of(assessment), again | {"act": "save", "comment": "Typed in an old tab"})
    assert response.status_code == 302
    assert Review.objects.get().comment == "Typed in an old tab"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Give the search a name."),
        ("x" * 61, "at most 60 characters"),
        ("\u202e", "There is a character in it that nobody sees"),
    ],
)
def test_a_search_without_a_name_that_can_be_read_is_refused_and_the_list_stays_narrowed(
    client: Client, name: str, sentence: str
) -> None:
    response = client.post("/admin/searches/", {"name": name, "query": "queue=mine"}, follow=True)
    assert response.redirect_chain[-1][0].endswith("?queue=mine")
    assert sentence in text_of(response)
    assert not SavedSearch.objects.exists()


def test_a_search_is_measured_as_it_is_kept(client: Client) -> None:
    response = client.post("/admin/searches/", {"name": "Long", "query": "q=" + "é" * 900}, follow=True)
    assert "These are too many filters to be kept." in text_of(response)
    assert not SavedSearch.objects.exists()
    client.post("/admin/searches/", {"name": "Just fits", "query": "q=" + "x" * 998})
    assert len(SavedSearch.objects.get().query) == 1000


def test_one_person_keeps_no_more_than_fifty_searches(client: Client, reviewer: User, another: User) -> None:
    for number in range(49):
        SavedSearch.objects.create(owner=reviewer, name=f"{number}", query="")
    SavedSearch.objects.create(owner=another, name="Another's", query="")
    client.post("/admin/searches/", {"name": "Fiftieth", "query": "queue=mine"})
    response = client.post("/admin/searches/", {"name": "Too many", "query": "queue=mine"}, follow=True)
    assert "You keep 50 searches, and that is the most." in text_of(response)
    assert reviewer.saved_searches.filter(name="Fiftieth").exists()
    assert reviewer.saved_searches.count() == 50


# ---- Second looks ----


@pytest.fixture
def drawn(settings: Any) -> Scorecard:
    settings.SECOND_LOOK_PERCENT = 100
    return make_submitted(team="Drawn").scorecards.get()


def look_of(scorecard: Scorecard) -> str:
    return reverse("second-look", args=[scorecard.pk])


def test_a_second_look_is_blind(client: Client, another: User, drawn: Scorecard) -> None:
    actions.save_review(assessment=drawn.assessment, by=another, entry=NOTES)
    assert "Drawn" in text_of(client.get("/admin/second-looks/"))
    for address in (look_of(drawn), page_of(drawn.assessment)):
        text = text_of(client.get(address))
        assert "The log is not kept." not in text
        assert "Link the log." not in text
    assert "The log is not kept." in text_of(client_of(another).get(page_of(drawn.assessment)))
    assert "Drawn" not in text_of(client_of(another).get("/admin/second-looks/"))
    assert client_of(another).get(look_of(drawn)).status_code == 302


def test_a_second_look_that_is_refused_keeps_what_was_typed(client: Client, another: User, drawn: Scorecard) -> None:
    actions.save_second_look(scorecard=drawn, by=another, entry=ReviewEntry("Mine."))
    response = client.post(look_of(drawn), sent(drawn.assessment, "save", **{"text-secops-1": "Typed at length"}))
    assert response.status_code == 422
    text = text_of(response)
    assert "Otto Other has the second look." in text
    assert "Typed at length" in text
    assert "Mine." not in text


def test_what_is_noted_where_it_cannot_be_seen_is_not_written_over(
    client: Client, another: User, drawn: Scorecard
) -> None:
    """A third reviewer has to claim it first, and with that sees it."""
    actions.save_review(assessment=drawn.assessment, by=another, entry=NOTES)
    actions.release(assessment=drawn.assessment, by=another)
    page = shown(client.get(page_of(drawn.assessment)))
    assert not page.all("textarea")
    client.post(page_of(drawn.assessment), {"act": "claim"})
    assert "The log is not kept." in text_of(client.get(page_of(drawn.assessment)))
    assert client.post(page_of(drawn.assessment), sent(drawn.assessment, "accept", version=1)).status_code == 302


def test_a_second_look_is_noted_and_ended(client: Client, reviewer: User, another: User, drawn: Scorecard) -> None:
    fields = sent(drawn.assessment, "save", **{"level-secops": "2", "reason-secops": "No log."})
    assert client.post(look_of(drawn), fields).status_code == 302
    response = client.post(look_of(drawn), fields | {"act": "complete", "version": 1})
    assert response.status_code == 422
    assert "Choose a level for each area that claims one." in text_of(response)
    levels = {f"level-{area}": "3" for area in AREAS if area != "secops"}
    client.post(look_of(drawn), fields | levels | {"act": "complete", "version": 1})
    review = Review.objects.get(look="second")
    assert (review.reviewer, review.decided_at is None, review.areas.count()) == (reviewer, False, 7)
    assert "Drawn" not in text_of(client.get("/admin/second-looks/"))
    assert client.get(look_of(drawn)).status_code == 302
    assert listed(client, second_look="done") == {"Drawn"}
    assert listed(client, second_look="open") == set()


def test_what_was_not_drawn_has_no_second_look(client: Client, settings: Any) -> None:
    settings.SECOND_LOOK_PERCENT = 0
    assert client.get(look_of(make_submitted().scorecards.get())).status_code == 404


def test_the_list_of_second_looks_takes_few_queries(
    client: Client, settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    for _ in range(3):
        make_submitted()
    with django_assert_num_queries(6):
        client.get("/admin/second-looks/")


LEVELS = {area: AreaEntry(3) for area in AREAS} | {"secops": AreaEntry(1, "No log at all.")}


def history_of(assessment: Assessment) -> str:
    return reverse("admin:assessments_assessment_history", args=[assessment.pk])


def test_nothing_of_a_decision_is_told_to_others_while_a_second_look_is_open(
    client: Client, another: User, drawn: Scorecard
) -> None:
    assessment = drawn.assessment
    actions.accept(assessment=assessment, by=another, entry=NOTES)
    for address in (page_of(assessment), history_of(assessment)):
        theirs, mine = text_of(client_of(another).get(address)), text_of(client.get(address))
        assert "Thank you." in theirs
        for word in ("Thank you.", "The log is not kept.", "Link the log.", "Claimed and validated"):
            assert word not in mine
    assert "Hidden until the second look is over." in text_of(client.get(history_of(assessment)))
    actions.save_second_look(scorecard=drawn, by=make_reviewer(), entry=ReviewEntry(areas=LEVELS), complete=True)
    for address in (page_of(assessment), history_of(assessment)):
        assert "Thank you." in text_of(client.get(address))


def test_nothing_of_an_earlier_submission_is_told_while_its_second_look_is_open(
    client: Client, another: User, settings: Any
) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    assessment = resubmitted(by=another, entry=ASKED, changed=("secops-2",))
    text = text_of(client.get(page_of(assessment)))
    for word in ("Link the log.", "the log is not kept.", "asked about;", "Asked about, not changed."):
        assert word not in text
    assert "Link the log." in text_of(client_of(another).get(page_of(assessment)))


def test_who_has_claimed_a_submission_has_no_second_look_at_it(
    client: Client, reviewer: User, another: User, drawn: Scorecard
) -> None:
    actions.save_review(assessment=drawn.assessment, by=another, entry=NOTES)
    actions.claim(assessment=drawn.assessment, by=reviewer, take_over=True)
    assert "Drawn" not in text_of(client.get("/admin/second-looks/"))
    response = client.get(look_of(drawn), follow=True)
    assert "You have claimed this submission, so the second look is another reviewer's." in text_of(response)


def test_who_has_the_second_look_sees_no_notes_by_claiming(
    client: Client, reviewer: User, another: User, drawn: Scorecard
) -> None:
    actions.save_review(assessment=drawn.assessment, by=another, entry=NOTES)
    actions.save_second_look(scorecard=drawn, by=reviewer, entry=ReviewEntry(areas=LEVELS))
    response = client.post(page_of(drawn.assessment), {"act": "take-over"}, follow=True)
    assert "You have the second look at this submission, so the first is another reviewer's." in text_of(response)
    assert "The log is not kept." not in text_of(response)


def test_a_second_look_asks_for_no_evidence(client: Client, drawn: Scorecard) -> None:
    assert "Ask for evidence" in text_of(client.get(page_of(drawn.assessment)))
    assert "Ask for evidence" not in text_of(client.get(look_of(drawn)))
    fields = sent(drawn.assessment, "save", **{"text-secops-2": "Hm.", "evidence-secops-2": "on"})
    assert client.post(look_of(drawn), fields).status_code == 302
    assert list(Review.objects.get().answer_comments.values_list("text", "wants_evidence")) == [("Hm.", False)]


def test_after_both_looks_each_area_shows_what_both_found(
    client: Client, reviewer: User, another: User, drawn: Scorecard
) -> None:
    actions.save_second_look(scorecard=drawn, by=another, entry=ReviewEntry(areas=LEVELS), complete=True)
    waiting = text_of(client.get(page_of(drawn.assessment)))
    assert "What it found is shown here after the decision." in waiting
    assert "No log at all." not in waiting
    actions.accept(assessment=drawn.assessment, by=reviewer, entry=NOTES)
    for browser in (client, client_of(another)):
        response = browser.get(page_of(drawn.assessment))
        secops = " ".join(shown(response).by_id("area-secops").text.split())
        assert "Validated in the first look: Level 2, Repeatable. The log is not kept." in secops
        assert "Second look by Otto Other: found at Level 1, Initial / Ad Hoc, because No log at all." in secops
        assert "give it a second look" not in text_of(response)
        assert "stays hidden" not in text_of(response)
