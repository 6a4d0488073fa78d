"""What somebody might do to a PDF before showing it to others."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf

from assessments import reports, results, sealing
from assessments.datatypes import ScoredAssessment
from assessments.models import Assessment, Scorecard
from assessments.scoring import as_shown, explain, score
from assessments.sealing import ATTACHMENT


def sheet_of(assessment: Assessment) -> ScoredAssessment:
    """What its newest scorecard says."""
    return results.sealed(scorecard_of(assessment))


def scorecard_of(assessment: Assessment) -> Scorecard:
    return assessment.scorecards.latest("sequence")


def with_other_answers(sheet: ScoredAssessment, *, level: int, area: str = "dataops") -> ScoredAssessment:
    """The same with every question of an area at that level; seal and document stay."""
    codes = {question.code for question in sheet.rubric.area_by_code[area].questions}
    answers = {code: replace(one, choice=level) if code in codes else one for code, one in sheet.answers.items()}
    choices = sealing.choices(answers)
    result = as_shown(score(sheet.rubric, choices))
    return replace(sheet, answers=answers, result=result, explanations=explain(sheet.rubric, choices, result))


def sealed_anew(sheet: ScoredAssessment) -> ScoredAssessment:
    """The same with a document and a seal that belong to it, which nobody here has sealed."""
    assert sheet.seal is not None
    text = sealing.document(
        sheet, sequence=sheet.seal.sequence, sealed_at=sheet.seal.sealed_at, sealed_by=sheet.seal.sealed_by
    )
    digest = sealing.digest(text)
    return replace(sheet, document=text, seal=replace(sheet.seal, sha256=digest, code=sealing.short_code(digest)))


def edited(document: str, edit: Callable[[dict[str, Any]], Any]) -> bytes:
    """A sealed document after `edit` had its way with it, in canonical form again."""
    content = json.loads(document)
    edit(content)
    return sealing.canonical(content).encode()


def printed(sheet: ScoredAssessment) -> bytes:
    return reports.scorecard_pdf(sheet)


def with_attachment(pdf: bytes, content: bytes | None, *, times: int = 1, name: str = ATTACHMENT) -> bytes:
    """The same pages with something else inside, so many times; with nothing for None."""
    with pikepdf.open(BytesIO(pdf)) as file:
        del file.Root.Names.EmbeddedFiles
        for number in range(times if content is not None else 0):
            spec = pikepdf.AttachedFileSpec(file, content or b"", filename=name)
            file.attachments[f"{number}-{name}" if number else name] = spec
        return saved(file)


def with_pages_of(pdf: bytes, other: bytes) -> bytes:
    """What `pdf` holds, behind the pages of `other`."""
    with pikepdf.open(BytesIO(pdf)) as file, pikepdf.open(BytesIO(other)) as pages:
        del file.pages[:]
        file.add_pages_from(pages)
        return saved(file)


def saved_anew(pdf: bytes, **options: Any) -> bytes:
    """Opened and saved by another program, with another title in its metadata."""
    with pikepdf.open(BytesIO(pdf)) as file:
        file.docinfo["/Producer"] = "Another program"
        return saved(file, **options)


def saved(file: pikepdf.Pdf, **options: Any) -> bytes:
    target = BytesIO()
    file.save(target, **options)
    return target.getvalue()
