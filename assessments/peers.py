"""Where organizations of a cycle stand together, told so that nobody can tell where any single one stands.

Pure: frozen values and a lot in, frozen values out. docs/peers.md has the rules and why they hold. In short: cohorts
that would cut off too few organizations are withheld, and in every group that the shown cohorts cut out some, drawn by
lot, don't count. So whatever is subtracted from whatever, any organization may be one that doesn't count.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any, Final

FEWEST_OTHERS: Final = 5
"""Organizations, besides the reader's own, that any figure and any difference of figures speaks of."""
SMALLEST: Final = FEWEST_OTHERS + 1
ALLIES: Final = 2
"""Organizations that may put together what they know without learning anything of a third."""
LEFT_OUT: Final = ALLIES + 1
"""Organizations of each group that don't count: one more than the allies, so that one of them is always a stranger."""
FEWEST_FOR_MEDIAN: Final = 3
FEWEST_FOR_BAND: Final = 5
"""Rated organizations from which the quartiles are neither the lowest nor the highest level."""


class Basis(StrEnum):
    """Whom a reader compares with."""

    ALL = "all"
    KIND = "kind"
    SIZE = "size"


class Hidden(StrEnum):
    """Why a cohort has no figures."""

    FEW = "few"
    SUBTRACTION = "subtraction"


@dataclass(frozen=True, slots=True)
class Peer:
    """One organization. `size` is empty where nobody has said it; `levels` by area code, None where not rated."""

    kind: str
    size: str
    levels: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Cohort:
    """All organizations, or those whose kind or size has this value."""

    basis: Basis
    value: str = ""

    def holds(self, peer: Peer) -> bool:
        if self.basis == Basis.ALL:
            return True
        return self.value == (peer.kind if self.basis == Basis.KIND else peer.size)


EVERYONE: Final = Cohort(Basis.ALL)


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """Levels at the quartiles by nearest rank; None where too few of those that count are rated."""

    low: int | None = None
    median: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class CohortFigures:
    """What is shown of a cohort: how many organizations are in it, how many of them count in each area, and figures by
    area code."""

    cohort: Cohort
    organizations: int
    counted: int
    areas: Mapping[str, AreaFigures]


@dataclass(frozen=True, slots=True)
class PeerTable:
    """Everything that is shown of a cycle, to whomever. `withheld` are cohorts large enough but open to subtraction."""

    shown: tuple[CohortFigures, ...] = ()
    withheld: tuple[Cohort, ...] = ()

    def of(self, cohort: Cohort) -> CohortFigures | Hidden:
        """The cohort's figures, or why there are none."""
        found = next((figures for figures in self.shown if figures.cohort == cohort), None)
        return found or (Hidden.SUBTRACTION if cohort in self.withheld else Hidden.FEW)


def organization_levels(teams: Sequence[Mapping[str, int | None]]) -> dict[str, int | None]:
    """An organization's level in each area: the median of its teams that are rated, the lower of two middle ones."""
    levels: dict[str, list[int]] = {area: [] for team in teams for area in team}
    for team in teams:
        for area, level in team.items():
            if level is not None:
                levels[area].append(level)
    return {area: _quartile(rated, 2) if rated else None for area, rated in levels.items()}


def tabulate(peers: Sequence[Peer], areas: Iterable[str], lot: Random) -> PeerTable:
    """The table of a cycle. `areas` are codes; `lot` draws, for each area anew, who doesn't count."""
    shown, withheld = choose_cohorts(peers)
    if not shown:
        return PeerTable()
    groups = cut_out(peers, shown)
    drawn = {area: [peer for group in groups for peer in _drawn(group, lot)] for area in areas}
    return PeerTable(tuple(_figures(cohort, peers, groups, drawn) for cohort in shown), tuple(withheld))


