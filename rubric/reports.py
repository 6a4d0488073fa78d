"""The model's table as files to take along. A published rubric never changes, so what was made once is kept."""

import csv
import io
from functools import lru_cache

from django.template.loader import render_to_string

from aicmm import pdf
from aicmm.cells import never_formula
from rubric import pages
from rubric.datatypes import Rubric


@lru_cache(maxsize=4)
def table_pdf(rubric: Rubric) -> bytes:
    """The table on US Letter, landscape, as PDF/UA-1; `PdfUnavailable` where this machine can't make PDFs."""
    return pdf.render(render_to_string("rubric/table_pdf.html", {"rubric": rubric, "rows": pages.table(rubric)}))


def table_csv(rubric: Rubric) -> bytes:
    """The table, the top of the stack first, each row with the version it comes from; UTF-8 with the mark by which
    spreadsheets know it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Area", "Summary", *(f"{level} ({level.scope})" for level in rubric.levels), "Version"])
    for row in pages.table(rubric):
        cells = [row.area.name, row.area.summary, *(cell.text for cell in row.cells), rubric.version]
        writer.writerow([never_formula(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")
