"""What was handed out is noted once, for good; and the QR code on it can be read."""

import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from PIL import Image

from aicmm.qr import qr_svg
from assessments import issued_only_added
from assessments.checks import check_issued
from assessments.models import IssuedPaper, PaperKind
from tests.assessments import forging, pdf_checks
from tests.assessments.conftest import AtOnce
from tests.assessments.sheets import make_sheet
from tests.factories import make_submitted

QR_SIDE = 30 / 25.4 * 72
"""Points."""


def note(digest: str = "a" * 64) -> None:
    IssuedPaper.objects.note(sha256=digest, kind=PaperKind.BRIEF, scorecard=None)


@pytest.mark.django_db
def test_the_same_paper_is_noted_once() -> None:
    note()
    note()
    assert IssuedPaper.objects.count() == 1


def test_two_who_hand_out_the_same_at_once_note_it_once(at_once: AtOnce) -> None:
    at_once(*[note] * 6)
    assert IssuedPaper.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE {} SET sha256 = 'x'", "DELETE FROM {}"])
def test_the_database_lets_rows_only_be_added(statement: str) -> None:
    note()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(issued_only_added.TABLE))
    assert IssuedPaper.objects.get().sha256 == "a" * 64


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db
def test_a_row_is_not_replaced_by_another() -> None:
    note()
    (row,) = IssuedPaper.objects.values("id", "made_at")
    with connection.cursor() as cursor:
        for key, digest in ((None, "a" * 64), (row["id"], "b" * 64)):
            cursor.execute(
                f"INSERT OR REPLACE INTO {issued_only_added.TABLE} (id, sha256, kind, made_at)"
                " VALUES (%s, %s, 'brief', '1999-01-01')",
                [key, digest],
            )
    assert list(IssuedPaper.objects.values("id", "made_at")) == [row]


@pytest.mark.django_db
def test_a_missing_trigger_is_told_by_the_system_checks() -> None:
    assert check_issued(databases=["default"]) == []
    issued_only_added.remove(apps, connection.schema_editor())
    (error,) = check_issued(databases=["default"])
    issued_only_added.install(apps, connection.schema_editor())
    assert error.id == "assessments.E002"
    assert check_issued(databases=["default"]) == []


@pytest.mark.django_db
def test_a_scorecard_with_papers_stays() -> None:
    scorecard = make_submitted().scorecards.get()
    IssuedPaper.objects.note(sha256="a" * 64, kind=PaperKind.SCORECARD, scorecard=scorecard.pk)
    with pytest.raises(ProtectedError):
        scorecard.delete()


# ---- What is on them ----


@pytest.fixture(scope="module")
def paper() -> bytes:
    return forging.printed(forging.sealed_anew(make_sheet()))


def test_a_telephone_reads_where_the_seal_is_checked(paper: bytes, tmp_path: Path) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(paper)
    last = str(len(pdf_checks.page_sizes(paper)))
    subprocess.run(["pdftoppm", "-r", "200", "-f", last, "-png", str(file), str(tmp_path / "page")], check=True)
    (picture,) = tmp_path.glob("page*.png")
    with Image.open(picture) as image:
        (code,) = zxingcpp.read_barcodes(image)
    seal = forging.sealed_anew(make_sheet()).seal
    assert seal
    assert code.text == f"http://127.0.0.1:8000/verify/{seal.code}/"
    corners = code.position
    # 37 modules and 8 of quiet zone; at least 20 mm on paper, of which the modules are most.
    assert (corners.top_right.x - corners.top_left.x) / 200 * 25.4 >= 20


def test_a_qr_code_keeps_its_quiet_zone_and_says_what_it_is() -> None:
    svg = qr_svg("https://a.example/verify/7QX2-M0PA-9D4T/", title="Leads to <a>")
    assert "<title>Leads to &lt;a&gt;</title>" in svg
    rows = {int(part.split()[1].split("h")[0]) for part in svg.split('d="')[1].split('"')[0].split("M")[1:]}
    size = int(svg.split('viewBox="0 0 ')[1].split()[0])
    assert (min(rows), max(rows)) == (4, size - 5)


def test_the_sealed_document_is_inside_to_the_letter(paper: bytes) -> None:
    sheet = forging.sealed_anew(make_sheet())

    with pikepdf.open(BytesIO(paper)) as file:
        assert list(file.attachments) == ["scorecard.json"]
        attached = file.attachments["scorecard.json"]
        assert attached.get_file().read_bytes() == sheet.document.encode()
        assert attached.description.startswith("The sealed answers and result of submission 1")
        assert attached.relationship == "/Source"
    assert pdf_checks.ua_problems(paper) == []
    assert forging.printed(sheet) == paper


def test_what_has_no_seal_carries_nothing() -> None:

    draft = forging.printed(make_sheet(sealed=False))
    with pikepdf.open(BytesIO(draft)) as file:
        assert list(file.attachments) == []
    assert "QR code" not in " ".join(pdf_checks.alternative_texts(draft))
