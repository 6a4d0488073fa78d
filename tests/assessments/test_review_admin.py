"""CoE staff in the admin: the queue, the review page, and who may do what there."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assessments import actions
from assessments.actions import AnswerEntry
from assessments.models import (
    Assessment,
    AuditEvent,
    Invitation,
    Membership,
    Organization,
    Review,
    Role,
    Scorecard,
    State,
    User,
)
from tests.assessments.conftest import AtOnce
from tests.factories import (
    Agency,
    client_of,
    make_accepted,
    make_assessment,
    make_cycle,
    make_invitation,
    make_membership,
    make_organization,
    make_returned,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db

QUEUE = "/admin/assessments/assessment/"
LINK = ("Incident log", "https://example.gov/incidents")


def page_of(assessment: Assessment) -> str:
    return reverse("admin:assessments_assessment_change", args=[assessment.pk])


def listed(client: Client, **filters: Any) -> list[str]:
    """The teams in the list, from the top."""
    response = client.get(QUEUE, filters)
    assert response.status_code == 200
    return [assessment.team for assessment in response.context["cl"].result_list]


def decide(assessment: Assessment, act: str = "accept", **fields: Any) -> dict[str, Any]:
    """What the review page sends for the newest submission, nothing noted before."""
    return {"act": act, "seal": assessment.scorecards.latest("sequence").sha256, "version": 0} | fields


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def told(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def resubmit(assessment: Assessment, *, level: str) -> None:
    """A returned assessment, all its answers changed, submitted once more."""
    for answer in assessment.answers.select_related("question"):
        actions.save_answer(
            assessment=assessment,
            code=answer.question.code,
            entry=AnswerEntry(level),
            seen_version=answer.version,
            by=assessment.created_by,
        )
    actions.submit(assessment=assessment, by=assessment.created_by)


@pytest.fixture
def client(reviewer: User) -> Client:
    return client_of(reviewer)


# ---- The queue ----


def test_submissions_of_all_organizations_stand_in_one_list(client: Client) -> None:
    make_submitted(team="One", level=2)
    make_accepted(team="Two")
    make_returned(team="Three")
    make_assessment(team="A draft")
    assert sorted(listed(client)) == ["One", "Three", "Two"]


def test_a_line_says_team_organization_cycle_state_and_levels(client: Client) -> None:
    organization = make_organization(name="Department of Rivers")
    make_submitted(
        organization=organization,
        cycle=make_cycle(name="FY2027 Q1"),
        team="Flood Forecasts",
        level=2,
        choices={"mlops-1": "5"} | {f"aiops-{n}": "not_applicable" for n in range(1, 9)},
    )
    text = words(client.get(QUEUE))
    for word in ("Flood Forecasts", "Department of Rivers", "FY2027 Q1", "nobody has it"):
        assert word in text
    assert "PeopleOps 2 CloudOps 2 SecOps 2 DevOps 2 DataOps 2 MLOps 2 AIOps –" in text
    assert "from the bottom of the stack: PeopleOps, CloudOps, SecOps, DevOps, DataOps, MLOps, AIOps." in text


def test_what_waits_stands_oldest_first(client: Client) -> None:
    first, second = make_submitted(team="First"), make_submitted(team="Second")
    make_accepted(team="Done")
    actions.return_(assessment=first, by=make_user(coe_role="reviewer"), comment="More")
    actions.submit(assessment=first, by=first.created_by)
    assert second.submitted_at
    assert listed(client, queue="waiting") == ["Second", "First"]


def test_the_list_is_narrowed_by_organization_cycle_and_state(client: Client) -> None:
    one, two = make_submitted(team="One"), make_accepted(team="Two")
    assert listed(client, organization__id__exact=one.organization.pk) == ["One"]
    assert listed(client, cycle__id__exact=two.cycle.pk) == ["Two"]
    assert listed(client, queue="accepted") == ["Two"]
    assert listed(client, queue="returned") == []
    assert listed(client, state__exact="accepted", organization__id__exact=one.organization.pk) == []


def test_the_list_is_narrowed_by_an_areas_level(client: Client) -> None:
    make_submitted(team="Low", level=1)
    make_submitted(team="High", level=4, choices={f"secops-{n}": "not_applicable" for n in range(1, 9)})
    assert listed(client, level_mlops="4") == ["High"]
    assert listed(client, level_mlops="1") == ["Low"]
    assert listed(client, level_mlops="1", level_secops="1") == ["Low"]
    assert listed(client, level_mlops="4", level_secops="1") == []
    assert listed(client, level_secops="none") == ["High"]


def test_a_level_is_that_of_the_newest_submission(client: Client) -> None:
    resubmit(make_returned(team="Moved", level=2), level="4")
    assert listed(client, level_mlops="4") == ["Moved"]
    assert listed(client, level_mlops="2") == []


@pytest.mark.parametrize("value", ["", "0", "9", "x", "'", "1 OR 1=1", "none "])
def test_a_level_that_is_none_narrows_nothing(client: Client, value: str) -> None:
    make_submitted(team="One")
    assert listed(client, level_mlops=value) == ["One"]


def test_the_list_is_searched_by_team_organization_and_seal(client: Client) -> None:
    one = make_submitted(team="Flood Forecasts", organization=make_organization(name="Department of Rivers"))
    make_submitted(team="Slope Watch")
    for text in ("flood", "RIVERS", one.scorecards.get().code):
        assert listed(client, q=text) == ["Flood Forecasts"]


def test_the_list_takes_the_same_queries_for_3_as_for_30(client: Client) -> None:
    organizations = [make_organization() for _ in range(3)]
    cycles = [make_cycle() for _ in range(10)]
    numbers: list[int] = []
    for cycle in cycles:
        for organization in organizations:
            make_submitted(organization=organization, cycle=cycle)
        if len(numbers) == 0:
            with CaptureQueriesContext(connection) as few:
                assert len(listed(client)) == 3
            numbers.append(len(few))
    with CaptureQueriesContext(connection) as many:
        assert len(listed(client)) == 30
    assert numbers == [len(many)] == [14]


# ---- The review page ----


def test_the_review_page_has_result_answers_and_evidence_in_one_place(client: Client) -> None:
    assessment = make_submitted(
        level=2,
        choices={"secops-1": "not_applicable", "secops-2": "unknown"},
        rationale="We <b>log</b> it.",
        evidence=[LINK],
    )
    response = client.get(page_of(assessment))
    text = words(response)
    for area in assessment.rubric.to_datatypes().areas:
        assert f"{area.name}: Level 2, Repeatable" in text
        for question in area.questions:
            assert question.text in text
    for word in ("We <b>log</b> it.", LINK[0], "Not applicable", "It can't apply to us.", "Don't know"):
        assert word in text
    assert "<b>log</b>" not in response.content.decode()
    assert f'href="{LINK[1]}"' in response.content.decode()
    assert assessment.scorecards.get().code in text
    assert response.content.decode().count("<svg") >= 2


def test_the_review_page_takes_the_same_queries_whatever_the_answers(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for assessment in (make_submitted(), make_submitted(rationale="Text", evidence=[LINK] * 10)):
        with django_assert_num_queries(10):
            client.get(page_of(assessment))


def test_while_the_team_works_on_the_page_shows_what_was_sealed(client: Client) -> None:
    assessment = make_returned(rationale="Sealed text")
    actions.save_answer(
        assessment=assessment,
        code="secops-1",
        entry=AnswerEntry("5", rationale="Text in the making"),
        seen_version=1,
        by=assessment.created_by,
    )
    text = words(client.get(page_of(assessment)))
    assert "Sealed text" in text
    assert "Text in the making" not in text


@pytest.mark.parametrize("role", [None, *Role.values])
def test_a_draft_is_not_reachable(client: Client, reviewer: User, role: str | None) -> None:
    """Not even for a reviewer who is a member of the organization."""
    draft = make_assessment(team="Not yet")
    if role:
        make_membership(organization=draft.organization, user=reviewer, role=role)
    assert listed(client) == []
    for view in ("change", "history", "delete"):
        response = client.get(reverse(f"admin:assessments_assessment_{view}", args=[draft.pk]), follow=True)
        assert response.status_code in {403, 404} or response.redirect_chain
        assert "Not yet" not in response.content.decode()
    assert client.post(page_of(draft), {"act": "accept"}).status_code == 404
    assert Assessment.objects.get(pk=draft.pk).state == State.DRAFT


@pytest.mark.parametrize("address", ["1", "x", "00000000-0000-0000-0000-000000000000", "_5F", "a/b"])
def test_an_address_that_names_nothing_answers_404(client: Client, address: str) -> None:
    assert client.get(f"{QUEUE}{address}/change/").status_code == 404


def history_of(assessment: Assessment) -> str:
    return reverse("admin:assessments_assessment_history", args=[assessment.pk])


def test_the_history_tells_what_became_of_a_submission(client: Client, administrator: User) -> None:
    assessment = make_returned(comment="Link the log.")
    actions.submit(assessment=assessment, by=assessment.created_by)
    for browser in (client, client_of(administrator)):
        response = browser.get(history_of(assessment))
        assert [move.action for move in response.context["moves"]] == [
            "assessment started",
            "assessment submitted",
            "assessment returned",
            "assessment submitted",
        ]
        assert "Link the log." in words(response)
        assert "Assessment submitted, submission 2" in words(response)


def test_the_history_of_a_draft_is_its_teams_own(client: Client, agency: Agency) -> None:
    assert client.get(history_of(agency.draft)).status_code == 404
    assert client_of(agency.lead).get(history_of(agency.draft)).status_code == 302


# ---- Deciding ----


def test_a_submission_is_returned_with_what_to_do(client: Client, reviewer: User) -> None:
    assessment = make_submitted(team="Flood Forecasts")
    answer = decide(assessment, "return", comment=" Say more\r\nabout logs. ")
    response = client.post(page_of(assessment), answer, follow=True)
    assert response.redirect_chain == [(f"{QUEUE}?queue=waiting", 302)]
    assert told(response) == [f"Returned: {assessment}."]
    review = Review.objects.get()
    assert (review.decision, review.comment, review.reviewer) == ("returned", "Say more\nabout logs.", reviewer)
    assert Assessment.objects.get(pk=assessment.pk).state == State.RETURNED
    team = client_of(assessment.created_by).get(reverse("assessment", args=[assessment.pk]))
    assert "Say more" in words(team)


def test_a_submission_is_accepted_without_a_word(client: Client) -> None:
    assessment = make_submitted()
    response = client.post(page_of(assessment), decide(assessment), follow=True)
    assert told(response) == [f"Accepted: {assessment}."]
    assert Assessment.objects.get(pk=assessment.pk).state == State.ACCEPTED


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"act": "return", "comment": " \r\n"}, "Say what the team has to do before it submits again"),
        ({"act": "return", "comment": "x" * 4001}, "This has 4001 characters; the most that fits is 4000."),
        ({"act": "return", "comment": "x\n" * 100 + "x"}, "This has 101 lines; the most that fits is 100."),
        ({"act": "accept", "comment": "Typed", "seal": "another"}, "the team has submitted again since"),
        ({"act": "accept", "comment": "Typed", "version": 3}, "changed in another window"),
    ],
)
def test_a_decision_that_cannot_be_keeps_what_was_typed(client: Client, fields: dict[str, Any], sentence: str) -> None:
    assessment = make_submitted()
    response = client.post(page_of(assessment), decide(assessment) | fields)
    assert response.status_code == 422
    assert sentence in words(response)
    assert fields["comment"].strip() in html.unescape(response.content.decode())
    assert Assessment.objects.get(pk=assessment.pk).state == State.SUBMITTED
    assert not Review.objects.exists()


@pytest.mark.parametrize(("make", "word"), [(make_accepted, "accepted"), (make_returned, "returned")])
def test_what_is_decided_stays_decided(client: Client, make: Any, word: str) -> None:
    assessment = make()
    response = client.post(page_of(assessment), decide(assessment, comment="Typed"))
    assert response.status_code == 422
    assert f"This assessment is {word}, so there is nothing to decide." in words(response)
    assert "Typed" in response.content.decode()
    assert Review.objects.count() == 1
    assert "Decide" not in words(client.get(page_of(assessment)))


def test_two_reviewers_at_the_same_moment_decide_once(at_once: AtOnce, reviewer: User, administrator: User) -> None:
    browsers = [client_of(reviewer), client_of(administrator)]
    for _ in range(5):
        assessment = make_submitted()
        replies = at_once(
            lambda: browsers[0].post(page_of(assessment), decide(assessment)),  # noqa: B023
            lambda: browsers[1].post(page_of(assessment), decide(assessment, "return", comment="More")),  # noqa: B023
        )
        assert sorted(reply.status_code for reply in replies) == [302, 422]
        review = Review.objects.get(scorecard__assessment=assessment)
        assert Assessment.objects.get(pk=assessment.pk).state == review.decision


def test_another_site_cannot_decide(reviewer: User) -> None:
    assessment = make_submitted()
    browser = client_of(reviewer, enforce_csrf_checks=True)
    assert browser.post(page_of(assessment), decide(assessment)).status_code == 403


@pytest.mark.parametrize("role", ["lead", "contributor", "viewer"])
def test_agency_people_have_no_admin(agency: Agency, role: str) -> None:
    assessment = make_submitted(organization=agency.organization)
    browser = client_of(getattr(agency, role))
    for address in ("/admin/", QUEUE, page_of(assessment)):
        response = browser.get(address)
        assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={address}")
    browser.post(page_of(assessment), decide(assessment))
    assert Assessment.objects.get(pk=assessment.pk).state == State.SUBMITTED


# ---- Who may do what ----


def test_a_reviewer_sees_in_the_index_what_reviewers_work_with(client: Client) -> None:
    models = {model["object_name"] for app in client.get("/admin/").context["app_list"] for model in app["models"]}
    assert models == {"Assessment", "Scorecard", "Organization", "Cycle", "Rubric"}


def test_an_administrator_sees_everything_but_what_nobody_uses(administrator: User) -> None:
    shown = client_of(administrator).get("/admin/").context["app_list"]
    models = {model["object_name"] for app in shown for model in app["models"]}
    assert models == {
        "Assessment",
        "Scorecard",
        "Organization",
        "Cycle",
        "Rubric",
        "Area",
        "Question",
        "Membership",
        "Invitation",
        "User",
        "AuditEvent",
    }


def test_nobody_is_above_the_roles() -> None:
    boss = User.objects.create_superuser("boss@coe.example", name="Boss")
    assert (boss.coe_role, boss.is_superuser) == ("administrator", False)
    assert not boss.has_perm("assessments.delete_user")
    assert not boss.has_perm("assessments.change_scorecard")
    assert not boss.has_perm("auth.view_group")
    boss.is_active = False
    assert not boss.is_staff
    assert not boss.has_perm("assessments.view_assessment")
    assert not boss.has_module_perms("assessments")


def test_someone_without_a_role_has_no_permission_at_all(agency: Agency) -> None:
    for person in (agency.lead, make_user()):
        assert not person.is_staff
        assert not person.has_perm("assessments.view_assessment")
        assert not person.has_perms(["rubric.view_rubric"])
        assert not person.has_module_perms("rubric")


AUTOCOMPLETE = "/admin/autocomplete/"
PICK_PERSON = {"app_label": "assessments", "model_name": "membership", "field_name": "user", "term": "lena"}


def test_only_administrators_look_up_people(agency: Agency, client: Client, administrator: User) -> None:
    found = client_of(administrator).get(AUTOCOMPLETE, PICK_PERSON)
    assert [row["text"] for row in found.json()["results"]] == [agency.lead.name]
    assert client.get(AUTOCOMPLETE, PICK_PERSON).status_code == 403
    assert client_of(agency.lead).get(AUTOCOMPLETE, PICK_PERSON).status_code == 302
    assert Client().get(AUTOCOMPLETE, PICK_PERSON).status_code == 302


@pytest.mark.parametrize(
    "lookup",
    [
        "organization__memberships__user__password__startswith",
        "organization__memberships__user__email__startswith",
        "organization__invitations__token__startswith",
        "created_by__password__startswith",
        "scorecards__sealed_by__password__startswith",
        "answers__rationale__contains",
        "events__detail__contains",
        "nothing",
    ],
)
def test_the_list_answers_no_other_questions_about_submissions(client: Client, lookup: str) -> None:
    make_submitted()
    response = client.get(QUEUE, {lookup: "a"})
    assert response.status_code in {302, 400}
    if response.status_code == 302:
        assert response["Location"] == f"{QUEUE}?e=1"


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        ("user", "password__startswith"),
        ("membership", "user__password__startswith"),
        ("organization", "memberships__user__password__startswith"),
        ("organization", "invitations__token__startswith"),
        ("invitation", "token__startswith"),
        ("invitation", "token"),
        ("invitation", "invited_by__password__startswith"),
        ("auditevent", "actor__password__startswith"),
        ("scorecard", "assessment__created_by__password__startswith"),
    ],
)
def test_no_list_tells_a_secret_letter_by_letter(administrator: User, model: str, lookup: str) -> None:
    make_invitation()
    response = client_of(administrator).get(f"/admin/assessments/{model}/", {lookup: "a"})
    assert response.status_code == 400


def test_no_page_shows_an_invitations_link(administrator: User) -> None:
    invitation = make_invitation()
    browser = client_of(administrator)
    pages = [
        browser.get("/admin/assessments/invitation/"),
        browser.get(reverse("admin:assessments_invitation_change", args=[invitation.pk])),
        browser.get(reverse("admin:assessments_organization_change", args=[invitation.organization.pk])),
        browser.get("/admin/assessments/auditevent/"),
    ]
    assert all(page.status_code == 200 and invitation.token not in page.content.decode() for page in pages)


@pytest.mark.parametrize("role", ["reviewer", "administrator"])
@pytest.mark.parametrize("model", [Assessment, Scorecard, AuditEvent, User, Invitation])
def test_nobody_deletes_what_is_kept(request: pytest.FixtureRequest, role: str, model: Any) -> None:
    make_accepted()
    make_invitation()
    browser = client_of(request.getfixturevalue(role))
    address = f"/admin/assessments/{model._meta.model_name}/"
    rows = list(model.objects.values_list("pk", flat=True))
    fields = {"action": "delete_selected", "_selected_action": rows, "post": "yes"}
    assert browser.post(address, fields).status_code in {200, 302, 403}
    for pk in rows:
        browser.post(f"{address}{pk}/delete/", {"post": "yes"})
    assert list(model.objects.values_list("pk", flat=True)) == rows


def test_a_reviewer_changes_no_organization_by_forged_fields(agency: Agency, client: Client, reviewer: User) -> None:
    organization = agency.organization
    fields = {
        "name": "Mine",
        "code": "mine",
        "kind": "bureau",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-user": reviewer.pk,
        "memberships-0-role": "lead",
    }
    assert client.post(f"/admin/assessments/organization/{organization.pk}/change/", fields).status_code == 403
    assert client.post("/admin/assessments/organization/add/", fields).status_code == 403
    assert client.post("/admin/assessments/membership/add/", {"user": reviewer.pk, "role": "lead"}).status_code == 403
    assert not Membership.objects.filter(user=reviewer).exists()
    assert not Organization.objects.filter(name="Mine").exists()


def test_a_reviewer_becomes_no_administrator(client: Client, reviewer: User) -> None:
    for address in (f"/admin/assessments/user/{reviewer.pk}/change/", "/admin/assessments/user/add/"):
        assert client.post(address, {"coe_role": "administrator"}).status_code == 403
    password = f"/admin/assessments/user/{reviewer.pk}/password/"
    assert client.post(password, {"password1": "x" * 20, "password2": "x" * 20}).status_code == 403
    reviewer.refresh_from_db()
    assert reviewer.coe_role == "reviewer"


def test_a_submission_cannot_be_edited_by_forged_fields(administrator: User) -> None:
    assessment = make_submitted(team="Flood Forecasts")
    scorecard = assessment.scorecards.get()
    browser = client_of(administrator)
    browser.post(page_of(assessment), {"team": "Mine", "state": "accepted", "_save": "Save"})
    address = reverse("admin:assessments_scorecard_change", args=[scorecard.pk])
    assert browser.post(address, {"document": "{}", "sha256": "0"}).status_code == 403
    after = Assessment.objects.get(pk=assessment.pk)
    assert (after.team, after.state) == ("Flood Forecasts", State.SUBMITTED)
    assert Scorecard.objects.get().document == scorecard.document


# ---- People, looked after by administrators ----


def test_an_administrator_adds_a_person_whose_address_is_kept_in_lower_case(administrator: User) -> None:
    fields = {
        "email": "New.Person@Agency.example",
        "name": "New Person",
        "coe_role": "",
        "usable_password": "true",
        "password1": "a long enough password",
        "password2": "a long enough password",
        "is_superuser": "on",
        "is_staff": "on",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    assert client_of(administrator).post("/admin/assessments/user/add/", fields).status_code == 302
    person = User.objects.get(name="New Person")
    assert (person.email, person.is_staff) == ("new.person@agency.example", False)
    assert person.check_password("a long enough password")


def change_person(browser: Client, person: User, **fields: object) -> Any:
    given = {
        "email": person.email,
        "name": person.name,
        "coe_role": person.coe_role,
        "is_active": "on",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    return browser.post(f"/admin/assessments/user/{person.pk}/change/", given | fields)


def test_a_changed_address_is_kept_in_lower_case_too(administrator: User) -> None:
    person = make_user()
    assert change_person(client_of(administrator), person, email="Other.Name@Agency.example").status_code == 302
    person.refresh_from_db()
    assert person.email == "other.name@agency.example"


def test_an_address_belongs_to_one_person_in_any_case(administrator: User) -> None:
    first, second = make_user(email="one@agency.example"), make_user(email="two@agency.example")
    browser = client_of(administrator)
    assert change_person(browser, second, email="ONE@agency.example").status_code == 200
    fields = {"email": first.email.upper(), "name": "X", "coe_role": "", "usable_password": "false"}
    assert "has an account already" in words(browser.post("/admin/assessments/user/add/", fields))
    second.refresh_from_db()
    assert second.email == "two@agency.example"


def test_a_deactivated_person_is_out_at_once(agency: Agency, administrator: User) -> None:
    browser = client_of(agency.lead)
    assert browser.get("/assessments/").status_code == 200
    fields = {"is_active": "", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert change_person(client_of(administrator), agency.lead, **fields).status_code == 302
    assert browser.get("/assessments/").status_code == 302


def test_a_new_password_ends_the_sessions_of_the_old_one(agency: Agency, administrator: User) -> None:
    browser = client_of(agency.lead)
    fields = {"usable_password": "true", "password1": "a long enough password", "password2": "a long enough password"}
    response = client_of(administrator).post(f"/admin/assessments/user/{agency.lead.pk}/password/", fields)
    assert response.status_code == 302
    assert browser.get("/assessments/").status_code == 302


@pytest.mark.parametrize("model", ["organization", "cycle", "membership", "user", "invitation", "scorecard"])
def test_every_list_takes_the_same_queries_however_long_it_is(administrator: User, model: str) -> None:
    browser = client_of(administrator)
    numbers = []
    for _ in range(2):
        for _ in range(3):
            make_invitation(organization=make_submitted().organization)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/admin/assessments/{model}/").status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_the_audit_trail_takes_the_same_queries_however_long_it_is(administrator: User) -> None:
    browser = client_of(administrator)
    numbers = []
    for _ in range(2):
        make_accepted()
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/admin/assessments/auditevent/").status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
