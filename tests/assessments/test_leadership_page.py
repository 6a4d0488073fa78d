"""The page for leaders: what it shows to whom, that drafts stay out of it, and that it asks little of the database."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import DjangoAssertNumQueries

from assessments import actions
from assessments.models import Assessment, Role, Scorecard, User
from tests.factories import (
    Agency,
    answer_all,
    client_of,
    make_assessment,
    make_cycle,
    make_member,
    make_membership,
    make_past_cycle,
    make_returned,
    make_reviewer,
    make_submitted,
)
from tests.rubric.factories import make_rubric
from tests.uswds.markup import parse

pytestmark = pytest.mark.django_db


def page(person: User, agency: Agency) -> Any:
    response = client_of(person).get(reverse("leadership", args=[agency.organization.code]))
    assert response.status_code == 200
    return response


def words(response: Any) -> str:
    body = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?=</?(li|p|td|th|h\d|title))", " ", body))).split())


def today() -> str:
    return date_format(timezone.localdate(), "F j, Y")


def submitted_in(agency: Agency, *, days_ago: int, team: str = "A team", **answers: Any) -> Assessment:
    cycle = make_cycle(name=f"Cycle of {days_ago}", starts_on=timezone.localdate() - timedelta(days=days_ago))
    return make_submitted(organization=agency.organization, by=agency.lead, team=team, cycle=cycle, **answers)


def test_it_says_where_the_teams_stand_what_moved_and_why(agency: Agency) -> None:
    submitted_in(agency, days_ago=300, level=2)
    log = [("Log of the year", "https://example.gov/log")]
    choices = {f"secops-{n}": 3 for n in range(1, 5)}
    submitted_in(agency, days_ago=100, level=2, choices=choices, evidence=log)
    text = words(page(agency.viewer, agency))
    assert "Department of Rivers: where the teams stand" in text
    assert "Since the cycle before, one area rose and none fell." in text
    assert "A team, since Cycle of 300" in text
    because = "Because of SecOps 1 (Level 2 to 3), SecOps 2 (Level 2 to 3), and two more answers, answered by Lena Lead"
    assert f"SecOps rose from Level 2 to Level 3. {because}" in text
    assert "New evidence: “Log of the year” and three more." in text
    assert "Raise DevOps to Level 3: two steps on two questions. DevOps 1: " in text


def test_what_rose_without_new_evidence_is_said_to(agency: Agency) -> None:
    submitted_in(agency, days_ago=300, level=2)
    submitted_in(agency, days_ago=100, level=3)
    text = words(page(agency.viewer, agency))
    assert "No new evidence stands with it." in text
    assert "Two more areas moved; why stands in the team's results." in text


def test_each_team_leads_to_its_result_and_its_scorecard(agency: Agency) -> None:
    assessment = submitted_in(agency, days_ago=100)
    content = page(agency.viewer, agency).content.decode()
    assert reverse("result", args=[assessment.pk]) in content
    assert reverse("scorecard-pdf", args=[assessment.pk]) in content


def test_what_moved_what_to_decide_and_what_holds_back_lead_to_the_area_in_the_teams_result(agency: Agency) -> None:
    submitted_in(agency, days_ago=300, level=2)
    moved = submitted_in(agency, days_ago=100, level=2, choices={f"secops-{n}": 3 for n in range(1, 5)})
    low = submitted_in(agency, days_ago=99, team="B team", level=3, choices={f"devops-{n}": 1 for n in range(1, 4)})
    content = page(agency.viewer, agency).content.decode()
    assert f'<a href="{reverse("result", args=[moved.pk])}#secops"><strong>SecOps rose from' in content
    link = f'<a href="{reverse("result", args=[low.pk])}#devops"><bdi>B team</bdi></a>'
    assert content.count(link) == 2


def test_returned_work_leads_to_what_was_submitted_and_not_to_what_the_team_makes_of_it(agency: Agency) -> None:
    assessment = submitted_in(agency, days_ago=100)
    actions.return_(assessment=assessment, by=make_reviewer(), comment="More")
    content = page(agency.viewer, agency).content.decode()
    for name in ("result", "scorecard-pdf"):
        assert f'{reverse(name, args=[assessment.pk])}?submission=1"' in content


def test_where_the_coe_accepted_another_level_what_moved_says_so(agency: Agency) -> None:
    submitted_in(agency, days_ago=200, level=3)
    assessment = submitted_in(agency, days_ago=100, level=4)
    found = {area: actions.AreaEntry(3, "One report is no trend.") for area in AREAS[1:]}
    actions.accept(assessment=assessment, by=make_reviewer(), entry=actions.ReviewEntry(areas=found))
    text = words(page(agency.viewer, agency))
    assert "CloudOps rose from Level 3 to Level 4. The Center of Excellence validated Level 3." in text
    assert "PeopleOps rose from Level 3 to Level 4. Because of" in text


def test_accepted_levels_stand_beside_the_claimed_ones(agency: Agency) -> None:
    assessment = submitted_in(agency, days_ago=100, level=4)
    found = {"mlops": actions.AreaEntry(3, "One report is no trend.")}
    entry = actions.ReviewEntry(areas={area: found.get(area, actions.AreaEntry(4)) for area in AREAS})
    actions.accept(assessment=assessment, by=make_reviewer(), entry=entry)
    text = words(page(agency.viewer, agency))
    assert "MLOps at Level 3, claimed Level 4." in text
    assert "Accepted as claimed" not in text
    assert "4 (3 validated)" in text
    assert "validated by the CoE, where it is another level" in text


AREAS = ("peopleops", "cloudops", "secops", "devops", "dataops", "mlops", "aiops")


def test_where_the_coe_accepted_what_was_claimed_the_card_says_so(agency: Agency) -> None:
    assessment = submitted_in(agency, days_ago=100, level=4)
    actions.accept(assessment=assessment, by=make_reviewer(), entry=actions.ReviewEntry(areas={}))
    assert "Accepted as claimed" in words(page(agency.viewer, agency))


def test_on_paper_it_says_from_when_and_where_it_is(agency: Agency, settings: Any) -> None:
    settings.SITE_URL = "https://maturity.example.gov"
    assert f"As of {today()}, from https://maturity.example.gov/organizations/" in words(page(agency.viewer, agency))


def test_while_a_second_look_is_open_staff_see_claimed_levels_alone(agency: Agency, reviewer: User) -> None:
    assessment = submitted_in(agency, days_ago=100, level=4)
    entry = actions.ReviewEntry(
        areas={
            area: actions.AreaEntry(3 if area == "mlops" else 4, "Why." if area == "mlops" else "") for area in AREAS
        }
    )
    actions.accept(assessment=assessment, by=make_reviewer(), entry=entry)
    Scorecard.objects.filter(assessment=assessment).update(second_look=True)
    assert "claimed Level 4" not in words(page(reviewer, agency))
    assert "claimed Level 4" in words(page(agency.lead, agency))


def test_drafts_are_named_to_members_with_how_far_they_are_and_nothing_to_staff(agency: Agency, reviewer: User) -> None:
    answer_all(agency.draft, level=5, choices={"mlops-1": ""}, rationale="Still a secret")
    text = words(page(agency.viewer, agency))
    assert "One team is still answering: 28 of 29 questions have an answer so far." in text
    assert "No team has submitted yet" in text
    due = date_format(agency.draft.cycle.due_on, "F j, Y")
    assert f"Flood Forecasts, {agency.draft.cycle}: 28 of 29 answered; due {due}" in text
    assert "secret" not in text
    make_assessment(organization=agency.organization, by=agency.lead)
    assert "Two teams are still answering: 28 of 58" in words(page(agency.viewer, agency))
    for_staff = words(page(reviewer, agency))
    assert "still answering" not in for_staff
    assert "Flood Forecasts" not in for_staff


def test_what_was_returned_is_named_with_its_day_and_leads_where_a_viewer_may_go(agency: Agency) -> None:
    actions.discard(assessment=agency.draft, by=agency.lead)
    returned = make_returned(organization=agency.organization, by=agency.lead, team="Locks", cycle=make_past_cycle())
    due = date_format(returned.cycle.due_on, "F j, Y")
    response = page(agency.viewer, agency)
    text = words(response)
    assert (
        f"One team is reworking what was returned. Locks, {returned.cycle}: returned on {today()}; was due {due}"
        in text
    )
    assert "still answering" not in text
    address = reverse("assessment", args=[returned.pk])
    assert f'<a href="{address}"><bdi>Locks</bdi>, ' in response.content.decode()
    assert client_of(agency.viewer).get(address).status_code == 200


def test_six_at_work_are_named_what_is_due_first_before_the_others_and_the_rest_is_counted(agency: Agency) -> None:
    for number in range(8):
        make_assessment(
            organization=agency.organization, by=agency.lead, team=f"Team {number}", cycle=make_past_cycle()
        )
    text = words(page(agency.viewer, agency))
    named = re.findall(r"(Team \d|Flood Forecasts), ", text)
    assert len(named) == 6
    assert "Flood Forecasts" not in named
    assert "And three more, among all assessments." in text


def test_where_a_returned_submission_was_found_at_other_levels_the_card_says_so_and_leads_there(
    agency: Agency, reviewer: User
) -> None:
    assessment = submitted_in(agency, days_ago=100, level=4)
    found = {"dataops": 2, "mlops": 3, "secops": 4}
    entry = actions.ReviewEntry(
        comment="More", areas={area: actions.AreaEntry(level, "Why." * (level < 4)) for area, level in found.items()}
    )
    actions.return_(assessment=assessment, by=make_reviewer(), entry=entry)
    sentence = f"Returned on {today()}; the CoE found other levels in DataOps and MLOps."
    address = f"{reverse('result', args=[assessment.pk])}?submission=1"
    for person in (agency.viewer, reviewer):
        content = page(person, agency).content.decode()
        assert f'<a href="{address}#validated-title">{sentence}</a>' in content
        assert 'id="validated-title"' in client_of(person).get(address).content.decode()
    # The levels stay those that were claimed; only accepted ones stand beside them.
    assert [level for _, level in page(agency.viewer, agency).context["sections"][0].rows[0].levels] == ["4"] * 7
    Scorecard.objects.filter(assessment=assessment).update(second_look=True)
    for_staff = words(page(reviewer, agency))
    assert "found other levels" not in for_staff
    assert "The Center of Excellence asks for more before it accepts." in for_staff


def test_what_an_earlier_return_found_is_not_said_of_a_later_one(agency: Agency) -> None:
    assessment = submitted_in(agency, days_ago=100, level=4)
    entry = actions.ReviewEntry(comment="More", areas={"mlops": actions.AreaEntry(2, "Why.")})
    actions.return_(assessment=assessment, by=make_reviewer(), entry=entry)
    answer_all(assessment, level=3, by=agency.lead)
    make_submitted(assessment=assessment)
    actions.return_(assessment=assessment, by=make_reviewer(), comment="More")
    text = words(page(agency.viewer, agency))
    assert f"Returned on {today()}; the CoE asks for more before it accepts." in text
    assert "found" not in text


def test_what_is_being_revised_shows_as_it_was_submitted(agency: Agency) -> None:
    returned = make_returned(organization=agency.organization, by=agency.lead, level=2)
    answer_all(returned, level=5)
    text = words(page(agency.lead, agency))
    assert f"Nothing to compare with yet. Returned on {today()}; the CoE asks for more before it accepts." in text
    assert "All seven areas stand at Level 2, Repeatable." in text
    assert "One team is still answering" in text  # the agency's own draft, not this one
    assert "Two teams" not in text


def test_teams_on_different_rubrics_are_apart(agency: Agency) -> None:
    submitted_in(agency, days_ago=100)
    submitted_in(agency, days_ago=90, team="Other team", rubric=make_rubric(published=True))
    response = page(agency.viewer, agency)
    assert [len(section.cards) for section in response.context["sections"]] == [1, 1]


def test_the_table_says_what_the_pictures_say(agency: Agency) -> None:
    submitted_in(agency, days_ago=300, level=1)
    submitted_in(agency, days_ago=100, choices={f"mlops-{n}": "not_applicable" for n in range(1, 4)}, level=3)
    (section,) = page(agency.viewer, agency).context["sections"]
    picture = str(section.cards[0].picture)
    drawn = re.findall(r'text-anchor="end" font-weight="700">([^<]+)</text>', picture)
    told = [level.split(" ")[0] for _, level in section.rows[0].levels]
    assert drawn == told == ["3", "–", "3", "3", "3", "3", "3"]
    assert section.rows[0].levels[-1] == ("PeopleOps", "3 (1 before)")
    assert picture.count("<circle") == 7
    assert "<title" in picture


def test_the_table_runs_as_the_pictures_do_from_the_top_of_the_stack_down(agency: Agency) -> None:
    submitted_in(agency, days_ago=100)
    (section,) = page(agency.viewer, agency).context["sections"]
    drawn = re.findall(r'<text y="[^"]+" font-weight="700">([^<]+)</text>', str(section.cards[0].picture))
    assert drawn == [area.name for area in section.areas] == [name for name, _ in section.rows[0].levels]
    assert drawn[0] == "AIOps"


def test_names_are_never_markup(agency: Agency) -> None:
    payload = "<script>alert(1)</script>\"'"
    User.objects.filter(pk=agency.lead.pk).update(name=payload)
    agency.lead.refresh_from_db()
    evidence = [(payload, "https://example.gov/x")]
    for days_ago, level, links in ((300, 1, []), (100, 3, evidence)):
        submitted_in(agency, days_ago=days_ago, level=level, team=payload, evidence=links)
    type(agency.organization).objects.filter(pk=agency.organization.pk).update(name=payload)
    for address in (reverse("leadership", args=[agency.organization.code]), "/"):
        content = client_of(agency.viewer).get(address).content.decode()
        assert payload not in content
        assert html.escape(payload) in content


@pytest.mark.parametrize("who", ["viewer", "reviewer"])
def test_the_queries_do_not_grow(
    agency: Agency, reviewer: User, who: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of({"viewer": agency.viewer, "reviewer": reviewer}[who])
    address = reverse("leadership", args=[agency.organization.code])
    for count in range(2):
        for days in (200, 300, 400):
            submitted_in(agency, days_ago=days + count, team=f"Team {count}")
        make_assessment(organization=agency.organization, by=agency.lead)
        with django_assert_num_queries(7):
            client.get(address)
    for count in range(2):
        make_returned(organization=agency.organization, by=agency.lead, team=f"Returned {count}")
        with django_assert_num_queries(8):
            client.get(address)


# ---- The way there ----


@pytest.mark.parametrize(
    "where",
    ["", "results/", "mlops/", "submit/", "rename/", "share/", "peers/", "summary/"],
    ids=lambda where: where[:-1],
)
def test_every_page_of_an_assessment_leads_up_to_it(agency: Agency, where: str) -> None:
    assessment = make_returned(organization=agency.organization, by=agency.lead)
    assert crumbs(agency.lead, reverse("assessment", args=[assessment.pk]) + where)[:2] == [
        ("Assessments", reverse("assessments")),
        ("Department of Rivers", reverse("leadership", args=[agency.organization.code])),
    ]


def test_whoever_only_reads_is_led_there_and_may_go(agency: Agency, reviewer: User) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead, team="Locks")
    up = reverse("leadership", args=[agency.organization.code])
    for person in (agency.viewer, reviewer):
        links = crumbs(person, reverse("result", args=[assessment.pk]))
        assert [text for text, _ in links] == ["Assessments", "Department of Rivers", f"Locks, {assessment.cycle}"]
        assert links[1][1] == up
        page(person, agency)


def crumbs(person: User, address: str) -> list[tuple[str, str | None]]:
    """Text and address of each link in the breadcrumbs of a page, in the order of the keyboard."""
    response = client_of(person).get(address)
    assert response.status_code == 200
    trail = parse(response.content.decode()).one("nav", css="usa-breadcrumb")
    return [(link.text, link["href"]) for link in trail.all("a")]


# ---- Home ----


def test_someone_who_only_views_finds_the_headline_at_home(agency: Agency, other: Agency) -> None:
    submitted_in(agency, days_ago=100, level=2)
    make_membership(organization=other.organization, user=agency.viewer, role=Role.VIEWER)
    response = client_of(agency.viewer).get("/")
    text = words(response)
    first = "One team has submitted. All seven areas stand at Level 2, Repeatable."
    assert text.index("Where your teams stand") < text.index(first) < text.index("Your organization's assessments")
    assert "No team has submitted yet, so there are no levels to show." in text
    assert reverse("leadership", args=[agency.organization.code]) in response.content.decode()


@pytest.mark.parametrize("role", [Role.LEAD, Role.CONTRIBUTOR])
def test_others_find_the_way_there(agency: Agency, role: Role) -> None:
    member = make_member(organization=agency.organization, role=role)
    response = client_of(member).get("/")
    assert response.context["organizations"] == ()
    assert "Where the teams of Department of Rivers stand" in words(response)
