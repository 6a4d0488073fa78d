"""What happened in the demo, read from `teams/*.yaml`: one file a team, one `do` an event, times in Washington, D.C.

An `answer` event is a sitting in which someone answers several questions one after the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from assessments.actions import AnswerEntry, AreaEntry, CommentEntry, ReviewEntry
from assessments.datatypes import EvidenceLink

FOLDER = Path(__file__).parent / "teams"
CLOCK = ZoneInfo("America/New_York")
TO_READ = timedelta(minutes=2)
PER_CHARACTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Started:
    pass


@dataclass(frozen=True, slots=True)
class Answered:
    code: str
    entry: AnswerEntry


@dataclass(frozen=True, slots=True)
class Submitted:
    """`drawn` for a second look, whatever its digest; that is another one in each demo."""

    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    entry: ReviewEntry


@dataclass(frozen=True, slots=True)
class Accepted:
    entry: ReviewEntry


@dataclass(frozen=True, slots=True)
class LookedAgain:
    """A second reviewer's blind look at the newest submission, which was drawn for it."""

    entry: ReviewEntry


Happening = Started | Answered | Submitted | Returned | Accepted | LookedAgain


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that `by`, an e-mail address, did to the assessment of a team in a cycle. `at` is in UTC."""

    at: datetime
    by: str
    organization: str
    team: str
    cycle: str
    what: Happening

    @property
    def assessment(self) -> tuple[str, str]:
        """Which assessment it happened to: team and cycle."""
        return self.team, self.cycle


def events() -> list[Event]:
    """Everything that happened, in order of time."""
    told = (event for path in sorted(FOLDER.glob("*.yaml")) for event in _of_team(_read(path)))
    return sorted(told, key=lambda event: event.at)


def _read(path: Path) -> Mapping[str, Any]:
    # The loader in C, where there is one, takes a tenth of the time.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (safe, too)
    return content


def _of_team(content: Mapping[str, Any]) -> Iterator[Event]:
    for assessment in content["assessments"]:
        for told in assessment["history"]:
            for at, what in _happenings(told):
                yield Event(
                    at=at.astimezone(UTC),
                    by=told["by"],
                    organization=content["organization"],
                    team=content["team"],
                    cycle=assessment["cycle"],
                    what=what,
                )


def _happenings(told: Mapping[str, Any]) -> Iterator[tuple[datetime, Happening]]:
    at = datetime.fromisoformat(told["at"]).replace(tzinfo=CLOCK)
    match told["do"]:
        case "start":
            yield at, Started()
        case "answer":
            for code, fields in told["answers"].items():
                entry = _entry(fields)
                at += TO_READ + PER_CHARACTER * len(entry.rationale + entry.reason)
                yield at, Answered(code, entry)
        case "submit":
            yield at, Submitted(drawn=told.get("drawn", False))
        case "return":
            yield at, Returned(_review(told))
        case "accept":
            yield at, Accepted(_review(told))
        case "look again":
            yield at, LookedAgain(_review(told))
        case other:
            raise ValueError(f"{told['at']}: nobody knows how to {other}.")


def _review(told: Mapping[str, Any]) -> ReviewEntry:
    """What a reviewer would have typed."""
    return ReviewEntry(
        comment=told.get("comment", ""),
        areas={
            code: AreaEntry(found["level"], found.get("reason", "")) for code, found in told.get("levels", {}).items()
        },
        comments={code: CommentEntry(**said) for code, said in told.get("comments", {}).items()},
    )


def _entry(fields: Mapping[str, Any]) -> AnswerEntry:
    """An answer as someone would have typed it. Without a `choice` it is still open."""
    texts = dict(fields)
    links = texts.pop("evidence", {})
    return AnswerEntry(
        choice=str(texts.pop("choice", "")),
        evidence=tuple(EvidenceLink(title, url) for title, url in links.items()),
        **texts,
    )
