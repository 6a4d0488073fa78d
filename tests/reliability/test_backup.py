"""Backups taken while people write, and the way back: the same rows and seals, or nothing at all."""

import hashlib
import io
import json
import os
import random
import sqlite3
import stat
import struct
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from assessments import actions, sealing
from assessments.models import AuditEvent, Scorecard, ShareLink
from tests.factories import make_organization, make_returned, make_share_link, make_submitted
from tests.reliability import ROUNDS, Figures
from tests.reliability.postgresql import tools
from tests.reliability.scene import (
    Scene,
    all_at_once,
    check_database_is_intact,
    check_trail_matches_rows,
    database_url,
    pointed_at,
    with_name,
)
from tests.reliability.serving import Server
from tests.reliability.writing import Writer

BACKUPS = 3 * ROUNDS
WRITERS = 3
DAMAGES = 25 * ROUNDS


@pytest.fixture(autouse=True)
def postgresql_tools_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tools()}:{os.environ['PATH']}")


@pytest.fixture
def empty(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    name = f"{connection.settings_dict['NAME']}_empty"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield with_name(database_url(), name)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(command: str, *arguments: Any, **options: Any) -> str:
    printed = io.StringIO()
    call_command(command, *arguments, stdout=printed, **options)
    return printed.getvalue()


def manifest_of(file: Path) -> dict[str, Any]:
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read("manifest.json"))


