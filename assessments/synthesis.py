"""Many plausible submissions, made quickly, to measure with: `manage.py synthesize`.

Their answers are drawn at random and scored by the rule, so that figures, flags and sums are those of real ones. Their
sealed documents are short stand-ins, and no answers are kept: lists and sums show them, their own pages can't.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

from django.db import connection, models, transaction

from assessments import sealing, tallies
from assessments.flags import JUMP
from assessments.models import (
    Assessment,
    CoeRole,
    Cycle,
    Decision,
    FlagKind,
    Organization,
    Review,
    Scorecard,
    ScorecardArea,
    ScorecardFlag,
    ScorecardHold,
    State,
    User,
)
from assessments.scoring import UNKNOWN, Answer, explain, score
from rubric.datatypes import Rubric
from rubric.models import Rubric as RubricRow
from rubric.models import newest_published

DAYS: Final = 91
"""Days in a cycle."""
BATCH: Final = 1000
"""Submissions that are written together."""
REVIEWERS: Final = 6


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much to make. The same `seed` gives the same submissions."""

    submissions: int
    cycles: int = 4
    organizations: int = 50
    seed: int = 1


@dataclass
class Levels:
    """What a team had in its last cycle, by area, as claimed and as accepted."""

    claimed: dict[str, int | None] = field(default_factory=dict)
    validated: dict[str, int | None] = field(default_factory=dict)


AREA_COLUMNS: Final = (
    *("scorecard_id", "area", "position", "level", "level_high", "score_hundredths", "moved", "gaps"),
    *("validated_level", "validated_moved", "validated_gaps"),
)
HOLD_COLUMNS: Final = ("scorecard_id", "question", "step_to")
VALUES: Final = 9_000
"""Values in one statement."""


def _insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Plain SQL for the tables with most rows: as objects they take three times as long."""
    names = ", ".join(columns)
    marks = f"({', '.join(['%s'] * len(columns))})"
    size = VALUES // len(columns)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            statement = f"INSERT INTO {model._meta.db_table} ({names}) VALUES {', '.join([marks] * len(some))}"  # noqa: S608
            cursor.execute(statement, [value for row in some for value in row])


@dataclass
class Batch:
    """Rows that wait to be written, each after those that it points to."""

    assessments: list[Assessment] = field(default_factory=list)
    scorecards: list[Scorecard] = field(default_factory=list)
    areas: list[tuple[Scorecard, tuple[Any, ...]]] = field(default_factory=list)
    holds: list[tuple[Scorecard, tuple[Any, ...]]] = field(default_factory=list)
    flags: list[ScorecardFlag] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    def write(self) -> None:
        Assessment.objects.bulk_create(self.assessments)
        Scorecard.objects.bulk_create(self.scorecards)
        _insert(ScorecardArea, AREA_COLUMNS, [(scorecard.pk, *row) for scorecard, row in self.areas])
        _insert(ScorecardHold, HOLD_COLUMNS, [(scorecard.pk, *row) for scorecard, row in self.holds])
        ScorecardFlag.objects.bulk_create(self.flags)
        Review.objects.bulk_create(self.reviews)


@dataclass(frozen=True)
class World:
    """Who and what all submissions share."""

    row: RubricRow
    rubric: Rubric
    cycles: Sequence[Cycle]
    organizations: Sequence[Organization]
    lead: User
    reviewers: Sequence[User]


@transaction.atomic
def synthesize(amounts: Amounts) -> None:
    """Make submissions with all that lists and sums are made of, or nothing where anything fails."""
    world = _world(amounts)
    dice = random.Random(amounts.seed)  # noqa: S311 (made-up data)
    turns = _turns(world, amounts, dice)
    while some := list(islice(turns, BATCH)):
        batch = Batch()
        for turn in some:
            _add_submission(batch, world, dice, turn)
        batch.write()
    tallies.recount()


def _world(amounts: Amounts) -> World:
    row = newest_published()
    first = date(2026, 10, 1) - timedelta(days=DAYS * (amounts.cycles - 1))
    starts = [first + timedelta(days=DAYS * number) for number in range(amounts.cycles)]
    people = User.objects.bulk_create(
        User(email=f"{name}@synthetic.example", name=name.title(), password="!", coe_role=role)  # noqa: S106 (no hash)
        for name, role in [
            ("lead", CoeRole.NONE),
            *((f"reviewer-{number}", CoeRole.REVIEWER) for number in range(1, REVIEWERS + 1)),
        ]
    )
    return World(
        row=row,
        rubric=row.to_datatypes(),
        cycles=Cycle.objects.bulk_create(
            Cycle(
                code=f"synthetic-{number}",
                name=f"Synthetic cycle {number}",
                starts_on=start,
                due_on=start + timedelta(days=DAYS - 1),
            )
            for number, start in enumerate(starts, start=1)
        ),
        organizations=Organization.objects.bulk_create(
            Organization(code=f"synthetic-{number}", name=f"Synthetic agency {number:04}")
            for number in range(1, amounts.organizations + 1)
        ),
        lead=people[0],
        reviewers=people[1:],
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """A team's turn to submit: `strength` is what it can do by area and changes after each, `before` what it had."""

    organization: Organization
    team: str
    cycle: Cycle
    strength: dict[str, int]
    before: Levels


