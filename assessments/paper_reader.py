"""The program that reads a PDF which anyone may have made: `assessments.verifying` starts it for one file and waits.

The PDF comes on standard input; one JSON object leaves on standard output, a `Reading`. Files can be made to fill any
memory and to take any time, so it is a process of its own with a limit on both. It knows nothing of Django, of secrets
or of a database. Its arguments are the limits: seconds of processor time, and MiB of memory.
"""

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict

from pypdf import PdfReader
from pypdf import overwrite_configuration as limit_parser
from pypdf.errors import DependencyError

from aicmm.memory import limit_memory
from assessments import paper_check, sealed
from assessments.paper_check import Reading
from assessments.sealing import ATTACHMENT

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

MOST_PAGES = 200
ENCRYPTED = "The PDF is encrypted. None that is made here is."
MOST_UNPACKED = 16 * 1024 * 1024
"""Bytes that one stream of a PDF may become: a sealed document is below two MiB."""


class Unreadable(Exception):
    """Nothing to compare; the text says why."""


class Forged(Exception):
    """What is attached under our name isn't what we attach; the text says why."""


def reading(content: bytes) -> Reading:
    """Everything that can be said of a PDF by itself."""
    try:
        document, pages, notes = _opened(content)
        one = sealed.read(document)
    except Unreadable as why:
        return Reading(unreadable=str(why))
    except (Forged, sealed.NotASealedDocument) as why:
        return Reading(alterations=(f"the embedded answers aren't a sealed document: {why}",))
    found = paper_check.compared(one.sheet, pages)
    return Reading(
        code=one.seal.code,
        sha256=one.seal.sha256,
        rubric=f"{one.sheet.rubric.name}, version {one.sheet.rubric.version}",
        areas=len(one.sheet.rubric.areas),
        alterations=(*sealed.disagreements(one), *found.differences),
        notes=(*notes, *found.notes),
    )


def _opened(content: bytes) -> tuple[bytes, list[str], list[str]]:
    """The embedded document, the text of each page, and which pages' text can't be read."""
    if b"%PDF-" not in content[:1024]:
        raise Unreadable("This isn't a PDF.")
    try:
        reader = PdfReader(io.BytesIO(content))
        document = _attached(reader)
        count = len(reader.pages)
    except (Unreadable, Forged, MemoryError):
        raise
    except DependencyError as error:
        # What the library says where only encrypted files need more than it has.
        raise Unreadable(ENCRYPTED) from error
    except Exception as error:
        raise Unreadable("The PDF is damaged: it can't be read.") from error
    if count > MOST_PAGES:
        raise Unreadable(f"The PDF has more than {MOST_PAGES} pages. None that is made here has.")
    notes: list[str] = []
    return document, list(_texts(reader, notes)), notes


def _attached(reader: PdfReader) -> bytes:
    if reader.is_encrypted:
        raise Unreadable(ENCRYPTED)
    found = [entry for entry in reader.attachment_list if ATTACHMENT in (entry.name, entry.alternative_name)]
    if not found:
        raise Unreadable(
            "No sealed answers are embedded in the PDF. Only sealed scorecards have them: drafts have no seal,"
            " and a brief or a portfolio is known by its exact file alone."
        )
    if len(found) > 1:
        raise Forged(f"more than one attachment is named {ATTACHMENT}")
    return found[0].content


def _texts(reader: PdfReader, notes: list[str]) -> Iterator[str]:
    for number, page in enumerate(reader.pages, start=1):
        try:
            yield page.extract_text()
        except MemoryError:
            raise
        except Exception:
            notes.append(f"the text of page {number} can't be read")
            yield ""


def main() -> None:
    seconds, mebibytes = (int(argument) for argument in sys.argv[1:3])
    # What the libraries print belongs nowhere; standard output is for the answer alone.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    logging.disable()
    limit_memory(mebibytes)
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    limit_parser(
        zlib_maximum_output_length=MOST_UNPACKED,
        lzw_maximum_output_length=MOST_UNPACKED,
        run_length_maximum_output_length=MOST_UNPACKED,
        maximum_declared_stream_length=MOST_UNPACKED,
        jbig2dec_binary=None,
    )
    answer.write(json.dumps(asdict(reading(sys.stdin.buffer.read()).shortened())).encode())
    answer.close()


if __name__ == "__main__":
    main()
