"""What must hold of a PDF, read from the file: PDF/UA-1 by a validator and once more by hand, texts and links."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

import page as validator
import pikepdf
from pypdf import PdfReader

UA_NAMESPACE = "http://www.aiim.org/pdfua/ns/id/"
LETTER = (612.0, 792.0)


def ua_problems(pdf: bytes) -> list[str]:
    """Everything that keeps a file from being PDF/UA-1; empty where nothing does."""
    report = validator.validate_pdf_bytes(pdf, profile="ua1")
    found = [f"{failure.rule_id}: {failure.message}" for failure in report.failures]
    with pikepdf.open(BytesIO(pdf)) as document:
        return found + list(_catalog_problems(document)) + list(_structure_problems(document))


def _catalog_problems(document: pikepdf.Pdf) -> Iterator[str]:
    root: Any = document.Root
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "the document isn't marked as tagged"
    if not str(root.get("/Lang", "")):
        yield "the document has no language"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "the window shows the file's name and not the title"
    if not str(document.docinfo.get("/Title", "")):
        yield "the document has no title"
    if "/StructTreeRoot" not in root:
        yield "the document has no structure"
    with document.open_metadata() as metadata:
        if metadata.get(f"{{{UA_NAMESPACE}}}part") != "1":
            yield "the metadata doesn't say PDF/UA-1"


def _structure_problems(document: pikepdf.Pdf) -> Iterator[str]:
    elements = list(_elements(document.Root.StructTreeRoot))
    headers = {str(element.ID) for element in elements if element.S == "/TH" and "/ID" in element}
    for element in elements:
        if element.S == "/Figure" and not str(element.get("/Alt", "")):
            yield "a figure has no text"
        if element.S == "/TH" and "/ID" not in element and "/Scope" not in element.get("/A", {}):
            yield "a header cell says neither its scope nor its name"
        if element.S == "/TD":
            for header in element.get("/A", {}).get("/Headers", []):
                if str(header) not in headers:
                    yield f"a cell names a header that isn't there: {header}"


def _elements(node: Any) -> Iterator[Any]:
    """Every structure element beneath `node`."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)


def headerless_cells(pdf: bytes) -> int:
    """How many data cells that say something belong to no header."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return sum(
            1
            for element in _elements(document.Root.StructTreeRoot)
            if element.S == "/TD" and len(element.get("/K", [])) > 0 == len(element.get("/A", {}).get("/Headers", []))
        )


def alternative_texts(pdf: bytes) -> list[str]:
    """What is read aloud in place of each figure."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return [str(one.get("/Alt", "")) for one in _elements(document.Root.StructTreeRoot) if one.S == "/Figure"]


@lru_cache(maxsize=8)
def text_of(pdf: bytes) -> str:
    """The text of all pages, any white space as one space."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in points."""
    return [(float(page.mediabox.width), float(page.mediabox.height)) for page in PdfReader(BytesIO(pdf)).pages]


def bookmarks(pdf: bytes) -> list[str]:
    """The titles of the outline, flat, in reading order."""
    return list(_titles(PdfReader(BytesIO(pdf)).outline))


def _titles(outline: Sequence[object]) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _titles(entry)
        else:
            yield str(getattr(entry, "title", ""))


def addresses(pdf: bytes) -> set[str]:
    """Where the links lead that leave the document, and what else a click would set off, such as "/JavaScript"."""
    found = set()
    with pikepdf.open(BytesIO(pdf)) as document:
        for page in document.pages:
            annotations: Any = page.get("/Annots", [])
            for annotation in annotations:
                action = annotation.get("/A")
                if action is not None:
                    found.add(str(action.URI) if action.S == "/URI" else str(action.S))
        root: Any = document.Root
        found |= {name for name in ("/OpenAction", "/AA") if name in root}
        found |= {"/JavaScript"} if "/JavaScript" in root.get("/Names", {}) else set()
    return found


def fonts(pdf: bytes) -> set[str]:
    """The names of the embedded fonts, without the letters that mark a subset."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return {
            str(one.FontName).rpartition("+")[2].lstrip("/")
            for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        }
