"""The portfolio: its figures, its pictures beside their tables, its words, and the way to the submissions."""

import re
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from assessments import actions, charts
from assessments.actions import AreaEntry, ReviewEntry
from assessments.models import Assessment, Cycle, State, Tally, User
from assessments.portfolio import Subject, counted, middle
from assessments.portfolio_words import count_of, cut_off, headline
from tests.factories import (
    client_of,
    make_accepted,
    make_assessment,
    make_cycle,
    make_member,
    make_organization,
    make_returned,
    make_reviewer,
    make_submitted,
)

PAGE = "/admin/portfolio/"
QUEUE = "/admin/assessments/assessment/"
LATER = {"mlops-1": 5, "mlops-2": 5, "mlops-3": 5, "mlops-4": 5}


def told(user: User, **query: Any) -> Any:
    response = client_of(user).get(PAGE, query)
    assert response.status_code == 200
    return response.context["told"]


def listed(user: User, address: str) -> int:
    response = client_of(user).get(address)
    assert response.status_code == 200
    return int(response.context["cl"].result_count)


def two_cycles() -> tuple[Cycle, Cycle]:
    now = make_cycle(name="FY2027 Q1")
    return make_cycle(name="FY2026 Q4", starts_on=now.starts_on.replace(year=now.starts_on.year - 1)), now


def some_submissions() -> Cycle:
    """Three teams of two organizations, one of which was there before; one accepted, lower in one area."""
    before, now = two_cycles()
    rivers, hills = make_organization(name="Rivers"), make_organization(name="Hills")
    make_accepted(organization=rivers, team="Floods", cycle=before, level=2)
    floods = make_submitted(organization=rivers, team="Floods", cycle=now, level=3, choices={"dataops-1": 1})
    entry = ReviewEntry(areas={"mlops": AreaEntry(2, "The registry is a plan.")})
    actions.accept(
        assessment=floods, by=make_member(organization=make_organization(), coe_role="reviewer"), entry=entry
    )
    make_submitted(organization=rivers, team="Droughts", cycle=now, level=5, choices={"peopleops-1": 1})
    make_returned(organization=hills, team="Slopes", cycle=now, level="not_applicable", choices={"mlops-1": 4})
    make_assessment(organization=hills, cycle=now)
    return now


# ---- Figures ----


def test_the_middle_level_is_that_of_the_team_in_the_middle_and_of_two_the_lower() -> None:
    assert middle(Counter({1: 1, 3: 1, 5: 1})) == 3
    assert middle(Counter({2: 1, 4: 1})) == 2
    assert middle(Counter({0: 5, 4: 1})) == 4, "who is not rated has no say"
    assert middle(Counter({0: 2})) is None
    assert middle(Counter()) is None


def test_the_newest_submission_of_each_team_counts_once(reviewer: User) -> None:
    cycle = make_cycle()
    assessment = make_returned(cycle=cycle, level=2)
    assert told(reviewer).headline.startswith(f"In {cycle}, 1 team of 1 organization has submitted.")
    make_submitted(assessment=assessment, level=4)
    page = told(reviewer)
    assert page.teams == 1
    assert [[part.count for part in bar.parts] for bar in page.levels.bars] == [[0, 0, 0, 1, 0, 0]] * 7


def test_claimed_and_validated_levels_are_told_apart(reviewer: User) -> None:
    some_submissions()
    claimed, validated = told(reviewer, basis="claimed"), told(reviewer, basis="validated")
    assert (claimed.teams, claimed.organizations) == (3, 2)
    assert (validated.teams, validated.organizations) == (1, 1)
    mlops = {"claimed": claimed.levels.bars[1], "validated": validated.levels.bars[1]}
    assert {bar.name for bar in mlops.values()} == {"MLOps"}
    assert [part.count for part in mlops["claimed"].parts] == [0, 0, 1, 1, 1, 0]
    assert [part.count for part in mlops["validated"].parts] == [0, 1, 0, 0, 0, 0]
    moved = {bar.name: [part.count for part in bar.parts] for bar in validated.movement.bars}
    assert (moved["MLOps"], moved["AIOps"]) == ([0, 1, 0, 0], [0, 0, 1, 0])


def test_movement_is_since_the_teams_own_earlier_cycle(reviewer: User) -> None:
    some_submissions()
    moved = {bar.name: [part.count for part in bar.parts] for bar in told(reviewer).movement.bars}
    assert moved["AIOps"] == [0, 0, 1, 2]
    assert moved["DataOps"] == [0, 1, 0, 2], "a single 1 keeps the area at level 2"


