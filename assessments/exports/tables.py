"""A document as rows of tables: the sheets of a workbook, and the one table of a CSV file.

A cell is a text, a number, a moment, or None where there is nothing to say. Every row begins with whose it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.scoring import NOT_APPLICABLE, UNKNOWN

from .documents import Document

Cell = str | int | float | datetime | None
Row = tuple[Cell, ...]
CHOICE_NAMES = {UNKNOWN: "Don't know", NOT_APPLICABLE: "Not applicable"}


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in characters; `wraps` where a text may take several lines."""

    name: str
    width: int = 12
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` gives what one document adds to the table; as many cells as there are columns."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Document], Iterator[Row]]


WHOSE = (Column("Organization", 32), Column("Team", 26), Column("Cycle", 12), Column("Submission"), Column("Seal", 17))


def _whose(document: Document) -> Row:
    seal = document["submission"]
    return (
        document["organization"]["name"],
        document["team"],
        document["cycle"]["name"],
        seal["sequence"] if seal else None,
        seal["code"] if seal else None,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _yes_no(value: bool) -> str:
    return "Yes" if value else "No"


def _areas_by_code(document: Document) -> dict[str, str]:
    return {area["code"]: area["name"] for area in document["areas"]}


def _areas_of_questions(document: Document) -> dict[str, str]:
    names = _areas_by_code(document)
    return {answer["question"]: names[answer["area"]] for answer in document["answers"]}


# ---- Submissions ----


def _submissions(document: Document) -> Iterator[Row]:
    seal = document["submission"]
    decided = [review for review in document["reviews"] if seal and review["sequence"] == seal["sequence"]]
    organization, flags = document["organization"], document["flags"]
    yield (
        *_whose(document),
        organization["kind"]["name"],
        organization["size"]["name"] if organization["size"] else None,
        document["state"]["name"],
        _yes_no(document["provisional"]),
        _moment(seal["sealed_at"]) if seal else None,
        seal["sealed_by"] if seal else None,
        None if flags is None else len(flags),
        document["claimed_by"],
        decided[0]["reviewer"] if decided else None,
        decided[0]["decision"]["name"] if decided else None,
        _moment(decided[0]["decided_at"]) if decided else None,
        f"{document['rubric']['name']}, {document['rubric']['version']}",
        document["assessment"],
    )


SUBMISSIONS = Table(
    "Submissions",
    (
        *WHOSE,
        Column("Kind", 20),
        Column("Size", 24),
        Column("State"),
        Column("Provisional"),
        Column("Submitted at", 18),
        Column("Submitted by", 22),
        Column("Flags"),
        Column("Claimed by", 22),
        Column("Reviewer", 22),
        Column("Decision"),
        Column("Decided at", 18),
        Column("Model", 40),
        Column("Assessment", 38),
    ),
    _submissions,
)


# ---- Areas ----


def _areas(document: Document) -> Iterator[Row]:
    names = {level["number"]: level["name"] for level in document["rubric"]["levels"]}
    for area in document["areas"]:
        claimed: dict[str, Any] = area["claimed"] or {}
        level = claimed.get("level")
        yield (
            *_whose(document),
            area["name"],
            level,
            names[level] if level else "Not rated",
            claimed.get("level_high"),
            claimed.get("score"),
            claimed.get("score_high"),
            area["validated_level"],
            area["answered"],
            area["questions"],
            area["next_level"]["steps"] if area["next_level"] else None,
            area["code"],
        )


AREAS = Table(
    "Areas",
    (
        *WHOSE,
        Column("Area", 14),
        Column("Level"),
        Column("Level name", 18),
        Column("Level high"),
        Column("Score"),
        Column("Score high"),
        Column("Validated level", 15),
        Column("Answered"),
        Column("Questions"),
        Column("Steps to next level", 18),
        Column("Area code", 14),
    ),
    _areas,
)


# ---- Answers ----


def _answers(document: Document) -> Iterator[Row]:
    names = _areas_by_code(document)
    for answer in document["answers"]:
        choice = answer["choice"]
        yield (
            *_whose(document),
            names[answer["area"]],
            answer["question"],
            answer["text"],
            CHOICE_NAMES.get(choice, choice),
            answer["anchor"],
            answer["reason"] or None,
            answer["rationale"] or None,
            len(answer["evidence"]),
            answer["answered_by"],
            _moment(answer["answered_at"]),
            document["assessment"],
        )


ANSWERS = Table(
    "Answers",
    (
        *WHOSE,
        Column("Area", 14),
        Column("Question", 14),
        Column("Question text", 50, wraps=True),
        Column("Answer", 14),
        Column("What that level looks like", 50, wraps=True),
        Column("Reason", 40, wraps=True),
        Column("Rationale", 60, wraps=True),
        Column("Evidence"),
        Column("Answered by", 22),
        Column("Answered at", 18),
        Column("Assessment", 38),
    ),
    _answers,
)


# ---- Evidence ----


def _evidence(document: Document) -> Iterator[Row]:
    names = _areas_by_code(document)
    for answer in document["answers"]:
        for link in answer["evidence"]:
            yield (*_whose(document), names[answer["area"]], answer["question"], link["title"], link["url"])


EVIDENCE = Table(
    "Evidence",
    (
        *WHOSE,
        Column("Area", 14),
        Column("Question", 14),
        Column("Title", 50, wraps=True),
        Column("Address", 60, wraps=True),
    ),
    _evidence,
)


# ---- Flags ----


def _flags(document: Document) -> Iterator[Row]:
    names = _areas_by_code(document)
    for flag in document["flags"] or []:
        area = names.get(flag["area"], flag["area"])
        yield (*_whose(document), flag["kind"]["name"], area, flag["question"], flag["sentence"])


FLAGS = Table(
    "Flags",
    (
        *WHOSE,
        Column("Flag", 28),
        Column("Area", 14),
        Column("Question", 14),
        Column("Why", 80, wraps=True),
    ),
    _flags,
)


# ---- Comments ----


def _comments(document: Document) -> Iterator[Row]:
    """What each decided review says: of the whole first, then of areas, then of answers."""
    areas, of_questions = _areas_by_code(document), _areas_of_questions(document)
    whose = _whose(document)[:3]
    for review in document["reviews"]:
        decided = (review["decision"]["name"], _moment(review["decided_at"]), review["reviewer"])
        of_review = (*whose, review["sequence"], review["code"], *decided)
        yield (*of_review, "All of it", None, None, None, None, review["comment"] or None, None)
        for area in review["areas"]:
            levels = (area["claimed_level"], area["validated_level"])
            name = areas.get(area["area"], area["area"])
            yield (*of_review, "An area", name, None, *levels, area["reason"] or None, None)
        for said in review["answers"]:
            question = said["question"]
            asked = _yes_no(said["wants_evidence"])
            yield (
                *of_review,
                "An answer",
                of_questions.get(question),
                question,
                None,
                None,
                said["text"] or None,
                asked,
            )


COMMENTS = Table(
    "Comments",
    (
        *WHOSE,
        Column("Decision"),
        Column("Decided at", 18),
        Column("Reviewer", 22),
        Column("About", 12),
        Column("Area", 14),
        Column("Question", 14),
        Column("Claimed level", 14),
        Column("Validated level", 15),
        Column("Comment", 80, wraps=True),
        Column("Evidence asked for", 18),
    ),
    _comments,
)

TABLES = (SUBMISSIONS, AREAS, ANSWERS, EVIDENCE, FLAGS, COMMENTS)
TEAM_TABLES = tuple(table for table in TABLES if table is not FLAGS)
"""What a team gets of its own: flags are for reviewers."""
