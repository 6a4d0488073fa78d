"""Whether a PDF is one that was made here and is unchanged: for the page that anyone may use, and for the command.

A file whose every byte is known was handed out here. Any other was not, whatever is in it: what people see on a page
can't be told for certain from anything else. Of such a file it is said what can be found; see
`assessments.paper_check`.
"""

import hashlib
import json
from dataclasses import dataclass

from django.db import models

from aicmm import bounded
from assessments.models import IssuedPaper, Scorecard
from assessments.paper_check import Reading

READER = "assessments.paper_reader"
TOO_MUCH = "Reading the PDF took more time or memory than any that is made here would."
MOST_FILE = 10 * 1024 * 1024


class Outcome(models.TextChoices):
    GENUINE = "genuine", "genuine"
    ALTERED = "altered", "altered"
    UNKNOWN = "unknown", "unknown here"


class NotChecked(Exception):
    """Nothing can be said of the file; the text says why, in whole sentences."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` are why it isn't genuine, each without a full stop, and `notes` what else was found; none of them says
    more than the file itself. `scorecard` is what was sealed here, `paper` the file that was handed out, if any."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reading: Reading | None = None
    paper: IssuedPaper | None = None
    scorecard: Scorecard | None = None

    @property
    def only_saved_anew(self) -> bool:
        """Whether it was sealed here, and nothing was found but that the bytes are others."""
        if self.scorecard is None or self.reading is None or self.paper is not None:
            return False
        return not self.reading.alterations and not self.notes


def issued(content: bytes) -> IssuedPaper | None:
    """The paper that is this file, byte for byte; None where none of ours is. One query."""
    return IssuedPaper.objects.with_digest(hashlib.sha256(content).hexdigest()).first()


def check(content: bytes) -> Verdict:
    """What is to be said of a file. `NotChecked` where that is nothing, `bounded.Busy` where others are being read."""
    paper = issued(content)
    if paper is not None:
        return Verdict(Outcome.GENUINE, paper=paper, scorecard=paper.scorecard)
    reading = read(content)
    return judged(reading, sealed_here(reading))


def read(content: bytes) -> Reading:
    """What the file says by itself, read by a process that may fail; `NotChecked` where it holds no sealed answers."""
    try:
        found = json.loads(bounded.run(READER, content))
    except bounded.Exceeded as error:
        raise NotChecked(TOO_MUCH) from error
    reading = Reading(**found | {key: tuple(found[key]) for key in ("alterations", "notes")})
    if reading.unreadable:
        raise NotChecked(reading.unreadable)
    return reading


def sealed_here(reading: Reading) -> Scorecard | None:
    """The scorecard that the embedded document is, to the letter. One query."""
    found = Scorecard.objects.with_code(reading.code) if reading.code else Scorecard.objects.none()
    return found.filter(sha256=reading.sha256).first()


def judged(reading: Reading, scorecard: Scorecard | None, *, without_database: bool = False) -> Verdict:
    """The verdict on a file that isn't known byte for byte."""
    if scorecard is not None:
        what = (
            "the file isn't byte for byte one that was made here: it was changed or saved anew;"
            " its embedded answers are genuine"
        )
        return Verdict(Outcome.ALTERED, (what, *reading.alterations), reading.notes, reading, scorecard=scorecard)
    if reading.alterations:
        return Verdict(Outcome.ALTERED, reading.alterations, reading.notes, reading)
    if without_database:
        why = "no database, so nobody can say whether it was sealed"
    else:
        why = f"no scorecard with the seal {reading.code} was sealed here"
    return Verdict(Outcome.UNKNOWN, (why,), reading.notes, reading)
