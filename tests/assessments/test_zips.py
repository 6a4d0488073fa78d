"""All scorecards of a selection as one ZIP: made in the background, for the one who asked, for a week."""

import csv
import io
import os
import threading
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks import task_backends
from django_tasks.base import TaskResultStatus
from django_tasks_db import DatabaseBackend

from aicmm import pdf, tasks
from aicmm.pdf import PdfFailed, PdfUnavailable
from assessments import actions, zips
from assessments.models import Assessment, AuditEvent, ExportJob, ExportState, User
from assessments.tasks import make_zip
from tests.assessments.exported import content_of
from tests.factories import (
    Agency,
    client_of,
    make_accepted,
    make_organization,
    make_returned,
    make_reviewer,
    make_submitted,
)

pytestmark = pytest.mark.django_db

QUEUE = "/admin/assessments/assessment/"
PAGE = "/admin/exports/"
AtOnce = Callable[..., list[Any]]


@pytest.fixture
def client(reviewer: User) -> Client:
    return client_of(reviewer)


@pytest.fixture(autouse=True)
def quick_pdfs(monkeypatch: Any) -> None:
    monkeypatch.setattr(pdf, "render", lambda html, **_: b"%PDF-1.7 " + html.encode())


def ask(client: Client, chosen: list[Assessment], **fields: Any) -> Any:
    """Ticks submissions in the list and chooses the action."""
    ticked = {"action": "zip_scorecards", "index": "0", "_selected_action": [str(one.pk) for one in chosen]}
    return client.post(QUEUE, ticked | fields)


def make_job(*, by: User, assessments: list[Assessment] | None = None, **fields: Any) -> ExportJob:
    """A job that waits for its turn."""
    chosen = assessments if assessments is not None else [make_submitted()]
    given = {"requested_by": by, "assessments": [str(one.pk) for one in chosen], "total": len(chosen)}
    return ExportJob.objects.create(**given | fields)


def made(*, by: User, assessments: list[Assessment] | None = None) -> ExportJob:
    """A job that is done, with its file."""
    job = make_job(by=by, assessments=assessments)
    make_zip.enqueue(job.pk, job.attempt)
    job.refresh_from_db()
    return job


def archive_of(response: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content_of(response)))


