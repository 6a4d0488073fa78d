"""Where the PDFs of what was sealed are kept, so that each is made once: scorecards, briefs, portfolios.

The default file storage holds them, under a name made from all that is in them: what was sealed, then and before, how
the assessment stands now, and the program that prints it. So a file is found without printing anything, and one that is
found is right. Nothing is lost with them: what is missing, damaged or of an older release is made again. Of what was
handed out the database keeps the digest, so that it is known again for good.

Nobody is served from here who may not read what is in it: the `Access` to that is what one asks with.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import UUIDField
from django.utils import timezone

from aicmm import pdf
from aicmm.prepared import Argument, Prepared
from assessments import reports, results
from assessments.access import Access, ResultsAccess, decided_reviews, decision_marks
from assessments.datatypes import ScoredAssessment, Submission, without_texts
from assessments.models import Assessment, IssuedPaper, PaperKind, Scorecard, User

logger = logging.getLogger(__name__)

FOLDER = "scorecards"
"""Of all of them: named after the first kind there was, so that what was stored then is pruned, too."""
SEAL_AT_END = b"\n%% SHA-256 of all before: "
"""A comment after the end of the PDF, followed by the digest in hex: by it a damaged file is known."""
POLL_SECONDS = 0.05
SOURCES = ("aicmm", "assessments", "rubric", "templates")
"""What decides how a scorecard looks, and more: whatever a release changes in them, it prints scorecards anew."""


def _printer() -> str:
    """A digest of this program and of what makes PDFs of its pages."""
    digest = hashlib.sha256(pdf.maker().encode())
    for folder in SOURCES:
        for file in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if file.suffix in {".py", ".html", ".css"}:
                digest.update(f"{file.relative_to(settings.BASE_DIR)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


PRINTER = _printer()
"""At the start: files that are replaced afterwards are not yet what this process prints with."""

_NEWEST = Prepared(
    lambda: (
        Scorecard.objects.filter(assessment=Argument("assessment", UUIDField()))
        .order_by("-sequence")
        .values_list("pk", "sha256")[:1]
    )
)


class NothingSealed(Exception):
    """There is nothing to print: no team of the organization has submitted."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF. `digest` is its SHA-256 in hex, empty for a draft, which is nothing to recognize later."""

    content: bytes
    digest: str = ""


def scorecard(access: Access, user: User, submission: Submission | None = None) -> Paper:
    """The scorecard that this reader sees, or that of the `submission` that was asked for: sealed ones from the store,
    drafts as they are now.

    `pdf.PdfUnavailable` where it can't be made.
    """
    return _of_assessment(PaperKind.SCORECARD, reports.scorecard_pdf, access, user, submission)


def brief(access: Access, user: User, submission: Submission | None = None, *, figures_only: bool = False) -> Paper:
    """The same result on one page; with `figures_only` it names nobody."""
    return _of_assessment(PaperKind.BRIEF, reports.brief_pdf, access, user, submission, figures_only=figures_only)


def portfolio(access: ResultsAccess) -> Paper:
    """What the teams of an organization submitted, as this reader may see it; from the store.

    `NothingSealed` where that is nothing, `pdf.PdfUnavailable` where it can't be made.
    """
    told = results.told_of(access)
    as_of = told.as_of
    if as_of is None:
        raise NothingSealed

    def made() -> bytes:
        return reports.portfolio_pdf(access.organization.name, results.histories(access), as_of=as_of)

    name = _name(PaperKind.PORTFOLIO, access.organization.name, told.values)
    return issued(_kept(name, made), kind=PaperKind.PORTFOLIO, organization=access.organization.pk, as_of=as_of)


def _of_assessment(
    kind: PaperKind,
    printed: Callable[[ScoredAssessment], bytes],
    access: Access,
    user: User,
    submission: Submission | None,
    *,
    figures_only: bool = False,
) -> Paper:
    def made() -> bytes:
        decided = decided_reviews(access, user).with_rows()
        sheet = results.with_verdict(results.for_reader(access, submission), decided, remarks=True)
        whole = results.with_validated_before(sheet, access)
        return printed(without_texts(whole) if figures_only else whole)

    if submission is None and results.shows_draft(access):
        return Paper(made())
    scorecard, sha256 = _sealed(access.assessment, submission)
    name = _name_of_sealed(kind, access, user, submission, scorecard, sha256, figures_only=figures_only)
    return issued(_kept(name, made), kind=kind, scorecard=scorecard)


