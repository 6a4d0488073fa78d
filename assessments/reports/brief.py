"""The brief: a result on one page of US Letter, for leadership."""

from aicmm import pdf
from assessments.datatypes import ScoredAssessment
from assessments.proof import proof
from assessments.reports.one_page import height_styles, one_page
from assessments.reports.printing import (
    document,
    level_styles,
    lines,
    name_size,
    printed_date,
    printed_moment,
    shortened,
    site_address,
)
from assessments.reports.standing import is_replaced, standing_in_foot

PAGE_HEIGHT = 220
"""What is left of the page, in millimetres, beside what `_height` counts: margins, headings, and spaces between."""
QR_HEIGHT = 20
"""Of the QR code beside the seal, in millimetres: smaller ones are hard to read for a camera."""
NAME_LENGTH = 40
"""Letters of who sealed it."""
PROOF = "letters " * 25
"""As long as all that the foot says of the seal beside the address where to check it."""


def brief_pdf(sheet: ScoredAssessment) -> bytes:
    """The brief as PDF/UA-1: exactly one page, the same bytes for the same sheet. `pdf.PdfUnavailable` as always."""
    return pdf.render(brief_html(sheet))


def _height(sheet: ScoredAssessment) -> int:
    """How many millimetres are left beneath the names and above the seal; see brief.css."""
    sizes = {"": (10, 38), "long": (6, 55), "longest": (5, 70)}
    high, length = sizes[name_size(sheet.organization)]
    names = high * lines(sheet.organization, length) + 5 * lines(sheet.team, 75) + 4 * lines(sheet.cycle, 23)
    if sheet.seal is None:
        return PAGE_HEIGHT - names - 4 * lines(PROOF, 105)
    address = site_address("verify", sheet.seal.code)
    return PAGE_HEIGHT - names - max(QR_HEIGHT, 4 * lines(f"{address} {PROOF}", 90))


def brief_html(sheet: ScoredAssessment) -> str:
    """The brief as a whole document with its styles, for `aicmm.pdf`."""
    seal = sheet.seal
    page = one_page(sheet, ident="brief", height=_height(sheet))
    return document(
        "reports/brief.html",
        {
            "sheet": sheet,
            "page": page,
            "rubric": sheet.rubric,
            "name_size": name_size(sheet.organization),
            "foot": f"AI maturity brief{standing_in_foot(sheet)}",
            "date": printed_date(seal.sealed_at if seal else sheet.at),
            "moment": (seal.sealed_at if seal else sheet.at).isoformat(timespec="seconds"),
            "sealed_at": printed_moment(seal.sealed_at) if seal else "",
            "sealed_by": shortened(seal.sealed_by, NAME_LENGTH) if seal else "",
            "replaced": is_replaced(sheet),
            "proof": proof(seal.code) if seal else None,
            "level_styles": level_styles(sheet.rubric),
            "height_styles": height_styles([page]),
        },
    )
