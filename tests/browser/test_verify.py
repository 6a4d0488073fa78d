"""Dropping a downloaded PDF on the page that checks it, with scripts and without."""

from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from tests.browser.conftest import Cast
from tests.browsing import Problems, Visit, of_the_browser
from tests.factories import make_submitted

pytestmark = of_the_browser


@pytest.fixture
def file(visit: Visit, cast: Cast, settings: Settings, tmp_path: Path) -> Path:
    """A scorecard as its lead downloads it."""
    settings.PDF_SECONDS = 60
    settings.MEDIA_ROOT = str(tmp_path / "files")
    submitted = make_submitted(organization=cast.organization, cycle=cast.cycle, by=cast.lead)
    page = visit(cast.lead.email)
    reply = page.context.request.get(f"/assessments/{submitted.pk}/scorecard.pdf")
    target = tmp_path / "scorecard.pdf"
    target.write_bytes(reply.body())
    return target


def check(page: Page, file: Path) -> None:
    page.goto("/")
    page.get_by_role("link", name="Check a scorecard").click()
    page.get_by_label("PDF").set_input_files(file)
    page.get_by_role("button", name="Check the PDF").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_downloaded_pdf_is_known_and_one_saved_anew_is_not(
    visit: Visit, problems: Problems, file: Path, tmp_path: Path, scripts: bool
) -> None:
    problems.expect("422")
    page = visit(None, java_script_enabled=scripts)
    check(page, file)
    expect(page.get_by_role("heading", level=1)).to_have_text("This PDF is genuine and unchanged")
    changed = tmp_path / "changed.pdf"
    with pikepdf.open(file) as content:
        content.save(changed)
    check(page, changed)
    expect(page.get_by_role("heading", level=1)).to_have_text("This PDF is not the file that was made here")
    page.get_by_label("PDF").set_input_files(Path(__file__))
    page.get_by_role("button", name="Check the PDF").click()
    expect(page.get_by_role("alert")).to_contain_text("This isn't a PDF.")


def test_a_code_that_is_typed_leads_to_its_seal(visit: Visit, cast: Cast) -> None:
    seal = make_submitted(organization=cast.organization, cycle=cast.cycle, by=cast.lead).scorecards.get()
    page = visit(None)
    page.goto("/verify/")
    page.get_by_label("Code of the seal").fill(seal.code.lower().replace("-", " "))
    page.get_by_role("button", name="Check the code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This seal is genuine")
