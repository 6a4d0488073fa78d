"""The page of exports while something is being made: it brings itself up to date, with scripts and without."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import expect

from assessments.models import ExportJob, ExportState, User
from tests.browser.conftest import Cast
from tests.browsing import Visit, of_the_browser

pytestmark = of_the_browser

PAGE = "/admin/exports/"


def running(reviewer: User) -> ExportJob:
    return ExportJob.objects.create(requested_by=reviewer, assessments=[], total=12, done=1, state=ExportState.RUNNING)


def move_on(job: ExportJob, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(job, name, value)
    job.save()


def test_progress_moves_on_without_a_reload_and_ends_with_the_file(visit: Visit, cast: Cast) -> None:
    job = running(cast.reviewer)
    page = visit(cast.reviewer.email)
    page.goto(PAGE)
    page.evaluate("window.kept = true")
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "1")
    move_on(job, done=7)
    expect(bar).to_have_attribute("value", "7")
    expect(page.get_by_role("status")).to_have_text("1 ZIP is being made.")
    move_on(job, done=12, state=ExportState.DONE, file=ContentFile(b"whole", "some.zip"))
    expect(page.get_by_role("status")).to_have_text("Nothing is being made at the moment.")
    expect(bar).to_have_count(0)
    assert page.evaluate("window.kept")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == b"whole"
    assert download.value.suggested_filename.endswith(".zip")


@pytest.mark.only_on("sqlite")  # it waits for ten seconds, which need no database
def test_without_scripts_the_page_loads_itself_again_until_told_not_to(visit: Visit, cast: Cast) -> None:
    job = running(cast.reviewer)
    page = visit(cast.reviewer.email, java_script_enabled=False)
    page.goto(PAGE)
    move_on(job, done=7)
    expect(page.get_by_text("7 of 12 are made.")).to_be_visible()
    page.get_by_role("link", name="Stop that").click()
    expect(page.get_by_role("link", name="Show how far it is")).to_be_visible()
    assert page.locator("meta[http-equiv=refresh]").count() == 0
