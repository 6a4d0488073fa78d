"""From rows to exports: which assessments, as what documents, in which file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from django.utils import timezone
from django.utils.text import slugify

from assessments import exports, results
from assessments.access import Access
from assessments.exports import Document, ReviewedAnswer, ReviewedArea, ReviewNote, Setting
from assessments.flags import Flag
from assessments.models import Assessment, FlagKind, Review, Scorecard, User
from assessments.models.assessment import AssessmentQuerySet

CHUNK = 20
"""Assessments that are read together: memory holds that many sealed documents and no more."""
XLSX_LIMIT = 2000
"""Assessments in one workbook, which is made as a whole before its first byte can be sent."""
TOO_LONG = (
    f"An Excel file holds at most {XLSX_LIMIT:,} submissions. Narrow the list with its filters, or take CSV or JSON."
)

CONTENT_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Download:
    """A file to send: `content` is an open file or comes in pieces."""

    name: str
    content_type: str
    content: IO[bytes] | Iterable[bytes]


def one(access: Access, reader: User, kind: str) -> Download:
    """The figures of one assessment, as its reader sees them on the result page. `kind` is json, csv or xlsx."""
    document = of_reader(access, reader)
    name = slugify(f"{access.assessment.organization} {access.assessment.team} {access.assessment.cycle}")
    if kind == "json":
        return _download(name, kind, [exports.json_.whole(document)])
    if kind == "csv":
        return _download(name, kind, exports.csv_.parts([document]))
    tables = exports.TEAM_TABLES if access.sees_drafts else exports.TABLES
    return _download(name, kind, _workbook([document], tables, what=str(access.assessment)))


def many(assessments: AssessmentQuerySet, reader: User, kind: str, *, filters: str) -> Download:
    """What this person of the CoE may read of many submissions, in the order of the queryset; read as it is sent.

    `filters` is the query that chose them, for the reader of the file.
    """
    keys = assessments.select_related(None).prefetch_related(None).values_list("pk", flat=True)
    documents = of_submissions(keys.iterator(), for_coe=reader)
    name = f"submissions-{timezone.localdate():%Y-%m-%d}"
    if kind == "json":
        parts = exports.json_.parts(documents, exported_at=timezone.now(), filters=filters)
        return _download(name, kind, parts)
    if kind == "csv":
        return _download(name, kind, exports.csv_.parts(documents))
    what = f"The list of submissions with {filters}" if filters else "All submissions"
    return _download(name, kind, _workbook(documents, exports.TABLES, what=what))


def _download(name: str, kind: str, content: IO[bytes] | Iterable[bytes]) -> Download:
    return Download(f"{name}.{kind}", CONTENT_TYPES[kind], content)


def _workbook(documents: Iterable[Document], tables: Sequence[exports.Table], *, what: str) -> IO[bytes]:
    """A workbook in a file without a name, which is gone once it is closed."""
    file = TemporaryFile(prefix="aicmm-xlsx-")  # noqa: SIM115 # closed by the response
    zone = timezone.get_current_timezone()
    about = [
        ("What", what),
        ("Exported at", f"{timezone.localtime():%Y-%m-%d %H:%M}"),
        ("Times", f"All times are of {zone}."),
        ("Seal", "“Seal” is the code of the submission, to be looked up at /verify/; empty where none was sealed."),
        (
            "Levels",
            "“Level” is what the answers claim; “Level high” how far it could reach where an answer is missing.",
        ),
        ("Validated", "“Validated level” is what the Center of Excellence accepted; empty until then."),
        ("Steps", "“Steps to next level”: by how many levels answers have to rise in all; empty at the highest level."),
        (
            "Reason",
            "“Reason” is why a question is not applicable to the team; “Rationale” is what it says of any answer.",
        ),
    ]
    exports.xlsx.write(file, documents, tables=tables, about=about, zone=zone)
    file.seek(0)
    return file


# ---- Documents ----


def of_reader(access: Access, reader: User) -> Document:
    """The live answers for members while they can change, else the newest submission."""
    assessment = access.assessment
    if access.sees_drafts and assessment.is_editable:
        reviews = _reviews_of([assessment.pk]) if assessment.submitted_at else {}
        setting = _setting(assessment, reviews.get(assessment.pk, []))
        return exports.document(results.live(assessment, compared=False), setting)
    return next(of_submissions([assessment.pk], for_coe=None if access.sees_drafts else reader))


def of_submissions(keys: Iterable[UUID], *, for_coe: User | None) -> Iterator[Document]:
    """The newest submission of each assessment, in their order; six queries for each `CHUNK` of them.

    Only `for_coe` with what is the reviewers' own: flags, and who has claimed it; without what is hidden from that
    person until a second look is over.
    """
    remaining = iter(keys)
    while chunk := list(islice(remaining, CHUNK)):
        scorecards = Scorecard.objects.newest_among(chunk).prefetch_related("areas", "flags")
        newest = {scorecard.assessment_id: scorecard for scorecard in scorecards}
        reviews = _reviews_of(chunk, open_to=for_coe)
        for key in chunk:
            yield _submission(newest[key], reviews.get(key, []), for_coe=for_coe is not None)


def _submission(scorecard: Scorecard, reviews: Sequence[Review], *, for_coe: bool) -> Document:
    sheet = results.sealed(scorecard, compared=False)
    return exports.document(sheet, _setting(scorecard.assessment, reviews, scorecard, for_coe=for_coe))


def _setting(
    assessment: Assessment, reviews: Sequence[Review], scorecard: Scorecard | None = None, *, for_coe: bool = False
) -> Setting:
    organization = assessment.organization
    seen = scorecard is not None and any(review.scorecard_id == scorecard.pk for review in reviews)
    areas = scorecard.areas.all() if scorecard and seen else []
    flags = (
        [Flag(flag.kind, flag.sentence, flag.area, flag.question) for flag in scorecard.flags.all()]
        if (scorecard and for_coe)
        else None
    )
    return Setting(
        organization_code=organization.code,
        kind=(organization.kind, organization.get_kind_display()),
        size=(organization.size, organization.get_size_display()),
        cycle_code=assessment.cycle.code,
        claimed_by=str(assessment.claimed_by) if for_coe and assessment.claimed_by else "",
        validated={row.area: row.validated_level for row in areas if row.validated_level is not None},
        flags=None if flags is None else tuple(flags),
        flag_names=dict(FlagKind.choices),
        reviews=tuple(_note(review) for review in reviews),
    )


def _reviews_of(assessments: Sequence[UUID], *, open_to: User | None = None) -> dict[UUID, list[Review]]:
    """What was decided on each, newest first; nothing that is in progress, no second look."""
    decided = Review.objects.decided()
    found = (
        (decided.open_to(open_to) if open_to else decided)
        .filter(scorecard__assessment__in=assessments)
        .select_related("reviewer", "scorecard")
        .defer("scorecard__document")
        .with_rows()
        .order_by("-scorecard__sequence")
    )
    reviews: dict[UUID, list[Review]] = {}
    for review in found:
        reviews.setdefault(review.scorecard.assessment_id, []).append(review)
    return reviews


def _note(review: Review) -> ReviewNote:
    return ReviewNote(
        sequence=review.scorecard.sequence,
        code=review.scorecard.code,
        decision=(review.decision, review.get_decision_display()),
        decided_at=review.decided_at or review.created_at,
        reviewer=str(review.reviewer),
        comment=review.comment,
        areas=tuple(
            ReviewedArea(row.area, row.claimed_level, row.validated_level, row.reason) for row in review.areas.all()
        ),
        answers=tuple(
            ReviewedAnswer(row.question, row.text, row.wants_evidence) for row in review.answer_comments.all()
        ),
    )
