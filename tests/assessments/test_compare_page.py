"""The page that compares results: what can be chosen, what the address says, and who sees what."""

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assessments import actions
from assessments.models import Assessment, PeerFigures, Role, User
from rubric.copying import copy_as_draft
from rubric.models import Rubric
from tests.factories import (
    Agency,
    client_of,
    make_cycle,
    make_member,
    make_past_cycle,
    make_peers,
    make_returned,
    make_submitted,
    make_submitted_in_time,
)
from tests.rubric.factories import make_rubric
from tests.uswds.markup import parse

TABLE_ROW = re.compile(r"<tr[^>]*>\s*<th scope=\"row\"[^>]*>(\w+)</th>(.*?)</tr>", re.DOTALL)


def submitted_in(agency: Agency, *, days_ago: int, team: str = "Ice Watch", **answers: Any) -> Assessment:
    cycle = make_cycle(name=f"Cycle of {days_ago}", starts_on=timezone.localdate() - timedelta(days=days_ago))
    return make_submitted(organization=agency.organization, by=agency.lead, team=team, cycle=cycle, **answers)


def ask(agency: Agency, *assessments: Assessment, user: User | None = None, **query: Any) -> HttpResponse:
    told = {"with": [one.pk for one in assessments]} | query
    address = reverse("compare", args=[agency.organization.code])
    return client_of(user or agency.lead).get(
        f"{address}?{urlencode(told, doseq=True)}" if told["with"] or query else address
    )


def page_of(agency: Agency, *assessments: Assessment, **query: Any) -> str:
    reply = ask(agency, *assessments, **query)
    assert reply.status_code == 200
    return reply.content.decode()


def main_of(page: str) -> str:
    return page.split("<main")[1]


