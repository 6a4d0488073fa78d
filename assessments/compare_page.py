"""What the page that compares results shows: what can be chosen, what was, and the results beside one another."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, QueryDict

from assessments import charts, peer_page, peer_rows, results
from assessments.access import ResultsAccess
from assessments.addresses import compare_address
from assessments.answer_differences import alike_areas, differing_areas
from assessments.charts import Series
from assessments.comparing import (
    FEWEST,
    MOST,
    Compared,
    claimed_caption,
    difference_rows,
    difference_sentences,
    in_common,
    incomparable,
    labels_of,
    of_median,
    other_areas,
)
from assessments.datatypes import CycleResult, TeamHistory
from assessments.models import Assessment
from assessments.outcome import interactive_radar
from assessments.overview import drawn
from assessments.peers import Basis, CohortFigures
from assessments.wording import number_word

_MEDIANS = {
    Basis.ALL: "Median of all organizations",
    Basis.KIND: "Median of the same kind",
    Basis.SIZE: "Median of the same size",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A box to tick, or an entry to choose."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class TeamChoices:
    team: str
    cycles: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class BaseLink:
    """A result that the others can be compared with."""

    href: str
    text: str
    current: bool


@dataclass(frozen=True, slots=True)
class _Told:
    """A team's result, with the team's newest name."""

    team: str
    cycle: CycleResult


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks for. `peers` are medians of the cycle of `of`, None where nothing has been submitted."""

    results: tuple[_Told, ...]
    base: str
    peers: tuple[Basis, ...]
    of: Assessment | None

    @property
    def count(self) -> int:
        return len(self.results) + len(self.peers)


def compare_page(access: ResultsAccess, query: QueryDict) -> dict[str, Any]:
    """The form with what is chosen in it and, once two to five are, what they say beside one another. 404 for what
    isn't a sealed result of the organization, or no choice of the form."""
    histories = results.histories(access)
    told = {cycle.assessment_id: _Told(one.team, cycle) for one in histories for cycle in one.cycles}
    chosen = query or _suggested(histories)
    cycles = _cycles(told, chosen.getlist("with"))
    asked = _asked(chosen, told, cycles)
    errors = _errors(asked) if query else []
    page = {
        "organization": access.organization,
        "teams": _team_choices(histories, asked),
        "peers": [Choice(one.value, _MEDIANS[one], one in asked.peers) for one in Basis],
        "cycles": [Choice(one.cycle.code, str(one.cycle), one is asked.of) for one in cycles],
        "count": asked.count,
        "base": asked.base,
        "errors": errors,
        "comparable": len(told) > 1 or any(one.cycle.is_over for one in cycles),
    }
    return page if errors or not query else page | _comparison(access, asked)


def _suggested(histories: Sequence[TeamHistory]) -> QueryDict:
    """What the form proposes: a team's newest cycle and the one before, else the newest of two teams."""
    before_and_now = [history.cycles[-2:] for history in histories if len(history.cycles) >= FEWEST]
    proposed = before_and_now[0] if before_and_now else [history.newest for history in histories[:FEWEST]]
    query = QueryDict(mutable=True)
    query.setlist("with", [cycle.assessment_id for cycle in proposed])
    return query


def _cycles(told: dict[str, _Told], ticked: Sequence[str]) -> list[Assessment]:
    """An assessment of each cycle that has a result, the newest first; one that is ticked, where there is one, since
    medians are those of its version of the model. One query."""
    by_cycle: dict[str, str] = {}
    for pk in [*(pk for pk in ticked if pk in told), *told]:
        by_cycle.setdefault(told[pk].cycle.cycle, pk)
    found = Assessment.objects.filter(pk__in=by_cycle.values()).with_names()
    return list(found.order_by("-cycle__starts_on", "cycle__name"))


def _asked(query: QueryDict, told: dict[str, _Told], cycles: Sequence[Assessment]) -> _Asked:
    ticked, peers = dict.fromkeys(query.getlist("with")), dict.fromkeys(query.getlist("peers"))
    if not told.keys() >= ticked.keys() or not set(Basis) >= peers.keys():
        raise Http404
    # The oldest is what the others grew from; whichever is asked for, the rest stands in order of time.
    chosen = sorted((told[pk] for pk in ticked), key=lambda one: (one.cycle.cycle_starts_on, one.team))
    base = next((one for one in chosen if one.cycle.assessment_id == query.get("base")), None)
    ordered = [base, *(one for one in chosen if one is not base)] if base else chosen
    return _Asked(
        results=tuple(ordered),
        base=base.cycle.assessment_id if base else "",
        peers=tuple(Basis(one) for one in peers),
        of=_of_cycle(query.get("cycle"), cycles, {one.cycle.cycle for one in chosen}),
    )


