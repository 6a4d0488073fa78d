"""Scores answers that stand in a file: `manage.py score FILE`. The contract is in docs/scoring.md."""

import errno
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

from assessments.answer_documents import AnswerDocument, AnswerDocumentError, read_answer_document
from assessments.scoring import result_to_json, score
from rubric import datatypes
from rubric.models import Rubric, published

BAD_INPUT = 2
READER_GONE = 128 + 13
"""What a shell reports of a program whose reader went away (signal SIGPIPE)."""


class Command(BaseCommand):
    help = "Scores a JSON document of answers. Bad input gets one line that says where, and exit status 2."
    requires_system_checks = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rubrics: dict[tuple[str, str | None], datatypes.Rubric] = {}

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the document to score, or - for standard input")
        parser.add_argument("--lines", action="store_true", help="one document a line in, one result a line out")

    def handle(self, **options: Any) -> None:
        lines = _lines(options["file"])
        try:
            if options["lines"]:
                self._score_lines(lines)
            else:
                self._write(json.dumps(self._scored(b"".join(lines)), indent=2))
        except AnswerDocumentError as error:
            raise CommandError(str(error), returncode=BAD_INPUT) from error
        except BrokenPipeError:
            _leave_quietly()

    def _score_lines(self, lines: Iterable[bytes]) -> None:
        for number, line in enumerate(lines, start=1):
            try:
                result = self._scored(line)
            except AnswerDocumentError as error:
                raise AnswerDocumentError(f"line {number}: {error}") from error
            self._write(json.dumps(result, separators=(",", ":")))

    def _write(self, text: str) -> None:
        """Write a result at once: whoever sent its line may wait for it before sending the next."""
        self.stdout.write(text)
        self.stdout.flush()

    def _scored(self, data: bytes) -> dict[str, object]:
        document = read_answer_document(data)
        rubric = self._rubric(document)
        try:
            return result_to_json(score(rubric, document.answers))
        except ValueError as error:
            raise AnswerDocumentError(f"answers.{error}") from error

    def _rubric(self, document: AnswerDocument) -> datatypes.Rubric:
        """The rubric a document names, looked up once a run, so that all its lines mean the same newest version."""
        key = (document.rubric, document.version)
        if key not in self._rubrics:
            try:
                self._rubrics[key] = published(*key)
            except (Rubric.DoesNotExist, ValueError) as error:  # ValueError: text that no database takes, such as NUL
                raise _unpublished(document) from error
        return self._rubrics[key]


def _lines(file: str) -> Iterator[bytes]:
    """The lines of a file, or of standard input for "-", one by one, with their line ends."""
    try:
        with _opened(file) as source:
            yield from source
    except OSError as error:
        raise AnswerDocumentError(f"{file}: {error.strerror}; allowed is a file that can be read, or -") from error


def _opened(file: str) -> AbstractContextManager[IO[bytes]]:
    if file != "-":
        return Path(file).open("rb")
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return nullcontext(sys.stdin.buffer)


def _unpublished(document: AnswerDocument) -> AnswerDocumentError:
    known = [(rubric.code, rubric.version) for rubric in Rubric.objects.published()]
    versions = [version for code, version in known if code == document.rubric]
    if versions:
        place, wrong, allowed = "version", document.version, versions
    else:
        place, wrong, allowed = "rubric", document.rubric, list(dict.fromkeys(code for code, _ in known))
    listed = ", ".join(allowed) or "none, since no rubric is published"
    return AnswerDocumentError(f'{place}: "{wrong:.60}" is not published; allowed are {listed}')


def _leave_quietly() -> NoReturn:
    """End without a word, also from Python's own last flush, when the reader of the results has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(READER_GONE)
