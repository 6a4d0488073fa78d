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
from assessments.wording import as_sentence, join_words, number_word

_MEDIANS = {
    Basis.ALL: "Median of all organizations",
    Basis.KIND: "Median of the same kind",
    Basis.SIZE: "Median of the same size",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A box to tick, or an entry to choose; `why` it can't be, empty where it can."""

    value: str
    text: str
    chosen: bool
    why: str = ""


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


@dataclass(frozen=True, slots=True)
class _Medians:
    """What may be shown of a cycle's medians: figures, or why there are none, as a clause."""

    shown: dict[Basis, CohortFigures]
    closed: dict[Basis, str]


def compare_page(access: ResultsAccess, query: QueryDict) -> dict[str, Any]:
    """The form with what is chosen in it and, once two to five are, what they say beside one another. 404 for what
    isn't a sealed result of the organization, or no choice of the form."""
    histories = results.histories(access)
    told = {cycle.assessment_id: _Told(one.team, cycle) for one in histories for cycle in one.cycles}
    chosen = query or _suggested(histories)
    cycles = _cycles(told, chosen.getlist("with"))
    asked = _asked(chosen, told, cycles)
    medians = _medians_of(asked.of)
    ticked = asked.count - sum(one in medians.closed for one in asked.peers)
    errors = _errors(asked, ticked) if query else []
    page = {
        "organization": access.organization,
        "teams": _team_choices(histories, asked),
        "peers": _peer_choices(asked, medians),
        "cycles": [_cycle_choice(one, asked.of) for one in cycles],
        "other_cycles": bool(medians.closed) and any(one.cycle.is_over and one is not asked.of for one in cycles),
        "closed": [one.value for one in medians.closed],
        "count": ticked,
        "base": asked.base,
        "errors": errors,
        "comparable": len(told) > 1 or any(one.cycle.is_over for one in cycles),
    }
    return page if errors or not query else page | _comparison(access, asked, medians)


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


def _errors(asked: _Asked, ticked: int) -> list[dict[str, str]]:
    """Why there is nothing to compare, as the head of the page lists it. Medians that can't be ticked are no error: the
    page says of them why they aren't shown."""
    if asked.count < FEWEST:
        count = "none" if not asked.count else number_word(asked.count)
        text = f"Choose at least {number_word(FEWEST)} to compare. You have chosen {count}."
    elif ticked > MOST:
        text = f"Choose {number_word(MOST)} at most. You have chosen {number_word(ticked)}."
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


def _peer_choices(asked: _Asked, medians: _Medians) -> list[Choice]:
    """The medians, those that can't be shown closed and not ticked, also where the address asks for them."""
    return [
        Choice(
            one.value,
            _MEDIANS[one],
            chosen=one in asked.peers and one in medians.shown,
            why=as_sentence(medians.closed[one]) if one in medians.closed else "",
        )
        for one in Basis
    ]


def _cycle_choice(one: Assessment, chosen: Assessment | None) -> Choice:
    return Choice(one.cycle.code, str(one.cycle), one is chosen, why="" if one.cycle.is_over else "not yet")


def _comparison(access: ResultsAccess, asked: _Asked, medians: _Medians) -> dict[str, Any]:
    names = [(one.team, one.cycle.cycle) for one in asked.results]
    labels = labels_of(names)
    compared = [
        Compared(label, one.cycle.rubric, one.cycle.result, one.team, one.cycle)
        for label, one in zip(labels, asked.results, strict=True)
    ]
    drawn_medians = _compared_medians(asked, medians)
    compared += drawn_medians
    page = {
        "in_common": in_common(names),
        "bases": _bases(access, asked, labels),
        "missing": _missing(asked, medians),
        "peers_of": asked.of if drawn_medians else None,
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


def _medians_of(of: Assessment | None) -> _Medians:
    """What there is of the cycle whose medians can be chosen. A query or two, and only if its due date has ended."""
    if of is None:
        return _Medians({}, {})
    table = peer_rows.peer_table(of)
    found = {basis: table.of(peer_page.cohort_of(of.organization, basis)) if table else None for basis in Basis}
    return _Medians(
        {basis: one for basis, one in found.items() if isinstance(one, CohortFigures)},
        {
            basis: peer_page.why_closed(of, basis, one)
            for basis, one in found.items()
            if not isinstance(one, CohortFigures)
        },
    )


def _compared_medians(asked: _Asked, medians: _Medians) -> list[Compared]:
    """The medians asked for that are shown."""
    of = asked.of
    if of is None:
        return []
    return [
        of_median(f"{_MEDIANS[basis]}, {of.cycle}", results.rubric_of(of), medians.shown[basis])
        for basis in asked.peers
        if basis in medians.shown
    ]


def _missing(asked: _Asked, medians: _Medians) -> str:
    """One sentence on the medians asked for that aren't shown, each reason once; empty where all are."""
    reasons: dict[str, list[str]] = {}
    for basis in asked.peers:
        if basis in medians.closed:
            reasons.setdefault(medians.closed[basis], []).append(f"the {_MEDIANS[basis].lower()}")
    told = [f"{join_words(names)}, because {why}" for why, names in reasons.items()]
    return f"Not shown: {'; '.join(told)}." if told else ""