def everything() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of all that is in them."""
    content = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(map(repr, cursor.fetchall()))
            content[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return content


def seals_of_rows() -> str:
    return hashlib.sha256(
        "".join(f"{sha256}\n" for sha256 in Scorecard.objects.order_by("pk").values_list("sha256", flat=True)).encode()
    ).hexdigest()


# ---- There and back ----


def test_a_backup_under_load_restores_to_what_its_manifest_says(
    scene: Scene, server: Server, empty: str, tmp_path: Path, record_property: Figures
) -> None:
    make_submitted(rationale="Sealed.")
    make_returned(rationale="Sealed and returned.", evidence=[("Plan", "https://example.gov/plan")])
    over = threading.Event()
    writers = [scene.writer(number, server.port) for number in range(WRITERS)]
    files = [tmp_path / f"{number}.backup" for number in range(BACKUPS)]
    counts: list[int] = []
    all_at_once(
        *(partial(keep_writing, writer, scene.codes[n::WRITERS][:3], over) for n, writer in enumerate(writers)),
        partial(take_backups, files, counts, over),
    )
    assert len(set(counts)) == BACKUPS, "Nobody wrote between the backups"
    for file in files:
        assert "is whole" in run("backup", file, verify=True)
        manifest = manifest_of(file)
        with pointed_at(empty):
            assert "Every seal holds." in run("restore", file, force=file != files[0])
            assert {table: rows for table, (rows, _) in everything().items()} == manifest["counts"]
            assert seals_of_rows() == manifest["seals"]
            assert f"unbroken. {manifest['trail']} is row" in run("verify_audit", head=manifest["trail"])
            assert all(sealing.digest(card.document) == card.sha256 for card in Scorecard.objects.all())
            assert Scorecard.objects.count() == 2
            # What was under way at that moment is in it as a whole or not at all.
            check_trail_matches_rows(scene.assessment.pk)
            check_database_is_intact()
    record_property("saves while backing up", sum(len(writer.acknowledged) for writer in writers))
    record_property("saves in the backups", counts)


def keep_writing(writer: Writer, codes: tuple[str, ...], over: threading.Event) -> None:
    number = 0
    try:
        while not over.is_set():
            number += 1
            assert writer.send(writer.type(codes[number % len(codes)], f"{writer.name}, {number}")).status == 200
    finally:
        over.set()
        writer.browser.close()


def take_backups(files: list[Path], counts: list[int], over: threading.Event) -> None:
    try:
        for file in files:
            time.sleep(0.3)
            run("backup", file)
            counts.append(manifest_of(file)["counts"][AuditEvent._meta.db_table])
    finally:
        over.set()
        connections.close_all()


def test_what_is_restored_is_all_that_was_there(transactional_db: None, empty: str, tmp_path: Path) -> None:
    make_share_link(assessment=make_submitted(rationale="Größe ≥ 1 “quoted”\nsecond line"))
    before = everything()
    run("backup", tmp_path / "b")
    with pointed_at(empty):
        run("restore", tmp_path / "b")
        assert everything() == before
        # It is a database to go on with: new rows get new numbers, published rubrics stay guarded.
        make_submitted()
        with pytest.raises(Exception, match=r"[Pp]ublished"):
            connection.cursor().execute("UPDATE rubric_rubric SET name = 'another'")
        # So is the audit trail, and what is new is chained to what was there.
        with pytest.raises(Exception, match="can only be added to"):
            connection.cursor().execute("DELETE FROM assessments_auditevent")
        assert "5 rows, unbroken" in run("verify_audit", head=manifest_of(tmp_path / "b")["trail"])
    assert everything() == before


def test_a_restore_goes_back_to_the_moment_of_the_backup(transactional_db: None, tmp_path: Path) -> None:
    make_submitted()
    before = everything()
    run("backup", tmp_path / "b")
    make_submitted()
    with pytest.raises(CommandError, match="use --force"):
        run("restore", tmp_path / "b")
    assert Scorecard.objects.count() == 2
    run("restore", tmp_path / "b", force=True)
    assert everything() == before


def test_a_link_that_was_revoked_since_works_again_until_a_command_ends_it(
    transactional_db: None, tmp_path: Path
) -> None:
    made = make_share_link(assessment=make_submitted())
    run("backup", tmp_path / "b")
    actions.revoke(link=made.link, by=made.link.created_by)
    run("restore", tmp_path / "b", force=True)
    assert ShareLink.objects.get().works
    assert run("revoke_links") == "1 link was revoked.\n"
    assert not ShareLink.objects.get().works


@pytest.mark.only_on("postgresql")
def test_a_restore_that_fails_on_its_way_changes_nothing(transactional_db: None, empty: str, tmp_path: Path) -> None:
    make_submitted()
    run("backup", tmp_path / "b")
    with pointed_at(empty):
        run("restore", tmp_path / "b")
        make_organization()
        with connection.cursor() as cursor:  # of somebody else's, and in the way
            cursor.execute("CREATE VIEW sealed AS SELECT code FROM assessments_scorecard")
        before = everything()
        with pytest.raises(CommandError, match=r"Nothing was changed\. pg_restore says: "):
            run("restore", tmp_path / "b", force=True)
        assert everything() == before


# ---- The file ----


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_else(transactional_db: None, tmp_path: Path) -> None:
    run("backup", tmp_path / "b")
    run("backup", tmp_path / "b")  # the one of yesterday is replaced
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_backup_does_not_replace_another_kind_of_file(transactional_db: None, tmp_path: Path) -> None:
    other = tmp_path / "accounts.xlsx"
    other.write_bytes(b"years of work")
    with pytest.raises(CommandError, match="is no backup: choose another name"):
        run("backup", other)
    assert other.read_bytes() == b"years of work"


def test_a_backup_that_fails_leaves_the_one_before(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", tmp_path / "b")
    before = (tmp_path / "b").read_bytes()

    def disk_full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assessments.backups.zipfile.ZipFile.writestr", disk_full)
    with pytest.raises(CommandError, match="No space left on device"):
        run("backup", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_without_the_tools_of_postgresql_there_is_a_sentence(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    run("backup", tmp_path / "b")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match=r"pg_\w+ isn't installed here"):
        run(command, tmp_path / "b")


# ---- What is refused ----


def forged(file: Path, **changes: Any) -> None:
    """Says something else in the manifest of a backup."""
    with zipfile.ZipFile(file) as archive:
        manifest, database = json.loads(archive.read("manifest.json")), archive.read("database")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("database", database)
        archive.writestr("manifest.json", json.dumps(manifest | changes))


def test_a_damaged_backup_changes_nothing(transactional_db: None, tmp_path: Path) -> None:
    make_submitted()
    run("backup", tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    make_organization(name="Made after the backup")
    before = everything()
    damaged = tmp_path / "damaged"
    for content in damages(whole):
        damaged.write_bytes(content)
        with pytest.raises(CommandError, match="is damaged, or no backup"):
            run("restore", damaged, force=True)
        with pytest.raises(CommandError, match="is damaged, or no backup"):
            run("backup", damaged, verify=True)
    assert everything() == before


def damages(whole: bytes) -> Iterator[bytes]:
    """Cut off, emptied, replaced by something else, and with single bits turned over in what is packed."""
    yield b""
    yield b"SQLite format 3\x00" + bytes(4096)
    yield whole[: len(whole) // 2]
    yield whole[:-1]
    yield whole[100:]
    yield whole[:5000] + bytes(5000) + whole[10000:]
    packed = [position for entry in packed_places(whole) for position in entry]
    for position in random.choices(packed, k=DAMAGES):
        yield whole[:position] + bytes([whole[position] ^ 1 << random.randrange(8)]) + whole[position + 1 :]


def packed_places(whole: bytes) -> list[range]:
    """Where the packed bytes of each file in the archive lie: a bit of a head, such as its time, changes nothing that
    is read."""
    with zipfile.ZipFile(BytesIO(whole)) as archive:
        entries = archive.infolist()
    places = []
    for entry in entries:
        lengths = whole[entry.header_offset + 26 : entry.header_offset + 30]
        start = entry.header_offset + 30 + sum(struct.unpack("<HH", lengths))
        places.append(range(start, start + entry.compress_size))
    return places


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"content": "0" * 64}, "is damaged, or no backup"),
        ({"format": "another"}, "is damaged, or no backup"),
        ({"more": "than there is"}, "is damaged, or no backup"),
        ({"database": "oracle"}, "The backup is one of oracle"),
        ({"migrations": ["assessments.0001_initial"]}, "another version of the application"),
    ],
)
def test_a_foreign_backup_is_refused(
    transactional_db: None, tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    run("backup", tmp_path / "b")
    forged(tmp_path / "b", **changes)
    before = everything()
    with pytest.raises(CommandError, match=sentence):
        run("restore", tmp_path / "b", force=True)
    assert everything() == before


def test_a_backup_of_a_newer_version_names_what_is_missing(transactional_db: None, tmp_path: Path) -> None:
    run("backup", tmp_path / "b")
    newer = [*manifest_of(tmp_path / "b")["migrations"], "zebra.0001_initial"]
    forged(tmp_path / "b", migrations=newer)
    with pytest.raises(CommandError, match=r"zebra\.0001_initial is in that one only"):
        run("restore", tmp_path / "b", force=True)


def test_a_missing_file_is_named(transactional_db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing-there can't be read: No such file or directory"):
        run("restore", tmp_path / "nothing-there")


def test_a_seal_that_does_not_hold_is_told(transactional_db: None, tmp_path: Path) -> None:
    make_submitted()
    scorecard = Scorecard.objects.get()
    Scorecard.objects.update(document=scorecard.document.replace("Team", "Tame"))
    run("backup", tmp_path / "b")
    with pytest.raises(CommandError, match=f"these seals don't hold: {scorecard.code}"):
        run("restore", tmp_path / "b", force=True)


@pytest.mark.only_on("sqlite")
def test_a_restore_gives_up_where_others_write_all_the_time(transactional_db: None, tmp_path: Path) -> None:
    make_organization()
    run("backup", tmp_path / "b")
    before = everything()
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other,
        pointed_at(f"{database_url()}?timeout=1"),
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CommandError, match="stop the web processes"):
            run("restore", tmp_path / "b", force=True)
    assert everything() == before
