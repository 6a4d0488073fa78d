"""The sealed document of a submission: canonical JSON that says everything needed to compute the result again.

Canonical means UTF-8, keys sorted, no spaces between tokens, so that equal content has an equal SHA-256.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from assessments.datatypes import EvidenceLink, GivenAnswer, ScoredAssessment
from assessments.scoring import Answer, result_to_json
from rubric.documents import rubric_to_document

FORMAT = 1
ATTACHMENT = "scorecard.json"
"""The name of a sealed document inside a PDF."""
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is mistaken for something else when read aloud."""


def document(sheet: ScoredAssessment, *, sequence: int, sealed_at: datetime, sealed_by: str) -> str:
    """The canonical JSON text of `sheet` as it is sealed."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "assessment": sheet.assessment_id,
        "organization": sheet.organization,
        "team": sheet.team,
        "cycle": sheet.cycle,
        "sequence": sequence,
        "sealed_at": sealed_at.isoformat(),
        "sealed_by": sealed_by,
        "people": list(sheet.people),
        "rubric": rubric_to_document(sheet.rubric),
        "answers": [_answer(answer) for answer in sheet.answers.values()],
        "result": result_to_json(sheet.result),
    }
    return canonical(content)


def canonical(content: Mapping[str, Any]) -> str:
    """The one text that equal content has."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _answer(answer: GivenAnswer) -> dict[str, Any]:
    return {
        "question": answer.question,
        "choice": answer.choice,
        "reason": answer.reason,
        "rationale": answer.rationale,
        "evidence": [{"title": link.title, "url": link.url} for link in answer.evidence],
        "answered_by": answer.answered_by,
        "answered_at": answer.answered_at.isoformat() if answer.answered_at else None,
    }


def answers_of(content: Mapping[str, Any]) -> dict[str, GivenAnswer]:
    """The answers of a sealed document, by question code."""
    return {
        row["question"]: GivenAnswer(
            question=row["question"],
            choice=row["choice"],
            reason=row["reason"],
            rationale=row["rationale"],
            evidence=tuple(EvidenceLink(link["title"], link["url"]) for link in row["evidence"]),
            answered_by=row["answered_by"],
            answered_at=datetime.fromisoformat(row["answered_at"]) if row["answered_at"] else None,
        )
        for row in content["answers"]
    }


def choices(answers: Mapping[str, GivenAnswer]) -> dict[str, Answer]:
    """What scoring takes: the choices of the questions that have one."""
    return {code: answer.choice for code, answer in answers.items() if answer.choice is not None}


def digest(text: str) -> str:
    """The SHA-256 of a sealed document, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def short_code(hex_digest: str) -> str:
    """The first 60 bits of a digest as people read them out: three groups of four, such as "7QX2-M0PA-9D4T"."""
    bits = int(hex_digest[:15], 16)
    letters = "".join(CODE_ALPHABET[bits >> shift & 31] for shift in range(55, -1, -5))
    return "-".join(letters[start : start + 4] for start in range(0, 12, 4))


def hundredths(score: Fraction) -> int:
    """A score in hundredths of a level, halves rounded up."""
    return int(score * 100 + Fraction(1, 2))