def test_without_a_cycle_the_newest_with_a_submission_is_shown(reviewer: User) -> None:
    before, now = two_cycles()
    make_submitted(cycle=before)
    make_assessment(cycle=now)
    assert told(reviewer).cycle == before
    response = client_of(reviewer).get(PAGE)
    assert [cycle.name for cycle in response.context["cycles"]] == ["FY2026 Q4"]


def test_a_cycle_that_is_not_there_is_not_found(reviewer: User) -> None:
    make_submitted()
    assert client_of(reviewer).get(PAGE, {"cycle": "nothing"}).status_code == 404


@pytest.mark.parametrize("query", [{"basis": "x"}, {"page": "x"}, {"page": "0"}, {"page": "99"}])
def test_nonsense_in_the_address_shows_the_page_nevertheless(reviewer: User, query: dict[str, str]) -> None:
    make_submitted()
    assert told(reviewer, **query).teams == 1


def test_nobody_having_submitted_is_said(reviewer: User) -> None:
    response = client_of(reviewer).get(PAGE)
    assert "Nobody has submitted yet." in response.content.decode()


def test_nothing_being_accepted_is_said(reviewer: User) -> None:
    cycle = make_submitted().cycle
    assert told(reviewer, basis="validated").headline == f"In {cycle}, no submission is accepted yet."


def test_of_equally_low_foundations_the_one_nearest_the_bottom_counts_and_the_page_says_so(reviewer: User) -> None:
    make_submitted(level=4, choices={"cloudops-1": 1, "secops-1": 1})
    assert [(lever.name, lever.part.count) for lever in told(reviewer).weakest] == [("CloudOps", 1)]
    content = client_of(reviewer).get(PAGE).content.decode()
    assert "of equally low ones, for the one nearest the bottom of the stack" in content
    assert (
        "CloudOps lowest beneath an area two or more levels above"
        in client_of(reviewer).get(QUEUE, {"counted": "claimed.gap.cloudops.0"}).content.decode()
    )


def test_what_the_tables_of_ten_leave_out_is_counted(reviewer: User) -> None:
    make_submitted(level=3)
    page = told(reviewer)
    assert len(page.holding.levers) == len(page.steps.levers) == 10
    assert page.holding.cut_off == "And 19 more, in as many teams as the last one here."
    assert page.steps.cut_off
    content = client_of(reviewer).get(PAGE).content.decode()
    assert f"<p>{page.holding.cut_off}</p>" in content
    assert f"<p>{page.steps.cut_off}</p>" in content


def test_a_table_that_has_all_says_nothing_of_others(reviewer: User) -> None:
    make_submitted(level=5, choices={"secops-1": 1})
    page = told(reviewer)
    assert 0 < len(page.holding.levers) < 10
    assert page.holding.cut_off == ""


# ---- A second look stays blind ----


def test_validated_figures_leave_a_submission_out_while_its_second_look_is_open(reviewer: User, settings: Any) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    another = make_reviewer()
    drawn = make_submitted(level=3)
    actions.accept(assessment=drawn, by=reviewer, entry=ReviewEntry(areas={"mlops": AreaEntry(2, "No log.")}))
    figure = f"{QUEUE}?counted=validated.level.mlops.2"
    assert told(another, basis="validated").teams == 0
    assert listed(another, figure) == listed(another, f"{QUEUE}?counted=validated.teams..0") == 0
    assert told(another, basis="claimed").teams == 1
    entry = ReviewEntry(
        areas={area: AreaEntry(3) for area in drawn.scorecards.get().areas.values_list("area", flat=True)}
    )
    actions.save_second_look(scorecard=drawn.scorecards.get(), by=another, entry=entry)
    assert told(another, basis="validated").teams == 0, "noting is not ending"
    actions.save_second_look(scorecard=drawn.scorecards.get(), by=another, entry=entry, complete=True)
    page = told(another, basis="validated")
    assert (page.teams, [part.count for part in page.levels.bars[1].parts]) == (1, [0, 1, 0, 0, 0, 0])
    assert listed(another, figure) == 1