def _turns(world: World, amounts: Amounts, dice: random.Random) -> Iterator[Turn]:
    """Each team submits in one cycle after the other, until there are enough."""
    teams = -(-amounts.submissions // len(world.cycles))
    everyone = (
        Turn(world.organizations[number % len(world.organizations)], f"Team {number + 1:06}", cycle, strength, before)
        for number in range(teams)
        for strength, before in [
            ({area.code: dice.choice((1, 2, 2, 3, 3, 4)) for area in world.rubric.areas}, Levels())
        ]
        for cycle in world.cycles
    )
    return islice(everyone, amounts.submissions)


def _answers(rubric: Rubric, dice: random.Random, strength: Mapping[str, int]) -> dict[str, Answer]:
    """Answers near what a team can do in each area; few that it doesn't know."""
    return {
        question.code: UNKNOWN
        if dice.random() < 0.03
        else min(rubric.top, max(1, strength[area.code] + dice.choice((-1, 0, 0, 0, 1))))
        for area in rubric.areas
        for question in area.questions
    }


def _add_submission(batch: Batch, world: World, dice: random.Random, turn: Turn) -> None:
    cycle, strength = turn.cycle, turn.strength
    at = datetime.combine(cycle.starts_on, time(9), UTC) + timedelta(seconds=dice.randrange(DAYS * 86_400))
    newest = cycle is world.cycles[-1]
    state = dice.choices((State.ACCEPTED, State.SUBMITTED, State.RETURNED), (35, 50, 15) if newest else (85, 0, 15))[0]
    claimed_by = dice.choice(world.reviewers) if state == State.SUBMITTED and dice.random() < 0.25 else None
    assessment = Assessment(
        organization=turn.organization,
        team=turn.team,
        cycle=cycle,
        rubric=world.row,
        state=state,
        created_by=world.lead,
        created_at=at - timedelta(days=7),
        submitted_at=at,
        claimed_by=claimed_by,
        claimed_at=at if claimed_by else None,
    )
    document = json.dumps({"stands_in_for": f"{turn.team}, {turn.organization.code}, {cycle.code}"})
    digest = sealing.digest(document)
    scorecard = Scorecard(
        assessment=assessment,
        sequence=1,
        document=document,
        sha256=digest,
        code=sealing.short_code(digest),
        sealed_by=world.lead,
        sealed_at=at,
        second_look=dice.random() < 0.1,
    )
    batch.assessments.append(assessment)
    batch.scorecards.append(scorecard)
    _add_figures(batch, world, dice, scorecard, turn)
    if state in (State.ACCEPTED, State.RETURNED):
        decision = Decision.ACCEPTED if state == State.ACCEPTED else Decision.RETURNED
        said = "" if state == State.ACCEPTED else "Say more about your evidence."
        reviewer = dice.choice(world.reviewers)
        batch.reviews.append(
            Review(scorecard=scorecard, reviewer=reviewer, decision=decision, comment=said, decided_at=at)
        )
    for area, level in strength.items():
        strength[area] = min(world.rubric.top, max(1, level + dice.choice((-1, 0, 0, 0, 0, 1, 1))))


def _add_figures(batch: Batch, world: World, dice: random.Random, scorecard: Scorecard, turn: Turn) -> None:
    """The rows of a scorecard, as `actions.submit` and `actions.accept` write them."""
    before = turn.before
    answers = _answers(world.rubric, dice, turn.strength)
    result = score(world.rubric, answers)
    accepted = scorecard.assessment.state == State.ACCEPTED
    claimed = {area.area: area.level for area in result.areas}
    validated = {
        area: level - 1 if level and level > 1 and dice.random() < 0.1 else level for area, level in claimed.items()
    }
    moved = list(tallies.area_figures(claimed, before.claimed))
    confirmed = list(tallies.area_figures(validated, before.validated))
    for position, (area, figures, found) in enumerate(zip(result.areas, moved, confirmed, strict=True), start=1):
        score_hundredths = None if area.score is None else sealing.hundredths(area.score)
        as_claimed = (area.area, position, area.level, area.level_high, score_hundredths, figures.moved, figures.gaps)
        as_accepted = (found.level, found.moved, found.gaps) if accepted else (None, None, 0)
        batch.areas.append((scorecard, as_claimed + as_accepted))
    for hold in tallies.holds(result, explain(world.rubric, answers, result)):
        batch.holds.append((scorecard, (hold.question, hold.step_to)))
    flagged = [(FlagKind.FOUNDATION, gap.area) for gap in result.foundation_gaps]
    flagged += [(FlagKind.JUMP, figures.area) for figures in moved if figures.moved and figures.moved >= JUMP]
    batch.flags += [
        ScorecardFlag(scorecard=scorecard, position=position, kind=kind, area=area, sentence=f"{kind.label}: {area}.")
        for position, (kind, area) in enumerate(flagged, start=1)
    ]
    before.claimed = claimed
    before.validated = validated if accepted else {}
