"""What `aicmm.pdf` and its worker say to each other: limits at the start, then HTML with what is to be attached one way
and replies the other."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import BinaryIO

LENGTH_BYTES = 4


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
class Attachment:
    """A file inside a PDF. `description` is read to people; `made_at` is told to programs, so that the same content
    gives the same bytes. `relationship` is what it is to the pages, in PDF's own words: "Data" or "Source"."""

    name: str
    content: bytes
    description: str
    made_at: datetime
    relationship: str = "Source"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the worker says: "ready", once; then "pdf", "memory" or "failed" to each document.

    `body` is the file, `problems` is what WeasyPrint complained of or why it failed, `mebibytes` the most memory that
    the process has held so far.
    """

    kind: str
    body: bytes = b""
    problems: tuple[str, ...] = ()
    mebibytes: int = 0


def write_frame(stream: BinaryIO, content: bytes) -> None:
    """Send `content`, with its length in front."""
    stream.write(len(content).to_bytes(LENGTH_BYTES, "big"))
    stream.write(content)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes:
    """The next frame; `EOFError` where the other side is gone."""
    return _exactly(stream, int.from_bytes(_exactly(stream, LENGTH_BYTES), "big"))


def write_request(stream: BinaryIO, html: str, attachments: Sequence[Attachment]) -> None:
    labels = [[one.name, one.description, one.made_at.isoformat(), one.relationship] for one in attachments]
    write_frame(stream, json.dumps(labels).encode())
    write_frame(stream, html.encode(errors="replace"))
    for one in attachments:
        write_frame(stream, one.content)


def read_request(stream: BinaryIO) -> tuple[str, tuple[Attachment, ...]]:
    """The next document to make, and what is to be attached; `EOFError` where the other side is gone."""
    labels = json.loads(read_frame(stream))
    html = read_frame(stream).decode()
    return html, tuple(
        Attachment(name, read_frame(stream), description, datetime.fromisoformat(made_at), relationship)
        for name, description, made_at, relationship in labels
    )


def write_reply(stream: BinaryIO, reply: Reply) -> None:
    write_frame(stream, json.dumps([reply.kind, reply.problems, reply.mebibytes]).encode())
    write_frame(stream, reply.body)


def read_reply(stream: BinaryIO) -> Reply:
    """The next reply; `EOFError` where the worker is gone."""
    kind, problems, mebibytes = json.loads(read_frame(stream))
    return Reply(kind, read_frame(stream), tuple(problems), mebibytes)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content
