"""What the teams of an organization submitted, on paper: who gets it, and that it is whole and for everyone."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import DjangoAssertNumQueries, Settings

from aicmm import pdf
from assessments import actions, reports
from assessments.datatypes import TeamHistory
from assessments.models import IssuedPaper, Organization, PaperKind, Scorecard, User
from assessments.reports.contents import MOST_PAGES
from scripts import fonts
from tests.assessments.test_home import words
from tests.factories import (
    Agency,
    client_of,
    make_accepted,
    make_past_cycle,
    make_returned,
    make_submitted,
)

from . import pdf_checks
from .paper_problems import lost, made, problems
from .sheets import full_rubric, make_cycle_result
from .varied import Case, teams_of, text

AS_OF = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


@pytest.fixture
def _plain(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Any) -> None:
    """What would be printed, as it is handed to the printer."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(pdf, "render", lambda html, **_: html.encode())


def ask(user: User, organization: Organization, **query: str) -> HttpResponse:
    address = reverse("organization-portfolio-pdf", args=[organization.code])
    return client_of(user).get(address, query)  # type: ignore[return-value]


def teams(count: int, *, name: str = "", cycles: int = 2) -> tuple[TeamHistory, ...]:
    """Teams with a result in each of so many cycles, which get better by a level; `name` begins their names."""
    return tuple(
        TeamHistory(
            f"{name} {number}".strip(),
            tuple(
                replace(
                    make_cycle_result(
                        team=f"{name} {number}".strip(),
                        cycle=f"FY{2026 + back} Q1",
                        starts_on=date(2025 + back, 10, 1),
                        choices=dict.fromkeys(full_rubric().question_by_code, 3) | {"mlops-1": back + 1, "mlops-2": 1},
                        validated={"mlops": 2} if number % 2 else None,
                    ),
                    code=f"AAAA-BBBB-{number:04}",
                )
                for back in range(cycles)
            ),
        )
        for number in range(1, count + 1)
    )


# ---- Who gets it ----


@pytest.mark.usefixtures("_plain")
def test_members_and_staff_get_what_each_team_submitted_last(agency: Agency, other: Agency, reviewer: User) -> None:
    make_submitted(organization=agency.organization, by=agency.lead, team="Gauges", cycle=make_past_cycle())
    make_submitted(organization=agency.organization, by=agency.lead, team="Gauges")
    make_accepted(organization=agency.organization, by=agency.lead, team="Levees", level=4)
    make_returned(organization=agency.organization, by=agency.lead, team="Locks")
    make_submitted(organization=other.organization, by=other.lead, team="Elsewhere")
    for user in (agency.lead, agency.contributor, agency.viewer, reviewer):
        reply = ask(user, agency.organization)
        said = reply.content.decode()
        assert (reply.status_code, reply["Content-Type"]) == (200, "application/pdf")
        assert reply["Content-Disposition"].endswith('-portfolio.pdf"')
        assert all(team in said for team in ("Gauges", "Levees", "Locks"))
        assert agency.draft.team not in said
        assert "Elsewhere" not in said


@pytest.mark.usefixtures("_plain")
def test_outsiders_find_nothing_and_so_does_everyone_before_anything_is_sealed(
    agency: Agency, other: Agency, reviewer: User
) -> None:
    for user in (agency.lead, reviewer):
        reply = ask(user, agency.organization)
        assert reply.status_code == 404
        assert "No team of Department of Rivers has submitted." in words(reply)
    make_submitted(organization=agency.organization, by=agency.lead)
    assert ask(other.lead, agency.organization).status_code == 404
    assert ask(agency.lead, agency.organization).status_code == 200


@pytest.mark.usefixtures("_plain")
def test_what_the_first_look_found_stays_unseen_by_staff_while_a_second_is_open(agency: Agency, reviewer: User) -> None:
    accepted = make_accepted(organization=agency.organization, by=agency.lead)
    Scorecard.objects.filter(assessment=accepted).update(second_look=True)
    assert "Validated" in ask(agency.lead, agency.organization).content.decode()
    assert "Validated" not in ask(reviewer, agency.organization).content.decode()


@pytest.mark.usefixtures("_plain")
def test_it_says_what_the_leadership_page_says(agency: Agency) -> None:
    make_submitted(organization=agency.organization, by=agency.lead, team="Gauges")
    make_submitted(organization=agency.organization, by=agency.lead, team="Levees", level=2)
    page = client_of(agency.lead).get(reverse("leadership", args=[agency.organization.code])).content.decode()
    paper = ask(agency.lead, agency.organization).content.decode()
    said = [line.split("<")[0] for line in page.split('<p class="usa-intro">')[1:]]
    briefs = page.split('<div class="briefs">')[1]
    said += [line.strip() for line in re.findall(r"<strong>([^<]+)", briefs)]
    said += [line.strip() for line in re.findall(r"</strong>([^<]+)", briefs)]
    assert any(line.startswith("Raise ") for line in said)
    assert [line for line in said if line not in paper] == []


