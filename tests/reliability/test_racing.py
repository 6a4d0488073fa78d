"""People and submissions at the same moment: what is sealed stays as it was sealed, nothing is overwritten unseen."""

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction

from assessments import actions, sealing
from assessments.models import Assessment, AuditEvent, Scorecard, State
from tests.factories import answer_all, make_reviewer
from tests.reliability import ROUNDS, Figures
from tests.reliability.scene import (
    Scene,
    all_at_once,
    check_acknowledged_saves_are_kept,
    check_trail_matches_rows,
    rows_of,
)
from tests.reliability.serving import Server
from tests.reliability.writing import Reply, Save, Writer

SUBMISSIONS = 200 * ROUNDS
EDITS_EACH = 500 * ROUNDS
COPIES = 8


# ---- Autosave against submit ----


@dataclass
class Race:
    """What became of the saves that met one submission."""

    saves: list[tuple[Save, Reply]] = field(default_factory=list)


def test_autosave_racing_submit_is_in_the_seal_or_refused(
    scene: Scene, server: Server, record_property: Figures
) -> None:
    assessment = scene.assessment
    answer_all(assessment, level=3)
    # Rows made by hand have no trail; from here on each change has one.
    lead, contributor = scene.writer(0, server.port), scene.writer(1, server.port)
    reviewer = make_reviewer()
    code = scene.codes[0]
    contributor.seen[code] = (1, "")
    in_time = refused = 0
    for number in range(1, SUBMISSIONS + 1):
        race = Race()
        together = threading.Barrier(2)
        all_at_once(
            partial(autosave, contributor, code, number, race, together),
            partial(submit_soon, lead, assessment, together),
        )
        before, after = check_race(assessment, code, number, race)
        in_time, refused = in_time + before, refused + after
        actions.return_(assessment=assessment, by=reviewer, comment="Once more.")
    for writer in (lead, contributor):
        writer.browser.close()
    check_acknowledged_saves_are_kept([contributor], assessment.pk)
    assert in_time, "No save was in time, so nothing was shown"
    assert refused, "No save was late, so nothing was shown"
    record_property("submissions", SUBMISSIONS)
    record_property("saves in time", in_time)
    record_property("saves refused", refused)


def autosave(writer: Writer, code: str, number: int, race: Race, together: threading.Barrier) -> None:
    together.wait()
    for part in range(3):
        save = writer.type(code, f"round {number}, text {part}")
        reply = writer.send(save)
        race.saves.append((save, reply))
        if reply.status != 200:
            return


def submit_soon(lead: Writer, assessment: Assessment, together: threading.Barrier) -> None:
    together.wait()
    time.sleep(random.uniform(0, 0.03))
    reply = lead.browser.post(f"/assessments/{assessment.pk}/submit/", {"unchanged": "yes"})
    assert reply.status == 302, (reply.status, reply.body[:300])


def check_race(assessment: Assessment, code: str, number: int, race: Race) -> tuple[int, int]:
    """How many saves were in time and how many were refused; each was one or the other."""
    assessment.refresh_from_db()
    assert assessment.state == State.SUBMITTED
    scorecard = Scorecard.objects.filter(assessment=assessment).latest("sequence")
    assert scorecard.sequence == number
    assert sealing.digest(scorecard.document) == scorecard.sha256
    sealed_answers = sealing.answers_of(json.loads(scorecard.document))
    # After the seal nothing changed: every row is what the document says.
    for row_code, row in rows_of(assessment.pk).items():
        assert row.rationale == sealed_answers[row_code].rationale
        assert row.choice == str(sealed_answers[row_code].choice)
    seal = AuditEvent.objects.filter(assessment=assessment, action="assessment submitted").latest("id")
    in_time = [save for save, reply in race.saves if reply.status == 200]
    for save in in_time:
        assert AuditEvent.objects.get(save_id=save.save_id).id < seal.id
    if in_time:
        assert sealed_answers[code].rationale == in_time[-1].text
    refused = [(save, reply) for save, reply in race.saves if reply.status != 200]
    for save, reply in refused:
        assert reply.status == 403
        assert reply.document["locked"] is True
        assert not AuditEvent.objects.filter(save_id=save.save_id).exists()
    return len(in_time), len(refused)


# ---- Two writers ----


@dataclass
class Log:
    """One writer's own record: for each save that was stored, the text they had before their eyes; each refusal."""

    over: dict[str, str] = field(default_factory=dict)
    conflicts: int = 0


def test_two_writers_never_overwrite_each_other_unseen(scene: Scene, server: Server, record_property: Figures) -> None:
    shared, own = scene.codes[:3], {0: scene.codes[3:6], 1: scene.codes[6:9]}
    writers = [scene.writer(number, server.port) for number in (0, 1)]
    logs = all_at_once(
        *(partial(edit, writer, shared, own[number], EDITS_EACH) for number, writer in enumerate(writers))
    )
    stored = check_trail_matches_rows(scene.assessment.pk)
    assert check_acknowledged_saves_are_kept(writers, scene.assessment.pk) == stored == 2 * EDITS_EACH
    texts = {text for log in logs for text in log.over}
    for event in AuditEvent.objects.filter(assessment=scene.assessment, action="answer saved"):
        before, after = event.detail["changes"]["rationale"]
        (log,) = (log for log in logs if after in log.over)
        assert before == log.over[after], "A text was replaced that its writer had not seen"
        assert before in texts or before == ""
    conflicts = sum(log.conflicts for log in logs)
    assert conflicts > EDITS_EACH / 20, "The writers hardly met"
    for code in own[0] + own[1]:
        assert len({event.actor_id for event in AuditEvent.objects.filter(subject=code)}) == 1
    record_property("edits", stored)
    record_property("conflicts", conflicts)
    record_property("slowest save in seconds", round(max(writer.slowest for writer in writers), 2))


