"""What `aicmm.pdf` and its worker say to each other: limits at the start, then HTML one way and replies the other."""

import json
from dataclasses import asdict, dataclass
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