def test_a_second_look_that_ends_before_the_decision_is_counted_once_with_it(reviewer: User, settings: Any) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    drawn = make_submitted(level=3)
    entry = ReviewEntry(
        areas={area: AreaEntry(3) for area in drawn.scorecards.get().areas.values_list("area", flat=True)}
    )
    actions.save_second_look(scorecard=drawn.scorecards.get(), by=make_reviewer(), entry=entry, complete=True)
    assert told(reviewer, basis="validated").teams == 0
    actions.accept(assessment=drawn, by=reviewer)
    assert told(reviewer, basis="validated").teams == 1


def test_movement_tells_nothing_of_an_earlier_cycle_whose_second_look_is_open(reviewer: User, settings: Any) -> None:
    before, now = two_cycles()
    organization = make_organization()
    settings.SECOND_LOOK_PERCENT = 100
    make_accepted(organization=organization, team="Floods", cycle=before, level=2)
    settings.SECOND_LOOK_PERCENT = 0
    make_accepted(organization=organization, team="Floods", cycle=now, level=3)
    moved = [[part.count for part in bar.parts] for bar in told(reviewer, basis="validated").movement.bars]
    assert moved == [[0, 0, 0, 1]] * 7


def test_the_page_says_that_open_second_looks_are_left_out(reviewer: User) -> None:
    make_accepted()
    content = client_of(reviewer).get(PAGE, {"basis": "validated"}).content.decode()
    assert "Submissions whose second look is open are left out." in content


# ---- Each figure leads to the submissions behind it ----


def test_every_tally_leads_to_as_many_submissions_as_it_counts(reviewer: User) -> None:
    cycle = some_submissions()
    for tally in Tally.objects.filter(cycle=cycle, organization=None, count__gt=0):
        subject = Subject(tally.kind, tally.subject, tally.value)
        address = f"{QUEUE}?cycle__id__exact={cycle.pk}&counted={counted(tally.basis, subject)}"
        assert (str(tally), listed(reviewer, address)) == (str(tally), tally.count)


@pytest.mark.parametrize("basis", ["claimed", "validated"])
def test_every_link_of_the_page_leads_to_the_submissions_behind_it(reviewer: User, basis: str) -> None:
    some_submissions()
    page = told(reviewer, basis=basis)
    parts = [part for chart in (page.levels, page.movement) for bar in chart.bars for part in bar.parts if part.link]
    parts += [lever.part for levers in (page.weakest, page.holding.levers, page.steps.levers) for lever in levers]
    found = [(part.link, part.count) for part in parts]
    found += [(row.link, row.teams) for row in page.heat.rows]
    found += [(cell.link, cell.teams) for row in page.heat.rows for cell in row.cells]
    assert len(found) > 30
    assert [(link, listed(reviewer, link)) for link, _ in found] == found


def test_the_list_says_by_which_figure_it_is_narrowed(reviewer: User) -> None:
    some_submissions()
    link = told(reviewer).holding.levers[0].part.link
    content = client_of(reviewer).get(link).content.decode()
    assert "figure of the portfolio" in content
    assert "holds its area back" in content
    assert "figure of the portfolio" not in client_of(reviewer).get(QUEUE).content.decode()


def test_a_list_narrowed_by_accepted_levels_shows_them(reviewer: User) -> None:
    cycle = some_submissions()
    client = client_of(reviewer)
    content = client.get(QUEUE, {"counted": "validated.level.mlops.2", "cycle__id__exact": cycle.pk}).content.decode()
    _, validated = content.split('class="field-validated_levels"')
    assert "Levels validated" in content
    assert 'title="MLOps"><span class="usa-sr-only">MLOps </span>2<' in validated
    for address in (QUEUE, f"{QUEUE}?counted=claimed.level.mlops.3", f"{QUEUE}?counted=x"):
        assert "Levels validated" not in client.get(address).content.decode()


def test_a_list_with_accepted_levels_asks_as_often_for_many_as_for_one(reviewer: User) -> None:
    client, counts = client_of(reviewer), []
    for _ in range(2):
        make_accepted(level=3)
        make_accepted(level=3)
        client.get(QUEUE, {"counted": "validated.level.mlops.3"})
        with CaptureQueriesContext(connection) as captured:
            client.get(QUEUE, {"counted": "validated.level.mlops.3"})
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("value", ["", "x", "claimed.level", "a.b.c.d", "claimed.level.mlops.x", "claimed.x.mlops.1"])
def test_a_figure_that_there_is_not_narrows_nothing(reviewer: User, value: str) -> None:
    make_submitted()
    assert listed(reviewer, f"{QUEUE}?counted={value}") == 1