def _name_of_sealed(
    kind: PaperKind,
    access: Access,
    user: User,
    submission: Submission | None,
    scorecard: int,
    sha256: str,
    *,
    figures_only: bool = False,
) -> str:
    """The name of the file for a scorecard, as the assessment and what was decided stand now."""
    assessment = access.assessment
    standing = [assessment.organization.name, assessment.team, assessment.cycle.name, assessment.state]
    decided = decision_marks(access, user, scorecard)
    return _name(kind, sha256, decided, str(submission), standing, results.told_before(access), figures_only)


def _kept(name: str, made: Callable[[], bytes]) -> Paper:
    """From the store; while one develops made anew each time."""
    return _paper(made()) if settings.DEBUG else _once(name, made)


def issued(
    paper: Paper,
    *,
    kind: PaperKind,
    scorecard: int | None = None,
    organization: int | None = None,
    as_of: datetime | None = None,
) -> Paper:
    """Note that a PDF with a seal is handed out, so that `assessments.verifying` knows it again. Whatever is handed out
    passes through here each time: the note may be of a database that was restored since."""
    IssuedPaper.objects.note(
        sha256=paper.digest, kind=kind, scorecard=scorecard, organization=organization, as_of=as_of
    )
    return paper


def prune(*, older_than: timedelta) -> int:
    """Delete what was made longer ago than that, and say how many files it were."""
    limit = timezone.now() - older_than
    old = [name for name in _names() if _made_at(name) < limit]
    for name in old:
        default_storage.delete(name)
    return len(old)


def _sealed(assessment: Assessment, submission: Submission | None) -> tuple[int, str]:
    """Key and digest of the submission that was asked for, or of the newest."""
    if submission:
        found = assessment.scorecards.filter(sequence=submission.sequence).values_list("pk", "sha256").first()
    else:
        found = _NEWEST.first(assessment=assessment.pk)
    if found is None:
        raise Scorecard.DoesNotExist("Nothing of this assessment was sealed.")
    return found


def _name(kind: PaperKind, *content: Any) -> str:
    """The name of the file for that kind of paper with all that it tells."""
    key = hashlib.sha256(
        json.dumps([PRINTER, settings.TIME_ZONE, settings.SITE_URL, kind, *content], sort_keys=True).encode()
    )
    digest = key.hexdigest()
    return f"{FOLDER}/{digest[:2]}/{digest}.pdf"


def _once(name: str, made: Callable[[], bytes]) -> Paper:
    """The stored file, or a new one. Whoever asks for it while it is being made, in whatever process, waits for it.

    A process that ended meanwhile leaves its mark in the cache, which goes away by itself.
    """
    patience = 3 * settings.PDF_SECONDS
    give_up = time.monotonic() + patience
    mark = f"paper:{name}"
    while (paper := _stored(name)) is None:
        if cache.add(mark, True, timeout=patience):
            try:
                # Another may have stored it between the look and the mark.
                return _stored(name) or _store(name, made())
            finally:
                cache.delete(mark)
        if time.monotonic() > give_up:
            raise pdf.PdfFailed(pdf.BUSY)
        time.sleep(POLL_SECONDS)
    return paper


def _stored(name: str) -> Paper | None:
    """What is stored under that name; None where that is nothing, or not what was stored."""
    try:
        with default_storage.open(name) as file:
            content, _, digest = file.read().rpartition(SEAL_AT_END)
    except OSError:
        return None
    found = hashlib.sha256(content).hexdigest()
    return Paper(content, found) if found.encode() == digest else None


def _store(name: str, content: bytes) -> Paper:
    """Store it; where that fails it is logged, and the PDF served all the same."""
    paper = _paper(content)
    try:
        default_storage.delete(name)  # a damaged one, whose name would be taken
        default_storage.save(name, ContentFile(content + SEAL_AT_END + paper.digest.encode()))
    except OSError as error:
        logger.warning("A PDF could not be stored: %s", error)
    return paper


def _paper(content: bytes) -> Paper:
    return Paper(content, hashlib.sha256(content).hexdigest())


def _names() -> Iterator[str]:
    """The names of all files in the store."""
    for folder in _listed(FOLDER)[0]:
        yield from (f"{FOLDER}/{folder}/{name}" for name in _listed(f"{FOLDER}/{folder}")[1])


def _listed(path: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(path)
    except FileNotFoundError:
        return [], []


def _made_at(name: str) -> datetime:
    return default_storage.get_modified_time(name)
