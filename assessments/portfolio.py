"""The CoE's portfolio: where the organizations stand in a cycle, from tallies alone.

It reads some hundreds of rows, however many submissions they count. Whatever a picture shows and the table beside it
comes from the same values.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from assessments import charts
from assessments.models import Basis, Counted, Cycle, Organization, Tally
from assessments.overview import drawn
from assessments.portfolio_words import count_of, cut_off, headline
from assessments.tallies import NOT_RATED
from assessments.wording import question_name
from rubric.datatypes import Area, Rubric

PAGE = 50
"""Organizations on one page of the map."""
MOST = 10
"""Questions and anchors that are named."""
FELL, STAYS, ROSE = -1, 0, 1


class Subject(NamedTuple):
    """What a tally over all organizations counts."""

    kind: str
    subject: str
    value: int


ALL = Subject(Counted.TEAMS, "", 0)
"""Every submission that counts."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The list of submissions at `address`, narrowed to a cycle and a basis."""

    address: str
    cycle: int
    basis: str

    def link(self, *, organization: int | None = None, subject: Subject | None = None) -> str:
        """Where the submissions are listed that a tally counts."""
        query: dict[str, object] = {"cycle__id__exact": self.cycle}
        if self.basis == Basis.VALIDATED:
            subject = subject or ALL
        if organization is not None:
            query["organization__id__exact"] = organization
        if subject:
            query["counted"] = counted(self.basis, subject)
        return f"{self.address}?{urlencode(query)}"


def counted(basis: str, subject: Subject) -> str:
    """What a tally counts, as the list's filter takes it."""
    return f"{basis}.{subject.kind}.{subject.subject}.{subject.value}"


