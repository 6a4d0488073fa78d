"""Whether a PDF is a scorecard that was sealed here, unchanged: `manage.py verify FILE.pdf`. docs/verify.md has all."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from assessments import verifying
from assessments.answer_documents import one_line
from assessments.verifying import NotChecked, Outcome, Verdict

STATUS = {Outcome.GENUINE: 0, Outcome.ALTERED: 1, Outcome.UNKNOWN: 3}
BAD_INPUT = 2


class Command(BaseCommand):
    help = (
        "Computes every level of a PDF scorecard again from the answers in it and says whether it is genuine (status"
        " 0), altered (1) or unknown here (3). Bad input gets one line and status 2. Works without a database, too."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the PDF")

    def handle(self, *, file: str, **_: Any) -> None:
        try:
            verdict = verdict_on(_content(file))
        except (NotChecked, OSError) as why:
            text = (isinstance(why, OSError) and why.strerror) or str(why)
            raise CommandError(one_line(f"{file}: {text}"), returncode=BAD_INPUT) from why
        self.stdout.write(one_line(f"{verdict.outcome.label}: {'; '.join(said(verdict))}"))
        if verdict.outcome is not Outcome.GENUINE:
            raise SystemExit(STATUS[verdict.outcome])


def verdict_on(content: bytes) -> Verdict:
    """What the page would say, and what the levels are computed again for also where every byte is known."""
    try:
        paper = verifying.issued(content)
    except (DatabaseError, InterfaceError):
        return verifying.judged(verifying.read(content), None, without_database=True)
    if paper is None:
        return verifying.check(content)
    try:
        reading = verifying.read(content)
    except NotChecked:
        reading = None  # a report without embedded answers
    return Verdict(Outcome.GENUINE, paper=paper, scorecard=paper.scorecard, reading=reading)


def said(verdict: Verdict) -> list[str]:
    """Everything there is to say, in parts of one line."""
    parts = [*verdict.reasons, *verdict.notes]
    if verdict.paper:
        parts.append(f"byte for byte a {verdict.paper.get_kind_display().lower()} that was made here")
    if verdict.paper and verdict.paper.organization and verdict.paper.as_of:
        parts.append(f"of {verdict.paper.organization} as of {verdict.paper.as_of:%Y-%m-%d}")
    if verdict.scorecard:
        parts.append(f"sealed on {verdict.scorecard.sealed_at:%Y-%m-%d} as {verdict.scorecard.code}")
    reading = verdict.reading
    if reading is None:
        parts.append("no answers are embedded, so no level was computed")
    elif reading.areas and not reading.alterations:
        parts.append(f"all {reading.areas} levels follow from the embedded answers, by {reading.rubric}")
    elif verdict.paper:
        parts += ["this version of the program computes or prints otherwise", *reading.alterations]
    return parts


def _content(file: str) -> bytes:
    """The file, as long as a PDF of ours could be."""
    with Path(file).open("rb") as source:
        content = source.read(verifying.MOST_FILE + 1)
    if len(content) > verifying.MOST_FILE:
        raise NotChecked("It has more than 10 MiB. No PDF that is made here has.")
    return content