def choose_cohorts(peers: Sequence[Peer]) -> tuple[list[Cohort], list[Cohort]]:
    """The cohorts that are shown, and those withheld because the others would leave too few to subtraction.

    Who stands at which level plays no part, so that what is withheld tells nothing either. Larger cohorts come first.
    """
    if len(peers) < SMALLEST:
        return [], []
    sizes = Counter(cohort for peer in peers for cohort in _narrower(peer))
    candidates = sorted(sizes, key=lambda cohort: (-sizes[cohort], cohort.basis, cohort.value))
    shown: list[Cohort] = [EVERYONE]
    withheld: list[Cohort] = []
    for cohort in candidates:
        if sizes[cohort] < SMALLEST:
            continue
        smallest = min(len(group) for group in cut_out(peers, [*shown, cohort]))
        (shown if smallest >= SMALLEST else withheld).append(cohort)
    return shown, withheld


def cut_out(peers: Iterable[Peer], cohorts: Sequence[Cohort]) -> list[list[Peer]]:
    """The groups into which `cohorts` cut the organizations: who is in a group is in the same cohorts as the others.

    Whatever is added to or subtracted from one another, what is left speaks of whole groups.
    """
    groups: dict[tuple[bool, ...], list[Peer]] = defaultdict(list)
    for peer in peers:
        groups[tuple(cohort.holds(peer) for cohort in cohorts)].append(peer)
    return list(groups.values())


def to_document(table: PeerTable) -> dict[str, Any]:
    """The table as plain JSON values."""
    return {
        "shown": [
            {
                "basis": figures.cohort.basis,
                "value": figures.cohort.value,
                "organizations": figures.organizations,
                "counted": figures.counted,
                "areas": {code: [area.low, area.median, area.high] for code, area in figures.areas.items()},
            }
            for figures in table.shown
        ],
        "withheld": [{"basis": cohort.basis, "value": cohort.value} for cohort in table.withheld],
    }


def from_document(document: Mapping[str, Any]) -> PeerTable:
    """The table that `to_document` wrote."""
    return PeerTable(
        tuple(
            CohortFigures(
                _cohort(row),
                row["organizations"],
                row["counted"],
                {code: AreaFigures(*levels) for code, levels in row["areas"].items()},
            )
            for row in document["shown"]
        ),
        tuple(_cohort(row) for row in document["withheld"]),
    )


def _cohort(row: Mapping[str, Any]) -> Cohort:
    return Cohort(Basis(row["basis"]), row["value"])


def _narrower(peer: Peer) -> list[Cohort]:
    """The cohorts within all that an organization is in."""
    return [Cohort(Basis.KIND, peer.kind), *([Cohort(Basis.SIZE, peer.size)] if peer.size else [])]


def _drawn(group: Sequence[Peer], lot: Random) -> list[Peer]:
    """Those of a group that count in one area."""
    return lot.sample(group, len(group) - LEFT_OUT)


def _figures(
    cohort: Cohort, peers: Sequence[Peer], groups: Sequence[Sequence[Peer]], drawn: Mapping[str, Sequence[Peer]]
) -> CohortFigures:
    organizations = sum(cohort.holds(peer) for peer in peers)
    left_out = LEFT_OUT * sum(cohort.holds(group[0]) for group in groups)
    areas = {
        area: _area_figures([peer.levels.get(area) for peer in counted if cohort.holds(peer)])
        for area, counted in drawn.items()
    }
    return CohortFigures(cohort, organizations, organizations - left_out, areas)


def _area_figures(levels: Iterable[int | None]) -> AreaFigures:
    rated = [level for level in levels if level is not None]
    if len(rated) < FEWEST_FOR_MEDIAN:
        return AreaFigures()
    if len(rated) < FEWEST_FOR_BAND:
        return AreaFigures(median=_quartile(rated, 2))
    return AreaFigures(*(_quartile(rated, quarters) for quarters in (1, 2, 3)))


def _quartile(levels: Sequence[int], quarters: int) -> int:
    """The lowest level that at least so many quarters of `levels` don't exceed (nearest rank)."""
    rank = -(-quarters * len(levels) // 4)
    return sorted(levels)[rank - 1]
