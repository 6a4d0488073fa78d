"""PDFs of sealed scorecards are made once, and are always what the assessment says now."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.http import HttpResponse
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from aicmm import pdf
from assessments import actions, paper_store, reports
from assessments.datatypes import ScoredAssessment
from assessments.models import Assessment, Role, User
from tests.assessments.conftest import AtOnce
from tests.factories import Agency, client_of, make_cycle, make_reviewer, make_submitted


class Press:
    """Stands in for the printer. What it prints names the assessment's state and which print it is, from 1."""

    def __init__(self) -> None:
        self.sheets: list[ScoredAssessment] = []
        self.takes = 0.0
        self.fails: list[Exception] = []

    def __call__(self, sheet: ScoredAssessment) -> bytes:
        self.sheets.append(sheet)
        number = len(self.sheets)
        time.sleep(self.takes)
        if self.fails:
            raise self.fails.pop()
        return f"%PDF {sheet.state} {number}".encode()

    @property
    def prints(self) -> int:
        return len(self.sheets)


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Press:
    press = Press()
    monkeypatch.setattr(reports, "scorecard_pdf", press)
    return press


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: Path) -> Path:
    """An empty store, and where it is."""
    settings.MEDIA_ROOT = str(tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def submitted(agency: Agency) -> Assessment:
    return make_submitted(assessment=agency.draft)


def ask(assessment: Assessment, user: User, **headers: str) -> HttpResponse:
    address = reverse("scorecard-pdf", args=[assessment.pk])
    return client_of(user).get(address, headers=headers)  # type: ignore[return-value]


def files(store: Path) -> list[Path]:
    return [file for file in store.rglob("*") if file.is_file()]


# ---- Once ----


def test_a_sealed_scorecard_is_printed_once(agency: Agency, submitted: Assessment, press: Press) -> None:
    first, second = ask(submitted, agency.lead), ask(submitted, agency.viewer)
    assert first.content == second.content == b"%PDF submitted 1"
    assert press.prints == 1
    assert second["Content-Length"] == str(len(second.content))
    assert second["Content-Type"] == "application/pdf"
    assert second["Content-Disposition"] == first["Content-Disposition"]
    assert second["Cache-Control"] == "private, no-store"


def test_the_store_gives_what_was_printed(agency: Agency, submitted: Assessment, settings: Settings) -> None:
    settings.PDF_SECONDS = 60
    first, second = ask(submitted, agency.lead), ask(submitted, agency.lead)
    assert first.content == second.content
    assert first.content.startswith(b"%PDF-")
    assert first.content.rstrip().endswith(b"%%EOF")


def test_a_stored_one_takes_the_same_few_queries(
    agency: Agency, submitted: Assessment, press: Press, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = reverse("scorecard-pdf", args=[submitted.pk])
    client = client_of(agency.lead)
    client.get(address)
    with django_assert_num_queries(7):
        client.get(address)


def test_a_draft_is_printed_each_time_and_stays_nowhere(agency: Agency, press: Press, store: Path) -> None:
    assert ask(agency.draft, agency.lead).content != ask(agency.draft, agency.lead).content
    assert not ask(agency.draft, agency.lead).has_header("ETag")
    assert files(store) == []


def test_who_asks_again_with_the_tag_gets_no_body(agency: Agency, submitted: Assessment, press: Press) -> None:
    tag = ask(submitted, agency.lead)["ETag"]
    again = ask(submitted, agency.lead, if_none_match=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert ask(submitted, agency.lead, if_none_match='"another"').status_code == 200


def test_many_who_ask_at_once_wait_for_one_print(agency: Agency, at_once: AtOnce, press: Press) -> None:
    submitted = make_submitted(assessment=agency.draft)
    press.takes = 0.3
    replies = at_once(*[lambda: ask(submitted, agency.lead)] * 20)
    assert {reply.content for reply in replies} == {b"%PDF submitted 1"}
    assert press.prints == 1


def test_what_another_process_is_printing_is_waited_for(agency: Agency, at_once: AtOnce, press: Press) -> None:
    submitted = make_submitted(assessment=agency.draft)
    asked = threading.Event()
    name = name_of(submitted, agency.lead)

    def other() -> None:
        assert cache.add(f"paper:{name}", True, timeout=60)
        asked.set()
        time.sleep(0.3)
        paper_store._store(name, b"%PDF from elsewhere")
        cache.delete(f"paper:{name}")

    def mine() -> HttpResponse:
        asked.wait(10)
        return ask(submitted, agency.lead)

    _, reply = at_once(other, mine)
    assert reply.content == b"%PDF from elsewhere"
    assert press.prints == 0


@pytest.mark.django_db
def test_who_waits_too_long_is_told_to_try_again(
    agency: Agency, submitted: Assessment, press: Press, settings: Settings
) -> None:
    settings.PDF_SECONDS = 0.1
    cache.add(f"paper:{name_of(submitted, agency.lead)}", True, timeout=60)
    reply = ask(submitted, agency.lead)
    assert reply.status_code == 503
    assert "Try again" in reply.content.decode()
    assert press.prints == 0


def name_of(assessment: Assessment, user: User) -> str:
    access = paper_store.Access(Assessment.objects.with_names().get(pk=assessment.pk), Role.LEAD)
    scorecard, sha256 = paper_store._sealed(access.assessment, None)
    return paper_store._name_of_sealed(paper_store.PaperKind.SCORECARD, access, user, None, scorecard, sha256)


# ---- Always right ----


def accepted(assessment: Assessment) -> None:
    actions.accept(assessment=assessment, by=make_reviewer())


def renamed_organization(assessment: Assessment) -> None:
    assessment.organization.name = "Department of Seas"
    assessment.organization.save()


def renamed_cycle(assessment: Assessment) -> None:
    assessment.cycle.name = "Another quarter"
    assessment.cycle.save()


def sealed_again(assessment: Assessment) -> None:
    actions.return_(assessment=assessment, by=make_reviewer(), comment="More.")
    actions.submit(assessment=Assessment.objects.get(pk=assessment.pk), by=assessment.created_by)


def got_a_history(assessment: Assessment) -> None:
    before = make_cycle(starts_on=assessment.cycle.starts_on - timedelta(days=90))
    make_submitted(organization=assessment.organization, team=assessment.team.upper(), cycle=before)


@pytest.mark.parametrize("change", [accepted, renamed_organization, renamed_cycle, sealed_again, got_a_history])
def test_what_the_paper_says_differently_is_printed_anew(
    agency: Agency, submitted: Assessment, press: Press, change: Callable[[Assessment], Any]
) -> None:
    ask(submitted, agency.lead)
    change(Assessment.objects.get(pk=submitted.pk))
    assert ask(submitted, agency.lead).content.endswith(b" 2")
    assert ask(submitted, agency.lead).content.endswith(b" 2")


def test_another_release_prints_anew(
    agency: Agency, submitted: Assessment, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(submitted, agency.lead)
    monkeypatch.setattr(paper_store, "PRINTER", "another")
    assert ask(submitted, agency.lead).content == b"%PDF submitted 2"


@pytest.mark.parametrize("damage", [b"", b"%PDF submitted 1", b"%PDF", b"\n%% SHA-256 of all before: "])
def test_a_damaged_file_is_made_again(
    agency: Agency, submitted: Assessment, press: Press, store: Path, damage: bytes
) -> None:
    ask(submitted, agency.lead)
    (file,) = files(store)
    whole = file.read_bytes()
    file.write_bytes(damage)
    assert ask(submitted, agency.lead).content == b"%PDF submitted 2"
    assert files(store) == [file]
    assert file.read_bytes() != whole
    assert ask(submitted, agency.lead).content == b"%PDF submitted 2"


def test_a_file_in_which_a_bit_changed_is_made_again(
    agency: Agency, submitted: Assessment, press: Press, store: Path
) -> None:
    ask(submitted, agency.lead)
    (file,) = files(store)
    file.write_bytes(file.read_bytes().replace(b"submitted", b"accepted!"))
    assert ask(submitted, agency.lead).content == b"%PDF submitted 2"


# ---- Who may ----


def test_being_stored_opens_it_to_nobody(
    agency: Agency, other: Agency, submitted: Assessment, reviewer: User, press: Press
) -> None:
    assert ask(submitted, agency.lead).status_code == 200
    assert ask(submitted, other.lead).status_code == 404
    assert ask(submitted, reviewer).content == b"%PDF submitted 1"
    agency.organization.memberships.filter(user=agency.lead).delete()
    assert ask(submitted, agency.lead).status_code == 404


def test_the_files_are_their_owners_alone(agency: Agency, submitted: Assessment, press: Press, store: Path) -> None:
    ask(submitted, agency.lead)
    (file,) = files(store)
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_the_coe_sees_what_was_sealed_while_the_team_works_on(
    agency: Agency, submitted: Assessment, reviewer: User, press: Press
) -> None:
    actions.return_(assessment=submitted, by=reviewer, comment="More.")
    assert ask(submitted, reviewer).content == ask(submitted, reviewer).content == b"%PDF returned 1"
    assert press.sheets[0].seal
    ask(submitted, agency.lead)
    assert press.sheets[1].seal is None


# ---- When something fails ----


def test_what_failed_is_not_kept(agency: Agency, submitted: Assessment, press: Press, store: Path) -> None:
    press.fails = [pdf.PdfFailed("It took too long.")]
    assert ask(submitted, agency.lead).status_code == 503
    assert files(store) == []
    assert ask(submitted, agency.lead).content == b"%PDF submitted 2"


def test_without_room_it_is_served_and_logged(
    agency: Agency,
    submitted: Assessment,
    press: Press,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    assert ask(submitted, agency.lead).content == b"%PDF submitted 1"
    assert "No space left" in caplog.text


# ---- Pruning ----


def test_pruning_takes_what_is_old(
    agency: Agency, submitted: Assessment, press: Press, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(submitted, agency.lead)
    call_command("prune_pdfs")
    assert len(files(store)) == 1
    call_command("prune_pdfs", days=0)
    assert files(store) == []
    assert capsys.readouterr().out == "0 PDFs deleted.\n1 PDF deleted.\n"
    assert ask(submitted, agency.lead).content == b"%PDF submitted 2"


def test_an_empty_store_has_nothing_to_prune() -> None:
    assert paper_store.prune(older_than=timedelta()) == 0
