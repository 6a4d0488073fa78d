"""What differs between two states of the same answers: a submission and the one before it, or what stands now.

Pure: mappings of answers in, frozen values out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assessments.datatypes import GivenAnswer

CHOICE: Final = "level"
REASON: Final = "reason"
RATIONALE: Final = "rationale"
EVIDENCE: Final = "evidence"


@dataclass(frozen=True, slots=True)
class Change:
    """One question answered differently. `parts` names what differs, in the order of the page; never empty."""

    question: str
    before: GivenAnswer
    after: GivenAnswer
    parts: tuple[str, ...]


def changed_since(before: Mapping[str, GivenAnswer], after: Mapping[str, GivenAnswer]) -> tuple[Change, ...]:
    """The questions of `after` that `before` has otherwise, in the order of `after`; one it lacks was unanswered."""
    pairs = ((code, before.get(code, GivenAnswer(code)), answer) for code, answer in after.items())
    changes = (Change(code, old, new, _parts(old, new)) for code, old, new in pairs)
    return tuple(change for change in changes if change.parts)


def _parts(old: GivenAnswer, new: GivenAnswer) -> tuple[str, ...]:
    differing = {
        CHOICE: old.choice != new.choice,
        REASON: old.reason != new.reason,
        RATIONALE: old.rationale != new.rationale,
        EVIDENCE: old.evidence != new.evidence,
    }
    return tuple(part for part, differs in differing.items() if differs)
