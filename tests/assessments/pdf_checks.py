"""What must hold of a PDF, read from the file: PDF/UA-1 by a validator and once more by hand, texts and links."""

import re
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any

import page as validator
import pikepdf
import pypdfium2
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
    return " ".join(page_texts(pdf))


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page, any white space as one space."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [_joined(page.get_textpage().get_text_bounded()) for page in document]


def _joined(text: str) -> str:
    # A hyphen at the end of a line comes as this mark.
    return " ".join(re.sub("\ufffe\\s*", "-", text).split())


def pages_by_another_reader(pdf: bytes) -> Iterator[str]:
    """The text of each page, read slowly by one that knows which letters a picture stands for, emoji among them."""
    return (page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in points."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [document.get_page_size(number) for number in range(len(document))]


def bookmarks(pdf: bytes) -> list[str]:
    """The titles of the outline, flat, in reading order."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [entry.get_title() for entry in document.get_toc()]


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


def unembedded_fonts(pdf: bytes) -> set[str]:
    """The names of fonts whose letters are not in the file."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return {
            str(one.FontName)
            for one in document.objects
            if isinstance(one, pikepdf.Dictionary)
            and one.get("/Type") == "/FontDescriptor"
            and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(one.keys())
        }


def letters_of(pdf: bytes) -> str:
    """All that can be copied from the pages in the order of reading, without any white space."""
    return "".join(text_of(pdf).split())


def letters_of_pages(pdf: bytes) -> list[str]:
    """The same of each page, a hyphen at the end of a line as that mark."""
    with pypdfium2.PdfDocument(pdf) as document:
        return ["".join(page.get_textpage().get_text_bounded().split()) for page in document]


def with_drawings(html: str) -> str:
    """The HTML of a report with what its pictures show in their place."""
    return re.sub(r"data:image/svg\+xml;base64,([\w+/=]+)", lambda found: b64decode(found[1]).decode(), html)


def inked_margins(pdf: bytes, *, across: float, up: float, dpi: int = 36) -> set[int]:
    """The numbers, from 1, of pages on which anything is drawn nearer to an edge than that: `across` to the left and
    right one, `up` to the others; in millimetres."""
    inked = set()
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document, start=1):
            image = page.render(scale=dpi / 72, grayscale=True).to_pil()
            width, height = image.size
            left, top = int(across / 25.4 * dpi), int(up / 25.4 * dpi)
            edges = [(0, 0, left, height), (width - left, 0, width, height)]
            edges += [(0, 0, width, top), (0, height - top, width, height)]
            if any(image.crop(edge).getextrema()[0] < 250 for edge in edges):
                inked.add(number)
    return inked


def widowed_headings(pdf: bytes, *, foot: float = 60.0) -> list[str]:
    """The headings in the outline beneath which their page says nothing more; `foot` is where its foot begins, in
    points from the bottom."""
    widowed = []
    with pypdfium2.PdfDocument(pdf) as document:
        for entry in document.get_toc():
            place = entry.get_dest()
            _, top, *_ = place.get_view()[1]
            page = document[place.get_index()].get_textpage()
            found = "".join(page.get_text_bounded(bottom=foot, top=top + 2).split())
            if found.endswith("".join(entry.get_title().split())):
                widowed.append(entry.get_title())
    return widowed


def broken_rows(pdf: bytes) -> int:
    """How many rows of tables stand on more than one page."""
    with pikepdf.open(BytesIO(pdf)) as document:
        rows = [element for element in _elements(document.Root.StructTreeRoot) if element.S == "/TR"]
        return sum(len(set(_pages(row))) > 1 for row in rows)


def _pages(node: Any) -> Iterator[Any]:
    """The pages that hold what is marked as content of a structure element."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from _pages(kid)
        elif isinstance(kid, pikepdf.Dictionary) and "/Pg" in kid:
            yield kid.Pg.objgen
        elif "/Pg" in node:
            yield node.Pg.objgen


def contents_links(pdf: bytes) -> int:
    """How many links lead to a place in the document."""
    with pikepdf.open(BytesIO(pdf)) as document:
        annotations = [one for page in document.pages for one in page.get("/Annots", [])]
        return sum("/Dest" in one or one.get("/A", {}).get("/S") == "/GoTo" for one in annotations)
