"""One assessment as the document that every export is made from; docs/schemas/export.schema.json is its schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from assessments.datatypes import GivenAnswer, ScoredAssessment, Seal
from assessments.flags import Flag
from assessments.scoring import AreaResult, result_to_json
from assessments.sealing import hundredths
from rubric.datatypes import Area, Question

FORMAT, VERSION = "aicmm-export", 1

Document = Mapping[str, Any]
"""Plain dicts, lists, texts, numbers and None, as JSON has them; moments as ISO 8601 texts with their offset."""

Named = tuple[str, str]
"""A code and what people call it."""


@dataclass(frozen=True, slots=True)
class ReviewedArea:
    """The level found right for an area; `claimed_level` is None where the team's answers rated nothing."""

    area: str
    claimed_level: int | None
    validated_level: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewedAnswer:
    question: str
    text: str
    wants_evidence: bool


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """What was decided on a submission of the assessment, its `sequence` and seal, and why."""

    sequence: int
    code: str
    decision: Named
    decided_at: datetime
    reviewer: str
    comment: str
    areas: tuple[ReviewedArea, ...]
    answers: tuple[ReviewedAnswer, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What an export says beyond the result itself.

    `flags`, with their kinds' names in `flag_names`, are None for the team, whom they don't concern; `claimed_by` is
    then empty. `validated` has the accepted levels by area. `reviews` run from the newest back.
    """

    organization_code: str
    kind: Named
    size: Named
    cycle_code: str
    claimed_by: str = ""
    validated: Mapping[str, int] | None = None
    flags: tuple[Flag, ...] | None = None
    flag_names: Mapping[str, str] | None = None
    reviews: tuple[ReviewNote, ...] = ()


def document(sheet: ScoredAssessment, setting: Setting) -> Document:
    """The whole document of one assessment."""
    rubric = sheet.rubric
    computed = result_to_json(sheet.result)
    next_levels = {area["area"]: area["next_level"] for area in _dicts(computed["areas"])}
    validated = setting.validated or {}
    return {
        "format": FORMAT,
        "version": VERSION,
        "assessment": sheet.assessment_id,
        "organization": {
            "code": setting.organization_code,
            "name": sheet.organization,
            "kind": _named(setting.kind),
            "size": _named(setting.size) if setting.size[0] else None,
        },
        "team": sheet.team,
        "cycle": {"code": setting.cycle_code, "name": sheet.cycle},
        "state": {"code": sheet.state, "name": sheet.state_label},
        "claimed_by": setting.claimed_by or None,
        "provisional": sheet.provisional,
        "figures_at": sheet.at.isoformat(),
        "submission": _seal(sheet.seal),
        "returned_submission": _seal(sheet.returned_seal),
        "people": list(sheet.people),
        "rubric": {
            "code": rubric.code,
            "version": rubric.version,
            "name": rubric.name,
            "levels": [{"number": level.number, "name": level.name, "scope": level.scope} for level in rubric.levels],
        },
        "areas": [
            _area(area, figures, validated.get(area.code), next_levels[area.code])
            for area, figures in zip(rubric.areas, sheet.result.areas, strict=True)
        ],
        "foundation_gaps": computed["foundation_gaps"],
        "answers": [
            _answer(area, question, sheet.answers[question.code])
            for area in rubric.areas
            for question in area.questions
        ],
        "flags": None if setting.flags is None else [_flag(flag, setting.flag_names or {}) for flag in setting.flags],
        "reviews": [_review(note) for note in setting.reviews],
    }


def _dicts(value: object) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else []


def _named(pair: Named) -> dict[str, str]:
    return {"code": pair[0], "name": pair[1]}


def _seal(seal: Seal | None) -> dict[str, Any] | None:
    if seal is None:
        return None
    return {
        "sequence": seal.sequence,
        "code": seal.code,
        "sha256": seal.sha256,
        "sealed_at": seal.sealed_at.isoformat(),
        "sealed_by": seal.sealed_by,
    }


def _area(area: Area, figures: AreaResult, validated: int | None, next_level: Any) -> dict[str, Any]:
    return {
        "code": area.code,
        "name": area.name,
        "claimed": {
            "level": figures.level,
            "level_high": figures.level_high,
            "score": _score(figures.score),
            "score_high": _score(figures.score_high),
        }
        if figures.rated
        else None,
        "validated_level": validated,
        "answered": figures.answered,
        "questions": figures.questions,
        "complete": figures.complete,
        "next_level": next_level,
    }


def _score(score: Fraction | None) -> float | None:
    return None if score is None else hundredths(score) / 100


def _answer(area: Area, question: Question, given: GivenAnswer) -> dict[str, Any]:
    level = given.choice if isinstance(given.choice, int) else None
    return {
        "area": area.code,
        "question": question.code,
        "text": question.text,
        "weight": question.weight,
        "choice": given.choice,
        "anchor": question.anchors[level - 1].text if level is not None and question.anchors else None,
        "reason": given.reason,
        "rationale": given.rationale,
        "evidence": [{"title": link.title, "url": link.url} for link in given.evidence],
        "answered_by": given.answered_by or None,
        "answered_at": given.answered_at.isoformat() if given.answered_at else None,
    }


def _flag(flag: Flag, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": {"code": flag.kind, "name": names.get(flag.kind, flag.kind)},
        "sentence": flag.sentence,
        "area": flag.area or None,
        "question": flag.question or None,
    }


def _review(note: ReviewNote) -> dict[str, Any]:
    return {
        "sequence": note.sequence,
        "code": note.code,
        "decision": _named(note.decision),
        "decided_at": note.decided_at.isoformat(),
        "reviewer": note.reviewer,
        "comment": note.comment,
        "areas": [
            {
                "area": area.area,
                "claimed_level": area.claimed_level,
                "validated_level": area.validated_level,
                "reason": area.reason,
            }
            for area in note.areas
        ],
        "answers": [
            {"question": answer.question, "text": answer.text, "wants_evidence": answer.wants_evidence}
            for answer in note.answers
        ],
    }