def _of_cycle(code: str | None, cycles: Sequence[Assessment], compared: Collection[str]) -> Assessment | None:
    """The assessment whose cycle's medians are shown: of the cycle asked for, else of the newest that is over, rather
    one of those that are compared."""
    if code is None:
        over = [one for one in cycles if one.cycle.is_over]
        among = [one for one in over if one.cycle.name in compared]
        return next(iter([*among, *over, *cycles]), None)
    found = next((one for one in cycles if one.cycle.code == code), None)
    if found is None:
        raise Http404
    return found


def _errors(asked: _Asked) -> list[dict[str, str]]:
    """Why there is nothing to compare, as the head of the page lists it."""
    count = "none" if not asked.count else number_word(asked.count)
    if asked.count < FEWEST:
        text = f"Choose at least {number_word(FEWEST)} to compare. You have chosen {count}."
    elif asked.count > MOST:
        text = f"Choose {number_word(MOST)} at most. You have chosen {count}."
    elif not asked.results:
        text = "Choose at least one result of a team. Medians are compared with it."
    else:
        return []
    return [{"href": "#choice-1-1", "text": text}]


def _team_choices(histories: Sequence[TeamHistory], asked: _Asked) -> list[TeamChoices]:
    ticked = {one.cycle.assessment_id for one in asked.results}
    return [
        TeamChoices(
            one.team,
            tuple(
                Choice(cycle.assessment_id, cycle.cycle, cycle.assessment_id in ticked)
                for cycle in reversed(one.cycles)
            ),
        )
        for one in histories
    ]


def _comparison(access: ResultsAccess, asked: _Asked) -> dict[str, Any]:
    names = [(one.team, one.cycle.cycle) for one in asked.results]
    labels = labels_of(names)
    compared = [
        Compared(label, one.cycle.rubric, one.cycle.result, one.team, one.cycle)
        for label, one in zip(labels, asked.results, strict=True)
    ]
    medians, missing = _medians(asked)
    compared += medians
    page = {
        "in_common": in_common(names),
        "bases": _bases(access, asked, labels),
        "missing": missing,
        "peers_of": asked.of if medians else None,
    }
    strangers = incomparable(compared)
    if strangers or len(compared) < FEWEST:
        return page | {"strangers": strangers, "compared": compared}
    rows = difference_rows(compared)
    sentences = difference_sentences(compared, rows)
    rubric, areas = compared[0].rubric, differing_areas(compared)
    series = tuple(
        Series(f"{one.label} (base)" if not place else one.label, one.result, "comparison" if place else "base")
        for place, one in enumerate(compared)
    )
    caption = claimed_caption(rows)
    title = f"Radar chart. Against {compared[0].label}: {' '.join(sentences)} {caption}".rstrip()
    return page | {
        "compared": compared,
        "sentences": sentences,
        "rows": rows,
        "radar": drawn(charts.radar_svg(rubric, series, ident="compare-radar", title=title)),
        "figure": interactive_radar(rubric, series),
        "caption": caption,
        "versions": len({one.rubric.version for one in compared}) > 1,
        "other_areas": other_areas(compared),
        "areas": areas,
        "alike": alike_areas(rubric, areas),
        "with_answers": sum(one.source is not None for one in compared) > 1,
    }


def _bases(access: ResultsAccess, asked: _Asked, labels: Sequence[str]) -> list[BaseLink]:
    """Which of the teams' results the others can be compared with, the current one first."""
    pks = [one.cycle.assessment_id for one in asked.results]
    cycle = asked.of.cycle.code if asked.of and asked.peers else ""
    more = {"peers": [one.value for one in asked.peers], "cycle": cycle}
    return [
        BaseLink(compare_address(access.organization.code, pks, **more, base=pk), label, current=not place)
        for place, (pk, label) in enumerate(zip(pks, labels, strict=True))
    ]


def _medians(asked: _Asked) -> tuple[list[Compared], list[str]]:
    """The medians asked for, and for each that isn't shown why."""
    if not asked.peers or asked.of is None:
        return [], []
    of = asked.of
    table = peer_rows.peer_table(of)
    medians, missing = [], []
    for basis in asked.peers:
        found = table.of(peer_page.cohort_of(of.organization, basis)) if table else None
        if isinstance(found, CohortFigures):
            medians.append(of_median(f"{_MEDIANS[basis]}, {of.cycle}", results.rubric_of(of), found))
        else:
            missing.append(peer_page.why_nothing(of, basis, submitted=True, hidden=found))
    return medians, list(dict.fromkeys(missing))
