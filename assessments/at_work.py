"""Who is still at work in an organization: what isn't submitted yet, and what was returned and not submitted again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime

from assessments import leadership_words as words
from assessments.models import Assessment, Decision, Review, Scorecard, State

SHOWN: Final = 6
"""How many are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Return:
    """That the CoE gave a submission back: when, and the codes of the areas for which it found another level."""

    at: datetime
    otherwise: frozenset[str]

    @property
    def day(self) -> str:
        return printed_day(localtime(self.at))


@dataclass(frozen=True, slots=True)
class Worker:
    """A team at work, in a list; `stands` says how far it is."""

    pk: str
    team: str
    cycle: str
    stands: str


@dataclass(frozen=True, slots=True)
class AtWork:
    """All of them in `sentences`, the first ones by name, and `more` that counts the others; each may be empty."""

    sentences: tuple[str, ...]
    workers: tuple[Worker, ...]
    more: str


def returns_of(assessments: Collection[str], *, to_members: bool) -> dict[str, Return]:
    """What the CoE said on returning the newest submissions of these assessments, by their ids. One query, none where
    there are none. While a second look is open the CoE's own readers aren't told, so that it stays blind."""
    if not assessments:
        return {}
    newest = Scorecard.objects.filter(assessment__in=[UUID(pk) for pk in assessments]).newest()
    shown = newest if to_members else newest.second_look_not_open()
    returned = Review.objects.decided().filter(decision=Decision.RETURNED, scorecard__in=shown.order_by().values("pk"))
    rows: Iterable[tuple[Any, ...]] = returned.order_by().values_list(
        "scorecard__assessment", "decided_at", "areas__area", "areas__claimed_level", "areas__validated_level"
    )
    found: dict[str, Return] = {}
    for pk, at, area, claimed, level in rows:
        known = found.get(str(pk), Return(at, frozenset()))
        found[str(pk)] = Return(at, known.otherwise | {area}) if level != claimed else known
    return found


def at_work(assessments: Sequence[Assessment], returns: Mapping[str, Return]) -> AtWork:
    """`assessments` are those of `AssessmentQuerySet.at_work`; `returns` what was said of the returned ones."""
    drafts = [one for one in assessments if one.state == State.DRAFT]
    returned = [one for one in assessments if one.state == State.RETURNED]
    answering = words.still_answering(
        _teams(drafts), sum(one.answered for one in drafts), sum(one.questions for one in drafts)
    )
    return AtWork(
        sentences=tuple(line for line in (answering, words.reworking(_teams(returned))) if line),
        workers=tuple(_worker(one, returns.get(str(one.pk))) for one in assessments[:SHOWN]),
        more=words.more_at_work(len(assessments[SHOWN:])),
    )


def printed_day(day: date) -> str:
    """ "November 23, 2026"."""
    return date_format(day, "F j, Y")


def _teams(assessments: Sequence[Assessment]) -> int:
    return len({one.team.lower() for one in assessments})


def _worker(one: Assessment, returned: Return | None) -> Worker:
    stands = f"returned on {returned.day}" if returned else words.how_far(one.answered, one.questions)
    due = f"{'was due' if one.cycle.is_over else 'due'} {printed_day(one.cycle.due_on)}"
    return Worker(str(one.pk), one.team, one.cycle.name, f"{stands}; {due}")
