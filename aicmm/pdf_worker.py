"""The process that makes PDFs: `aicmm.pdf` starts it, sends it HTML and gets PDF/UA-1 back, one document at a time.

It is a program of its own because WeasyPrint with its fonts takes 60 MiB and more, which a web process shouldn't carry,
and because only a process can be ended when a document takes too long. It ends when its standard input does, so it never
outlives the web process. It knows nothing of Django: its one argument is the `Limits` as JSON.
"""

import json
import logging
import mimetypes
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

LENGTH_BYTES = 4
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take, and the directories that assets are read from."""

    seconds: float
    mebibytes: int
    assets: tuple[str, ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Limits":
        values = json.loads(text)
        return cls(values["seconds"], values["mebibytes"], tuple(values["assets"]))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the worker says: "ready", "pdf" (`body` is the file), "failed" or "unavailable" (`detail` says why).

    `problems` is what WeasyPrint complained of. `mebibytes` is the most memory the process has held so far.
    """

    kind: str
    body: bytes = b""
    detail: str = ""
    problems: tuple[str, ...] = ()
    mebibytes: int = 0


def write_frame(stream: BinaryIO, content: bytes) -> None:
    stream.write(len(content).to_bytes(LENGTH_BYTES, "big"))
    stream.write(content)


def read_frame(stream: BinaryIO) -> bytes:
    """The next frame; `EOFError` where the other side is gone."""
    size = int.from_bytes(_exactly(stream, LENGTH_BYTES), "big")
    return _exactly(stream, size)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def write_reply(stream: BinaryIO, reply: Reply) -> None:
    head = {name: value for name, value in asdict(reply).items() if name != "body"}
    write_frame(stream, json.dumps(head).encode())
    write_frame(stream, reply.body)
    stream.flush()


def read_reply(stream: BinaryIO) -> Reply:
    head = json.loads(read_frame(stream))
    return Reply(
        kind=head["kind"],
        body=read_frame(stream),
        detail=head["detail"],
        problems=tuple(head["problems"]),
        mebibytes=head["mebibytes"],
    )


class AddressRefused(ValueError):
    """A document names something that isn't ours."""


def asset_file(url: str, directories: tuple[str, ...]) -> Path:
    """The file of an `asset:///` address, in the first directory that has it; `AddressRefused` for anything else."""
    if not url.startswith(ASSETS):
        raise AddressRefused(f"documents read their own assets only, not {url[:80]}")
    name = unquote(urlsplit(url).path).lstrip("/")
    for directory in directories:
        root = Path(directory).resolve()
        file = (root / name).resolve()
        if file.is_relative_to(root) and file.is_file():
            return file
    raise AddressRefused(f"there is no asset {name[:80]}")


class Problems(logging.Handler):
    """Keeps what WeasyPrint complains of while one document is made: each thing once, and no more than `MOST`."""

    MOST = 20

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.messages) < self.MOST:
            self.messages[f"{record.levelname}: {record.getMessage()}"[:1000]] = None

    def take(self) -> tuple[str, ...]:
        messages, self.messages = tuple(self.messages), {}
        return messages


class Printer:
    """WeasyPrint, with our fonts loaded once."""

    def __init__(self, assets: tuple[str, ...]) -> None:
        # Here and not above: it takes over a second, 60 MiB, and libraries that not every machine has.
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        class OwnAssets(URLFetcher):  # type: ignore[misc]
            """Reads `data:` addresses and our own assets; refuses every other, so that no request leaves the process."""

            def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
                if url.lower().startswith("data:"):
                    return super().fetch(url, headers)
                file = asset_file(url, assets)
                kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})

        self._html = weasyprint.HTML
        self._fetcher = OwnAssets()
        self._fonts = FontConfiguration()
        self._css = weasyprint.CSS(string=FONTS, font_config=self._fonts, url_fetcher=self._fetcher)

    def print(self, html: str) -> bytes:
        document = self._html(string=html, base_url=ASSETS, url_fetcher=self._fetcher)
        pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", stylesheets=[self._css], font_config=self._fonts)
        return pdf


def limit_memory(mebibytes: int) -> None:
    """Let the process hold that much and no more; beyond it Python raises `MemoryError`, and C libraries abort.

    RLIMIT_DATA counts what the process itself fills: heap and private anonymous memory. RLIMIT_AS would count every
    mapped library, font and thread stack as well, and RSS has no limit that Linux enforces. Where the system doesn't
    know or keep the limit (macOS), there is none.
    """
    if resource is not None and hasattr(resource, "RLIMIT_DATA"):
        size = mebibytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def most_memory() -> int:
    """The most that was resident so far, in MiB."""
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


def serve(requests: BinaryIO, replies: BinaryIO, limits: Limits) -> None:
    """Answer until the other side closes."""
    problems = Problems()
    logging.getLogger("weasyprint").addHandler(problems)
    limit_memory(limits.mebibytes)
    try:
        printer = Printer(limits.assets)
    except (ImportError, OSError) as error:  # OSError: Pango's libraries are missing
        write_reply(replies, Reply("unavailable", detail=str(error)))
        return
    startup = problems.take()
    write_reply(replies, Reply("ready", problems=startup))
    while True:
        try:
            html = read_frame(requests).decode()
        except EOFError:
            return
        # The web process keeps the time; this is for the case that it is gone.
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + 5)
        reply = _answer(printer, html, problems, startup)
        signal.setitimer(signal.ITIMER_REAL, 0)
        write_reply(replies, reply)


def _answer(printer: Printer, html: str, problems: Problems, startup: tuple[str, ...]) -> Reply:
    problems.take()  # of a document that failed
    try:
        pdf = printer.print(html)
    except MemoryError:
        return Reply("failed", detail="memory", mebibytes=most_memory())
    except Exception as error:  # noqa: BLE001 whatever goes wrong belongs to this document; the process says what it was
        return Reply("failed", detail=f"{type(error).__name__}: {error}"[:1000], mebibytes=most_memory())
    return Reply("pdf", pdf, problems=(*startup, *problems.take()), mebibytes=most_memory())


def main() -> None:
    # C libraries may print; standard output belongs to the replies alone.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, replies, Limits.from_json(sys.argv[1]))


if __name__ == "__main__":
    main()