def index_of(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"), newline="")))


def download(job: ExportJob) -> str:
    return reverse("export-download", args=[job.pk])


def long_ago() -> Any:
    return timezone.now() - timedelta(hours=1)


# ---- Asking ----


def test_what_was_ticked_is_made_and_can_be_fetched(
    client: Client, reviewer: User, django_capture_on_commit_callbacks: Any
) -> None:
    rivers = make_organization(name="Rivers & Lakes")
    chosen = [make_submitted(organization=rivers, team="Floods"), make_accepted(team="Slopes")]
    make_submitted(team="Not ticked")
    with django_capture_on_commit_callbacks(execute=True):
        assert ask(client, chosen)["Location"] == PAGE
    job = ExportJob.objects.get()
    assert (job.state, job.done, job.total, job.missing) == (ExportState.DONE, 2, 2, 0)
    archive = archive_of(client.get(download(job)))
    index = index_of(archive)
    assert {line["Team"] for line in index} == {"Floods", "Slopes"}
    assert set(archive.namelist()) == {"index.csv", *(line["File"] for line in index)}
    floods = next(line for line in index if line["Team"] == "Floods")
    assert floods["File"].startswith("rivers-lakes-floods-cycle-")
    assert b"Floods" in archive.read(floods["File"])
    scorecard = chosen[0].scorecards.get()
    assert (floods["Seal"], floods["SHA-256"], floods["Note"]) == (scorecard.code, scorecard.sha256, "")


def test_everything_that_the_filters_find_can_be_ticked_at_once(
    client: Client, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(admin.site.get_model_admin(Assessment), "list_per_page", 2)
    found = [make_submitted() for _ in range(3)]
    make_accepted()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(
            f"{QUEUE}?state=submitted",
            {"action": "zip_scorecards", "index": "0", "select_across": "1", "_selected_action": [str(found[0].pk)]},
        )
    assert response.status_code == 302
    assert set(ExportJob.objects.get().assessments) == {str(one.pk) for one in found}


def test_asking_leaves_an_audit_row(client: Client, reviewer: User) -> None:
    ask(client, [make_submitted()])
    event = AuditEvent.objects.get(action="submissions exported")
    assert (event.actor, event.detail) == (reviewer, {"format": "zip", "count": 1, "filters": ""})


def test_too_many_are_refused(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(actions, "ZIP_LIMIT", 1)
    monkeypatch.setattr("assessments.actions.exporting.ZIP_LIMIT", 1)
    response = ask(client, [make_submitted(), make_submitted()])
    assert (response.status_code, ExportJob.objects.count()) == (302, 0)
    assert "at most 1 scorecards" in str(next(iter(client.get(QUEUE).context["messages"])))


def test_one_person_cannot_fill_the_line(client: Client, reviewer: User) -> None:
    one = make_submitted()
    for _ in range(3):
        make_job(by=reviewer, assessments=[one])
    with pytest.raises(actions.Refused, match="Wait until one is ready"):
        actions.start_zip(assessments=[one.pk], filters="", by=reviewer)
    actions.start_zip(assessments=[one.pk], filters="", by=make_reviewer())


def test_agency_people_cannot_ask(agency: Agency) -> None:
    submitted = make_submitted(organization=agency.organization, by=agency.lead)
    response = ask(client_of(agency.lead), [submitted])
    assert (response.status_code, ExportJob.objects.count()) == (302, 0)


# ---- What is in it ----


def test_names_are_safe_and_none_twice(client: Client, reviewer: User) -> None:
    cycle = make_submitted(team="a b").cycle
    chosen = [
        make_submitted(team=team, cycle=cycle, organization=make_organization(name=name))
        for name, team in (
            ("../../etc/passwd", "a b"),
            ("etc passwd", "a/b"),
            ("CON:", "=1+1"),
            ("漢字", "字"),
            ("x" * 150, "y" * 100),
        )
    ]
    job = made(by=reviewer, assessments=chosen)
    archive = archive_of(client.get(download(job)))
    names = [name for name in archive.namelist() if name != "index.csv"]
    assert len(set(names)) == 5
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.") for name in names)
    assert max(map(len, names)) <= 110
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in index_of(archive) for cell in line.values())


def test_a_returned_one_is_there_as_it_was_sealed(client: Client, reviewer: User) -> None:
    returned = make_returned(team="Floods")
    job = made(by=reviewer, assessments=[returned])
    (line,) = index_of(archive_of(client.get(download(job))))
    assert (line["State"], line["Seal"]) == ("Returned", returned.scorecards.get().code)


def test_one_that_cannot_be_made_is_noted_and_the_others_are_there(
    client: Client, reviewer: User, monkeypatch: Any
) -> None:
    def render(html: str, **_: object) -> bytes:
        if "Too long a story" in html:
            raise PdfFailed(pdf.TOO_LONG)
        return b"%PDF"

    monkeypatch.setattr(pdf, "render", render)
    job = made(by=reviewer, assessments=[make_submitted(team="Too long a story"), make_submitted(team="Short")])
    assert (job.state, job.done, job.missing) == (ExportState.DONE, 2, 1)
    archive = archive_of(client.get(download(job)))
    notes = {line["Team"]: (bool(line["File"]), line["Note"]) for line in index_of(archive)}
    assert notes == {"Too long a story": (False, pdf.TOO_LONG), "Short": (True, "")}
    assert "1 of 2 could not be made" in client.get(PAGE).content.decode()


def test_a_machine_that_makes_no_pdfs_says_so(client: Client, reviewer: User, monkeypatch: Any) -> None:
    def render(html: str, **_: object) -> bytes:
        raise PdfUnavailable(pdf.NO_START)

    monkeypatch.setattr(pdf, "render", render)
    job = made(by=reviewer)
    assert (job.state, job.error) == (ExportState.FAILED, pdf.NO_START)
    page = client.get(PAGE).content.decode()
    assert "a library or program it needs" in page
    assert "Start again" in page


def test_an_error_of_ours_ends_the_job_with_a_sentence(reviewer: User, monkeypatch: Any, caplog: Any) -> None:
    monkeypatch.setattr(pdf, "render", lambda *_, **__: 1 / 0)
    job = made(by=reviewer)
    assert (job.state, job.error) == (ExportState.FAILED, zips.BROKEN)
    assert "ZeroDivisionError" in caplog.text


# ---- Progress ----


def test_progress_is_seen_while_it_is_made(client: Client, reviewer: User, monkeypatch: Any) -> None:
    seen: list[str] = []

    def render(html: str, **_: object) -> bytes:
        seen.append(client.get(PAGE).content.decode())
        return b"%PDF"

    monkeypatch.setattr(pdf, "render", render)
    made(by=reviewer, assessments=[make_submitted() for _ in range(3)])
    assert ["0 of 3 are made." in seen[0], "1 of 3 are made." in seen[1], "2 of 3 are made." in seen[2]] == [True] * 3
    assert 'max="3" value="2"' in seen[2]
    assert "1 ZIP is being made." in seen[2]
    after = client.get(PAGE).content.decode()
    assert "<progress" not in after
    assert "Nothing is being made" in after


def test_the_page_loads_itself_again_only_while_something_is_made(client: Client, reviewer: User) -> None:
    refresh = '<noscript><meta http-equiv="refresh"'
    assert refresh not in client.get(PAGE).content.decode()
    job = make_job(by=reviewer)
    assert refresh in client.get(PAGE).content.decode()
    assert refresh not in client.get(PAGE, {"still": "1"}).content.decode()
    make_zip.enqueue(job.pk, 1)
    assert refresh not in client.get(PAGE).content.decode()


def test_the_page_takes_as_many_queries_for_many_as_for_one(client: Client, reviewer: User) -> None:
    one = make_submitted()
    made(by=reviewer, assessments=[one])
    with CaptureQueriesContext(connection) as first:
        client.get(PAGE)
    for _ in range(4):
        made(by=reviewer, assessments=[one])
    with CaptureQueriesContext(connection) as second:
        client.get(PAGE)
    assert len(first) == len(second) <= 5


# ---- Killed, started again ----


def test_a_killed_job_is_found_out_and_started_again(
    client: Client, reviewer: User, django_capture_on_commit_callbacks: Any
) -> None:
    job = make_job(by=reviewer, state=ExportState.RUNNING, seen_alive_at=long_ago())
    page = client.get(PAGE).content.decode()
    assert "0 of 1 were made when the program that made them ended." in page
    assert "<progress" not in page
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("export-start", args=[job.pk]))["Location"] == PAGE
    job.refresh_from_db()
    assert (job.state, job.attempt) == (ExportState.DONE, 2)
    assert len(archive_of(client.get(download(job))).namelist()) == 2


def test_one_that_waits_for_ever_can_be_started_again(client: Client, reviewer: User) -> None:
    make_job(by=reviewer, seen_alive_at=long_ago())
    page = client.get(PAGE).content.decode()
    assert "Its turn has not come for a while" in page
    assert "Start again" in page


def test_one_that_is_alive_is_not_started_twice(client: Client, reviewer: User) -> None:
    job = make_job(by=reviewer, state=ExportState.RUNNING)
    client.post(reverse("export-start", args=[job.pk]))
    job.refresh_from_db()
    assert (job.attempt, job.state) == (1, ExportState.RUNNING)
    assert "nothing to start" in str(next(iter(client.get(PAGE).context["messages"])))


def test_an_attempt_that_was_thought_dead_stops_and_leaves_no_file(reviewer: User, monkeypatch: Any) -> None:
    job = make_job(by=reviewer, assessments=[make_submitted(), make_submitted()])
    rendered: list[int] = []

    def render(html: str, **_: object) -> bytes:
        rendered.append(1)
        ExportJob.objects.filter(pk=job.pk).update(seen_alive_at=long_ago())
        job.refresh_from_db()
        if job.attempt == 1:
            actions.start_again(job=job, by=reviewer)
        return b"%PDF"

    monkeypatch.setattr(pdf, "render", render)
    make_zip.enqueue(job.pk, 1)
    job.refresh_from_db()
    assert (len(rendered), job.state, job.attempt, str(job.file)) == (1, ExportState.WAITING, 2, "")
    make_zip.enqueue(job.pk, 1)
    assert len(rendered) == 1
    make_zip.enqueue(job.pk, 2)
    job.refresh_from_db()
    # The first one was stored meanwhile, and comes from there.
    assert (len(rendered), job.state) == (2, ExportState.DONE)


def test_a_file_that_is_gone_is_told_and_can_be_made_again(client: Client, reviewer: User) -> None:
    job = made(by=reviewer)
    default_storage.delete(str(job.file))
    assert client.get(download(job))["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    assert zips.GONE in page
    assert "Start again" in page


# ---- A thread of its own ----


def test_without_a_worker_a_thread_makes_it_while_requests_go_on(transactional_db: None, monkeypatch: Any) -> None:
    reviewer = make_reviewer()
    job = make_job(by=reviewer)
    goes_on, done = threading.Event(), threading.Event()

    def render(html: str, **_: object) -> bytes:
        assert goes_on.wait(20)
        return b"%PDF"

    monkeypatch.setattr(pdf, "render", render)
    finish = zips.ExportJob.objects.finish
    monkeypatch.setattr(
        type(ExportJob.objects), "finish", lambda _, *a, **k: (finish(*a, **k), done.set())[0], raising=False
    )
    backend = tasks.ThreadBackend("default", {})
    result = backend.enqueue(make_zip, [job.pk, 1], {})
    assert result.status != TaskResultStatus.SUCCESSFUL
    assert "1 ZIP is being made." in client_of(reviewer).get(PAGE).content.decode()
    goes_on.set()
    assert done.wait(20)
    job.refresh_from_db()
    assert job.state == ExportState.DONE


def test_a_worker_makes_what_waits_in_the_database(transactional_db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(type(task_backends), "__getitem__", lambda _, alias: DatabaseBackend(alias, {}))
    job = actions.start_zip(assessments=[make_submitted().pk], filters="", by=make_reviewer())
    job.refresh_from_db()
    assert job.state == ExportState.WAITING
    call_command("db_worker", batch=True, interval=0.0, verbosity=0, startup_delay=False)
    job.refresh_from_db()
    assert job.state == ExportState.DONE


# ---- Whose it is ----


def test_nobody_else_sees_or_fetches_it_not_even_an_administrator(
    agency: Agency, administrator: User, reviewer: User, client: Client
) -> None:
    job = made(by=reviewer, assessments=[make_submitted(organization=agency.organization, by=agency.lead)])
    content_of(client.get(download(job)))
    for person in (administrator, make_reviewer()):
        other = client_of(person)
        assert other.get(download(job)).status_code == 404
        assert other.post(reverse("export-start", args=[job.pk])).status_code == 404
        assert "You have no exports." in other.get(PAGE).content.decode()
    assert client_of(agency.lead).get(download(job)).status_code == 403
    assert Client().get(download(job)).status_code == 302


def test_who_has_left_the_coe_fetches_nothing_any_more(client: Client, reviewer: User) -> None:
    job = made(by=reviewer)
    User.objects.filter(pk=reviewer.pk).update(coe_role="")
    assert client.get(download(job)).status_code == 403


def test_nothing_but_its_own_address_serves_the_file(client: Client, reviewer: User) -> None:
    job = made(by=reviewer)
    path = default_storage.path(str(job.file))
    for address in (f"/{job.file}", f"/media/{job.file}", f"/static/{job.file}", f"/files/{job.file}"):
        assert client.get(address).status_code == 404
    assert os.stat(path).st_mode & 0o077 == 0


def test_one_that_is_not_ready_cannot_be_fetched(client: Client, reviewer: User) -> None:
    job = make_job(by=reviewer)
    assert client.get(download(job))["Location"] == PAGE


# ---- Gone after a week ----


def test_after_a_week_file_and_row_are_gone_with_the_next_visit(client: Client, reviewer: User) -> None:
    job = made(by=make_reviewer())
    kept = made(by=reviewer)
    assert abs(job.expires_at - job.created_at - timedelta(days=7)) < timedelta(seconds=1)
    ExportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now())
    client.get(PAGE)
    assert list(ExportJob.objects.all()) == [kept]
    assert not default_storage.exists(str(job.file))
    assert default_storage.exists(str(kept.file))


def test_an_expired_one_is_not_served_before_it_is_deleted(client: Client, reviewer: User) -> None:
    job = made(by=reviewer)
    ExportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now())
    assert client.get(download(job)).status_code == 404


def test_a_command_deletes_what_expired(reviewer: User, capsys: Any) -> None:
    job = made(by=reviewer)
    ExportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now())
    call_command("tidy_exports")
    assert capsys.readouterr().out == "1 export deleted.\n"
    assert not default_storage.exists(str(job.file))
    call_command("tidy_exports")
    assert capsys.readouterr().out == "0 exports deleted.\n"


def test_a_zip_bears_the_day_it_was_asked_for_here(client: Client, reviewer: User) -> None:
    job = made(by=reviewer)
    evening = datetime(2026, 11, 24, 23, 0, tzinfo=timezone.get_default_timezone())
    ExportJob.objects.filter(pk=job.pk).update(created_at=evening)
    response = client.get(download(job))
    assert archive_of(response).namelist()
    assert 'filename="scorecards-2026-11-24.zip"' in response["Content-Disposition"]
