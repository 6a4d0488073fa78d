"""Documents as an Excel workbook: a sheet for each thing that people sort by.

Rows go to the disk as they come, so that memory stays flat. A text is written as a text, whatever it looks like: no
cell is a formula, no address becomes a link.
"""

import re
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from .documents import Document
from .tables import Cell, Column, Row, Table

MOST_ROWS = 1_048_576
"""Of a sheet, its heading among them; more go on in another."""
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""What no XML file can hold, whatever its way of writing it."""

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(
    file: IO[bytes],
    documents: Iterable[Document],
    *,
    tables: Sequence[Table],
    about: Sequence[tuple[str, str]],
    zone: tzinfo,
) -> None:
    """Write a workbook to `file`. Moments stand in `zone`, since Excel's have none; `about` fills the last sheet."""
    # What the workbook holds on the disk meanwhile goes with the folder, also when something breaks.
    with tempfile.TemporaryDirectory(prefix="aicmm-xlsx-") as folder:
        book = Workbook(file, OPTIONS | {"tmpdir": folder})
        looks = _Looks(book)
        sheets = [_Sheets(book, looks, table, zone) for table in tables]
        for document in documents:
            for sheet in sheets:
                sheet.add(document)
        for sheet in sheets:
            sheet.close()
        _write_about(book, looks, about)
        book.close()


class _Looks:
    """The formats that cells have."""

    def __init__(self, book: Workbook) -> None:
        self.heading: Format = book.add_format({"bold": True, "bg_color": "#E6E6E6", "bottom": 1, "valign": "top"})
        self.plain: Format = book.add_format({"valign": "top"})
        self.wrapped: Format = book.add_format({"valign": "top", "text_wrap": True})
        self.moment: Format = book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm"})


class _Sheets:
    """One table's sheet, and others like it where one is not enough."""

    def __init__(self, book: Workbook, looks: _Looks, table: Table, zone: tzinfo) -> None:
        self._book, self._looks, self._table, self._zone = book, looks, table, zone
        self._count = 0
        self._open()

    def _open(self) -> None:
        self._count += 1
        name = self._table.name if self._count == 1 else f"{self._table.name} {self._count}"
        self._sheet: Worksheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        for number, column in enumerate(self._table.columns):
            self._sheet.set_column(number, number, column.width)
            self._sheet.write_string(0, number, column.name, self._looks.heading)
        self._row = 0

    def add(self, document: Document) -> None:
        for row in self._table.rows(document):
            if self._row + 1 >= MOST_ROWS:
                self.close()
                self._open()
            self._row += 1
            self._write(row)

    def _write(self, row: Row) -> None:
        for number, (cell, column) in enumerate(zip(row, self._table.columns, strict=True)):
            _write_cell(self._sheet, self._row, number, cell, column, self._looks, self._zone)

    def close(self) -> None:
        self._sheet.autofilter(0, 0, self._row, len(self._table.columns) - 1)


def _write_cell(
    sheet: Worksheet, row: int, number: int, cell: Cell, column: Column, looks: _Looks, zone: tzinfo
) -> None:
    if cell is None:
        return
    if isinstance(cell, datetime):
        sheet.write_datetime(row, number, cell.astimezone(zone).replace(tzinfo=None), looks.moment)
    elif isinstance(cell, str):
        sheet.write_string(row, number, _NO_XML.sub("\ufffd", cell), looks.wrapped if column.wraps else looks.plain)
    else:
        sheet.write_number(row, number, cell, looks.plain)


def _write_about(book: Workbook, looks: _Looks, about: Sequence[tuple[str, str]]) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    for row, (name, text) in enumerate(about):
        sheet.write_string(row, 0, name, looks.heading)
        sheet.write_string(row, 1, _NO_XML.sub("\ufffd", text), looks.wrapped)
