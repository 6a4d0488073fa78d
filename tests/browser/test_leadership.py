"""The page for leaders on paper, and a result on its way into other programs: copied, downloaded, without a script."""

import io
import random
import re
from datetime import timedelta
from unicodedata import normalize

import pypdf
import pytest
from django.core.management import call_command
from PIL import Image
from playwright.sync_api import Page, expect

from assessments import actions
from assessments.models import Assessment
from tests.browser.conftest import Cast
from tests.browsing import Problems, Visit, check_accessibility, of_the_browser
from tests.factories import make_accepted, make_assessment, make_cycle, make_submitted
from tests.rubric.factories import make_rubric

pytestmark = of_the_browser

READ_PICTURE = """async () => {
    const [item] = await navigator.clipboard.read();
    const bytes = new Uint8Array(await (await item.getType("image/png")).arrayBuffer());
    return [...bytes];
}"""
PASTED_NEXT = """() => {
    window.pasted = new Promise(done => document.addEventListener("paste", event => done(
        ["text/html", "text/plain"].map(kind => event.clipboardData.getData(kind))), {once: true}));
}"""
TEAMS = (
    "Flood Forecasts",
    "Lock Maintenance Planning",
    "Dredging Survey Imagery",
    "Permit Letters",
    "Ice Watch",
    "Harbor Traffic Modeling",
)


def pages_of(page: Page) -> list[str]:
    """What stands on each sheet of US Letter, as `squeezed` leaves it."""
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(format="Letter"))).pages
    return [squeezed(sheet.extract_text()) for sheet in sheets]


def squeezed(text: str) -> str:
    """Without spaces and ligatures, of which a PDF has some of its own."""
    return "".join(normalize("NFKC", text).split())


@pytest.fixture
def accepted(cast: Cast) -> Assessment:
    before = make_cycle(name="FY2026 Q4", starts_on=cast.cycle.starts_on - timedelta(days=90))
    same = {"organization": cast.organization, "by": cast.lead, "team": "Ice Watch"}
    make_submitted(cycle=before, level=2, **same)
    return make_accepted(cycle=cast.cycle, level=3, **same)


# ---- On paper ----


def test_the_demos_organization_takes_one_sheet(visit: Visit, transactional_db: None) -> None:
    call_command("demo", force=True, stdout=io.StringIO())
    page = visit("viewer@agency.example")
    page.goto("/organizations/coastal-resilience/")
    (sheet,) = pages_of(page)
    for text in ("Shoreline Imagery Team", "Storm Surge Modeling Team", "What to decide", "What holds back"):
        assert squeezed(text) in sheet
    assert squeezed("DataOps fell from Level 3 to Level 2.") in sheet


def six_teams(cast: Cast, *, teams: tuple[str, ...] = TEAMS) -> None:
    """Two accepted cycles of each; about as much moves as may."""
    chance = random.Random(4)
    before = make_cycle(name="FY2026 Q4", starts_on=cast.cycle.starts_on - timedelta(days=90))
    codes = {"secops": 4, "mlops": 3, "dataops": 4}
    for team in teams:
        for cycle, level in ((before, 2), (cast.cycle, 3)):
            choices = {
                f"{area}-{n}": chance.choice([1, 2, 3, 4]) for area, size in codes.items() for n in range(1, size)
            }
            submitted = make_submitted(
                organization=cast.organization,
                by=cast.lead,
                team=team,
                cycle=cycle,
                level=level,
                choices=choices,
                evidence=[(f"Procedure for quality in {cycle.name}", f"https://docs.example.gov/{level}")],
            )
            actions.accept(assessment=submitted, by=cast.reviewer)


def test_six_teams_take_one_sheet(visit: Visit, cast: Cast) -> None:
    six_teams(cast)
    at_work = [f"Team at work {number}" for number in range(7)]
    coming = make_cycle(name="FY2027 Q2", starts_on=cast.cycle.starts_on + timedelta(days=90))
    for team in at_work:
        make_assessment(organization=cast.organization, by=cast.lead, team=team, cycle=coming)
    page = visit(cast.viewer.email)
    page.goto("/organizations/rivers/")
    (sheet,) = pages_of(page)
    for team in (*TEAMS, *at_work[:5]):
        assert squeezed(team) in sheet
    assert squeezed("more areas moved; why stands in the teams' results.") in sheet


def test_more_teams_go_on_over_the_page_with_no_card_cut(visit: Visit, cast: Cast) -> None:
    teams = tuple(f"Team {n:02}" for n in range(20))
    six_teams(cast, teams=teams)
    page = visit(cast.viewer.email)
    page.goto("/organizations/rivers/")
    sheets = pages_of(page)
    assert len(sheets) > 1
    for team in teams:
        # A card's name, picture and line stay together.
        assert any(re.search(rf"{squeezed(team)}FY2027Q1.{{0,200}}PeopleOps", sheet) for sheet in sheets), team
    assert squeezed("What to decide") in "".join(sheets)


