"""The process that makes PDFs: `aicmm.pdf` starts it, sends it HTML and gets PDF/UA-1 back, one document at a time.

It is a program of its own because WeasyPrint with its fonts takes 60 MiB and more, which a web process shouldn't
carry, and because only a process can be ended when a document takes too long. It ends when its input does, so it never
outlives the web process. It knows nothing of Django; its one argument is the `Limits` as JSON. Without Pango it ends at
once.
"""

import gc
import logging
import mimetypes
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

import pydyf
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from aicmm.memory import limit_memory
from aicmm.pdf_protocol import Attachment, Limits, Reply, read_request, write_reply

ASSETS = "asset:///"
"""Addresses of our own static files in the HTML of a report: `asset:///fonts/…`."""

FONTS = "".join(
    f"@font-face {{ font-family: 'Public Sans'; font-style: {style}; font-weight: {weight};"
    f" src: url('{ASSETS}fonts/public-sans/PublicSans-{name}.woff2') format('woff2'); }}\n"
    for name, style, weight in (
        ("Regular", "normal", 400),
        ("Italic", "italic", 400),
        ("SemiBold", "normal", 600),
        ("Bold", "normal", 700),
        ("BoldItalic", "italic", 700),
    )
)


class AddressRefused(ValueError):
    """A document names something that isn't ours."""


class OwnAssets(URLFetcher):  # type: ignore[misc]
    """Reads `data:` addresses and our own static files; refuses every other, so that nothing leaves the process."""

    def __init__(self, directories: tuple[str, ...]) -> None:
        super().__init__()
        self._roots = [Path(directory).resolve() for directory in directories]

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        if url.lower().startswith("data:"):
            return super().fetch(url, headers)
        file = self._file(url)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})

    def _file(self, url: str) -> Path:
        if not url.startswith(ASSETS):
            raise AddressRefused(f"documents read their own assets only, not {url[:80]}")
        name = unquote(urlsplit(url).path).lstrip("/")
        for root in self._roots:
            file = (root / name).resolve()
            if file.is_relative_to(root) and file.is_file():
                return file
        raise AddressRefused(f"there is no asset {name[:80]}")


class Problems(logging.Handler):
    """Keeps what WeasyPrint complains of while one document is made: each thing once, and no more than `MOST`."""

    MOST = 20

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._messages: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if len(self._messages) < self.MOST:
            self._messages[f"{record.levelname}: {record.getMessage()}"[:1000]] = None

    def take(self) -> tuple[str, ...]:
        messages, self._messages = tuple(self._messages), {}
        return messages


class Printer:
    """WeasyPrint, with our fonts loaded once."""

    def __init__(self, assets: tuple[str, ...]) -> None:
        self._fetcher = OwnAssets(assets)
        self._fonts = FontConfiguration()
        self._css = weasyprint.CSS(string=FONTS, font_config=self._fonts, url_fetcher=self._fetcher)

    def print(self, html: str, attachments: Sequence[Attachment] = ()) -> bytes:
        """A whole document as PDF/UA-1, the same bytes for the same HTML and attachments."""
        document = weasyprint.HTML(string=html, base_url=ASSETS, url_fetcher=self._fetcher)
        pdf: bytes = document.write_pdf(
            pdf_variant="pdf/ua-1",
            stylesheets=[self._css],
            font_config=self._fonts,
            attachments=[_attached(one) for one in attachments],
            finisher=lambda _, file: _finish(file, attachments),
        )
        return pdf


def _attached(one: Attachment) -> weasyprint.Attachment:
    # WeasyPrint writes the time as it is given and calls it UTC.
    made_at = one.made_at.astimezone(UTC)
    return weasyprint.Attachment(
        string=one.content, name=one.name, description=one.description, created=made_at, modified=made_at
    )


def _finish(file: Any, attachments: Sequence[Attachment]) -> None:
    _relate(file, attachments)
    _name_every_glyph(file)


def _name_every_glyph(file: Any) -> None:
    """Gives a glyph that only completes the letter before it, such as an accent of two, a text of its own: WeasyPrint
    gives it none, which PDF/UA doesn't allow. A space without width, so that nothing is read twice."""
    for entry in file.objects:
        if isinstance(entry, pydyf.Stream) and b"begincmap" in entry.stream:
            entry.stream[:] = [
                line[:-2] + b"<200b>" if isinstance(line, bytes) and line.endswith(b"> <>") else line
                for line in entry.stream
            ]


def _relate(file: Any, attachments: Sequence[Attachment]) -> None:
    """Says what the attachments are to the document, as WeasyPrint does in PDF/A alone."""
    files = [
        entry for entry in file.objects if isinstance(entry, pydyf.Dictionary) and entry.get("Type") == "/Filespec"
    ]
    for entry, one in zip(files, attachments, strict=True):
        entry["AFRelationship"] = f"/{one.relationship}"
    if files:
        file.catalog["AF"] = pydyf.Array([entry.reference for entry in files])


def most_memory() -> int:
    """The most that was resident so far, in MiB; 0 where the system doesn't tell.

    Not `ru_maxrss`: on Linux that begins with what the web process held when it started this one.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(peak.split()[1]) // 1024


def serve(requests: BinaryIO, replies: BinaryIO, limits: Limits) -> None:
    """Answer until the other side closes."""
    problems = Problems()
    logging.getLogger("weasyprint").addHandler(problems)
    limit_memory(limits.mebibytes)
    printer = Printer(limits.assets)
    at_start = problems.take()
    # Looking for rubbish in the middle of a document costs a tenth of its time: that is done once it was handed over.
    gc.freeze()
    gc.disable()
    write_reply(replies, Reply("ready"))
    while True:
        gc.collect()
        try:
            html, attachments = read_request(requests)
        except EOFError:
            return
        # The web process keeps the time; this is for the case that it is gone.
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + 5)
        kind, body = _made(printer, html, attachments)
        signal.setitimer(signal.ITIMER_REAL, 0)
        complaints = problems.take()
        if kind == "failed":
            write_reply(replies, Reply(kind, problems=(body.decode(),), mebibytes=most_memory()))
        else:
            write_reply(replies, Reply(kind, body, (*at_start, *complaints), most_memory()))


def _made(printer: Printer, html: str, attachments: Sequence[Attachment]) -> tuple[str, bytes]:
    """The kind of reply, and the file, or what went wrong: that belongs to the document, the process goes on."""
    try:
        return "pdf", printer.print(html, attachments)
    except MemoryError:
        return "memory", b""
    except Exception as error:
        return "failed", f"{type(error).__name__}: {error}"[:1000].encode(errors="replace")


def main() -> None:
    # C libraries may print; standard output belongs to the replies alone.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, replies, Limits.from_json(sys.argv[1]))


if __name__ == "__main__":
    main()
