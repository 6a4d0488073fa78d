"""The audit trail as people read and take it along: kinds of events, before and after as text, and exports."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from aicmm.cells import never_formula
from assessments.models import AuditEvent

CHUNK = 500
NOTHING = "–"

KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "answers": ("Answers", ("answer",)),
    "assessments": ("Assessments started, submitted, decided", ("assessment",)),
    "reviews": ("Reviews", ("submission", "review", "second", "assessment returned", "assessment accepted")),
    "people": ("People and roles", ("person", "invitation", "member", "membership", "role", "user")),
    "shares": ("Links for people outside", ("share",)),
    "organizations": ("Organizations and cycles", ("organization", "cycle")),
    "sign-ins": ("Signing in, passwords", ("signed", "sign-in", "password")),
    "rubrics": (
        "Rubrics",
        ("rubric", "level", "area", "descriptor", "activity", "question", "anchor", "publication"),
    ),
    "exports": ("Exports", ("audit", "submissions", "scorecards")),
}
"""Kinds of events: what a kind is called, and the actions in it, by all their words or the first ones.

What was decided is of two kinds.
"""


def of_kind(kind: str) -> Q:
    _, words = KINDS[kind]
    begun = (("action__startswith", f"{word} ") for word in words)
    return Q(("action__in", words), *begun, _connector=Q.OR)


# ---- Before and after ----


@dataclass(frozen=True, slots=True)
class Change:
    """What one thing was before, and after; as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Note:
    """What else an event says."""

    name: str
    text: str


def changes(detail: Mapping[str, Any]) -> tuple[Change, ...]:
    """All before and after in an event's detail: what its actions name `changes`, and each other pair."""
    pairs = {name: value for name, value in detail.items() if name != "changes" and _is_pair(value)}
    return tuple(
        Change(_label(name), _text(before), _text(after))
        for name, (before, after) in [*pairs.items(), *detail.get("changes", {}).items()]
    )


def notes(detail: Mapping[str, Any]) -> tuple[Note, ...]:
    """The rest of an event's detail."""
    return tuple(
        Note(_label(name), _text(value)) for name, value in detail.items() if name != "changes" and not _is_pair(value)
    )


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def _label(name: str) -> str:
    return name.replace("_", " ")


def _text(value: Any) -> str:
    """A value as it stands in JSON, for reading: lists line by line, what is in them beside one another."""
    if value in (None, "", [], {}):
        return NOTHING
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            nested = any(isinstance(part, list) for part in value)
            return ("\n" if nested else ", ").join(_text(part) for part in value)
        case dict():
            return "\n".join(f"{name}: {_text(part)}" for name, part in value.items())
    return str(value)


# ---- One event ----


@dataclass(frozen=True, slots=True)
class EventPage:
    """An event with what there is to say of it, for its page in the admin."""

    event: AuditEvent
    changes: tuple[Change, ...]
    notes: tuple[Note, ...]
    object_name: str
    object_link: str
    previous: int | None


def event_page(event: AuditEvent) -> EventPage:
    return EventPage(
        event=event,
        changes=changes(event.detail),
        notes=notes(event.detail),
        object_name=object_name(event),
        object_link=object_link(event),
        previous=AuditEvent.objects.filter(position=(event.position or 0) - 1).values_list("pk", flat=True).first(),
    )


def object_name(event: AuditEvent) -> str:
    """Which thing it was done to; an assessment's question is its subject."""
    if event.assessment:
        return f"{event.assessment.team}, {event.assessment.cycle}"
    return f"{event.object_type.rpartition('.')[2]} {event.object_id}".strip()


def object_link(event: AuditEvent) -> str:
    """Where the thing stands in the admin, which says so where it is gone; "" where the admin has no page of it.

    Drafts are their teams' own: an assessment has a page there once it was submitted.
    """
    if event.assessment:
        submitted = event.assessment.submitted_at is not None
        return reverse("admin:assessments_assessment_change", args=[event.assessment.pk]) if submitted else ""
    try:
        name = event.object_type.replace(".", "_")
        return reverse(f"admin:{name}_change", args=[event.object_id]) if name else ""
    except NoReverseMatch:
        return ""


# ---- Exports ----

CSV_COLUMNS: Mapping[str, Callable[[AuditEvent], object]] = {
    "Number": lambda event: event.pk,
    "When (UTC)": lambda event: event.content["at"],
    "Who": lambda event: event.actor or "",
    "E-mail address": lambda event: event.actor.email if event.actor else "",
    "What": lambda event: event.action,
    "Organization": lambda event: event.organization or event.organization_id or "",
    "Team": lambda event: event.assessment.team if event.assessment else "",
    "Assessment": lambda event: event.assessment_id or "",
    "Object": lambda event: f"{event.object_type} {event.object_id}".strip(),
    "Subject": lambda event: event.subject,
    "From": lambda event: event.source,
    "Before and after": lambda event: "\n".join(
        f"{change.name}: {change.before} → {change.after}" for change in changes(event.detail)
    ),
    "Also noted": lambda event: "\n".join(f"{note.name}: {note.text}" for note in notes(event.detail)),
    "Hash": lambda event: event.hash,
}


def as_csv(events: Iterable[AuditEvent]) -> Iterator[str]:
    """Chunks of a CSV for spreadsheets, with the mark by which they know UTF-8; no cell is ever a formula."""
    yield "\ufeff" + _csv_rows([list(CSV_COLUMNS)])
    for chunk in _chunks(events):
        yield _csv_rows([[never_formula(str(column(event))) for column in CSV_COLUMNS.values()] for event in chunk])


def _csv_rows(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def as_json_lines(events: Iterable[AuditEvent]) -> Iterator[str]:
    """Chunks of JSON, an event a line, with all that its hashes are made of: docs/audit.md says how to verify them."""
    for chunk in _chunks(events):
        yield "".join(f"{json.dumps(_document(event), ensure_ascii=False)}\n" for event in chunk)


def _document(event: AuditEvent) -> dict[str, Any]:
    """`content` is what was hashed; the names are today's."""
    return {
        "number": event.pk,
        "position": event.position,
        "content": event.content,
        "content_hash": event.content_hash,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
        "actor_name": str(event.actor) if event.actor else None,
        "actor_email": event.actor.email if event.actor else None,
        "organization_name": str(event.organization) if event.organization else None,
        "team": event.assessment.team if event.assessment else None,
    }


def _chunks(events: Iterable[AuditEvent]) -> Iterator[list[AuditEvent]]:
    chunk: list[AuditEvent] = []
    for event in events:
        chunk.append(event)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