def test_two_rubrics_stand_one_under_the_other_and_are_told_apart(
    visit: Visit, cast: Cast, accepted: Assessment
) -> None:
    other = make_rubric(published=True)
    make_submitted(organization=cast.organization, by=cast.lead, team="Other", cycle=cast.cycle, rubric=other)
    page = visit(cast.viewer.email)
    page.goto("/organizations/rivers/")
    expect(page.get_by_role("heading", level=2, name=other.name)).to_have_count(4)
    check_accessibility(page)


# ---- Into other programs ----


def test_the_radar_is_copied_as_a_picture(visit: Visit, cast: Cast, accepted: Assessment) -> None:
    page = visit(cast.viewer.email, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/assessments/{accepted.pk}/results/")
    page.get_by_role("button", name="Copy the radar as a picture").click()
    said = "The radar is copied as a picture. Paste it where you need it."
    expect(page.locator("[data-copy-said]")).to_have_text(said)
    expect(page.locator("[data-live-region]")).to_have_text(said)
    picture = Image.open(io.BytesIO(bytes(page.evaluate(READ_PICTURE))))
    assert picture.format == "PNG"
    assert picture.width >= 1000
    assert picture.convert("RGB").getpixel((3, 3)) == (255, 255, 255)
    colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20) or []}
    assert len(colours) > 50


def test_where_pictures_cannot_be_copied_it_is_downloaded(visit: Visit, cast: Cast, accepted: Assessment) -> None:
    page = visit(cast.viewer.email)
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(f"/assessments/{accepted.pk}/results/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Copy the radar as a picture").click()
    assert download.value.suggested_filename == "radar.png"
    assert Image.open(io.BytesIO(download.value.path().read_bytes())).format == "PNG"
    expect(page.locator("[data-copy-said]")).to_contain_text("the radar was downloaded as a PNG file")


def test_where_no_picture_can_be_made_the_page_says_so(
    visit: Visit, cast: Cast, accepted: Assessment, problems: Problems
) -> None:
    problems.expect("net::ERR_FAILED")
    page = visit(cast.viewer.email)
    page.route("**/radar.svg", lambda route: route.abort())
    page.goto(f"/assessments/{accepted.pk}/results/")
    page.get_by_role("button", name="Copy the radar as a picture").click()
    expect(page.locator("[data-copy-said]")).to_contain_text("The picture could not be made.")


def test_the_summary_is_copied_with_its_looks_and_as_text(visit: Visit, cast: Cast, accepted: Assessment) -> None:
    page = visit(cast.viewer.email, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/assessments/{accepted.pk}/summary/")
    page.get_by_role("button", name="Copy the summary").click()
    expect(page.locator("[data-copy-said]")).to_have_text("The summary is copied. Paste it into your e-mail.")
    page.evaluate(PASTED_NEXT)
    page.keyboard.press("Control+v")
    formatted, text = page.evaluate("window.pasted")
    assert 'bgcolor="#4f97d1"' in formatted
    assert "font-weight:bold" in formatted
    assert "MLOps rose from Level 2 to Level 3." in formatted
    assert "MLOps: Level 3, Defined" in text


def test_where_it_cannot_be_copied_it_is_selected(visit: Visit, cast: Cast, accepted: Assessment) -> None:
    page = visit(cast.viewer.email)
    page.add_init_script("document.execCommand = () => false")
    page.goto(f"/assessments/{accepted.pk}/summary/")
    page.get_by_role("button", name="Copy the summary").click()
    expect(page.locator("[data-copy-said]")).to_contain_text("The summary is selected")
    assert "Ice Watch" in page.evaluate("getSelection().toString()")


def test_without_a_script_there_are_the_files(visit: Visit, cast: Cast, accepted: Assessment) -> None:
    page = visit(cast.viewer.email, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="See what moved and what to decide").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Department of Rivers: where the teams stand")
    page.get_by_text("The same levels as a table").click()
    expect(page.get_by_role("table")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Ice Watch", exact=True).click()
    expect(page.get_by_role("button", name="Copy the radar as a picture")).to_have_count(0)
    for name, ending in (("Download the radar (SVG)", "-radar.svg"), ("Excel workbook (XLSX)", ".xlsx")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename.endswith(ending)
    page.get_by_role("link", name="Summary for an e-mail").click()
    expect(page.get_by_role("button", name="Copy the summary")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Open as a new e-mail (EML)").click()
    assert download.value.suggested_filename == "department-of-rivers-ice-watch-fy2027-q1.eml"


def test_it_works_by_keyboard(visit: Visit, cast: Cast, accepted: Assessment) -> None:
    page = visit(cast.viewer.email, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/assessments/{accepted.pk}/results/")
    page.get_by_role("link", name="Download the radar (SVG)").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Copy the radar as a picture")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-copy-said]")).to_contain_text("copied as a picture")
    expect(page.get_by_role("button", name="Copy the radar as a picture")).to_be_focused()
