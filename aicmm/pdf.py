"""HTML to PDF/UA-1, in a process of its own with a limit on time and memory; see `aicmm.pdf_worker`.

One such process for each web process, started with the first PDF and kept warm. WeasyPrint is never imported here.
"""

import atexit
import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import metadata
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import cast

from django.conf import settings

from aicmm.pdf_protocol import Attachment, Limits, Reply, read_reply, write_request

logger = logging.getLogger(__name__)

START_SECONDS = 60.0
MOST_RENDERS = 200
"""A worker is replaced after that many documents, or once it has held `RETIRE_MEBIBYTES`, to give memory back."""
RETIRE_MEBIBYTES = 200

PLACES = 2
"""How many threads of a web process may be at it: one whose document is being made, and one that waits. The other
threads serve the rest of the application, so whoever comes then is told to come again."""

PASSED_ON = ("DYLD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "PATH")
"""What the worker needs of the environment. Secrets and addresses of databases stay here."""

LIBRARIES = ("weasyprint", "pydyf", "fonttools", "tinycss2", "tinyhtml5", "cssselect2")

TOO_LONG = "The PDF took too long to make and was stopped. Shorter texts make it possible."
TOO_LARGE = "The PDF took more memory than one document may and was stopped. Shorter texts make it possible."
BROKEN = "The PDF could not be made, because of an error on our side. It has been logged."
BUSY = "Too many PDFs are being made at the moment. Try again in a minute."
NO_START = "This server can't make PDFs at the moment, because a library or program it needs for them is missing."


class PdfUnavailable(Exception):
    """There is no PDF; the text says why, in a sentence for the person who asked for it."""


class PdfFailed(PdfUnavailable):
    """This document wasn't made: it took too much time or memory, or too many are being made."""


def render(html: str, *, attachments: Sequence[Attachment] = ()) -> bytes:
    """`html`, a whole document with a title and a language, as PDF/UA-1; text in “Public Sans”. `attachments` are files
    that go along inside it.

    An address that isn't `data:` or `asset:///` is left out. That, and whatever else WeasyPrint complains of, is
    logged. `PdfUnavailable` where this machine can't make PDFs, `PdfFailed` where this one exceeded the limits.
    """
    reply = made(html, attachments=attachments)
    for problem in reply.problems:
        logger.warning("While making a PDF: %s", problem)
    return reply.body


def made(html: str, *, attachments: Sequence[Attachment] = ()) -> Reply:
    """The same, with what WeasyPrint complained of, which a test wants to be nothing, and how much memory it took."""
    reply = _desk.ask(html, attachments)
    if reply.kind == "pdf":
        return reply
    logger.error("A PDF was not made: %s %s", reply.kind, " ".join(reply.problems))
    raise PdfFailed(TOO_LARGE if reply.kind == "memory" else BROKEN)


def maker() -> str:
    """A digest of what turns HTML into a PDF, apart from `aicmm` itself: the libraries' versions and our fonts."""
    digest = hashlib.sha256(" ".join(metadata.version(name) for name in LIBRARIES).encode())
    for directory in limits_of_settings().assets:
        for font in sorted(Path(directory).glob("fonts/*/*.woff2")):
            digest.update(font.read_bytes())
    return digest.hexdigest()


def limits_of_settings() -> Limits:
    """What one document may take, and where its assets are."""
    directories = [entry[1] if isinstance(entry, tuple) else entry for entry in settings.STATICFILES_DIRS]
    if settings.STATIC_ROOT:
        directories.append(settings.STATIC_ROOT)
    return Limits(
        seconds=settings.PDF_SECONDS,
        mebibytes=settings.PDF_MEBIBYTES,
        assets=tuple(str(directory) for directory in directories),
    )


class _Deadline:
    """Kills a process that is still at it after so many seconds; reading from it ends then."""

    def __init__(self, process: "subprocess.Popen[bytes]", seconds: float) -> None:
        self.passed = False
        self._process = process
        self._timer = threading.Timer(seconds, self._kill)
        self._timer.daemon = True

    def _kill(self) -> None:
        self.passed = True
        self._process.kill()

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


class _Worker:
    """One worker process, from its start to its end."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.renders = 0
        self._ready = False
        self._folder = tempfile.mkdtemp(prefix="aicmm-pdf-")
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        # PYTHONHASHSEED: the same HTML gives the same file, whichever process makes it.
        environment |= {"PYTHONHASHSEED": "0", "TMPDIR": self._folder}
        self.process = subprocess.Popen(  # noqa: S603 our own program
            [sys.executable, "-m", "aicmm.pdf_worker", limits.to_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent.parent,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for the web process, which ends its worker
        )
        self._requests = cast(BufferedWriter, self.process.stdin)
        self._replies = cast(BufferedReader, self.process.stdout)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def make(self, html: str, attachments: Sequence[Attachment]) -> Reply:
        """The worker's reply. `PdfUnavailable` or `PdfFailed` where it has none; then it has ended."""
        if not self._ready:
            self._await_start()
        self.renders += 1
        deadline = _Deadline(self.process, self.limits.seconds)
        try:
            with deadline:
                write_request(self._requests, html, attachments)
                return read_reply(self._replies)
        except (EOFError, OSError) as gone:
            status = self.end()
            why = "after the time limit" if deadline.passed else f"with status {status}"
            raise self._failure(PdfFailed(TOO_LONG if deadline.passed else TOO_LARGE), f"ended {why}") from gone

    def _await_start(self) -> None:
        try:
            with _Deadline(self.process, START_SECONDS):
                read_reply(self._replies)
        except (EOFError, OSError) as gone:
            raise self._failure(PdfUnavailable(NO_START), f"didn't start, status {self.end()}") from gone
        self._ready = True

    def _failure(self, failure: PdfUnavailable, what: str) -> PdfUnavailable:
        logger.error("A PDF was not made: its process %s", what)
        return failure

    def end(self) -> int:
        """End the process, wait for it, and return its exit status."""
        self.process.kill()
        with suppress(OSError):
            self._requests.close()
        self._replies.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        return self.process.wait()

    def abandon(self) -> None:
        """In a forked child: let go of the parent's worker without ending it."""
        self._requests.raw.close()  # the raw ones, without the locks that another thread may have held
        self._replies.raw.close()
        self.process.returncode = 0  # not ours to wait for


class _Desk:
    """Where threads queue for the one worker of this process."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(PLACES)
        self._queue = threading.Lock()
        self._worker: _Worker | None = None

    def ask(self, html: str, attachments: Sequence[Attachment]) -> Reply:
        if not self._places.acquire(blocking=False):
            raise PdfFailed(BUSY)
        try:
            return self._wait_and_ask(html, attachments)
        finally:
            self._places.release()

    def _wait_and_ask(self, html: str, attachments: Sequence[Attachment]) -> Reply:
        limits = limits_of_settings()
        if not self._queue.acquire(timeout=2 * limits.seconds):
            raise PdfFailed(BUSY)
        try:
            worker = self._hire(limits)
            reply = worker.make(html, attachments)
            if worker.renders >= MOST_RENDERS or reply.mebibytes >= RETIRE_MEBIBYTES:
                self.close()
                self._hire(limits)  # the next one gets ready while nobody waits
            return reply
        finally:
            self._queue.release()

    def _hire(self, limits: Limits) -> _Worker:
        if self._worker is None or not self._worker.alive or self._worker.limits != limits:
            self.close()
            self._worker = _Worker(limits)
        return self._worker

    def close(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def abandon(self) -> None:
        if self._worker is not None:
            self._worker.abandon()


_desk = _Desk()


def close() -> None:
    """End the worker, if there is one; the next PDF starts another."""
    _desk.close()


def _after_fork() -> None:
    """A web server that forks after a first PDF: the child gets a desk, and with it a worker, of its own."""
    global _desk  # noqa: PLW0603 one for each process
    _desk.abandon()
    _desk = _Desk()


atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