@pytest.mark.usefixtures("_plain")
def test_a_stored_one_takes_the_same_few_queries_whatever_the_number_of_teams(
    agency: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = reverse("organization-portfolio-pdf", args=[agency.organization.code])
    client = client_of(agency.lead)
    for count in (1, 3):
        for number in range(count):
            make_submitted(organization=agency.organization, by=agency.lead, team=f"{count}, {number}")
        client.get(address)
        with django_assert_num_queries(6):
            client.get(address)


@pytest.mark.usefixtures("_plain")
def test_it_is_made_anew_once_a_team_submits_again(agency: Agency) -> None:
    make_submitted(organization=agency.organization, by=agency.lead, team="Gauges")
    first, again = ask(agency.lead, agency.organization), ask(agency.viewer, agency.organization)
    assert first["ETag"] == again["ETag"]
    make_submitted(organization=agency.organization, by=agency.lead, team="Levees")
    assert ask(agency.lead, agency.organization)["ETag"] != first["ETag"]


def test_what_was_handed_out_is_known_again(agency: Agency, client: Client, settings: Settings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT, settings.PDF_SECONDS = str(tmp_path), 60
    make_submitted(organization=agency.organization, by=agency.lead)
    paper = ask(agency.lead, agency.organization).content
    assert IssuedPaper.objects.get().kind == PaperKind.PORTFOLIO
    file = SimpleUploadedFile("portfolio.pdf", paper, "application/pdf")
    shown = words(client.post(reverse("verify-paper"), {"paper": file}))
    today = date_format(timezone.localtime(), "F j, Y")
    assert "This PDF is genuine and unchanged" in shown
    assert f"Whose it is Organization Department of Rivers As of {today}" in shown


@pytest.mark.usefixtures("_plain")
def test_it_is_as_of_the_newest_submission_or_decision(agency: Agency, reviewer: User) -> None:
    submitted = make_submitted(organization=agency.organization, by=agency.lead)
    ask(agency.lead, agency.organization)
    assert IssuedPaper.objects.get().as_of == submitted.scorecards.get().sealed_at
    actions.accept(assessment=submitted, by=reviewer)
    ask(agency.lead, agency.organization)
    assert IssuedPaper.objects.latest("pk").as_of == submitted.scorecards.get().reviews.get().decided_at


# ---- What it is ----


ALL_LETTERS = pytest.mark.skipif(
    bool(fonts.missing()), reason="there are no fonts here for every letter that is printed"
)


@ALL_LETTERS
@pytest.mark.parametrize("count", [1, 2, 8])
def test_whatever_the_teams_are_called_it_is_whole_and_for_everyone(count: int) -> None:
    histories = teams_of(count)
    organization = text(Case(count, "latin", "", 0, "", None), "Org", 150)
    paper = made(reports.portfolio_html(organization, histories, as_of=AS_OF))
    assert list(problems(paper)) == []
    names = [organization, *(name for team in histories for name in (team.team, team.newest.cycle))]
    assert list(lost(paper.body, names)) == []
    assert pdf_checks.broken_rows(paper.body) == 0
    assert pdf_checks.bookmarks(paper.body)[-count:] == [team.team for team in histories]
    pages = len(pdf_checks.page_sizes(paper.body))
    assert pages - count == {1: 1, 2: 2, 8: 3}[count]
    assert ("Contents" in pdf_checks.letters_of(paper.body)) == (pages > MOST_PAGES)


@ALL_LETTERS
def test_many_teams_have_a_page_each_and_a_table_of_contents() -> None:
    content = made(reports.portfolio_html("Department of Examples", teams_of(20), as_of=AS_OF)).body
    first, *_, last = pages = pdf_checks.letters_of_pages(content)
    assert pdf_checks.ua_problems(content) == []
    assert MOST_PAGES < len(pages) == 20 + 3
    assert "Contents" in first
    assert "45678910111213" in first  # the pages of the first ten teams
    assert "T20" in last
    assert pdf_checks.contents_links(content) >= 2 * 20
    assert len(pdf_checks.bookmarks(content)) == 20 + 5


def test_the_same_teams_are_the_same_document() -> None:
    first, again = (reports.portfolio_html("Rivers", teams(3), as_of=AS_OF) for _ in range(2))
    assert first == again


def test_each_page_says_as_of_when_and_where_the_file_is_checked() -> None:
    foot = "AI maturity portfolio as of November 23, 2026. Check it at 127.0.0.1:8000/verify/"
    content = made(reports.portfolio_html("Rivers", teams(2), as_of=AS_OF)).body
    assert pdf_checks.ua_problems(content) == []
    pages = pdf_checks.letters_of_pages(content)
    assert len(pages) > 2
    assert all("".join(foot.split()) in page for page in pages)


def test_of_more_teams_than_have_a_page_all_are_in_the_table() -> None:
    html = reports.portfolio_html("Rivers", teams(30, name="Team"), as_of=AS_OF)
    assert all(f"Team {number}" in html for number in range(1, 31))
    assert html.count('id="team-') == 24
