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
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from aicmm.pdf_protocol import Limits, Reply, read_frame, write_reply

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

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

    def print(self, html: str) -> bytes:
        """A whole document as PDF/UA-1, the same bytes for the same HTML."""
        document = weasyprint.HTML(string=html, base_url=ASSETS, url_fetcher=self._fetcher)
        pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", stylesheets=[self._css], font_config=self._fonts)
        return pdf


def limit_memory(mebibytes: int) -> None:
    """Let the process hold that much and no more; beyond it Python raises `MemoryError`, and C libraries abort.

    RLIMIT_DATA counts what the process itself fills: heap and private anonymous memory. RLIMIT_AS would count every
    mapped library and font as well, three times as much, and RSS has no limit that Linux enforces. Where the system
    doesn't keep this one (macOS), there is none.
    """
    if resource is not None and hasattr(resource, "RLIMIT_DATA"):
        size = mebibytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


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
            html = read_frame(requests).decode()
        except EOFError:
            return
        # The web process keeps the time; this is for the case that it is gone.
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + 5)
        kind, body = _made(printer, html)
        signal.setitimer(signal.ITIMER_REAL, 0)
        complaints = problems.take()
        if kind == "failed":
            write_reply(replies, Reply(kind, problems=(body.decode(),), mebibytes=most_memory()))
        else:
            write_reply(replies, Reply(kind, body, (*at_start, *complaints), most_memory()))


def _made(printer: Printer, html: str) -> tuple[str, bytes]:
    """The kind of reply, and the file, or what went wrong: that belongs to the document, the process goes on."""
    try:
        return "pdf", printer.print(html)
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
