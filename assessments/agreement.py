"""How far two reviewers of the same submission agree: by area and by reviewer, as a rate and as weighted kappa."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.cache import cache

from assessments.models import AreaReview, Cycle, Look, Review, Scorecard
from assessments.wording import join_words
from rubric.datatypes import Rubric

ALL: Final = "all"
KEPT_SECONDS: Final = 24 * 60 * 60
TIMEOUT_SECONDS: Final = 60
FEW_PAIRS: Final = 10
"""With fewer pairs than this a kappa says little: the page says so and has no word for it."""
MOST_DISAGREEMENTS: Final = 50

_WORDS = ((0.81, "almost perfect"), (0.61, "substantial"), (0.41, "moderate"), (0.21, "fair"), (0.01, "slight"))
"""The names that Landis and Koch (1977) gave to ranges of kappa, from their lower ends."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The levels that two reviewers, by name, found right for one area of one submission.

    `scorecard` is its id, `over_at` when the second look ended; the figures need neither.
    """

    area: str
    first: int
    second: int
    reviewers: tuple[str, str]
    scorecard: int = 0
    over_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An area of a submission that its two reviewers, by name, gave different levels."""

    assessment: UUID
    submission: str
    area: str
    first: int
    second: int
    reviewers: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Disagreements:
    """The newest ones, and how many there are in all."""

    shown: tuple[Disagreement, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a group of pairs agrees. `same` pairs have one level, `near` ones at most one apart, of `pairs`.

    `kappa` is from -1 to 1 with two decimals as text, a dash where it is not defined; `word` is its usual name.
    """

    name: str
    pairs: int
    same: int
    near: int
    kappa: str
    word: str

    @property
    def rate(self) -> str:
        return f"{_percent(self.same, self.pairs)} %"

    @property
    def near_rate(self) -> str:
        return f"{_percent(self.near, self.pairs)} %"


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """Everything the page says. `overall` is None while nothing was looked at twice."""

    sentence: str
    overall: Agreement | None
    areas: tuple[Agreement, ...]
    reviewers: tuple[Agreement, ...]


class Unavailable(Exception):
    """Kappa could not be computed; the text is a sentence for the person who asked."""


def pairs_of(cycle: Cycle | None = None) -> list[Pair]:
    """Every area that both looks of a submission gave a level, where both are over; two queries.

    An area without a level of the first reviewer's was accepted as claimed.
    """
    looks = Review.objects.filter(scorecard__second_look=True, decided_at__isnull=False)
    if cycle:
        looks = looks.filter(scorecard__assessment__cycle=cycle)
    by_look = {
        look: {review.scorecard_id: review for review in looks.filter(look=look).select_related("reviewer")}
        for look in Look
    }
    both = by_look[Look.FIRST].keys() & by_look[Look.SECOND].keys()
    rows = AreaReview.objects.filter(review__in=looks, review__scorecard__in=both)
    levels = {
        (scorecard, look, area): level
        for scorecard, look, area, level in rows.values_list(
            "review__scorecard", "review__look", "area", "validated_level"
        )
    }
    claimed = {
        (scorecard, area): level
        for scorecard, area, level in rows.filter(review__look=Look.SECOND).values_list(
            "review__scorecard", "area", "claimed_level"
        )
    }
    return [
        Pair(
            area,
            first,
            levels[scorecard, Look.SECOND, area],
            (str(by_look[Look.FIRST][scorecard].reviewer), str(by_look[Look.SECOND][scorecard].reviewer)),
            scorecard,
            by_look[Look.SECOND][scorecard].decided_at,
        )
        for (scorecard, area), claim in sorted(claimed.items())
        if (first := levels.get((scorecard, Look.FIRST, area), claim)) is not None
    ]


def disagreements(rubric: Rubric, pairs: Sequence[Pair]) -> Disagreements:
    """The pairs of `pairs_of` whose levels differ, the newest `MOST_DISAGREEMENTS`; one query. Areas stand in stack
    order; those that the rubric no longer has go by their codes, at the end."""
    places = {area.code: place for place, area in enumerate(rubric.areas)}
    differing = [pair for pair in pairs if pair.first != pair.second]
    differing.sort(key=lambda pair: places.get(pair.area, len(places)))
    differing.sort(key=_newest_first)
    shown = differing[:MOST_DISAGREEMENTS]
    scorecards = Scorecard.objects.select_related("assessment__organization", "assessment__cycle").defer("document")
    found = scorecards.in_bulk({pair.scorecard for pair in shown})
    return Disagreements(tuple(_disagreement(rubric, pair, found[pair.scorecard]) for pair in shown), len(differing))


def _newest_first(pair: Pair) -> tuple[float, int]:
    return -pair.over_at.timestamp() if pair.over_at else 0, -pair.scorecard


def _disagreement(rubric: Rubric, pair: Pair, scorecard: Scorecard) -> Disagreement:
    area = rubric.area_by_code.get(pair.area)
    return Disagreement(
        assessment=scorecard.assessment_id,
        submission=str(scorecard.assessment),
        area=area.name if area else pair.area,
        first=pair.first,
        second=pair.second,
        reviewers=pair.reviewers,
    )


def agreement_page(rubric: Rubric, pairs: Sequence[Pair]) -> AgreementPage:
    """Put the pairs into groups and each group's agreement into words. `Unavailable` where kappa can't be had."""
    by_area = {area.code: [pair for pair in pairs if pair.area == area.code] for area in rubric.areas}
    names = sorted({name for pair in pairs for name in pair.reviewers})
    by_reviewer = {name: [pair for pair in pairs if name in pair.reviewers] for name in names}
    groups = {ALL: list(pairs), **{f"area {k}": v for k, v in by_area.items()}}
    groups |= {f"reviewer {name}": found for name, found in by_reviewer.items()}
    kappas = _kappas(
        {name: [(pair.first, pair.second) for pair in found] for name, found in groups.items()}, rubric.top
    )
    overall = _agreement("All areas", pairs, kappas[ALL]) if pairs else None
    return AgreementPage(
        sentence=_sentence(overall, by_area, rubric),
        overall=overall,
        areas=tuple(
            _agreement(area.name, by_area[area.code], kappas[f"area {area.code}"])
            for area in rubric.areas
            if by_area[area.code]
        ),
        reviewers=tuple(_agreement(name, found, kappas[f"reviewer {name}"]) for name, found in by_reviewer.items()),
    )


def _agreement(name: str, pairs: Sequence[Pair], kappa: float | None) -> Agreement:
    return Agreement(
        name=name,
        pairs=len(pairs),
        same=sum(pair.first == pair.second for pair in pairs),
        near=sum(abs(pair.first - pair.second) <= 1 for pair in pairs),
        kappa="–" if kappa is None else f"{kappa:.2f}",
        word=_word(kappa, len(pairs)),
    )


def _word(kappa: float | None, pairs: int) -> str:
    if pairs < FEW_PAIRS:
        return "too few"
    return "" if kappa is None else next((word for low, word in _WORDS if round(kappa, 2) >= low), "none")


def _sentence(overall: Agreement | None, by_area: Mapping[str, Sequence[Pair]], rubric: Rubric) -> str:
    if overall is None:
        return "No submission has been looked at twice yet, so there is nothing to compare."
    opening = (
        "The one level that was given twice"
        if overall.pairs == 1
        else f"Of {overall.pairs} levels that were given twice, {overall.same}"
    )
    same = (
        ("is the same" if overall.same else "is not the same")
        if overall.pairs == 1
        else (f"{'is' if overall.same == 1 else 'are'} the same ({overall.rate})")
    )
    apart = [area.name for area in rubric.areas if any(abs(p.first - p.second) > 1 for p in by_area[area.code])]
    further = f" Reviewers were two levels or more apart in {join_words(apart)}." if apart else ""
    return f"{opening} {same}.{further}"


def _percent(part: int, whole: int) -> int:
    """Whole percent, halves up."""
    return (200 * part + whole) // (2 * whole)


def _kappas(groups: Mapping[str, Iterable[tuple[int, int]]], top: int) -> Mapping[str, float | None]:
    """Each group's kappa, from a process that has scikit-learn; kept, since the same pairs have the same kappa."""
    asked = json.dumps({"top": top, "groups": {name: list(pairs) for name, pairs in groups.items()}}, sort_keys=True)
    key = f"kappa-{hashlib.sha256(asked.encode()).hexdigest()}"
    known: Mapping[str, float | None] | None = cache.get(key)
    if known is None:
        command = [sys.executable, "-m", "assessments.kappa"]
        try:
            done = subprocess.run(  # noqa: S603 # our own module, with numbers and names on its standard input
                command, input=asked, capture_output=True, text=True, check=True, timeout=TIMEOUT_SECONDS
            )
        except (OSError, subprocess.SubprocessError) as failure:
            raise Unavailable("Kappa can't be computed at the moment. Try again in a minute.") from failure
        known = json.loads(done.stdout)
        cache.set(key, known, KEPT_SECONDS)
    return known or {}
