"""Where organizations stand together: which cohorts are shown, what their figures are, and what nobody can find out.

The attacker of the last tests knows how figures are made, everything that is shown of a cycle, the kinds and sizes of
all organizations, and the levels of two that put together what they know. It doesn't know who was left out by lot. It
goes through every assignment of levels and every lot that gives just the figures shown, and wins where an organization
has the same level in all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, combinations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import peers
from assessments.peers import (
    EVERYONE,
    AreaFigures,
    Basis,
    Cohort,
    CohortFigures,
    Hidden,
    Peer,
    PeerTable,
    choose_cohorts,
    cut_out,
    from_document,
    organization_levels,
    tabulate,
    to_document,
)

AREA = "dataops"
BUREAUS, DEPARTMENTS = Cohort(Basis.KIND, "bureau"), Cohort(Basis.KIND, "department")
SMALL, LARGE = Cohort(Basis.SIZE, "small"), Cohort(Basis.SIZE, "large")


def some(count: int, *, kind: str = "bureau", size: str = "", levels: Sequence[int | None] = (2,)) -> list[Peer]:
    """Organizations alike, their levels in turn."""
    return [Peer(kind, size, {AREA: levels[index % len(levels)]}) for index in range(count)]


def table(world: Sequence[Peer], *, seed: int = 1) -> PeerTable:
    return tabulate(world, [AREA], Random(seed))


def shown(world: Sequence[Peer]) -> list[Cohort]:
    return [figures.cohort for figures in table(world).shown]


def figures(world: Sequence[Peer], cohort: Cohort = EVERYONE, *, seed: int = 1) -> CohortFigures:
    found = table(world, seed=seed).of(cohort)
    assert isinstance(found, CohortFigures)
    return found


class TestWhichCohortsAreShown:
    @pytest.mark.parametrize("others", range(5))
    def test_with_four_others_or_fewer_nothing_is_shown(self, others: int) -> None:
        assert table(some(1 + others)) == PeerTable()
        assert table(some(1 + others)).of(EVERYONE) == Hidden.FEW

    def test_with_five_others_all_are_shown(self) -> None:
        assert figures(some(6)).organizations == 6

    def test_nobody_makes_no_figures(self) -> None:
        assert table([]) == PeerTable()

    def test_a_kind_that_leaves_one_organization_over_is_withheld(self) -> None:
        world = some(8) + some(1, kind="department")
        assert shown(world) == [EVERYONE]
        assert table(world).of(BUREAUS) == Hidden.SUBTRACTION
        assert table(world).of(DEPARTMENTS) == Hidden.FEW

    @pytest.mark.parametrize("others", [1, 2, 3, 4, 5])
    def test_a_kind_that_leaves_fewer_than_six_over_is_withheld(self, others: int) -> None:
        assert table(some(8) + some(others, kind="department")).of(BUREAUS) == Hidden.SUBTRACTION

    def test_two_kinds_of_six_are_both_shown(self) -> None:
        assert set(shown(some(6) + some(6, kind="department"))) == {EVERYONE, BUREAUS, DEPARTMENTS}

    def test_a_kind_that_is_everyone_is_shown_with_the_same_figures(self) -> None:
        world = some(9, levels=(1, 2, 3))
        assert figures(world, BUREAUS).areas == figures(world).areas

    def test_of_two_kinds_that_leave_few_over_together_the_smaller_is_withheld(self) -> None:
        world = some(9) + some(7, kind="department") + some(2, kind="independent")
        assert shown(world) == [EVERYONE, BUREAUS]
        assert table(world).withheld == (DEPARTMENTS,)

    def test_a_size_that_crosses_a_kind_in_few_organizations_is_withheld(self) -> None:
        world = some(12, size="small") + some(2, size="large") + some(8, kind="department", size="large")
        assert table(world).of(BUREAUS) != Hidden.SUBTRACTION
        assert table(world).of(LARGE) == Hidden.SUBTRACTION

    def test_kind_and_size_are_both_shown_where_every_crossing_is_large_or_empty(self) -> None:
        world = some(6, size="small") + some(6, size="large") + some(7, kind="department", size="large")
        assert set(shown(world)) == {EVERYONE, BUREAUS, DEPARTMENTS, SMALL, LARGE}

    def test_a_size_that_nobody_has_said_is_no_cohort(self) -> None:
        assert Cohort(Basis.SIZE, "") not in shown(some(20))

    def test_levels_play_no_part(self) -> None:
        world = some(9) + some(7, kind="department") + some(2, kind="independent")
        for level in (1, 5, None):
            same = [replace(peer, levels={AREA: level}) for peer in world]
            assert choose_cohorts(same) == choose_cohorts(world)

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "x", "y", "z"])), max_size=70))
    def test_no_sum_or_difference_of_cohorts_speaks_of_fewer_than_six(self, traits: list[tuple[str, str]]) -> None:
        world = [Peer(kind, size, {}) for kind, size in traits]
        cohorts, _ = choose_cohorts(world)
        members = [frozenset(n for n, peer in enumerate(world) if cohort.holds(peer)) for cohort in cohorts]
        for one, other in product(members, repeat=2):
            for speaks_of in (one, one - other, one & other, one ^ other, frozenset.union(*members) - one - other):
                assert len(speaks_of) == 0 or len(speaks_of) >= 6

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "x", "y", "z"])), max_size=70))
    def test_every_group_has_three_that_do_not_count_and_three_that_do(self, traits: list[tuple[str, str]]) -> None:
        world = [Peer(kind, size, {}) for kind, size in traits]
        cohorts, _ = choose_cohorts(world)
        if cohorts:
            assert all(len(group) >= 6 for group in cut_out(world, cohorts))
        for cohort in cohorts:
            found = figures(world, cohort)
            groups = sum(cohort.holds(group[0]) for group in cut_out(world, cohorts))
            assert found.organizations - found.counted == 3 * groups


class TestFigures:
    def test_organizations_all_alike_stand_at_their_level(self) -> None:
        assert figures(some(20, levels=(4,))).areas[AREA] == AreaFigures(4, 4, 4)

    @pytest.mark.parametrize("seed", range(20))
    def test_quartiles_are_those_of_the_organizations_that_count(self, seed: int) -> None:
        world = some(23, levels=(1, 1, 2, 2, 3, 3, 4, 5))
        counted = sorted(
            level for level in (peer.levels[AREA] for peer in Random(seed).sample(world, 20)) if level is not None
        )
        assert figures(world, seed=seed).areas[AREA] == AreaFigures(counted[4], counted[9], counted[14])

    def test_few_that_count_have_a_median_and_no_quartiles(self) -> None:
        area = figures(some(6)).areas[AREA]
        assert area == AreaFigures(median=2)

    def test_with_five_that_count_the_quartiles_are_neither_lowest_nor_highest(self) -> None:
        area = figures(some(8, levels=(1, 2, 3, 4, 5))).areas[AREA]
        assert area.low is not None
        assert area.high is not None
        assert peers._quartile([1, 2, 3, 4, 5], 1) == 2
        assert peers._quartile([1, 2, 3, 4, 5], 3) == 4

    def test_an_area_that_few_are_rated_in_has_no_figures(self) -> None:
        assert figures(some(12, levels=(None, None, None, None, None, 3))).areas[AREA] == AreaFigures()

    def test_an_area_that_nobody_has_has_no_figures(self) -> None:
        assert tabulate(some(9), ["other"], Random(1)).shown[0].areas == {"other": AreaFigures()}

    def test_each_area_draws_anew(self) -> None:
        world = [Peer("bureau", "", {"a": level, "b": level}) for level in (1, 1, 1, 5, 5, 5)]
        tables = [tabulate(world, ["a", "b"], Random(seed)).shown[0].areas for seed in range(20)]
        assert any(areas["a"] != areas["b"] for areas in tables)

    def test_the_table_comes_back_from_its_document(self) -> None:
        there = table(some(9) + some(7, kind="department") + some(2, kind="independent"))
        assert from_document(to_document(there)) == there


class TestAnOrganizationsLevel:
    def test_one_team_is_its_organization(self) -> None:
        assert organization_levels([{"a": 3, "b": None}]) == {"a": 3, "b": None}

    def test_many_teams_count_once_with_their_median(self) -> None:
        assert organization_levels([{"a": 1}, {"a": 5}, {"a": 4}]) == {"a": 4}

    def test_of_two_middle_teams_the_lower_counts(self) -> None:
        assert organization_levels([{"a": 2}, {"a": 4}]) == {"a": 2}

    def test_teams_that_are_not_rated_do_not_count(self) -> None:
        assert organization_levels([{"a": None}, {"a": 4}]) == {"a": 4}


# ---- Trying to find out ----

LEVELS = (1, 2, 3)
Multiset = tuple[int, ...]
Ways = dict[Multiset, dict[int, set[int]]]


@dataclass
class Attacker:
    """Two organizations that put together what they know, before everything that is shown of a cycle.

    `possible` are the levels that each other organization, by its place in the world, may have for all they can tell.
    """

    world: Sequence[Peer]
    there: PeerTable
    allies: tuple[int, ...]
    groups: dict[tuple[bool, ...], list[int]] = field(init=False)
    possible: dict[int, set[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.groups = {}
        for n, peer in enumerate(self.world):
            place = tuple(figures.cohort.holds(peer) for figures in self.there.shown)
            self.groups.setdefault(place, []).append(n)
        self.possible = {n: set() for n in range(len(self.world)) if n not in self.allies}
        self.go_through_everything()

    def go_through_everything(self) -> None:
        ways = [self.ways(tuple(members)) for members in self.groups.values()]
        for counted in product(*ways):
            if self.would_be_shown(counted):
                for group, levels in zip(ways, counted, strict=True):
                    for n, possible in group[levels].items():
                        self.possible[n] |= possible

    def ways(self, members: tuple[int, ...]) -> Ways:
        known = {n: self.world[n].levels[AREA] or 0 for n in members if n in self.allies}
        return ways_of_a_group(members, tuple(known.items()), peers.LEFT_OUT)

    def would_be_shown(self, counted: Sequence[Multiset]) -> bool:
        """Whether just the figures that are shown come of these levels in the groups."""
        for place, figures in enumerate(self.there.shown):
            inside = [levels for group, levels in zip(self.groups, counted, strict=True) if group[place]]
            if peers._area_figures(chain.from_iterable(inside)) != figures.areas[AREA]:
                return False
        return True

    @property
    def told(self) -> dict[int, set[int]]:
        """The organizations whose level they can tell."""
        return {n: levels for n, levels in self.possible.items() if len(levels) == 1}


@lru_cache(maxsize=4096)
def ways_of_a_group(members: tuple[int, ...], known: tuple[tuple[int, int], ...], left_out: int) -> Ways:
    """What those of a group that count may have together and, for each, which levels its unknown members may have then.

    Every assignment of levels to those who are not known, with every lot.
    """
    ways: Ways = {}
    unknown = [n for n in members if n not in dict(known)]
    for assigned in product(LEVELS, repeat=len(unknown)):
        levels = dict(known) | dict(zip(unknown, assigned, strict=True))
        for counted in {
            tuple(sorted(lot)) for lot in combinations([levels[n] for n in members], len(members) - left_out)
        }:
            way = ways.setdefault(counted, {n: set() for n in unknown})
            for n in unknown:
                way[n].add(levels[n])
    return ways


def attackers(world: Sequence[Peer], there: PeerTable) -> Iterator[Attacker]:
    """Every two allies; those alike in everything stand for one another."""
    seen = set()
    for allies in combinations(range(len(world)), peers.ALLIES):
        alike = tuple(sorted((world[n].kind, world[n].size, world[n].levels[AREA] or 0) for n in allies))
        if alike not in seen:
            seen.add(alike)
            yield Attacker(world, there, allies)


WORLDS = {
    "six of a kind": [("bureau", "", 6)],
    "six, one of another kind": [("bureau", "", 5), ("department", "", 1)],
    "seven of two sizes": [("bureau", "small", 4), ("bureau", "large", 3)],
    "two kinds": [("bureau", "", 6), ("department", "", 6)],
    "two kinds, one organization of a third": [("bureau", "", 6), ("department", "", 5), ("independent", "small", 1)],
    "a kind and a size that cross": [("bureau", "small", 6), ("bureau", "large", 6), ("department", "large", 6)],
}
SHAPES = ([1], [3], [1, 3], [1, 1, 1, 3], [1, 2, 3], [1, 1, 2])
"""Levels to draw a world's from: all alike, at the ends, mixed."""


