"""The table of answers as CSV: UTF-8 with the mark by which spreadsheets know it, moments in ISO 8601."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from aicmm.cells import never_formula

from .documents import Document
from .tables import ANSWERS, Cell, Row


def parts(documents: Iterable[Document]) -> Iterator[bytes]:
    """The file piece by piece: the heading, then one piece a document."""
    yield codecs.BOM_UTF8 + _lines([tuple(column.name for column in ANSWERS.columns)])
    for document in documents:
        yield _lines(ANSWERS.rows(document))


def _lines(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _cell(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat()
    return never_formula(cell) if isinstance(cell, str) else cell
