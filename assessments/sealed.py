"""Reading a sealed document that came from outside, and computing its levels again. No Django here: it is done without
a database, too, and in a process of its own, since whoever made the document may be hostile.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from assessments import sealing
from assessments.datatypes import GivenAnswer, ScoredAssessment, Seal
from assessments.scoring import as_shown, check_answers, explain, result_to_json, score
from rubric.documents import NotARubric, rubric_from_document

KEYS = frozenset(
    {"answers", "assessment", "cycle", "format", "organization", "people"}
    | {"result", "rubric", "sealed_at", "sealed_by", "sequence", "team"}
)
ANSWER_KEYS = frozenset(("answered_at", "answered_by", "choice", "evidence", "question", "rationale", "reason"))
MOST_DIGITS = 20


class NotASealedDocument(ValueError):
    """Not what `sealing.document` writes. Its text, without a full stop, says where and why."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed document as read. `sheet` is what its answers and its rubric give, with the `seal` that its text has;
    `embedded` is the result that it says itself, as `scoring.result_to_json` writes one."""

    sheet: ScoredAssessment
    seal: Seal
    embedded: Mapping[str, Any]


def read(content: bytes) -> Sealed:
    """Read a sealed document, strictly, and score it. `NotASealedDocument` where it is none."""
    try:
        text = content.decode()
        document = _DECODER.decode(text)
        is_canonical = sealing.canonical(document) == text
    except UnicodeDecodeError:
        _refuse("it is damaged (not UTF-8)")
    except json.JSONDecodeError as error:
        _refuse(f"it is damaged (not JSON from character {error.pos + 1} on)")
    except RecursionError:
        _refuse("nested too deeply")
    if not isinstance(document, dict) or document.keys() != KEYS:
        _refuse("not an object with the keys of a sealed document")
    if document["format"] != sealing.FORMAT or type(document["format"]) is not int:
        _refuse(f"format: not {sealing.FORMAT}, the only one that this version reads")
    if not is_canonical:
        _refuse("not in the canonical form in which it is sealed")
    seal = _seal(document, text)
    return Sealed(
        _sheet(document, text, seal), seal, document["result"] if isinstance(document["result"], dict) else {}
    )


def disagreements(sealed: Sealed) -> list[str]:
    """Where the result that a document holds isn't what its own answers give; empty where it is."""
    computed: Any = result_to_json(sealed.sheet.result)
    if computed == sealed.embedded:
        return []
    areas = sealed.embedded.get("areas")
    rows = {row["area"]: row for row in (areas if isinstance(areas, list) else ()) if _is_figures(row)}
    found = [
        f"{area.name}: the embedded result says {_level(rows[area.code]['level'])},"
        f" and the embedded answers give {_level(row['level'])}"
        for area, row in zip(sealed.sheet.rubric.areas, computed["areas"], strict=True)
        if area.code in rows and rows[area.code]["level"] != row["level"]
    ]
    return found or ["the embedded result isn't what the embedded answers give"]


def _seal(document: Mapping[str, Any], text: str) -> Seal:
    digest = sealing.digest(text)
    sealed_at = _moment(document["sealed_at"], "sealed_at")
    if sealed_at is None:
        _refuse("sealed_at: no moment")
    if type(document["sequence"]) is not int:
        _refuse("sequence: not a whole number")
    return Seal(
        code=sealing.short_code(digest),
        sha256=digest,
        sealed_at=sealed_at,
        sealed_by=_text(document, "sealed_by"),
        sequence=document["sequence"],
    )


def _sheet(document: Mapping[str, Any], text: str, seal: Seal) -> ScoredAssessment:
    try:
        rubric = rubric_from_document(document["rubric"])
    except NotARubric as error:
        _refuse(str(error))
    answers = _answers(document["answers"])
    if list(answers) != list(rubric.question_by_code):
        _refuse("answers: not one for each question of the rubric, in its order")
    choices = sealing.choices(answers)
    try:
        check_answers(rubric, choices)
    except ValueError as error:
        _refuse(f"answers.{error}")
    result = as_shown(score(rubric, choices))
    people = document["people"]
    if not isinstance(people, list) or not all(isinstance(name, str) for name in people):
        _refuse("people: not a list of names")
    return ScoredAssessment(
        assessment_id=_text(document, "assessment"),
        organization=_text(document, "organization"),
        team=_text(document, "team"),
        cycle=_text(document, "cycle"),
        state="",
        state_label="",
        at=seal.sealed_at,
        rubric=rubric,
        answers=answers,
        result=result,
        explanations=explain(rubric, choices, result),
        seal=seal,
        people=tuple(people),
        document=text,
    )


def _answers(rows: object) -> dict[str, GivenAnswer]:
    if not isinstance(rows, list):
        _refuse("answers: not a list")
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or row.keys() != ANSWER_KEYS:
            _refuse(f"answers[{number}]: not an answer")
        for key in ("question", "reason", "rationale", "answered_by"):
            _text(row, key)
        _moment(row["answered_at"], "answered_at")
        links = row["evidence"]
        if not isinstance(links, list) or not all(_is_link(link) for link in links):
            _refuse(f"answers[{number}].evidence: not a list of links")
    return sealing.answers_of({"answers": rows})


def _is_link(link: object) -> bool:
    return (
        isinstance(link, dict)
        and link.keys() == {"title", "url"}
        and all(isinstance(value, str) for value in link.values())
    )


def _is_figures(row: object) -> bool:
    """Whether an embedded area's figures can be set beside the computed ones."""
    return isinstance(row, dict) and isinstance(row.get("area"), str) and "level" in row


def _level(value: object) -> str:
    return f"Level {value}" if type(value) is int else "no level"


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row[key]
    if not isinstance(value, str):
        _refuse(f"{key}: not a text")
    return value


def _moment(value: object, key: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        _refuse(f"{key}: no moment")
    if moment.tzinfo is None:
        _refuse(f"{key}: a moment without its time zone")
    return moment


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        _refuse("a key stands more than once in one object")
    return result


def _whole_number(written: str) -> int:
    if len(written) > MOST_DIGITS:
        _refuse(f"a number of more than {MOST_DIGITS} digits")
    return int(written)


def _no_such_number(_written: str) -> NoReturn:
    _refuse("a number that isn't whole")


def _refuse(why: str) -> NoReturn:
    raise NotASealedDocument(why)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole_number, parse_float=_no_such_number, parse_constant=_no_such_number
)
