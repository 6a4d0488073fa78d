"""What changes more than one row. Each is one transaction that checks the state, writes, and leaves its audit row.

A refusal is an exception derived from `Refused` whose text is a sentence for the person at the screen. `at` is when it
is done: now, unless a history is told afterwards, as `assessments.demo` does.
"""

from .answers import AlreadyThere, AnswerEntry, Conflict, Saved, SaveIdUsed, save_answer, start_assessment
from .base import NotEditable, Refused, record
from .exporting import ZIP_LIMIT, start_again, start_zip
from .reviewing import (
    AreaEntry,
    BulkOutcome,
    ClaimedByAnother,
    CommentEntry,
    ReviewChanged,
    ReviewEntry,
    accept,
    accept_unflagged,
    claim,
    release,
    return_,
    save_review,
    save_second_look,
)
from .submitting import OpenQuestions, submit

__all__ = [
    "ZIP_LIMIT",
    "AlreadyThere",
    "AnswerEntry",
    "AreaEntry",
    "BulkOutcome",
    "ClaimedByAnother",
    "CommentEntry",
    "Conflict",
    "NotEditable",
    "OpenQuestions",
    "Refused",
    "ReviewChanged",
    "ReviewEntry",
    "SaveIdUsed",
    "Saved",
    "accept",
    "accept_unflagged",
    "claim",
    "record",
    "release",
    "return_",
    "save_answer",
    "save_review",
    "save_second_look",
    "start_again",
    "start_assessment",
    "start_zip",
    "submit",
]
