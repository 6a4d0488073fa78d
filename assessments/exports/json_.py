"""Documents as JSON: one by itself, or many in one object that is written piece by piece."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from .documents import VERSION, Document

LIST_FORMAT = "aicmm-export-list"


def whole(document: Document) -> bytes:
    """One document, to be read by people, too."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2).encode() + b"\n"


def parts(documents: Iterable[Document], *, exported_at: datetime, filters: str) -> Iterator[bytes]:
    """One object with all documents, one a line. `count` stands last: a file without it was cut off."""
    head = {"format": LIST_FORMAT, "version": VERSION, "exported_at": exported_at.isoformat(), "filters": filters}
    yield f"{_json(head)[:-1]}, {_json('submissions')}: [".encode()
    count = 0
    for count, document in enumerate(documents, start=1):
        yield f"{',' if count > 1 else ''}\n{_json(document)}".encode()
    yield f"\n], {_json('count')}: {count}}}\n".encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
