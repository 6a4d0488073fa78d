"""What the tests of reliability act on: one assessment, people who may write in it, and what the tables say of it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

import environ
from django.conf import settings
from django.db import connection, connections

from assessments.models import Answer, Assessment, AuditEvent, Role, User
from tests.factories import client_of, make_assessment, make_member, make_organization
from tests.reliability.writing import Browser, Writer


@dataclass(frozen=True)
class Scene:
    """An assessment and its questions' codes; `sessions` are those of its lead and of contributors."""

    assessment: Assessment
    codes: tuple[str, ...]
    lead: User
    sessions: tuple[str, ...]

    def writer(self, number: int, port: int, *, at: UUID | None = None) -> Writer:
        """The lead for 0, a contributor for others."""
        return Writer(f"writer-{number}", Browser(port, self.sessions[number]), at or self.assessment.pk)


def make_scene(*, people: int = 4) -> Scene:
    organization = make_organization()
    lead = make_member(organization=organization)
    contributors = [make_member(organization=organization, role=Role.CONTRIBUTOR) for _ in range(people - 1)]
    assessment = make_assessment(organization=organization, by=lead)
    sessions = tuple(client_of(person).cookies[settings.SESSION_COOKIE_NAME].value for person in [lead, *contributors])
    codes = tuple(assessment.answers.values_list("question__code", flat=True))
    return Scene(assessment, codes, lead, sessions)


# ---- Where the data is ----


def database_url() -> str:
    """The address of the database that the test's own connection uses."""
    stands = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{stands['NAME']}"
    return with_name(settings_url(), str(stands["NAME"]))


def settings_url() -> str:
    stands = settings.DATABASES["default"]
    person = quote(stands["USER"]) + (f":{quote(stands['PASSWORD'])}" if stands["PASSWORD"] else "")
    place = stands["HOST"] + (f":{stands['PORT']}" if stands["PORT"] else "")
    options = {key: value for key, value in stands["OPTIONS"].items() if key in ("host", "sslmode")}
    return f"postgresql://{person}@{place}/postgres?{urlencode(options)}"


def with_name(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@contextmanager
def pointed_at(url: str) -> Iterator[None]:
    """Within the block Django's own connection, of this thread, is one to another database."""
    there = environ.Env().db_url_config(url)
    ours = connections["default"]
    options = {**ours.settings_dict["OPTIONS"], **there.get("OPTIONS", {})}
    connections["default"] = type(ours)({**ours.settings_dict, **there, "OPTIONS": options}, alias="default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = ours


# ---- What the tables say ----


def rows_of(assessment: UUID) -> dict[str, Answer]:
    rows = Answer.objects.filter(assessment=assessment).select_related("question").prefetch_related("evidence")
    return {row.question.code: row for row in rows}


def trail_of(assessment: UUID) -> dict[str, list[AuditEvent]]:
    """The saves of each answer, oldest first."""
    trail: dict[str, list[AuditEvent]] = {}
    for event in AuditEvent.objects.filter(assessment=assessment, action="answer saved").order_by("id"):
        trail.setdefault(event.subject, []).append(event)
    return trail


def check_trail_matches_rows(assessment: UUID) -> int:
    """Each answer's events lead, version by version and text by text, to what its row holds. How many there are."""
    trail = trail_of(assessment)
    for code, row in rows_of(assessment).items():
        events = trail.get(code, [])
        assert [event.detail["version"] for event in events] == list(range(1, row.version + 1)), code
        text = ""
        for event in events:
            before, text_after = event.detail["changes"]["rationale"]
            assert before == text, f"{code}: version {event.detail['version']} was written over another text"
            text = text_after
        assert row.rationale == text
        # The links are written in the same transaction, so a half-written save would show in them.
        assert [link.title for link in row.evidence.all()] == ([text] if text else []), code
    return sum(map(len, trail.values()))


def check_acknowledged_saves_are_kept(writers: Sequence[Writer], assessment: UUID) -> int:
    """Each acknowledged save stands in the trail, exactly once, with its version and text. How many there are."""
    trail = {event.save_id: event for events in trail_of(assessment).values() for event in events}
    times = Counter(AuditEvent.objects.filter(assessment=assessment).values_list("save_id", flat=True))
    kept = set()
    for writer in writers:
        for save, _ in writer.acknowledged:
            event = trail.get(save.save_id)
            assert event is not None, f"{writer.name}'s {save} was acknowledged and is lost"
            assert times[save.save_id] == 1
            assert event.subject == save.code
            assert event.detail["version"] == save.version + 1
            assert event.detail["changes"]["rationale"][1] == save.text
            kept.add(save.save_id)
    return len(kept)


def check_database_is_intact() -> None:
    """No damage, and every reference leads somewhere."""
    connection.check_constraints()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]


# ---- Many at once ----


def all_at_once(*works: Callable[[], Any]) -> list[Any]:
    """Does each piece of work in a thread of its own; the first failure is the test's."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]
