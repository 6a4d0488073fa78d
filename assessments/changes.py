"""Which answers differ between two moments, such as the submission that was returned and now. Pure; no Django here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assessments.datatypes import GivenAnswer

PARTS: Final = ("choice", "reason", "rationale", "evidence")
"""The parts of an answer that people change, as `GivenAnswer` names them."""


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One question whose answer differs. `parts` are those of `PARTS` that differ, in their order; at least one."""

    question: str
    before: GivenAnswer
    after: GivenAnswer
    parts: tuple[str, ...]


def changed_since(before: Mapping[str, GivenAnswer], after: Mapping[str, GivenAnswer]) -> tuple[AnswerChange, ...]:
    """The answers, by question code, that are not the same in both; in the order of `after`, then of `before`.

    A question that is in one of them only counts as unanswered in the other. Who answered, and when, is no difference.
    """
    changes = []
    for code in {**after, **before}:
        old, new = before.get(code, GivenAnswer(code)), after.get(code, GivenAnswer(code))
        parts = tuple(part for part in PARTS if getattr(old, part) != getattr(new, part))
        if parts:
            changes.append(AnswerChange(code, old, new, parts))
    return tuple(changes)
