"""What one question's card shows: put together here so that templates only print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone

from assessments.actions import AnswerEntry
from assessments.asked import Ask
from assessments.datatypes import EvidenceLink, GivenAnswer
from assessments.forms import AnswerForm, fingerprint_of, stored_choice
from assessments.models.assessment import EVIDENCE_LIMIT, REASON_LIMIT, TEXT_LIMIT
from assessments.scoring import NOT_APPLICABLE, UNKNOWN
from rubric.datatypes import Question, Rubric

EVIDENCE_ROWS = 2
NO_ERRORS: Mapping[str, Sequence[str]] = {"choice": (), "reason": (), "rationale": (), "evidence": ()}
"""What a template asks for each time: an entry that isn't there costs it most."""


@dataclass(frozen=True, slots=True)
class Option:
    """A tile to choose. `number` is the level, None for "Don't know" and "Not applicable"."""

    value: str
    number: int | None
    name: str
    text: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict, as people read it."""

    choice_text: str
    reason: str
    rationale: str
    evidence: tuple[EvidenceLink, ...]
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One question on the page. `rendered` is the fingerprint of the stored answer that the inputs were filled from;
    `typed` says that they hold something else, which is not saved. `ask` is what the CoE asks about the answer."""

    code: str
    number: int
    text: str
    options: tuple[Option, ...]
    reason: str
    rationale: str
    evidence: tuple[EvidenceLink, ...]
    evidence_hint: str
    version: int
    rendered: str
    status: str
    locked: bool
    answered: bool
    errors: Mapping[str, Sequence[str]] = field(default_factory=lambda: NO_ERRORS)
    conflict: Mapping[str, Side] | None = None
    conflict_sentence: str = ""
    typed: bool = False
    ask: Ask | None = None
    reason_limit: int = REASON_LIMIT
    text_limit: int = TEXT_LIMIT

    @property
    def chosen(self) -> Option | None:
        return next((option for option in self.options if option.checked), None)

    @property
    def opened(self) -> bool:
        """Whether rationale and evidence show: something is in them or wrong, or there is a choice."""
        first = self.evidence[0]
        wrong = self.errors.get("rationale") or self.errors.get("evidence")
        return bool(self.rationale or first.url or first.title or wrong or self.chosen)

    @property
    def state(self) -> str:
        """What the status line's look says: conflict, failed, saved or empty."""
        if self.typed:
            return "conflict" if self.conflict else "failed"
        return "saved" if self.answered else "empty"


def choice_text(rubric: Rubric, choice: str) -> str:
    """A stored choice as people read it."""
    if choice == UNKNOWN:
        return "Don't know"
    if choice == NOT_APPLICABLE:
        return "Not applicable"
    return str(rubric.level(int(choice))) if choice.isdecimal() else "Not answered"


def moment(answer: GivenAnswer) -> str:
    """When an answer was saved, such as "November 23, 2026, 3:05 p.m. EST"; empty if never."""
    return _in_words(answer.answered_at, get_current_timezone()) if answer.answered_at else ""


@lru_cache(maxsize=4000)
def _in_words(at: datetime, zone: tzinfo) -> str:
    """Kept, since each page of an area prints the same moments again."""
    return date_format(at.astimezone(zone), "F j, Y, P T")


def status_text(answer: GivenAnswer) -> str:
    return f"Saved {moment(answer)} by {answer.answered_by}" if answer.answered_at else "Not answered yet"


def side(rubric: Rubric, entry: GivenAnswer) -> Side:
    return Side(
        choice_text(rubric, stored_choice(entry)),
        entry.reason,
        entry.rationale,
        entry.evidence,
        entry.answered_by,
        moment(entry),
    )


@lru_cache(maxsize=1000)
def options(rubric: Rubric, question: Question, choice: str) -> tuple[Option, ...]:
    """The tiles of a question, levels ascending, then the two other answers."""
    tiles = [
        Option(str(level.number), level.number, level.name, anchor.text, choice == str(level.number))
        for level, anchor in zip(rubric.levels, question.anchors, strict=True)
    ]
    tiles.append(
        Option(
            UNKNOWN,
            None,
            "Don't know",
            "Nobody on the team can say yet. It counts as Level 1 and leaves room to rise.",
            choice == UNKNOWN,
        )
    )
    tiles.append(
        Option(
            NOT_APPLICABLE,
            None,
            "Not applicable",
            "The question can't apply to this team. You say why, and it leaves the calculation.",
            choice == NOT_APPLICABLE,
        )
    )
    return tuple(tiles)


def padded(evidence: tuple[EvidenceLink, ...]) -> tuple[EvidenceLink, ...]:
    """Evidence rows with at least one empty one to type into, two at first."""
    rows = min(EVIDENCE_LIMIT, max(EVIDENCE_ROWS, len(evidence) + 1))
    return evidence + (EvidenceLink("", ""),) * (rows - len(evidence))


def stored_card(rubric: Rubric, question: Question, number: int, answer: GivenAnswer, *, locked: bool) -> Card:
    """The card of an answer as it is stored."""
    return Card(
        code=question.code,
        number=number,
        text=question.text,
        options=options(rubric, question, stored_choice(answer)),
        reason=answer.reason,
        rationale=answer.rationale,
        evidence=answer.evidence if locked else padded(answer.evidence),
        evidence_hint=question.evidence_hint,
        version=answer.version,
        rendered=fingerprint_of(answer),
        status=status_text(answer),
        locked=locked,
        answered=answer.choice is not None,
    )


def typed_card(
    rubric: Rubric,
    question: Question,
    number: int,
    answer: GivenAnswer,
    form: AnswerForm,
    *,
    version: int,
    conflict: Mapping[str, Side] | None = None,
    conflict_sentence: str = "",
) -> Card:
    """The card of what was typed but not stored: its inputs keep the typed text, its status is the stored answer's.

    `version` is the one the next save is measured against: the stored one where people have seen both texts.
    """
    return Card(
        code=question.code,
        number=number,
        text=question.text,
        options=options(rubric, question, form.typed("choice")),
        reason=form.typed("reason"),
        rationale=form.typed("rationale"),
        evidence=padded(form.typed_evidence()),
        evidence_hint=question.evidence_hint,
        version=version,
        rendered=fingerprint_of(answer),
        status="Not saved yet",
        locked=False,
        answered=answer.choice is not None,
        errors={**NO_ERRORS, **form.messages},
        conflict=conflict,
        conflict_sentence=conflict_sentence,
        typed=True,
    )


def entry_as_answer(code: str, entry: AnswerEntry, form: AnswerForm) -> GivenAnswer:
    """What someone typed, in the shape of an answer, to be shown beside theirs."""
    from_text = int(entry.choice) if entry.choice.isdecimal() else entry.choice or None
    return GivenAnswer(code, from_text, entry.reason, entry.rationale, form.typed_evidence())  # type: ignore[arg-type]
