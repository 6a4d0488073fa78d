"""`make screenshots`: pictures of the real pages with demo data, for README.md; docs/pictures/.

Each run gives the same pictures but for the codes of seals: the demo tells the same story, nothing moves, and no
picture shows the current time.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import django
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts import chromium, run
from scripts.bench.servers import served
from scripts.bench.starting import rubric_stamp_kept
from scripts.console import ROOT, Stop, running, say, step

PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 150_000
COLOURS = (256, 128, 64, 32)
LEAD, VIEWER, REVIEWER = "lead@agency.example", "viewer@agency.example", "reviewer@coe.example"
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"]
"""Letters as wide as on a fine screen, where the headless shell would round them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The top of a page as someone sees it."""

    name: str
    path: str
    person: str = ""
    width: int = 1280
    height: int = 900


def pictures() -> list[Picture]:
    """What to take, by the teams of the demo: see assessments/demo."""
    from assessments.models import Assessment  # noqa: PLC0415 # not before django.setup()

    def newest(team: str) -> str:
        return str(Assessment.objects.filter(team__startswith=team).latest("cycle__starts_on").pk)

    draft, told, waiting = newest("Storm Surge Modeling"), newest("Shoreline Imagery"), newest("Yield Estimates")
    return [
        Picture("home", "/"),
        Picture("model", "/model/"),
        Picture("area", f"/assessments/{draft}/dataops/", LEAD, height=1000),
        Picture("area-390", f"/assessments/{draft}/dataops/", LEAD, width=390, height=1100),
        Picture("leadership", "/organizations/coastal-resilience/", VIEWER, height=1480),
        Picture("overview", f"/assessments/{draft}/", LEAD),
        Picture("result", f"/assessments/{told}/results/", VIEWER, height=1640),
        Picture("review", f"/admin/assessments/assessment/{waiting}/change/", REVIEWER, height=1200),
        Picture("portfolio", "/admin/portfolio/", REVIEWER, height=1280),
        Picture("scorecard", f"/assessments/{told}/scorecard.pdf", VIEWER),
    ]


def sign_in(window: BrowserContext, person: str) -> None:
    page = window.new_page()
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(person)
    page.locator("[name=password]").fill(os.environ["DEMO_PASSWORD"])
    page.locator("main form [type=submit]").first.click()
    page.wait_for_url("**/")
    page.close()


def window_for(browser: Browser, port: int, picture: Picture) -> BrowserContext:
    window = browser.new_context(
        base_url=f"http://127.0.0.1:{port}",
        viewport={"width": picture.width, "height": picture.height},
        reduced_motion="reduce",
        locale="en-US",
        timezone_id="America/New_York",
    )
    if picture.person:
        sign_in(window, picture.person)
    return window


def photographed(page: Page, picture: Picture) -> bytes:
    response = page.goto(picture.path, wait_until="networkidle")
    if response is None or response.status != 200:
        raise Stop(
            f"{picture.path} answered {response.status if response else 'nothing'}, so there is no picture of it."
        )
    page.evaluate("document.fonts.ready")
    return page.screenshot(animations="disabled", caret="hide")


def first_page(pdf: bytes) -> bytes | None:
    """Page 1 of a PDF as an image; None where pdftoppm is missing."""
    command = ["pdftoppm", "-png", "-r", "90", "-f", "1", "-l", "1", "-singlefile", "-"]
    try:
        return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    except FileNotFoundError:
        return None


def small(image: bytes) -> bytes:
    """A PNG of so few colours that it isn't larger than a README's picture should be."""
    picture = Image.open(BytesIO(image)).convert("RGB")
    content = b""
    for colours in COLOURS:
        out = BytesIO()
        picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        content = out.getvalue()
        if len(content) <= MOST_BYTES:
            break
    return content


def take(browser: Browser, port: int, picture: Picture) -> None:
    window = window_for(browser, port, picture)
    if picture.path.endswith(".pdf"):
        taken = first_page(window.request.get(picture.path).body())
    else:
        taken = photographed(window.new_page(), picture)
    window.close()
    if taken is None:
        say(f"  {picture.name} skipped: pdftoppm (Debian: poppler-utils) is missing")
        return
    content = small(taken)
    (PICTURES / f"{picture.name}.png").write_bytes(content)
    say(f"  {picture.name}.png, {len(content) / 1000:.0f} kB")


def main(_: Sequence[str]) -> int:
    path = chromium.find() or chromium.playwrights(Path(sys.executable))
    if path is None:
        raise Stop("There is no Chromium to take pictures with: install it, or name it in CHROMIUM.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="aicmm-pictures-") as folder, rubric_stamp_kept():
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/demo.sqlite3"
        os.environ |= run.environment(dev=False)
        django.setup()
        run.prepare(dev=False)
        wanted = pictures()
        with step("Pictures"), served(os.environ, workers=1) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
            for picture in wanted:
                take(browser, server.port, picture)
            browser.close()
    return 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(running(main, sys.argv[1:]))
