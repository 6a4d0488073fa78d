"""The database away while people write: 503 with Retry-After, and everything typed arrives once it is back."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction

from aicmm.middleware import is_away
from assessments.models import Assessment
from tests.factories import client_of
from tests.reliability import ROUNDS, Figures
from tests.reliability.postgresql import OwnPostgreSQL, own_postgresql
from tests.reliability.scene import (
    Scene,
    all_at_once,
    check_acknowledged_saves_are_kept,
    check_database_is_intact,
    check_trail_matches_rows,
    database_url,
    pointed_at,
    trail_of,
)
from tests.reliability.serving import Server, served, until
from tests.reliability.writing import Browser, Reply, Writer

AWAY_SECONDS = 4.0 * ROUNDS
WRITERS = 4
AT_MOST = 8.0
"""Seconds within which a request has to be answered, whatever the database does."""


@pytest.fixture
def postgresql(scene: Scene) -> Iterator[OwnPostgreSQL]:
    """A server with a copy of the scene, this test's to stop."""
    with own_postgresql() as server:
        server.fill_from(database_url())
        yield server


def check_unavailable(reply: Reply) -> None:
    assert reply.status == 503, (reply.status, reply.body[:300])
    assert int(reply.headers["Retry-After"]) > 0
    assert reply.seconds < AT_MOST


def write_until(writer: Writer, codes: tuple[str, ...], over: threading.Event) -> None:
    """Types a text, delivers it however long that takes, then the next. Then closes the page."""
    number = 0
    try:
        while not over.is_set():
            number += 1
            reply = writer.deliver(writer.type(codes[number % len(codes)], f"{writer.name}, text {number}"))
            assert reply.status == 200, (reply.status, reply.body[:300])
    finally:
        over.set()
        writer.browser.close()


def all_writing(scene: Scene, port: int, meanwhile: Callable[[threading.Event], None]) -> list[Writer]:
    """Everyone writes, each in answers of their own, until `meanwhile` is over."""
    over = threading.Event()
    writers = [scene.writer(number, port) for number in range(WRITERS)]

    def watched() -> None:
        try:
            meanwhile(over)
        finally:
            over.set()

    works = [
        partial(write_until, writer, scene.codes[number::WRITERS][:3], over) for number, writer in enumerate(writers)
    ]
    all_at_once(*works, watched)  # so that a failure is told by who had it first
    return writers


def refusals_of(writers: list[Writer]) -> list[Reply]:
    return [reply for writer in writers for reply in writer.replies if reply.status != 200]


# ---- PostgreSQL ----


@pytest.mark.only_on("postgresql")
def test_edits_arrive_after_postgresql_was_away(
    scene: Scene, postgresql: OwnPostgreSQL, tmp_path: Path, record_property: Figures
) -> None:
    with served(postgresql.url, tmp_path) as server:

        def stop_and_start(over: threading.Event) -> None:
            time.sleep(1)
            postgresql.stop()
            gone = time.monotonic()
            while time.monotonic() < gone + AWAY_SECONDS:
                check_pages_while_away(scene, server.port)
                time.sleep(0.1)
            postgresql.start()
            until(lambda: status_of(server.port, "/readyz") == 200, what="being ready again")
            time.sleep(1)
            assert not over.is_set(), "A writer gave up"

        processes = server.workers()
        writers = all_writing(scene, server.port, stop_and_start)
        assert server.workers() == processes, "The web processes were restarted"
    refusals = refusals_of(writers)
    assert len({id(writer) for writer in writers if writer.unknown}) == WRITERS
    for reply in refusals:
        check_unavailable(reply)
    with pointed_at(postgresql.url):
        stored = check_trail_matches_rows(scene.assessment.pk)
        assert check_acknowledged_saves_are_kept(writers, scene.assessment.pk) == stored
        check_database_is_intact()
    record_property("saves", stored)
    record_property("answers 503", len(refusals))
    record_property("slowest of them in seconds", round(max(reply.seconds for reply in refusals), 2))


def status_of(port: int, path: str) -> int:
    with closing(Browser(port)) as browser:
        return browser.get(path).status