def edit(writer: Writer, shared: tuple[str, ...], own: tuple[str, ...], edits: int) -> Log:
    """Half of the edits in answers that both write; shown two texts, this writer puts theirs over the other's."""
    log = Log()
    for number in range(edits):
        code = random.choice(shared if number % 2 else own)
        text = f"{writer.name}, edit {number}"
        while True:
            save, before_my_eyes = writer.type(code, text), writer.seen.get(code, (0, ""))[1]
            reply = writer.send(save)
            if reply.status == 200:
                log.over[text] = before_my_eyes
                break
            assert reply.status == 409, (reply.status, reply.body[:300])
            assert code in shared, "A conflict in an answer that nobody else writes"
            theirs = reply.document["theirs"]
            # Mine is in the save that was refused, theirs in the reply: the page has both to show.
            assert theirs["rationale"] != text
            assert theirs["evidence"] == [{"title": theirs["rationale"], "url": "https://example.gov/plan"}]
            assert reply.document["version"] > save.version
            writer.seen[code] = (reply.document["version"], theirs["rationale"])
            log.conflicts += 1
    writer.browser.close()
    return log


# ---- Slow, repeated, out of order ----


def test_copies_of_one_save_at_the_same_moment_are_stored_once(scene: Scene, server: Server) -> None:
    code = scene.codes[0]
    for number in range(10 * ROUNDS):
        save = Save(code, f"text {number}", number)
        senders = [scene.writer(0, server.port) for _ in range(COPIES)]
        replies = all_at_once(*(partial(sender.send, save) for sender in senders))
        assert [reply.status for reply in replies] == [200] * COPIES
        assert sorted(reply.document["changed"] for reply in replies) == [False] * (COPIES - 1) + [True]
        for sender in senders:
            sender.browser.close()
    assert check_trail_matches_rows(scene.assessment.pk) == 10 * ROUNDS


def test_late_copies_of_older_saves_change_nothing(scene: Scene, server: Server) -> None:
    writer = scene.writer(0, server.port)
    code = scene.codes[0]
    sent = []
    for number in range(50 * ROUNDS):
        sent.append(writer.type(code, f"text {number}"))
        assert writer.send(sent[-1]).status == 200
    last = sent[-1]
    for save in random.sample(sent, len(sent)):
        reply = writer.send(save)
        assert reply.status == 200
        assert reply.document["changed"] is False
        assert reply.document["version"] == len(sent)
        assert reply.document["stored"]["rationale"] == last.text
    writer.browser.close()
    assert rows_of(scene.assessment.pk)[code].rationale == last.text
    assert check_trail_matches_rows(scene.assessment.pk) == len(sent)


def test_a_save_that_arrives_after_a_newer_one_is_refused_with_the_newer_text(scene: Scene, server: Server) -> None:
    """The page gave up on a request that was still under way, and sent what was typed meanwhile in its place."""
    writer = scene.writer(0, server.port)
    code = scene.codes[0]
    delayed, newer = Save(code, "first words", 0), Save(code, "last words", 0)
    assert writer.send(newer).status == 200
    reply = writer.send(delayed)
    writer.browser.close()
    assert reply.status == 409
    assert reply.document["theirs"]["rationale"] == "last words"
    assert rows_of(scene.assessment.pk)[code].rationale == "last words"
    assert check_trail_matches_rows(scene.assessment.pk) == 1


def test_slow_saves_wait_their_turn_and_the_last_typed_wins(scene: Scene, server: Server) -> None:
    """Something holds the assessment; a save, its impatient repetition and another wait, and all are answered."""
    writers = [scene.writer(number, server.port) for number in (0, 0, 1)]
    save, elsewhere = Save(scene.codes[0], "typed once, sent twice", 0), Save(scene.codes[1], "another answer", 0)
    with ThreadPoolExecutor(3) as pool:
        with transaction.atomic():
            Assessment.objects.select_for_update().get(pk=scene.assessment.pk)  # on SQLite all writers wait anyway
            sent = [
                pool.submit(writer.send, what) for writer, what in zip(writers, (save, save, elsewhere), strict=True)
            ]
            time.sleep(0.5)
            assert not any(reply.done() for reply in sent)
        replies = [reply.result() for reply in sent]
    assert [reply.status for reply in replies] == [200, 200, 200]
    assert sorted(reply.document["changed"] for reply in replies[:2]) == [False, True]
    assert all(reply.seconds < 5 for reply in replies)
    assert writers[0].send(Save(save.code, "last typed", 1)).document["version"] == 2
    for writer in writers:
        writer.browser.close()
    assert rows_of(scene.assessment.pk)[save.code].rationale == "last typed"
    check_trail_matches_rows(scene.assessment.pk)
