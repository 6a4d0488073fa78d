"""What the database itself refuses, each constraint violated once; and the rows' own answers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from assessments.models import (
    Answer,
    AnswerComment,
    AreaReview,
    Assessment,
    AuditEvent,
    Cycle,
    Evidence,
    ExportJob,
    Invitation,
    IssuedPaper,
    PeerFigures,
    Review,
    Role,
    SavedSearch,
    Scorecard,
    ScorecardArea,
    ScorecardFlag,
    ScorecardHold,
    ShareLink,
    ShareVisit,
    State,
    Tally,
    User,
)
from assessments.models.assessment import CHOICES, parse_choice
from rubric.models import Question, newest_published
from tests.factories import (
    make_assessment,
    make_cycle,
    make_invitation,
    make_membership,
    make_organization,
    make_returned,
    make_share_link,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def answer() -> Answer:
    return make_assessment().answers.first()  # type: ignore[return-value]


def evidence(**fields: Any) -> Evidence:
    given = {"position": 1, "title": "Log", "url": "https://example.gov/"}
    return Evidence.objects.create(**{"answer": answer()} | given | fields)


def change(row: models.Model, **fields: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**fields)


def scorecard() -> Scorecard:
    return make_submitted().scorecards.get()


def same_scorecard(**fields: Any) -> None:
    first = scorecard()
    given = {
        "assessment": first.assessment,
        "sequence": 2,
        "document": "{}",
        "sha256": "0" * 64,
        "code": "0000",
        "sealed_by": first.sealed_by,
        "sealed_at": NOW,
    }
    Scorecard.objects.create(**given | {name: getattr(first, name) for name in fields})


def twice_in_the_trail() -> None:
    assessment = make_assessment()
    for _ in range(2):
        AuditEvent.objects.create(action="x", assessment=assessment, save_id="00000000-0000-0000-0000-000000000001")


def event_without_a_hash() -> None:
    AuditEvent.objects.bulk_create([AuditEvent(action="x")])


def second_membership() -> None:
    first = make_membership()
    make_membership(organization=first.organization, user=first.user, role=Role.VIEWER)


def second_invitation() -> None:
    first = make_invitation(email="a@agency.example")
    make_invitation(organization=first.organization, by=first.invited_by, email="A@Agency.example")


def same_team() -> None:
    first = make_assessment(team="Tides")
    Assessment.objects.create(
        organization=first.organization,
        team="TIDES",
        cycle=first.cycle,
        rubric=first.rubric,
        created_by=first.created_by,
    )


def second_answer() -> None:
    first = answer()
    Answer.objects.create(assessment=first.assessment, question=first.question)


def second_area() -> None:
    first = scorecard().areas.first()
    assert first
    ScorecardArea.objects.create(scorecard=first.scorecard, area=first.area, position=9)


def two_links_at_one_place() -> None:
    first = evidence()
    evidence(answer=first.answer)


def review() -> Review:
    return Review.objects.get(scorecard__assessment=make_returned())


def second_review() -> None:
    first = review()
    Review.objects.create(scorecard=first.scorecard, reviewer=first.reviewer)


def area_review(**fields: Any) -> AreaReview:
    given = {"area": "secops", "claimed_level": 3, "validated_level": 3}
    return AreaReview.objects.create(**{"review": review()} | given | fields)


def answer_comment(**fields: Any) -> AnswerComment:
    given = {"question": "secops-1", "text": "Link the log."}
    return AnswerComment.objects.create(**{"review": review()} | given | fields)


def figures_twice() -> None:
    cycle = make_cycle()
    for _ in range(2):
        PeerFigures.objects.create(cycle=cycle, rubric=newest_published(), due_on=cycle.due_on, document={})


def flag(**fields: Any) -> ScorecardFlag:
    given = {"position": 99, "kind": "jump", "sentence": "It jumped."}
    return ScorecardFlag.objects.create(**{"scorecard": scorecard()} | given | fields)


def hold(**fields: Any) -> ScorecardHold:
    return ScorecardHold.objects.create(**{"scorecard": scorecard(), "question": "odd-1", "step_to": 3} | fields)


def tally(**fields: Any) -> Tally:
    given = {"basis": "claimed", "kind": "level", "subject": "secops", "value": 3, "count": 1}
    return Tally.objects.create(**{"cycle": make_cycle()} | given | fields)


ANSWERED = {"version": 1, "answered_at": NOW}


def export_job(**fields: Any) -> ExportJob:
    given = {"requested_by": make_user(), "assessments": [], "total": 2}
    return ExportJob.objects.create(**given | fields)


def share_link() -> ShareLink:
    return make_share_link().link


def same_token() -> None:
    first = share_link()
    ShareLink.objects.create(
        scorecard=first.scorecard, label="Another", token_hash=first.token_hash, days=1, created_by=first.created_by
    )


def share_visit(**fields: Any) -> ShareVisit:
    return ShareVisit.objects.create(**{"link": share_link(), "kind": "page", "client": "firefox"} | fields)


def portfolio_paper(**fields: Any) -> IssuedPaper:
    return issued_paper(kind="portfolio", scorecard=None, **fields)


def issued_paper(**fields: Any) -> IssuedPaper:
    given = fields if "scorecard" in fields else fields | {"scorecard": scorecard()}
    return IssuedPaper.objects.create(**{"sha256": "a" * 64, "kind": "scorecard"} | given)


VIOLATIONS: dict[str, list[Callable[[], Any]]] = {
    "user_email_unique_in_any_case": [lambda: [User.objects.create(email=e, name="X") for e in ("a@b.c", "A@b.c")]],
    "user_coe_role_known": [lambda: change(make_user(), coe_role="boss")],
    "organization_kind_known": [lambda: change(make_organization(), kind="club")],
    "organization_size_known": [lambda: change(make_organization(), size="huge")],
    "membership_once_per_organization": [second_membership],
    "membership_role_known": [lambda: change(make_membership(), role="owner")],
    "invitation_role_known": [lambda: change(make_invitation(), role="")],
    "invitation_one_open_per_address": [second_invitation],
    "invitation_accepted_or_withdrawn": [lambda: change(make_invitation(), accepted_at=NOW, withdrawn_at=NOW)],
    "cycle_due_after_start": [lambda: change(make_cycle(), due_on=date(2001, 1, 1))],
    "assessment_once_per_team_and_cycle": [same_team],
    "assessment_state_known": [lambda: change(make_submitted(), state="lost")],
    "assessment_beyond_draft_was_submitted": [
        lambda state=state: change(make_assessment(), state=state) for state in State.values if state != State.DRAFT
    ],
    "assessment_claimed_while_it_waits": [
        lambda: change(make_submitted(), claimed_by=make_user()),
        lambda: change(make_submitted(), claimed_at=NOW),
        lambda: change(make_returned(), claimed_by=make_user(), claimed_at=NOW),
    ],
    "assessment_discarded_was_never_submitted": [
        lambda make=make: change(make(), discarded_at=NOW) for make in (make_submitted, make_returned)
    ],
    "answer_once_per_question": [second_answer],
    "answer_choice_known": [
        lambda choice=choice: change(answer(), choice=choice, answered_by=make_user(), **ANSWERED)
        for choice in ("0", "10", "-1", "3.0", "03", "yes", " ")
    ],
    "answer_not_applicable_has_reason": [
        lambda: change(answer(), choice="not_applicable", answered_by=make_user(), **ANSWERED)
    ],
    "answer_changed_by_someone": [
        lambda: change(answer(), version=1),
        lambda: change(answer(), answered_at=NOW),
        lambda: change(answer(), answered_by=make_user()),
        lambda: change(answer(), answered_by=make_user(), answered_at=NOW),
        lambda: change(answer(), version=1, answered_by=make_user()),
    ],
    "evidence_position_once": [two_links_at_one_place],
    "evidence_has_title": [lambda: evidence(title="")],
    "evidence_is_a_web_link": [
        lambda url=url: evidence(url=url)
        for url in ("javascript:alert(1)", "", "ftp://a.example/", " https://a.example")
    ],
    "peer_figures_once_per_cycle_rubric_and_due_date": [figures_twice],
    "scorecard_sequence_once": [lambda: same_scorecard(sequence=True)],
    "scorecard_area_once": [second_area],
    "scorecard_area_all_or_no_figures": [
        lambda: change(scorecard().areas.first(), level=None),  # type: ignore[arg-type]
        lambda: change(scorecard().areas.first(), score_hundredths=None),  # type: ignore[arg-type]
        lambda: change(scorecard().areas.first(), level=4, level_high=3),  # type: ignore[arg-type]
    ],
    "scorecard_area_validated_level_in_range": [
        lambda level=level: change(scorecard().areas.first(), validated_level=level)  # type: ignore[arg-type]
        for level in (0, 10)
    ],
    "scorecard_area_moved_to_a_level": [
        lambda: change(scorecard().areas.first(), level=None, level_high=None, score_hundredths=None, moved=1),  # type: ignore[arg-type]
        lambda: change(scorecard().areas.first(), validated_moved=1),  # type: ignore[arg-type]
    ],
    "scorecard_hold_once": [lambda: [hold(scorecard=first) for first in [scorecard()] for _ in range(2)]],
    "scorecard_hold_step_goes_up": [lambda: hold(step_to=1), lambda: hold(step_to=10)],
    "tally_once_over_all": [lambda: [tally(cycle=cycle) for cycle in [make_cycle()] for _ in range(2)]],
    "tally_once_per_organization": [
        lambda: [tally(cycle=cycle, organization=one) for cycle, one in [(make_cycle(), make_organization())] * 2]
    ],
    "tally_basis_known": [lambda: tally(basis="guessed")],
    "tally_kind_known": [lambda: tally(kind="odd")],
    "tally_few_per_organization": [lambda: tally(organization=make_organization(), kind="hold")],
    "scorecard_flag_position_once": [lambda: [flag(scorecard=first) for first in [scorecard()] for _ in range(2)]],
    "scorecard_flag_kind_known": [lambda: flag(kind="odd")],
    "scorecard_flag_says_why": [lambda: flag(sentence="")],
    "review_once_per_scorecard_and_look": [second_review],
    "review_decision_known": [lambda: change(review(), decision="lost")],
    "review_returned_says_why": [lambda: change(review(), comment="")],
    "review_first_look_ends_with_a_decision": [
        lambda: change(review(), decided_at=None),
        lambda: change(review(), decision=""),
        lambda: change(review(), look="second"),
        lambda: change(review(), look="third", decision="", decided_at=None),
    ],
    "area_review_once": [lambda: [area_review(review=first) for first in [review()] for _ in range(2)]],
    "area_review_level_in_range": [
        lambda: area_review(validated_level=0, reason="Why."),
        lambda: area_review(validated_level=10, reason="Why."),
    ],
    "area_review_other_level_has_reason": [
        lambda: area_review(validated_level=2),
        lambda: area_review(claimed_level=None),
    ],
    "saved_search_name_once": [
        lambda: [SavedSearch.objects.create(owner=owner, name="A", query="") for owner in [make_user()] for _ in "ab"]
    ],
    "answer_comment_once": [lambda: [answer_comment(review=first) for first in [review()] for _ in range(2)]],
    "answer_comment_says_something": [lambda: answer_comment(text="")],
    "audit_save_id_once": [twice_in_the_trail],
    "audit_content_is_hashed": [event_without_a_hash],
    "export_job_state_known": [lambda: export_job(state="lost")],
    "export_job_done_within_total": [lambda: export_job(done=3)],
    "export_job_missing_within_done": [lambda: export_job(done=1, missing=2)],
    "export_job_done_has_file": [lambda: export_job(state="done")],
    "export_job_failed_says_why": [lambda: export_job(state="failed")],
    "issued_paper_kind_known": [lambda: issued_paper(kind="poster")],
    "issued_paper_has_digest": [lambda: issued_paper(sha256="")],
    "issued_scorecard_is_of_one": [lambda: issued_paper(scorecard=None)],
    "issued_of_organization_as_of": [
        lambda: portfolio_paper(organization=make_organization()),
        lambda: portfolio_paper(as_of=NOW),
    ],
    "share_link_says_for_whom": [lambda: change(share_link(), label="")],
    "share_link_token_is_hashed": [lambda: change(share_link(), token_hash=make_share_link().token)],
    "share_link_passphrase_is_hashed": [lambda: change(share_link(), passphrase="four plain little words")],
    "share_link_ends_within_a_year": [lambda days=days: change(share_link(), days=days) for days in (0, 366)],
    "share_link_revoked_at_a_time": [lambda: change(share_link(), revoked_by=make_user())],
    "share_visit_kind_known": [lambda: share_visit(kind="odd")],
    "share_visit_client_known": [lambda: share_visit(client="Netscape 4.7")],
    "share_visit_network_is_cut_short": [
        lambda network=network: share_visit(network=network) for network in ("203.0.113.7", "203.0.113.7/32")
    ],
}
UNIQUE: dict[str, Callable[[], Any]] = {
    "one code, one organization": lambda: [make_organization(code="tides") for _ in range(2)],
    "one name, one organization": lambda: [make_organization(name="Tides") for _ in range(2)],
    "one name, one cycle": lambda: [make_cycle(name="FY2027 Q1") for _ in range(2)],
    "one seal's digest, one scorecard": lambda: same_scorecard(sha256=True),
    "one seal's code, one scorecard": lambda: same_scorecard(code=True),
    "one token, one link": same_token,
    "one token, one invitation": lambda: [make_invitation(token="t") for _ in range(2)],
}


def test_every_constraint_has_its_violation_here() -> None:
    named = {
        constraint.name
        for model in apps.get_app_config("assessments").get_models()
        for constraint in model._meta.constraints
    }
    assert named == set(VIOLATIONS)


@pytest.mark.parametrize(
    ("name", "violate"),
    [
        pytest.param(name, violate, id=f"{name}-{n}")
        for name, ways in VIOLATIONS.items()
        for n, violate in enumerate(ways)
    ],
)
def test_the_database_refuses(name: str, violate: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        violate()
    unique_fields = connection.vendor == "sqlite" and "UNIQUE constraint failed" in str(refused.value)
    assert name in str(refused.value) or unique_fields


@pytest.mark.parametrize("violate", [pytest.param(violate, id=name) for name, violate in UNIQUE.items()])
def test_what_is_one_stays_one(violate: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        violate()


def test_a_constraint_of_choices_follows_the_most_levels_a_rubric_can_have() -> None:
    row = answer()
    for choice in CHOICES:
        change(row, choice=choice, reason="Because.", answered_by=make_user(), **ANSWERED)
    assert CHOICES[-1] == "9"


@pytest.mark.parametrize(
    "row_of",
    [
        lambda: make_assessment().created_by,
        lambda: make_assessment().organization,
        lambda: make_assessment().cycle,
        make_submitted,
        lambda: Question.objects.get(pk=answer().question_id),
        scorecard,
        lambda: make_invitation().invited_by,
        lambda: share_link().scorecard,
        lambda: share_visit().link,
    ],
)
def test_what_others_rest_on_is_not_deleted(row_of: Callable[[], Any]) -> None:
    row = row_of()
    with pytest.raises((ProtectedError, IntegrityError)), transaction.atomic():
        row.delete()


# ---- Rows' own answers ----


def test_people_are_named_and_addressed_as_they_gave_it() -> None:
    person = User.objects.create_user("  Some.One@Agency.EXAMPLE ", name="Some One")
    assert (person.email, str(person), person.get_full_name()) == ("some.one@agency.example", "Some One", "Some One")
    assert User.objects.get_by_natural_key("SOME.ONE@agency.example") == person
    assert not person.has_usable_password()
    assert str(User(email="x@agency.example")) == "x@agency.example"


@pytest.mark.parametrize(("role", "staff"), [("", False), ("reviewer", True), ("administrator", True)])
def test_the_admin_is_open_to_the_coe_while_active(role: str, staff: bool) -> None:
    person = make_user(coe_role=role)
    assert person.is_staff is staff
    assert person.is_administrator is (role == "administrator")
    person.is_active = False
    assert not person.is_staff
    assert not person.is_administrator


def test_an_invitation_is_open_until_it_is_used_or_a_week_is_over() -> None:
    invitation = make_invitation()
    assert invitation.is_open
    assert timedelta(days=6) < invitation.expires_at - timezone.now() <= timedelta(days=7)
    used = make_invitation(accepted_at=NOW)
    over = make_invitation(expires_at=timezone.now() - timedelta(seconds=1))
    assert not used.is_open
    assert not over.is_open
    assert list(Invitation.objects.open()) == [invitation]


def test_tokens_are_long_and_differ() -> None:
    tokens = {make_invitation().token for _ in range(5)}
    assert len(tokens) == 5
    assert min(map(len, tokens)) >= 40


@pytest.mark.parametrize(
    ("text", "value"), [("", None), ("3", 3), ("unknown", "unknown"), ("not_applicable", "not_applicable")]
)
def test_a_stored_choice_is_what_scoring_takes(text: str, value: object) -> None:
    assert parse_choice(text) == value


def test_a_cycle_is_open_from_its_first_day() -> None:
    cycle = Cycle(starts_on=date(2026, 10, 1), due_on=date(2026, 12, 31))
    assert not cycle.is_open(date(2026, 9, 30))
    assert cycle.is_open(date(2026, 10, 1))


def test_a_cycle_begins_and_is_due_before_2200() -> None:
    Cycle(code="a", name="A", starts_on=date(2199, 12, 31), due_on=date(2199, 12, 31)).full_clean()
    with pytest.raises(ValidationError) as refused:
        Cycle(code="a", name="A", starts_on=date(2200, 1, 1), due_on=date(9999, 12, 31)).full_clean()
    assert refused.value.message_dict == {
        "starts_on": ["Choose a day before 2200."],
        "due_on": ["Choose a day before 2200."],
    }


def test_a_query_set_speaks_the_domains_words() -> None:
    draft, submitted, returned = make_assessment(), make_submitted(), make_returned()
    assert set(Assessment.objects.submitted()) == {submitted, returned}
    assert list(Assessment.objects.waiting()) == [submitted]
    assert list(Assessment.objects.of(draft.created_by)) == [draft]
    (row,) = Assessment.objects.of(submitted.created_by).with_role_of(submitted.created_by).with_progress()
    assert (row.reader_role, row.answered, row.questions) == (Role.LEAD, 29, 29)


def test_rows_say_what_they_are() -> None:
    organization = make_organization(name="Department of Rivers")
    assessment = make_returned(organization=organization, team="Floods", cycle=make_cycle(name="FY2027 Q1"))
    sealed = assessment.scorecards.get()
    member = organization.memberships.get()
    assert str(assessment) == "Floods, Department of Rivers, FY2027 Q1"
    assert str(sealed) == f"{assessment} ({sealed.code})"
    assert str(sealed.areas.first()) == "peopleops: 3"
    assert str(sealed.reviews.get()).startswith("Returned by Person")
    assert str(member) == f"{member.user} (Lead, Department of Rivers)"
    assert str(make_invitation(organization=organization, email="a@b.example")) == "a@b.example to Department of Rivers"
    assert str(evidence()) == "Log"
    assert str(answer()).endswith(": unanswered")
    assert "assessment returned" in str(AuditEvent.objects.filter(assessment=assessment).first())
    assert str(make_share_link(assessment=assessment, label="Auditors").link) == f"Auditors: {sealed.code}"
    assert str(share_visit(at=NOW)) == f"Read the result on {NOW:%Y-%m-%d %H:%M}"
