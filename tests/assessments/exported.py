"""Exports as tests read them: against the schemas in docs/, and cell by cell."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from referencing import Registry, Resource

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
ONE, LIST = (json.loads((SCHEMAS / name).read_text()) for name in ("export.schema.json", "export-list.schema.json"))
REGISTRY: Registry[Any] = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in (ONE, LIST))
Row = dict[str, Any]


def validator(schema: Any) -> Draft202012Validator:
    return Draft202012Validator(schema, registry=REGISTRY, format_checker=FormatChecker())


def content_of(response: Any) -> bytes:
    """What a download holds, to its end."""
    assert response.status_code == 200
    content: bytes = response.getvalue() if response.streaming else response.content
    return content


def check(document: Any, schema: Any = ONE) -> Any:
    """The document, once it is what its schema says."""
    errors = [f"{error.json_path}: {error.message}" for error in validator(schema).iter_errors(document)]
    assert errors == []
    return document


def json_of(response: Any, schema: Any = ONE) -> Any:
    return check(json.loads(content_of(response)), schema)


def rows_of_csv(content: bytes) -> list[Row]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheets_of(content: bytes) -> dict[str, list[Row]]:
    """The rows of every sheet, by the names of their columns. Fails where a cell is a formula or a link."""
    book = load_workbook(io.BytesIO(content))
    sheets = {}
    for sheet in book.worksheets:
        for cell in cells(sheet.iter_rows()):
            assert cell.data_type != "f", cell.coordinate
            assert cell.hyperlink is None, cell.coordinate
        heading, *rows = sheet.iter_rows(values_only=True)
        sheets[sheet.title] = [dict(zip(heading, map(as_shown, row), strict=True)) for row in rows]
    return sheets


def as_shown(value: Any) -> Any:
    """A cell as Excel shows it: openpyxl leaves its way of writing what XML can't hold as it is."""
    return unescape(value) if isinstance(value, str) else value


def cells(rows: Iterable[Iterable[Any]]) -> Iterable[Any]:
    return (cell for row in rows for cell in row)


def is_moment(value: Any) -> bool:
    return isinstance(value, datetime)