def make_world(name: str, seed: int) -> list[Peer]:
    random = Random(f"{name} {seed}")
    return [
        Peer(kind, size, {AREA: random.choice(shape)})
        for kind, size, count in WORLDS[name]
        for shape in [random.choice(SHAPES)]
        for _ in range(count)
    ]


class TestNobodyCanTellWhereAnotherStands:
    @pytest.mark.parametrize("seed", range(12))
    @pytest.mark.parametrize("name", WORLDS)
    def test_not_even_two_who_go_through_every_possibility(self, name: str, seed: int) -> None:
        world = make_world(name, seed)
        there = table(world, seed=seed)
        assert there.shown
        for attacker in attackers(world, there):
            assert attacker.told == {}

    @pytest.mark.parametrize("seed", range(12))
    @pytest.mark.parametrize("name", WORLDS)
    def test_for_all_they_know_each_may_stand_at_any_level(self, name: str, seed: int) -> None:
        """More than is asked for: no level of another can even be ruled out."""
        world = make_world(name, seed)
        for attacker in attackers(world, table(world, seed=seed)):
            assert all(levels == set(LEVELS) for levels in attacker.possible.values())

    def test_where_everybody_counts_the_same_attacker_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(peers, "LEFT_OUT", 0)
        world = some(6, levels=(1, 1, 1, 1, 1, 3))
        assert Attacker(world, table(world), (0, 5)).told == {1: {1}, 2: {1}, 3: {1}, 4: {1}}

    def test_where_everybody_counts_it_wins_by_subtraction_also_from_six(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """At least two bureaus stand above Level 1, at most three of all: with the department it knows, that is all."""
        monkeypatch.setattr(peers, "LEFT_OUT", 0)
        world = some(6, levels=(1, 1, 1, 1, 3, 3)) + some(6, kind="department", levels=(3, 1, 1, 1, 1, 1))
        told = Attacker(world, table(world), (6, 7)).told
        assert told == {8: {1}, 9: {1}, 10: {1}, 11: {1}}

    def test_where_nothing_is_withheld_it_wins_by_subtracting_a_kind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(peers, "LEFT_OUT", 0)
        monkeypatch.setattr(peers, "choose_cohorts", lambda _: ([EVERYONE, BUREAUS], []))
        world = some(7, levels=(1, 1, 1, 1, 1, 2, 3)) + some(1, kind="department", levels=(1,))
        assert Attacker(world, table(world), (0, 1)).told == {7: {1}}
