"""How far two reviewers of the same submission agree."""

from subprocess import CompletedProcess
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from assessments import actions, agreement
from assessments.actions import AreaEntry, ReviewEntry
from assessments.agreement import Pair, agreement_page, pairs_of
from assessments.kappa import reply, weighted_kappa
from assessments.models import Assessment, User
from tests.factories import client_of, make_reviewer, make_submitted

from .sheets import full_rubric

AREAS = ("peopleops", "cloudops", "secops", "devops", "dataops", "mlops", "aiops")
ANN_AND_BEN = ("Ann", "Ben")


def pair(first: int, second: int, *, area: str = "secops", by: tuple[str, str] = ANN_AND_BEN) -> Pair:
    return Pair(area, first, second, by)


@pytest.fixture
def another() -> User:
    return make_reviewer(name="Otto Other")


@pytest.fixture
def all_drawn(settings: Any) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    cache.clear()


@pytest.fixture
def kappa_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kappa from this process, for tests of something else: another one takes a second to load its libraries."""

    def run(command: list[str], *, input: str, **_: Any) -> CompletedProcess[str]:  # as subprocess has it
        return CompletedProcess(command, 0, stdout=reply(input))

    monkeypatch.setattr(agreement.subprocess, "run", run)


def looked_at_twice(first: User, second: User, **levels: int) -> Assessment:
    """An accepted submission at level 3; `levels` are what the second look finds otherwise."""
    assessment = make_submitted()
    scorecard = assessment.scorecards.get()
    entry = ReviewEntry(areas={code: AreaEntry(levels.get(code, 3), "Seen so.") for code in AREAS})
    actions.save_second_look(scorecard=scorecard, by=second, entry=entry, complete=True)
    actions.accept(assessment=assessment, by=first, entry=ReviewEntry(areas={"secops": AreaEntry(2, "No log.")}))
    return assessment


# ---- Kappa ----


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([], None),
        ([(3, 3), (3, 3)], None),
        ([(1, 1), (5, 5), (3, 3)], 1.0),
        ([(1, 5), (5, 1)], -1.0),
        ([(1, 2), (2, 3), (3, 4), (4, 5)], 1 - 1 / 3.5),
    ],
)
def test_kappa_weighs_a_difference_by_its_square(pairs: list[tuple[int, int]], kappa: float | None) -> None:
    """The last one by hand: the mean square observed is 1; by chance it is 1.25 + 1.25 + 1, variances and bias."""
    assert weighted_kappa(pairs, 5) == (None if kappa is None else pytest.approx(kappa))


# ---- In words ----


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([], "No submission has been looked at twice yet, so there is nothing to compare."),
        ([pair(3, 3)], "The one level that was given twice is the same."),
        ([pair(3, 2)], "The one level that was given twice is not the same."),
        ([pair(3, 3), pair(3, 2)], "Of 2 levels that were given twice, 1 is the same (50 %)."),
        (
            [pair(3, 3), pair(3, 3), pair(1, 3, area="mlops")],
            "Of 3 levels that were given twice, 2 are the same (67 %). "
            "Reviewers were two levels or more apart in MLOps.",
        ),
    ],
)
@pytest.mark.usefixtures("kappa_at_hand")
def test_the_page_says_it_in_a_sentence(pairs: list[Pair], sentence: str) -> None:
    assert agreement_page(full_rubric(), pairs).sentence == sentence


@pytest.mark.django_db
def test_agreement_is_counted_by_area_and_by_each_who_took_part() -> None:
    page = agreement_page(
        full_rubric(),
        [pair(1, 1), pair(2, 3), pair(4, 4, area="mlops", by=("Ben", "Cas")), pair(5, 2, area="mlops")],
    )
    assert [(row.name, row.pairs, row.rate, row.near_rate) for row in page.areas] == [
        ("SecOps", 2, "50 %", "100 %"),
        ("MLOps", 2, "50 %", "50 %"),
    ]
    assert [(row.name, row.pairs, row.same) for row in page.reviewers] == [("Ann", 3, 1), ("Ben", 4, 2), ("Cas", 1, 1)]
    assert page.reviewers[2].kappa == "–"
    assert page.overall is not None
    assert float(page.overall.kappa) == pytest.approx(weighted_kappa([(1, 1), (2, 3), (4, 4), (5, 2)], 5), abs=0.0051)
    assert page.overall.word == "too few"


@pytest.mark.django_db
@pytest.mark.usefixtures("kappa_at_hand")
def test_a_kappa_has_a_word_from_ten_levels_on() -> None:
    words = [agreement_page(full_rubric(), [pair(1, 1), pair(5, 5)] * half).areas[0].word for half in (4, 5)]
    assert words == ["too few", "almost perfect"]
    assert agreement_page(full_rubric(), [pair(3, 3)] * 10).areas[0].word == ""


# ---- From the rows ----


@pytest.mark.django_db
def test_pairs_come_from_looks_that_are_over(all_drawn: None, reviewer: User, another: User) -> None:
    looked_at_twice(reviewer, another, secops=3, mlops=2)
    half = make_submitted()
    actions.accept(assessment=half, by=reviewer)
    found = {one.area: (one.first, one.second, one.reviewers) for one in pairs_of()}
    names = (str(reviewer), "Otto Other")
    assert found["secops"] == (2, 3, names)
    assert found["mlops"] == (3, 2, names)
    assert len(found) == len(AREAS)


@pytest.mark.django_db
@pytest.mark.usefixtures("kappa_at_hand")
def test_where_the_two_looks_differ_is_listed_newest_first_in_stack_order(
    all_drawn: None, reviewer: User, another: User
) -> None:
    older, newer = looked_at_twice(reviewer, another), looked_at_twice(reviewer, another, secops=4, peopleops=1)
    still_open = make_submitted()
    actions.accept(assessment=still_open, by=reviewer, entry=ReviewEntry(areas={"secops": AreaEntry(1, "No log.")}))
    response = client_of(reviewer).get("/admin/agreement/")
    shown = response.context["disagreements"].shown
    assert [(row.assessment, row.area, row.first, row.second) for row in shown] == [
        (newer.pk, "PeopleOps", 3, 1),
        (newer.pk, "SecOps", 2, 4),
        (older.pk, "SecOps", 2, 3),
    ]
    content = response.content.decode()
    assert f'href="/admin/assessments/assessment/{newer.pk}/change/"' in content
    assert f"<td>Level 2, {reviewer}</td><td>Level 4, Otto Other</td>" in content
    assert str(still_open.pk) not in content


@pytest.mark.django_db
@pytest.mark.usefixtures("kappa_at_hand")
def test_of_many_disagreements_the_newest_are_shown_and_all_counted(
    all_drawn: None, reviewer: User, another: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement, "MOST_DISAGREEMENTS", 1)
    looked_at_twice(reviewer, another, mlops=1)
    content = client_of(reviewer).get("/admin/agreement/").content.decode()
    assert "These are the newest 1 of 2." in content


@pytest.mark.django_db
@pytest.mark.usefixtures("kappa_at_hand")
def test_the_page_can_be_narrowed_to_a_cycle(all_drawn: None, reviewer: User, another: User) -> None:
    one, _ = looked_at_twice(reviewer, another), looked_at_twice(reviewer, another)
    client = client_of(reviewer)
    everything = client.get("/admin/agreement/").context["page"]
    assert everything.overall.pairs == 14
    assert client.get("/admin/agreement/", {"cycle": one.cycle.code}).context["page"].overall.pairs == 7
    assert client.get("/admin/agreement/", {"cycle": "none"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("kappa_at_hand")
def test_the_page_takes_the_same_queries_however_many_pairs(
    all_drawn: None, reviewer: User, another: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(reviewer)
    for count in (1, 3):
        for _ in range(count):
            looked_at_twice(reviewer, another)
        client.get("/admin/agreement/")
        with django_assert_num_queries(10):
            client.get("/admin/agreement/")


@pytest.mark.django_db
def test_where_kappa_cannot_be_had_the_page_says_so(
    all_drawn: None, reviewer: User, another: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at_twice(reviewer, another)
    monkeypatch.setattr(agreement.sys, "executable", "/nowhere/python")
    response = Client.get(client_of(reviewer), "/admin/agreement/")
    assert response.status_code == 503
    assert "Kappa can't be computed at the moment." in response.content.decode().replace("&#x27;", "'")