def check_pages_while_away(scene: Scene, port: int) -> None:
    with closing(Browser(port)) as anyone, closing(Browser(port, scene.sessions[0])) as member:
        assert anyone.get("/healthz").status == 200
        assert member.get("/healthz").status == 200
        check_unavailable(anyone.get("/readyz"))
        for path in ("/", "/model/", "/assessments/", f"/assessments/{scene.assessment.pk}/", "/admin/"):
            check_unavailable(member.get(path))


@pytest.mark.only_on("postgresql")
def test_a_postgresql_that_lets_nobody_in_is_away_too(scene: Scene, postgresql: OwnPostgreSQL, tmp_path: Path) -> None:
    with served(postgresql.url, tmp_path) as server:
        writer = scene.writer(0, server.port)
        save = writer.type(scene.codes[0], "typed while nobody got in")
        with postgresql.frozen_at_the_door():
            check_unavailable(writer.send(save))
            assert status_of(server.port, "/healthz") == 200
        assert writer.deliver(save).document["changed"] is True
        writer.browser.close()


@pytest.mark.only_on("postgresql")
def test_a_save_does_not_wait_for_a_lock_forever(scene: Scene, server: Server) -> None:
    writer = scene.writer(0, server.port)
    save = writer.type(scene.codes[0], "typed while another held the lock")
    with transaction.atomic():
        Assessment.objects.select_for_update().get(pk=scene.assessment.pk)
        check_unavailable(writer.send(save))
    assert trail_of(scene.assessment.pk) == {}
    assert writer.send(save).document["changed"] is True
    writer.browser.close()


def test_only_errors_that_pass_count_as_the_database_away() -> None:
    from_driver = DatabaseError("server closed the connection unexpectedly")
    from_driver.__cause__ = Exception("what psycopg2 raised")
    assert is_away(from_driver)
    assert is_away(OperationalError("could not connect"))
    assert is_away(InterfaceError("connection already closed"))
    assert not is_away(DatabaseError("Save with update_fields did not affect any rows."))
    assert not is_away(IntegrityError("a constraint"))
    assert not is_away(None)


# ---- SQLite ----

# Holds the lock that every writer needs until its input ends.
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
connection.close()
"""


@contextmanager
def write_lock_held(path: str) -> Iterator[None]:
    """Another process keeps everyone from writing, and in the end leaves everything as it was."""
    command = [sys.executable, "-c", HOLDER, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.communicate(timeout=10)


@pytest.mark.only_on("sqlite")
def test_edits_arrive_after_the_write_lock_was_held_too_long(
    scene: Scene, tmp_path: Path, record_property: Figures
) -> None:
    path = str(connection.settings_dict["NAME"])
    with served(f"{database_url()}?timeout=1", tmp_path) as server:

        def hold_for_a_while(over: threading.Event) -> None:
            time.sleep(0.5)
            with write_lock_held(path):
                gone = time.monotonic()
                while time.monotonic() < gone + AWAY_SECONDS:
                    for address in ("/healthz", "/readyz"):  # reading goes on
                        assert status_of(server.port, address) == 200
                    time.sleep(0.1)
            time.sleep(1)
            assert not over.is_set(), "A writer gave up"

        writers = all_writing(scene, server.port, hold_for_a_while)
    refusals = refusals_of(writers)
    assert len([writer for writer in writers if writer.unknown]) == WRITERS
    for reply in refusals:
        check_unavailable(reply)
    stored = check_trail_matches_rows(scene.assessment.pk)
    assert check_acknowledged_saves_are_kept(writers, scene.assessment.pk) == stored
    check_database_is_intact()
    record_property("saves", stored)
    record_property("answers 503", len(refusals))


@pytest.mark.only_on("sqlite")
def test_pages_that_save_the_session_are_unavailable_too(scene: Scene, tmp_path: Path) -> None:
    """A session is saved after the view, where Django would make a 500 of it."""
    path = str(connection.settings_dict["NAME"])
    lead = client_of(scene.lead)
    with served(f"{database_url()}?timeout=1", tmp_path) as server:
        session = lead.cookies[settings.SESSION_COOKIE_NAME].value
        with closing(Browser(server.port, session)) as browser, write_lock_held(path):
            check_unavailable(browser.post("/accounts/logout/", {}))