@dataclass(frozen=True, slots=True)
class Lever:
    """An area, a question, or a question's anchor at a level, and how many teams it matters to.

    `text` is the model's, `anchor` ours; `share` says of how many teams.
    """

    name: str
    text: str
    level: int | None
    anchor: str
    part: charts.Part
    share: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """Those that matter to most teams, and in a sentence how many more there are; empty where there are none."""

    levers: tuple[Lever, ...]
    cut_off: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything that the page shows of a cycle."""

    cycle: Cycle
    basis: Basis
    teams: int
    organizations: int
    headline: str
    heat: charts.HeatMap
    page: Page[Tally]
    levels: charts.BarChart
    movement: charts.BarChart
    weakest: tuple[Lever, ...]
    holding: Ranking
    steps: Ranking


def portfolio(*, rubric: Rubric, cycle: Cycle, basis: Basis, page: str | None, queue: str) -> Portfolio:
    """What has been counted of a cycle. Four queries. `page` is the map's; `queue` the address of the list."""
    tallies = Tally.objects.of(cycle, basis)
    rows = tallies.over_all().order_by().values_list("kind", "subject", "value", "count")
    counts = Counter({Subject(kind, subject, value): count for kind, subject, value, count in rows})
    links = Queue(queue, cycle.pk, basis)
    teams = counts[ALL]
    shown = Paginator(tallies.organizations(), PAGE).get_page(page)
    weakest = _weakest(rubric, counts, teams, links)
    return Portfolio(
        cycle=cycle,
        basis=basis,
        teams=teams,
        organizations=shown.paginator.count,
        headline=headline(
            cycle.name,
            teams,
            shown.paginator.count,
            [(lever.name, lever.part.count) for lever in weakest],
            accepted=basis == Basis.VALIDATED,
        ),
        heat=_heat_map(rubric, list(shown.object_list), links),
        page=shown,
        levels=_levels(rubric, counts, links),
        movement=_movement(rubric, counts, teams, links),
        weakest=weakest,
        holding=_ranking(rubric, counts, Counted.HOLD, teams, links),
        steps=_ranking(rubric, counts, Counted.STEP, teams, links),
    )


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of bars as the page prints it: its key, its bars, and the same as a figure for Plotly."""

    ident: str
    title: str
    words: str
    chart: charts.BarChart
    key: tuple[tuple[SafeString, str], ...]
    bars: tuple[tuple[charts.Bar, SafeString], ...]
    figure: charts.Json

    @property
    def json_id(self) -> str:
        """Where the page keeps the figure."""
        return f"{self.ident}-figure"


def portfolio_page(told: Portfolio) -> dict[str, Any]:
    """What the page prints."""
    return {
        "told": told,
        "bases": list(Basis),
        "heat_figure": charts.map_figure(told.heat),
        "pictures": [
            _picture("levels", "Where the areas stand", "How many teams stand at each level.", told.levels),
            _picture(
                "movement",
                "What moved",
                "How many teams fell, stayed or rose since their own earlier cycle.",
                told.movement,
            ),
        ],
    }


def _picture(ident: str, title: str, words: str, chart: charts.BarChart) -> Picture:
    return Picture(
        ident=ident,
        title=title,
        words=words,
        chart=chart,
        key=tuple((drawn(charts.swatch_svg(tone)), tone.label) for tone in chart.tones),
        bars=tuple((bar, drawn(charts.bar_svg(bar, chart.tones))) for bar in chart.bars),
        figure=charts.bars_figure(chart),
    )


def cycles_counted() -> QuerySet[Cycle]:
    """The cycles in which anybody has submitted, newest first."""
    teams = Tally.objects.over_all().filter(cycle=OuterRef("pk"), basis=Basis.CLAIMED, kind=Counted.TEAMS, count__gt=0)
    return Cycle.objects.filter(Exists(teams))


def middle(levels: Counter[int]) -> int | None:
    """The level of the team in the middle of all rated ones; of two in the middle the lower. None without any."""
    rated = sum(count for level, count in levels.items() if level != NOT_RATED)
    passed = 0
    for level in sorted(levels.keys() - {NOT_RATED}):
        passed += levels[level]
        if rated and 2 * passed >= rated:
            return level
    return None


def _heat_map(rubric: Rubric, teams: Sequence[Tally], links: Queue) -> charts.HeatMap:
    """One query, for the organizations whose tallies of submissions these are."""
    found: dict[tuple[int | None, str], Counter[int]] = {}
    if teams:
        levels = Tally.objects.filter(
            cycle=links.cycle,
            organization__in=[tally.organization_id for tally in teams],
            basis=links.basis,
            kind=Counted.LEVEL,
            count__gt=0,
        )
        for organization, area, level, count in levels.order_by().values_list(
            "organization", "subject", "value", "count"
        ):
            found.setdefault((organization, area), Counter())[level] = count
    return charts.HeatMap(
        areas=tuple(area.name for area in rubric.areas),
        levels=tuple(level.name for level in rubric.levels),
        rows=tuple(_map_row(rubric, tally.organization, tally, found, links) for tally in teams if tally.organization),
    )


def _map_row(
    rubric: Rubric,
    organization: Organization,
    tally: Tally,
    found: Mapping[tuple[int | None, str], Counter[int]],
    links: Queue,
) -> charts.MapRow:
    return charts.MapRow(
        name=str(organization),
        teams=tally.count,
        link=links.link(organization=organization.pk),
        page=reverse("leadership", args=[organization.code]),
        cells=tuple(
            _cell(area, tally, found.get((organization.pk, area.code), Counter()), links) for area in rubric.areas
        ),
    )


def _cell(area: Area, tally: Tally, levels: Counter[int], links: Queue) -> charts.Cell:
    """Where all its teams stand at one level, its link leads to them by that level."""
    only = Subject(Counted.LEVEL, area.code, next(iter(levels))) if len(levels) == 1 else None
    link = links.link(organization=tally.organization_id, subject=only)
    return charts.Cell(middle(levels), levels.total(), link)


def _part(counts: Counter[Subject], subject: Subject, links: Queue) -> charts.Part:
    count = counts[subject]
    return charts.Part(count, links.link(subject=subject) if count else "")


def _levels(rubric: Rubric, counts: Counter[Subject], links: Queue) -> charts.BarChart:
    return charts.BarChart(
        charts.level_tones(rubric.top),
        tuple(
            charts.Bar(
                area.name,
                tuple(
                    _part(counts, Subject(Counted.LEVEL, area.code, level), links)
                    for level in (*range(1, rubric.top + 1), NOT_RATED)
                ),
            )
            for area in reversed(rubric.areas)
        ),
    )


def _movement(rubric: Rubric, counts: Counter[Subject], teams: int, links: Queue) -> charts.BarChart:
    """Those without an earlier cycle, or not rated in one of the two, have nothing to compare with."""
    bars = []
    for area in reversed(rubric.areas):
        moved = [_part(counts, Subject(Counted.MOVEMENT, area.code, value), links) for value in (FELL, STAYS, ROSE)]
        rest = charts.Part(teams - sum(part.count for part in moved))
        bars.append(charts.Bar(area.name, (*moved, rest)))
    return charts.BarChart(charts.MOVEMENT_TONES, tuple(bars))


def _weakest(rubric: Rubric, counts: Counter[Subject], teams: int, links: Queue) -> tuple[Lever, ...]:
    found = [
        Lever(area.name, area.summary, None, "", part, count_of(part.count, teams))
        for area in rubric.areas
        if (part := _part(counts, Subject(Counted.GAP, area.code, 0), links)).count
    ]
    return tuple(sorted(found, key=lambda lever: -lever.part.count))


def _ranking(rubric: Rubric, counts: Counter[Subject], kind: Counted, teams: int, links: Queue) -> Ranking:
    """The questions, or their anchors, that matter to most teams; of equals those first in the rubric."""
    places = {code: place for place, code in enumerate(rubric.question_by_code)}
    known = [subject for subject in +counts if subject.kind == kind and subject.subject in places]
    known.sort(key=lambda subject: (-counts[subject], places[subject.subject], subject.value))
    shown, rest = known[:MOST], known[MOST:]
    as_many = sum(counts[subject] == counts[shown[-1]] for subject in rest)
    return Ranking(
        levers=tuple(_lever(rubric, subject, _part(counts, subject, links), teams) for subject in shown),
        cut_off=cut_off(len(rest), as_many),
    )


def _lever(rubric: Rubric, subject: Subject, part: charts.Part, teams: int) -> Lever:
    question = rubric.question_by_code[subject.subject]
    return Lever(
        name=question_name(rubric, subject.subject),
        text=question.text,
        level=subject.value or None,
        anchor=question.anchors[subject.value - 1].text if subject.value else "",
        part=part,
        share=count_of(part.count, teams),
    )
