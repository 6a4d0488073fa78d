"""What a first visit of each page loads, as a browser with an empty cache counts it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from scripts import chromium
from scripts.bench import servers
from scripts.bench.table import NotMeasured, Row
from scripts.bench.workshop import Database, Workshop

MOST, MOST_CHART = 150_000, 420_000


def measure(workshop: Workshop) -> Iterator[Row]:
    database = workshop.sqlite
    with servers.served(database.env(), workers=1) as server, a_browser() as browser:
        sizes = {path: visited(browser, server.port, path, session) for path, session in pages(database)}
        results = f"/assessments/{database.content['assessment']}/results/"
        chart = visited(browser, server.port, results, database.content["session"], explore=True) - sizes[results]
    largest = max(sizes, key=lambda path: sizes[path])
    yield Row(
        f"first visit, the largest of {len(sizes)} pages: {shortened(largest)}",
        kilobytes(sizes[largest]),
        f"≤ {kilobytes(MOST)}",
        sizes[largest] <= MOST,
    )
    smallest = min(sizes, key=lambda path: sizes[path])
    yield Row(f"… the smallest: {shortened(smallest)}", kilobytes(sizes[smallest]))
    yield Row("the interactive chart, when opened", kilobytes(chart), f"≤ {kilobytes(MOST_CHART)}", chart <= MOST_CHART)


def pages(database: Database) -> Iterator[tuple[str, str]]:
    """Every kind of page with the session it is opened in; empty for nobody's."""
    content = database.content
    start = f"/assessments/{content['assessment']}/"
    areas = list(content["areas"])
    for path in ("/", "/accounts/login/", "/how-scoring-works/", "/model/", *(f"/model/{code}/" for code in areas)):
        yield path, ""
    mine = ["/assessments/", "/assessments/new/", start, *(f"{start}{code}/" for code in areas), f"{start}results/"]
    for path in (*mine, f"{start}submit/", f"/organizations/{content['organization']}/people/"):
        yield path, content["session"]
    for path in (
        "/admin/",
        "/admin/assessments/assessment/",
        "/admin/portfolio/",
        f"/admin/assessments/assessment/{content['waiting']}/change/",
    ):
        yield path, content["reviewing"]


@contextmanager
def a_browser() -> Iterator[Browser]:
    path = chromium.find() or chromium.playwrights(Path(sys.executable))
    if path is None:
        raise NotMeasured("a Chromium is missing, which counts what pages load: make setup-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def visited(browser: Browser, port: int, path: str, session: str, *, explore: bool = False) -> int:
    """The bytes that came over the wire, headers included, in a window that has seen nothing yet."""
    address = f"http://127.0.0.1:{port}"
    window = browser.new_context(viewport={"width": 1280, "height": 900})
    if session:
        window.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = window.new_page()
    bytes_in = [0]
    wire = window.new_cdp_session(page)
    wire.on("Network.loadingFinished", lambda event: bytes_in.append(int(event["encodedDataLength"])))
    wire.send("Network.enable")
    response = page.goto(f"{address}{path}", wait_until="networkidle")
    if response is None or response.status != 200 or page.url != f"{address}{path}":
        raise NotMeasured(f"{path} answered {response.status if response else 'nothing'} at {page.url}")
    if explore:
        open_chart(page)
    window.close()
    return sum(bytes_in)


def open_chart(page: Page) -> None:
    page.locator("[data-explore-button]").click()
    page.locator(".radar-plot .main-svg").first.wait_for()
    page.wait_for_load_state("networkidle")


def kilobytes(size: float) -> str:
    return f"{size / 1000:.0f} kB"


def shortened(path: str) -> str:
    """An address without the ids that change from run to run."""
    return "/".join("…" if len(part) == 36 else part for part in path.split("/"))
