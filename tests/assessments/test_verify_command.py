"""`manage.py verify FILE.pdf`: what it says and its status, with the database and without."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from assessments import paper_store
from assessments.models import Assessment, PaperKind
from tests.assessments import forging
from tests.assessments.sheets import make_sheet
from tests.assessments.test_verify_files import download
from tests.factories import Agency, make_submitted

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def room(settings: Settings, tmp_path: Path) -> None:
    settings.PDF_SECONDS = 60
    settings.MEDIA_ROOT = str(tmp_path / "files")


@pytest.fixture
def submitted(agency: Agency) -> Assessment:
    return make_submitted(assessment=agency.draft, level=2)


def verify(content: bytes, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Its status and what it prints."""
    file = folder / "file.pdf"
    file.write_bytes(content)
    try:
        call_command("verify", str(file))
    except SystemExit as end:
        return int(end.code or 0), capsys.readouterr().out
    except CommandError as error:
        return error.returncode, str(error)
    return 0, capsys.readouterr().out


def test_genuine(agency: Agency, submitted: Assessment, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, line = verify(download(submitted, agency.lead), tmp_path, capsys)
    assert status == 0
    assert line.startswith("genuine: byte for byte a scorecard that was made here; sealed on ")
    assert forging.scorecard_of(submitted).code in line
    assert "all 7 levels follow from the embedded answers" in line
    assert line.count("\n") == 1


def test_a_report_without_answers_is_genuine_too(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper_store.issued(paper_store._paper(b"%PDF a report"), kind=PaperKind.BRIEF)
    status, line = verify(b"%PDF a report", tmp_path, capsys)
    assert (status, line) == (
        0,
        "genuine: byte for byte a brief that was made here; no answers are embedded, so no level was computed\n",
    )


def test_of_a_portfolio_it_says_whose_it_is_and_as_of_when(
    agency: Agency, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = b"%PDF a portfolio"
    paper_store.issued(
        paper_store._paper(content),
        kind=PaperKind.PORTFOLIO,
        organization=agency.organization.pk,
        as_of=datetime(2026, 11, 23, 15, 30, tzinfo=UTC),
    )
    status, line = verify(content, tmp_path, capsys)
    assert status == 0
    assert "a portfolio report that was made here; of Department of Rivers as of 2026-11-23;" in line


def test_altered(submitted: Assessment, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = forging.with_other_answers(forging.sheet_of(submitted), level=5)
    status, line = verify(forging.printed(sheet), tmp_path, capsys)
    assert status == 1
    assert line.startswith("altered: the file isn't byte for byte one that was made here")
    assert "DataOps: the pages say Level 5, and the embedded answers give Level 2, Repeatable" in line


def test_unknown_here(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = forging.sealed_anew(make_sheet())
    assert sheet.seal
    status, line = verify(forging.printed(sheet), tmp_path, capsys)
    assert status == 3
    assert line.startswith(f"unknown here: no scorecard with the seal {sheet.seal.code} was sealed here; all 7 levels")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"GIF89a", "This isn't a PDF."), (b"%PDF-1.7", "The PDF is damaged"), (bytes(10 * 1024 * 1024 + 1), "10 MiB")],
)
def test_bad_input(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, reason: str) -> None:
    status, line = verify(content, tmp_path, capsys)
    assert status == 2
    assert line.startswith(f"{tmp_path / 'file.pdf'}: ")
    assert reason in line


def test_a_file_that_is_not_there(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file") as error:
        call_command("verify", str(tmp_path / "none.pdf"))
    assert error.value.returncode == 2


# ---- Without a database ----


def alone(file: Path, *, database: str) -> "subprocess.CompletedProcess[str]":
    """The command as a program, where no database answers."""
    return subprocess.run(
        [sys.executable, "manage.py", "verify", str(file)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "any", "DATABASE_URL": database},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "database", ["postgres://nobody:nothing@127.0.0.1:1/none", "sqlite:////nowhere/at/all.sqlite3"]
)
def test_levels_are_computed_where_no_database_answers(tmp_path: Path, database: str) -> None:
    file = tmp_path / "scorecard.pdf"
    sheet = forging.sealed_anew(make_sheet(choices={"dataops-1": "unknown", "secops-2": "not_applicable"}))
    file.write_bytes(forging.printed(sheet))
    done = alone(file, database=database)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("unknown here: no database")
    assert "all 7 levels follow from the embedded answers, by AI Capability Maturity Model" in done.stdout


def test_so_are_alterations_found(tmp_path: Path) -> None:
    file = tmp_path / "scorecard.pdf"
    sheet = forging.sealed_anew(make_sheet())
    file.write_bytes(forging.printed(forging.with_other_answers(sheet, level=1)))
    done = alone(file, database="postgres://nobody:nothing@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "altered: DataOps: the pages say Level 1, and the embedded answers give Level 3, Defined" in done.stdout
    file.write_bytes(b"nothing")
    done = alone(file, database="postgres://nobody:nothing@127.0.0.1:1/none")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"CommandError: {file}: This isn't a PDF.\n"