# ---- Pictures and tables ----


def test_pictures_and_tables_show_the_same_figures(reviewer: User) -> None:
    some_submissions()
    response = client_of(reviewer).get(PAGE)
    content = response.content.decode()
    for picture in response.context["pictures"]:
        told_by_table = [[part.count for part in bar.parts] for bar in picture.chart.bars]
        traces = [trace["x"] for trace in picture.figure["data"]]
        assert [list(column) for column in zip(*told_by_table, strict=True)] == traces
        assert [trace["name"] for trace in picture.figure["data"]] == [tone.label for tone in picture.chart.tones]
        for (bar, svg), counts in zip(picture.bars, told_by_table, strict=True):
            assert [int(text) for text in re.findall(r">(\d+)</text>", svg)] == [count for count in counts if count]
            assert f'<th scope="row">{bar.name}</th>' in content
    heat = response.context["told"].heat
    (trace,) = response.context["heat_figure"]["data"]
    assert trace["z"] == [[cell.level for cell in row.cells] for row in heat.rows]
    teams = [[int(words.split("<br>")[1].split()[0]) for words in row] for row in trace["customdata"]]
    assert teams == [[cell.teams for cell in row.cells] for row in heat.rows]
    shown = re.findall(r'heat-map__cell level-badge level-badge--(\w+)" href="([^"]+)"', content)
    cells = [cell for row in heat.rows for cell in row.cells]
    assert shown == [(str(cell.level or "none"), escape(cell.link)) for cell in cells]


def test_each_organization_of_the_map_leads_to_the_page_about_its_teams(reviewer: User) -> None:
    assessment = make_submitted()
    client = client_of(reviewer)
    address = reverse("leadership", args=[assessment.organization.code])
    assert f'href="{address}"' in client.get(PAGE).content.decode()
    assert client.get(address).status_code == 200


def test_a_bar_shows_its_counts_where_there_is_room_and_fills_its_width() -> None:
    bar = charts.Bar(
        "A", (charts.Part(1), charts.Part(0), charts.Part(99), charts.Part(0), charts.Part(0), charts.Part(0))
    )
    svg = charts.bar_svg(bar, charts.level_tones(5))
    assert re.findall(r">(\d+)</text>", svg) == ["99"]
    assert re.findall(r'<rect x="([\d.]+)%" y="1" width="([\d.]+)%"', svg) == [("0", "1"), ("1", "99")]
    assert "<rect" not in charts.bar_svg(charts.Bar("A", ()), ())


def test_names_are_escaped_on_the_page_and_in_the_figures(reviewer: User) -> None:
    make_submitted(organization=make_organization(name="<b>Bold</b> & Co"))
    response = client_of(reviewer).get(PAGE)
    assert b"<b>Bold</b>" not in response.content
    assert response.context["heat_figure"]["data"][0]["y"] == ["&lt;b&gt;Bold&lt;/b&gt; &amp; Co"]


# ---- Pages and queries ----


def test_organizations_come_by_name_fifty_a_page(reviewer: User) -> None:
    cycle = make_cycle()
    first = make_submitted(cycle=cycle, organization=make_organization(name="Agency 000"))
    tallies = list(Tally.objects.filter(organization=first.organization))
    for number in range(1, 52):
        organization = make_organization(name=f"Agency {number:03}")
        Tally.objects.bulk_create(
            Tally(
                cycle=cycle,
                organization=organization,
                basis=t.basis,
                kind=t.kind,
                subject=t.subject,
                value=t.value,
                count=1,
            )
            for t in tallies
        )
    page = told(reviewer)
    assert (len(page.heat.rows), page.organizations) == (50, 52)
    assert page.heat.rows[0].name == "Agency 000"
    assert [row.name for row in told(reviewer, page="2").heat.rows] == ["Agency 050", "Agency 051"]


def test_the_page_asks_as_often_for_many_submissions_as_for_one(reviewer: User) -> None:
    client = client_of(reviewer)
    cycle = make_cycle()
    make_submitted(cycle=cycle)
    counts = []
    for _ in range(2):
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        counts.append(len(captured))
        for level in (1, 2, 5):
            make_submitted(cycle=cycle, level=level)
    assert counts[0] == counts[1] <= 9


# ---- Words ----


