"""What changes more than one row. Each is one transaction that checks the state, writes, and leaves its audit row.

A refusal is an exception derived from `Refused` whose text is a sentence for the person at the screen. `at` is when it
is done: now, unless a history is told afterwards, as `assessments.demo` does.
"""

from .answers import AlreadyThere, AnswerEntry, Conflict, Saved, SaveIdUsed, save_answer, start_assessment
from .base import NotEditable, Refused, locked_because, record
from .claiming import ClaimedByAnother, claim, release
from .exporting import ZIP_LIMIT, start_again, start_zip
from .keeping import discard, rename_team
from .reviewing import (
    AreaEntry,
    BulkOutcome,
    CommentEntry,
    NothingToDo,
    ReviewChanged,
    ReviewEntry,
    Seen,
    accept,
    accept_unflagged,
    return_,
    save_review,
    save_second_look,
)
from .sharing import Shared, revoke, revoke_all, share
from .submitting import AnswersChanged, NothingChanged, OpenQuestions, submit

__all__ = [
    "ZIP_LIMIT",
    "AlreadyThere",
    "AnswerEntry",
    "AnswersChanged",
    "AreaEntry",
    "BulkOutcome",
    "ClaimedByAnother",
    "CommentEntry",
    "Conflict",
    "NotEditable",
    "NothingChanged",
    "NothingToDo",
    "OpenQuestions",
    "Refused",
    "ReviewChanged",
    "ReviewEntry",
    "SaveIdUsed",
    "Saved",
    "Seen",
    "Shared",
    "accept",
    "accept_unflagged",
    "claim",
    "discard",
    "locked_because",
    "record",
    "release",
    "rename_team",
    "return_",
    "revoke",
    "revoke_all",
    "save_answer",
    "save_review",
    "save_second_look",
    "share",
    "start_again",
    "start_assessment",
    "start_zip",
    "submit",
]
