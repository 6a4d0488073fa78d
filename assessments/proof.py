"""What a sealed PDF carries so that it can be checked: the seal's code, a QR code that leads to it, and the sealed
document itself. For every kind of report; no models.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString

from aicmm.links import absolute
from aicmm.pdf_protocol import Attachment
from aicmm.qr import qr_svg
from assessments.datatypes import ScoredAssessment
from assessments.sealing import ATTACHMENT


@dataclass(frozen=True, slots=True)
class Proof:
    """For templates/reports/seal.html: the code, the whole address at which it is checked, that of the page where any
    code is, short enough to be typed, and the whole one as a QR code."""

    code: str
    url: str
    page: str
    qr: SafeString


def proof(code: str) -> Proof:
    """What is printed of a seal."""
    url = absolute(reverse("verify", args=[code]))
    return Proof(code, url, page_address(), qr_svg(url, title=f"QR code that leads to {url}"))


def page_address() -> str:
    """Where any paper is checked, short enough to be typed: without what browsers add by themselves."""
    return absolute(reverse("verify-paper")).partition("://")[2]


def sealed_attachments(sheet: ScoredAssessment) -> tuple[Attachment, ...]:
    """The sealed document as a file inside the PDF, to the letter, so that its SHA-256 is the printed one; nothing of
    what has no seal."""
    if sheet.seal is None or not sheet.document:
        return ()
    description = (
        f"The sealed answers and result of submission {sheet.seal.sequence}, {sheet.seal.code}:"
        " what the pages are made from, for programs to check."
    )
    return (Attachment(ATTACHMENT, sheet.document.encode(), description, sheet.seal.sealed_at),)