def test_the_first_sentence_has_its_grammar() -> None:
    assert headline("Q1", 0, 0, []) == "In Q1, nobody has submitted yet."
    one = headline("Q1", 1, 1, [("DataOps", 1)])
    assert one == (
        "In Q1, 1 team of 1 organization has submitted."
        " The weakest foundation is DataOps: in 1 submission it is the lowest beneath an area two or more levels above."
    )
    many = headline("Q1", 1214, 38, [("DataOps", 57), ("SecOps", 57), ("DevOps", 3)], accepted=True)
    assert many == (
        "In Q1, 1,214 teams of 38 organizations have had a submission accepted."
        " The weakest foundations are DataOps and SecOps: in 57 submissions each, "
        "the lowest beneath an area two or more levels above."
    )
    equal = headline("Q1", 9, 2, [(name, 4) for name in "ABCD"])
    assert equal.endswith(
        "4 areas are equally weak foundations: in 4 submissions each, "
        "the lowest beneath an area two or more levels above."
    )
    none = headline("Q1", 2, 1, [])
    assert none.endswith("No area stands two or more levels beneath another that rests on it.")


def test_a_table_says_how_many_it_leaves_out() -> None:
    assert cut_off(0, 0) == ""
    assert cut_off(7, 0) == "And 7 more."
    assert cut_off(7, 7) == "And 7 more, in as many teams as the last one here."
    assert cut_off(7, 2) == "And 7 more, 2 of them in as many teams as the last one here."


def test_what_fell_looks_like_no_level() -> None:
    fell = charts.MOVEMENT_TONES[0]
    assert fell.colour.fill not in {tone.colour.fill for tone in charts.level_tones(5)[:5]}
    stripes = 'stroke-dasharray="2 4"'
    assert stripes in charts.swatch_svg(fell)
    bar = charts.Bar("A", (charts.Part(3), charts.Part(0), charts.Part(1), charts.Part(0)))
    assert charts.bar_svg(bar, charts.MOVEMENT_TONES).count(stripes) == 1
    shapes = [trace["marker"]["pattern"]["shape"] for trace in _traces(charts.BarChart(charts.MOVEMENT_TONES, (bar,)))]
    assert shapes == ["|", "", "", "/"]


def _traces(chart: charts.BarChart) -> Any:
    return charts.bars_figure(chart)["data"]


def test_a_share_never_seems_to_be_nothing_or_all_where_it_is_not() -> None:
    assert count_of(57, 214) == "57 of 214 teams (27 %)"
    assert count_of(1, 1) == "1 of 1 team (100 %)"
    assert count_of(1, 10_000) == "1 of 10,000 teams (1 %)"
    assert count_of(9_999, 10_000) == "9,999 of 10,000 teams (99 %)"
    assert count_of(0, 5) == "0 of 5 teams (0 %)"
    assert count_of(0, 0) == "0 of 0 teams (0 %)"


def test_a_submission_being_accepted_moves_no_claimed_figure(reviewer: User) -> None:
    cycle = make_cycle()
    assessment = make_submitted(cycle=cycle)
    before = told(reviewer)
    actions.accept(assessment=assessment, by=reviewer)
    assert told(reviewer).levels == before.levels
    assert Assessment.objects.get().state == State.ACCEPTED


# ---- A list that may be very long ----


def test_a_long_list_is_counted_no_further_than_it_can_be_turned_to(
    reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessments.admin.paging.COUNTED", 2)
    for _ in range(2):
        make_submitted()
    content = client_of(reviewer).get(QUEUE).content.decode()
    assert "2 submissions" in content
    assert "More than" not in content
    make_submitted()
    response = client_of(reviewer).get(QUEUE)
    assert response.context["cl"].result_count == 2
    assert (
        "More than 2 submissions. These are the first 2: narrow the list to find others." in response.content.decode()
    )


def test_of_many_organizations_the_list_names_only_the_one_it_is_narrowed_to(
    reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessments.admin.paging.CHOICES", 2)
    rivers, _, _ = (make_submitted(organization=make_organization(name=name)) for name in ("Rivers", "Hills", "Woods"))
    client = client_of(reviewer)
    assert "By organization" not in client.get(QUEUE).content.decode()
    response = client.get(QUEUE, {"organization__id__exact": rivers.organization_id})
    assert response.context["cl"].result_count == 1
    assert "By organization" in response.content.decode()
    assert client.get(QUEUE, {"organization__id__exact": "0"}).context["cl"].result_count == 0