def levels_of(page: str) -> dict[str, list[str]]:
    """Each area's levels and differences as the table has them, such as ["3", "+1 4"]."""
    cells = {area: re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for area, row in TABLE_ROW.findall(page)}
    return {
        area: [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for area, row in cells.items()
    }


# ---- Two cycles of a team ----


def test_the_older_cycle_is_the_base_and_the_newer_one_is_set_against_it(agency: Agency) -> None:
    new, old = submitted_in(agency, days_ago=100, level=3), submitted_in(agency, days_ago=200, level=2)
    page = page_of(agency, new, old)
    assert levels_of(page)["MLOps"] == ["Level 2 score 2.0", "Level 3 score 3.0 +1"]
    assert "Cycle of 100: all seven areas are higher." in page
    assert "The levels written around the radar are those of <bdi>Cycle of 200</bdi>." in page
    assert "<bdi>Ice Watch</bdi>" in page
    assert list(levels_of(page)) == ["AIOps", "MLOps", "DataOps", "DevOps", "SecOps", "CloudOps", "PeopleOps"]


def test_what_the_coe_validated_stands_beside_and_changes_no_difference(agency: Agency, reviewer: User) -> None:
    old, new = submitted_in(agency, days_ago=200, level=2), submitted_in(agency, days_ago=100, level=3)
    entry = actions.ReviewEntry(areas={"mlops": actions.AreaEntry(2, "No log.")})
    actions.accept(assessment=new, by=reviewer, entry=entry)
    page = page_of(agency, old, new)
    levels = levels_of(page)
    caption = (
        "The radar shows the levels claimed. The table gives those that the Center of Excellence validated, in bold"
    )
    assert f"<figcaption>{caption} where they differ.</figcaption>" in page
    assert re.search(rf'<title id="compare-radar-title">[^<]* {caption} where they differ.</title>', page)
    assert levels["MLOps"] == ["Level 2 score 2.0", "Level 3 score 3.0 +1 validated 2"]
    assert levels["SecOps"] == ["Level 2 score 2.0", "Level 3 score 3.0 +1 validated 3"]


def test_where_the_coe_validated_what_was_claimed_the_radar_needs_no_caption(agency: Agency, reviewer: User) -> None:
    old, new = submitted_in(agency, days_ago=200, level=2), submitted_in(agency, days_ago=100, level=3)
    actions.accept(assessment=new, by=reviewer)
    assert "The radar shows the levels claimed" not in page_of(agency, old, new)


def checked(page: str) -> list[str]:
    """The values of the boxes that are ticked."""
    return re.findall(r'value="([^"]+)" checked', page)


def test_a_teams_newest_cycle_and_the_one_before_are_proposed_with_the_medians_of_theirs(agency: Agency) -> None:
    submitted_in(agency, days_ago=300)
    old, new = submitted_in(agency, days_ago=200), submitted_in(agency, days_ago=100)
    page = page_of(agency)
    assert sorted(checked(page)) == sorted([str(old.pk), str(new.pk)])
    assert "The levels written around the radar" not in page


def test_where_no_team_has_two_cycles_two_teams_are_proposed(agency: Agency) -> None:
    for days, team in ((100, "Ice Watch"), (99, "Sea Watch")):
        submitted_in(agency, days_ago=days, team=team)
    assert len(checked(page_of(agency))) == 2


def test_medians_are_of_a_cycle_that_is_compared(agency: Agency) -> None:
    oldest, old = submitted_in(agency, days_ago=900), submitted_in(agency, days_ago=700)
    submitted_in(agency, days_ago=500)
    page = page_of(agency, oldest, old)
    assert f'<option value="{old.cycle.code}" selected>' in page


def test_a_rationale_that_is_another_is_shown(agency: Agency) -> None:
    old = submitted_in(agency, days_ago=200, rationale="Words of then.")
    page = page_of(agency, old, submitted_in(agency, days_ago=100, rationale="Words of <now>."))
    assert "“<bdi>Words of &lt;now&gt;.</bdi>”" in page
    assert "Words of then." not in page


def test_another_base_can_be_chosen_and_is_kept_in_the_form(agency: Agency) -> None:
    new, old = submitted_in(agency, days_ago=100, level=3), submitted_in(agency, days_ago=200, level=2)
    page = page_of(agency, new, old, base=new.pk)
    assert levels_of(page)["MLOps"] == ["Level 3 score 3.0", "Level 2 score 2.0 −1"]
    assert f'name="base" value="{new.pk}"' in page


def test_what_changed_in_the_answers_is_folded_area_by_area(agency: Agency) -> None:
    old = submitted_in(agency, days_ago=200, level=2)
    new = submitted_in(
        agency,
        days_ago=100,
        level=2,
        choices={"dataops-3": 4},
    )
    page = page_of(agency, old, new)
    assert "DataOps: the answer to 1 of 4 questions differs" in page
    assert "Level 2, Repeatable → <strong>Level 4, Managed</strong>" in page
    assert f"Answered by <bdi>{agency.lead}</bdi>" in page
    assert "None differs in AIOps, MLOps, DevOps, SecOps, CloudOps, and PeopleOps." in page


def test_new_evidence_is_linked_and_what_people_typed_is_text(agency: Agency) -> None:
    old = submitted_in(agency, days_ago=200)
    new = submitted_in(
        agency, days_ago=100, rationale="Because.", evidence=[("<b>A log</b>", "https://example.gov/log")]
    )
    page = page_of(agency, old, new)
    assert 'href="https://example.gov/log" rel="noopener noreferrer nofollow">&lt;b&gt;A log&lt;/b&gt;</a>' in page
    assert "as before. New rationale and new evidence." in page
    assert "the levels chosen are the same; only the rationale or evidence changed for" in page


def test_radar_and_interactive_figure_are_there_with_a_gap_where_there_is_no_level(agency: Agency) -> None:
    gone = {f"cloudops-{number}": "not_applicable" for number in range(1, 5)}
    old, new = submitted_in(agency, days_ago=200), submitted_in(agency, days_ago=100, choices=gone)
    page = page_of(agency, old, new)
    assert levels_of(page)["CloudOps"][1].endswith("–")
    assert '<title id="compare-radar-title">Radar chart. Against Cycle of 200: Cycle of 100: six areas' in page
    figure = json.loads(re.findall(r'<script id="radar-figure"[^>]*>(.*?)</script>', page, re.DOTALL)[0])
    lines = {trace["name"]: trace["r"] for trace in figure["data"]}
    assert lines["Cycle of 100"].count(None) == 1
    assert None not in lines["Cycle of 200 (base)"]


# ---- Teams, and up to five ----


def test_teams_of_one_cycle_are_called_by_their_names_and_differ_rather_than_change(agency: Agency) -> None:
    cycle = make_cycle(name="FY2027 Q1")
    same: dict[str, Any] = {"organization": agency.organization, "by": agency.lead, "cycle": cycle}
    ice, sea = make_submitted(**same, team="Ice", level=2), make_submitted(**same, team="Sea", level=4)
    page = page_of(agency, ice, sea)
    assert "Sea: all seven areas are higher." in page
    assert "<strong>Level 4, Managed</strong>, not Level 2, Repeatable as <bdi>Ice</bdi>" in page
    assert "→" not in main_of(page)


def test_five_can_be_compared_and_six_are_refused_with_their_ticks_kept(agency: Agency) -> None:
    six = [submitted_in(agency, days_ago=100 + number) for number in range(6)]
    assert len(levels_of(page_of(agency, *six[:5]))["MLOps"]) == 5
    reply = ask(agency, *six)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "<title>Error: " in page
    assert "Choose five at most. You have chosen six." in page
    assert page.count(" checked") == 6


def test_one_alone_is_refused(agency: Agency) -> None:
    one = submitted_in(agency, days_ago=100)
    submitted_in(agency, days_ago=200)
    reply = ask(agency, one)
    assert reply.status_code == 422
    assert "Choose at least two to compare. You have chosen one." in reply.content.decode()


def test_medians_alone_are_refused(agency: Agency) -> None:
    submitted_in(agency, days_ago=100)
    reply = ask(agency, peers=["all", "kind"])
    assert reply.status_code == 422
    assert "Choose at least one result of a team." in reply.content.decode()


def test_the_same_twice_counts_once(agency: Agency) -> None:
    one = submitted_in(agency, days_ago=100)
    submitted_in(agency, days_ago=200)
    assert "You have chosen one." in ask(agency, one, one).content.decode()


def test_without_a_choice_there_is_the_form_and_no_complaint(agency: Agency) -> None:
    submitted_in(agency, days_ago=100)
    submitted_in(agency, days_ago=200)
    page = page_of(agency)
    assert "There is a problem" not in page
    assert re.findall(r"Cycle of (\d+)</label>", page) == ["100", "200"]


def test_before_there_is_anything_to_compare_it_says_what_will_be_here(agency: Agency) -> None:
    assert "Once a team submits an assessment" in page_of(agency)
    make_submitted(organization=agency.organization, by=agency.lead)
    assert "One result so far" in page_of(agency)


# ---- Peers ----


@pytest.fixture
def mine(agency: Agency) -> Assessment:
    """A result of a cycle whose due date has ended, among six others."""
    cycle = make_past_cycle(name="FY2026 Q1")
    make_peers(cycle=cycle, count=8, levels=[2])
    return make_submitted_in_time(cycle=cycle, organization=agency.organization, by=agency.lead, level=3)


def test_medians_stand_beside_a_result(agency: Agency, mine: Assessment) -> None:
    page = page_of(agency, mine, peers="all")
    assert "Median of all organizations, FY2026 Q1: all seven areas are lower." in page
    assert levels_of(page)["MLOps"] == ["Level 3 score 3.0", "Level 2 −1"]
    assert "What differs in the answers" not in page
    assert reverse("peers", args=[mine.pk]) in page


def test_medians_of_the_newest_cycle_that_is_over_stand_beside_one_that_is_not(
    agency: Agency, mine: Assessment
) -> None:
    new = make_submitted(organization=agency.organization, by=agency.lead, level=4)
    page = page_of(agency, new, peers="all")
    assert "Median of all organizations, FY2026 Q1" in page


def test_medians_of_a_cycle_that_is_not_over_are_not_made_and_the_page_says_when_they_are(
    agency: Agency, mine: Assessment
) -> None:
    new = make_submitted(organization=agency.organization, by=agency.lead, level=4)
    PeerFigures.objects.all().delete()
    page = page_of(agency, mine, new, peers="all", cycle=new.cycle.code)
    assert f"Not shown: the median of all organizations, because figures of {new.cycle} appear after" in page
    assert len(levels_of(page)["MLOps"]) == 2
    assert not PeerFigures.objects.exists()


def test_medians_that_are_hidden_stay_hidden_and_leave_nothing_to_compare(agency: Agency) -> None:
    cycle = make_past_cycle()
    make_peers(cycle=cycle, count=4)
    mine = make_submitted_in_time(cycle=cycle, organization=agency.organization, by=agency.lead)
    page = page_of(agency, mine, peers="all")
    assert "Not shown: the median of all organizations, because fewer than 6 organizations had a result" in page
    assert "There is one result left" in page
    assert "<svg class" not in main_of(page)


def test_a_median_that_may_not_be_shown_is_told_once_and_the_rest_is_drawn(agency: Agency, mine: Assessment) -> None:
    page = page_of(agency, mine, peers=["all", "size"])
    assert page.count("because nobody has said yet how large") == 1
    assert len(levels_of(page)["MLOps"]) == 2


def closed_peers(page: str) -> dict[str, str]:
    """The medians that can't be ticked, each with the reason that describes its box."""
    form = parse(page).one("form", css="compare-form")
    boxes = [box for box in form.all("input", name="peers") if "disabled" in box.attrs]
    return {box.attrs["value"]: form.one("p", id=box.attrs["aria-describedby"]).text for box in boxes}


def test_medians_that_cannot_be_shown_cannot_be_ticked_and_say_why(agency: Agency, mine: Assessment) -> None:
    assert closed_peers(page_of(agency, mine, peers="all")) == {
        "size": f"Nobody has said yet how large {agency.organization} is."
    }


def test_before_the_due_date_no_median_can_be_ticked_nor_its_cycle_chosen(agency: Agency) -> None:
    new, other = (make_submitted(organization=agency.organization, by=agency.lead, team=team) for team in "AB")
    page = page_of(agency, new, other)
    reasons = closed_peers(page)
    assert list(reasons) == ["all", "kind", "size"]
    assert all(why.startswith(f"Figures of {new.cycle} appear after ") for why in reasons.values())
    assert f'<option value="{new.cycle.code}" selected disabled>{new.cycle}, not yet</option>' in page


def test_an_address_that_asks_for_closed_medians_gets_one_sentence_and_no_tick(agency: Agency) -> None:
    cycle = make_cycle()
    made = [make_submitted(organization=agency.organization, by=agency.lead, team=team, cycle=cycle) for team in "ABCD"]
    page = page_of(agency, *made, peers=["all", "kind"])
    told = "Not shown: the median of all organizations and the median of the same kind, because figures of"
    assert page.count(told) == page.count("Not shown: ") == 1
    assert sorted(checked(page)) == sorted(str(one.pk) for one in made)
    assert "Choose what to compare: 4 chosen" in page


def test_where_another_cycle_may_have_the_medians_the_form_says_how_to_see_them(
    agency: Agency, mine: Assessment
) -> None:
    new = make_submitted(organization=agency.organization, by=agency.lead, level=4)
    hint = "Another cycle may have those that are closed here"
    assert hint in page_of(agency, mine, new, cycle=new.cycle.code)
    assert hint not in page_of(agency, mine, new, cycle=mine.cycle.code)


def test_names_of_other_organizations_are_on_no_page(agency: Agency, mine: Assessment) -> None:
    others = Assessment.objects.exclude(organization=agency.organization).select_related("organization")
    page = page_of(agency, mine, peers=["all", "kind"])
    assert not [one for one in others if str(one.organization) in page or one.team in page]


# ---- Versions of the model ----


def test_another_version_is_compared_and_said_to_be_one(agency: Agency) -> None:
    old = submitted_in(agency, days_ago=200)
    draft = copy_as_draft(Rubric.objects.get(code="ai-cmm"), version="2026-11")
    draft.publish()
    new = submitted_in(agency, days_ago=100, rubric=draft)
    page = page_of(agency, old, new)
    assert "The results were made with different versions of the model." in page
    assert len(levels_of(page)) == 7


@pytest.fixture
def strangers(agency: Agency) -> list[Assessment]:
    """Two cycles of a team, made with different models."""
    ours, tiny = Rubric.objects.get(code="ai-cmm"), make_rubric(published=True)
    return [
        submitted_in(agency, days_ago=200, rubric=tiny, level=2),
        submitted_in(agency, days_ago=100, rubric=ours),
    ]


def test_results_of_different_models_are_not_drawn_and_the_page_says_why(
    agency: Agency, strangers: list[Assessment]
) -> None:
    page = page_of(agency, *strangers)
    assert "These results can't be set beside one another" in page
    assert "Tiny Model, version 1, 3 levels" in page
    assert "<svg class" not in main_of(page)
    assert levels_of(page) == {}


def test_the_trend_leaves_out_what_another_model_made_and_says_so(agency: Agency, strangers: list[Assessment]) -> None:
    page = client_of(agency.lead).get(reverse("trend", args=[agency.organization.code])).content.decode()
    assert "Cycle of 200 is left out: it was made with Tiny Model, version 1" in page
    assert [len(cells) for cells in levels_of(page).values()] == [1] * 7


# ---- Who, and what is refused ----


def test_only_what_was_submitted_in_this_organization_can_be_chosen(agency: Agency, other: Agency) -> None:
    one = submitted_in(agency, days_ago=100)
    foreign = make_submitted(organization=other.organization, by=other.lead)
    for stranger in (foreign.pk, agency.draft.pk, uuid4(), "x"):
        reply = client_of(agency.lead).get(
            reverse("compare", args=[agency.organization.code]), {"with": [one.pk, stranger]}
        )
        assert reply.status_code == 404


@pytest.mark.parametrize("query", [{"peers": "friends"}, {"cycle": "no-such-cycle"}])
def test_no_choice_of_the_form_is_not_found(agency: Agency, query: dict[str, str]) -> None:
    assert ask(agency, submitted_in(agency, days_ago=100), **query).status_code == 404


def test_a_base_that_is_not_chosen_any_more_gives_way_to_the_oldest(agency: Agency) -> None:
    old, new, left = (submitted_in(agency, days_ago=days, level=2) for days in (300, 200, 100))
    assert "Against <bdi>Cycle of 300</bdi>" in page_of(agency, old, new, base=left.pk)


@pytest.mark.parametrize("role", Role.values)
def test_every_role_and_the_coe_can_compare(agency: Agency, reviewer: User, role: str) -> None:
    both = submitted_in(agency, days_ago=100), submitted_in(agency, days_ago=200)
    for user in (make_member(organization=agency.organization, role=role), reviewer):
        assert len(levels_of(page_of(agency, *both, user=user))["MLOps"]) == 2


def test_others_find_nothing(agency: Agency, other: Agency) -> None:
    both = submitted_in(agency, days_ago=100), submitted_in(agency, days_ago=200)
    assert ask(agency, *both, user=other.lead).status_code == 404


def test_what_was_returned_is_compared_as_it_was_submitted(agency: Agency) -> None:
    returned = make_returned(organization=agency.organization, by=agency.lead, level=2)
    returned.answers.update(choice="5")
    one = submitted_in(agency, days_ago=200, level=1, team="Old")
    assert levels_of(page_of(agency, one, returned))["MLOps"][1] == "Level 2 score 2.0 +1"


def test_the_result_leads_there_with_the_cycle_before_chosen_and_to_the_trend(agency: Agency) -> None:
    old, new = submitted_in(agency, days_ago=200), submitted_in(agency, days_ago=100)
    result = client_of(agency.lead).get(reverse("result", args=[new.pk])).content.decode()
    chosen = urlencode({"with": [old.pk, new.pk]}, doseq=True).replace("&", "&amp;")
    assert f"{reverse('compare', args=[agency.organization.code])}?{chosen}" in result
    assert f"{reverse('trend', args=[agency.organization.code])}?team=Ice+Watch" in result
    first = client_of(agency.lead).get(reverse("result", args=[old.pk])).content.decode()
    assert f'href="{reverse("compare", args=[agency.organization.code])}"' in first
    assert reverse("trend", args=[agency.organization.code]) not in first


def test_a_draft_that_was_never_submitted_leads_to_no_comparison(agency: Agency) -> None:
    page = client_of(agency.lead).get(reverse("result", args=[agency.draft.pk])).content.decode()
    assert reverse("compare", args=[agency.organization.code]) not in page


def test_home_leads_there(agency: Agency) -> None:
    page = client_of(agency.viewer).get(reverse("home")).content.decode()
    for name in ("compare", "trend"):
        assert reverse(name, args=[agency.organization.code]) in page


def test_the_queries_grow_neither_with_the_results_nor_with_those_chosen(
    agency: Agency, mine: Assessment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, chosen = client_of(agency.lead), [mine]
    for days in (200, 201):
        chosen.append(submitted_in(agency, days_ago=days, team=f"Team {days}"))
        query = {"with": [one.pk for one in chosen], "peers": "all"}
        address = reverse("compare", args=[agency.organization.code])
        client.get(address, query)
        with django_assert_num_queries(8):
            client.get(address, query)
