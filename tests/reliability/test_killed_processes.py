"""Web processes killed while people write: what was acknowledged is there, what was not can be sent again."""

import os
import random
import signal
import threading
import time

from tests.reliability import ROUNDS, Figures
from tests.reliability.scene import (
    Scene,
    all_at_once,
    check_acknowledged_saves_are_kept,
    check_database_is_intact,
    check_trail_matches_rows,
    rows_of,
)
from tests.reliability.serving import Server, until
from tests.reliability.writing import Writer

KILLS = 20 * ROUNDS
MASTER_KILLS = 2
WRITERS = 4
ANSWERS_EACH = 3
BETWEEN_KILLS = (0.15, 0.4)


def test_killing_web_processes_loses_no_acknowledged_save(
    scene: Scene, server: Server, record_property: Figures
) -> None:
    stop = threading.Event()
    writers = [scene.writer(number, server.port) for number in range(WRITERS)]
    works = [
        lambda writer=writer, codes=scene.codes[number::WRITERS][:ANSWERS_EACH]: keep_writing(writer, codes, stop)
        for number, writer in enumerate(writers)
    ]
    all_at_once(*works, lambda: kill_now_and_then(server, stop))

    stored = check_trail_matches_rows(scene.assessment.pk)
    # Every save was sent until it was acknowledged: none is missing, and none is there twice.
    assert check_acknowledged_saves_are_kept(writers, scene.assessment.pk) == stored
    unknown = {save.save_id: (writer, save) for writer in writers for save in writer.unknown}
    assert unknown, "No kill met a request, so nothing was shown"
    check_replays_change_nothing(scene, list(unknown.values()))
    check_database_is_intact()
    assert max(writer.slowest for writer in writers) < 20
    replays = [r for w in writers for r in w.replies if r.status == 200 and not r.document["changed"]]
    record_property("kills", f"{KILLS} of workers, {MASTER_KILLS} of the master")
    record_property("saves", stored)
    record_property("saves without a reply at first", len(unknown))
    record_property("of them stored all the same", len(replays) - len(unknown))


def keep_writing(writer: Writer, codes: tuple[str, ...], stop: threading.Event) -> None:
    """Types into its own answers by turns, each new text only after the one before was delivered."""
    number = 0
    try:
        while not stop.is_set():
            number += 1
            reply = writer.deliver(writer.type(codes[number % len(codes)], f"{writer.name}, text {number}"))
            assert reply.status == 200, (reply.status, reply.body[:300])
    finally:
        stop.set()
        writer.browser.close()


def kill_now_and_then(server: Server, stop: threading.Event) -> None:
    try:
        for number in range(1, KILLS + 1):
            time.sleep(random.uniform(*BETWEEN_KILLS))
            victim = random.choice(sorted(server.workers()))
            os.kill(victim, signal.SIGKILL)
            until(lambda gone=victim: gone not in server.workers(), what="the end of a killed worker")
            server.await_workers()
            if number % (KILLS // MASTER_KILLS) == 0:
                server.kill()
                server.start()
                server.await_workers()
            assert not stop.is_set(), "A writer gave up"
    finally:
        stop.set()


def check_replays_change_nothing(scene: Scene, sent: list[tuple[Writer, object]]) -> None:
    def stands() -> dict[str, tuple[int, str]]:
        return {code: (row.version, row.rationale) for code, row in rows_of(scene.assessment.pk).items()}

    before = stands()
    for writer, save in sent:
        reply = writer.send(save)
        assert reply.status == 200
        assert reply.document["changed"] is False
        assert reply.document["stored"]["rationale"] == before[save.code][1]
        writer.browser.close()
    assert stands() == before
