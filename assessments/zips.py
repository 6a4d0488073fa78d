"""Many scorecards as one ZIP, made beside the requests, and thrown away after a week.

Progress is written down after each scorecard. That is also the sign of life by which a job whose process was killed is
told from one that is under way: it can be started again, and whoever worked on the older attempt finds out and stops.
"""

import csv
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.text import slugify
from django.utils.timezone import localtime

from aicmm.cells import never_formula
from aicmm.pdf import PdfFailed, PdfUnavailable
from assessments import paper_store, results
from assessments.access import Access
from assessments.datatypes import ScoredAssessment
from assessments.models import ExportJob, ExportState, Scorecard, User

logger = logging.getLogger(__name__)

INDEX = "index.csv"
HEADING = ("File", "Organization", "Team", "Cycle", "State", "Submission", "Seal", "Sealed at", "SHA-256", "Note")
NAME_LENGTH = 100
BROKEN = "The ZIP could not be made, because of an error on our side. It has been logged."
GONE = "The file is no longer there. Start it again."
NOT_THERE = "There is no sealed submission any more."


class _Superseded(Exception):
    """Another attempt took the place of this one."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the index: `file` is empty where there is no PDF, and `note` says why."""

    file: str
    sheet: ScoredAssessment | None
    note: str


def make(pk: int, attempt: int) -> None:
    """Make the ZIP of a job, unless another attempt has or had its turn. Never raises: the job says what went wrong."""
    if not ExportJob.objects.begin(pk, attempt):
        return
    try:
        name = _make(ExportJob.objects.get(pk=pk), attempt)
        if not ExportJob.objects.finish(pk, attempt, file=name):
            default_storage.delete(name)
    except _Superseded:
        logger.info("Export %s: attempt %s stops, since another began", pk, attempt)
    except PdfUnavailable as unavailable:
        ExportJob.objects.finish(pk, attempt, error=str(unavailable)[:300])
    except Exception:
        logger.exception("Export %s was not made", pk)
        ExportJob.objects.finish(pk, attempt, error=BROKEN)


def _make(job: ExportJob, attempt: int) -> str:
    """Write the ZIP into the store; its name there."""
    with TemporaryFile(prefix="aicmm-zip-") as file:
        _write(file, job, attempt)
        file.seek(0)
        return default_storage.save(f"exports/scorecards-{job.pk}-{attempt}.zip", File(file))


def _write(file: IO[bytes], job: ExportJob, attempt: int) -> None:
    taken: set[str] = set()
    entries: list[_Entry] = []
    # PDFs are compressed in themselves.
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for number, key in enumerate(job.assessments, start=1):
            entries.append(_add(archive, UUID(key), job.requested_by, taken))
            missing = sum(not entry.file for entry in entries)
            if not ExportJob.objects.progress(job.pk, attempt, done=number, missing=missing):
                raise _Superseded
        archive.writestr(INDEX, _index(entries), ZIP_DEFLATED)


def _add(archive: ZipFile, key: UUID, reader: User, taken: set[str]) -> _Entry:
    """The scorecard of one assessment, where there is one: a PDF that can't be made doesn't take the others along."""
    scorecard = Scorecard.objects.newest_among([key]).first()
    if scorecard is None:
        return _Entry("", None, NOT_THERE)
    sheet = results.sealed(scorecard, compared=False)
    try:
        content = paper_store.scorecard(Access(scorecard.assessment, None), reader).content
    except PdfFailed as failure:
        return _Entry("", sheet, str(failure))
    name = _free_name(sheet, taken)
    archive.writestr(name, content)
    return _Entry(name, sheet, "")


def _free_name(sheet: ScoredAssessment, taken: set[str]) -> str:
    """A name that is safe on every system and not among those `taken`, to which it is added."""
    stem = slugify(f"{sheet.organization} {sheet.team} {sheet.cycle}")[:NAME_LENGTH].strip("-") or "scorecard"
    name, number = f"{stem}.pdf", 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}.pdf"
    taken.add(name)
    return name


def _index(entries: list[_Entry]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADING)
    for entry in entries:
        writer.writerow([never_formula(cell) for cell in _cells(entry)])
    return text.getvalue().encode("utf-8-sig")


def _cells(entry: _Entry) -> Iterator[str]:
    sheet, seal = entry.sheet, entry.sheet.seal if entry.sheet else None
    yield entry.file
    yield from (sheet.organization, sheet.team, sheet.cycle, sheet.state_label) if sheet else [""] * 4
    yield from (
        (str(seal.sequence), seal.code, localtime(seal.sealed_at).isoformat(timespec="seconds"), seal.sha256)
        if seal
        else [""] * 4
    )
    yield entry.note


def opened(job: ExportJob) -> IO[bytes] | None:
    """The file of a job, to be sent; None where there is none (yet), or where it is gone from the store.

    The latter is then said of the job, so that it can be started again.
    """
    if job.state != ExportState.DONE:
        return None
    try:
        return default_storage.open(str(job.file))
    except FileNotFoundError:
        logger.exception("The file of export %s is gone", job.pk)
        ExportJob.objects.filter(pk=job.pk).update(state=ExportState.FAILED, file="", error=GONE)
        return None


def tidy() -> int:
    """Delete what has expired, files first, so that no file is left without a row. How many there were."""
    expired = list(ExportJob.objects.expired())
    for job in expired:
        job.file.delete(save=False)
        job.delete()
    return len(expired)


# ---- The page ----


def page(user: User) -> dict[str, Any]:
    """What the page of someone's exports prints; what has expired is deleted on the way."""
    tidy()
    jobs = list(ExportJob.objects.of(user).defer("assessments"))
    under_way = sum(job.is_under_way for job in jobs)
    return {"title": "Exports", "jobs": jobs, "under_way": under_way, "status": _status(under_way)}


def _status(under_way: int) -> str:
    if not under_way:
        return "Nothing is being made at the moment."
    return "1 ZIP is being made." if under_way == 1 else f"{under_way} ZIPs are being made."
