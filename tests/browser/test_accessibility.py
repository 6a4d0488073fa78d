"""Every page in every state: axe-core, headings, titles, widths, enlarged text, targets; charts beside their tables.

A test walks through the pages of one role and reports all that it finds at its end. It runs on SQLite alone: what a
page looks like doesn't depend on the database, other tests ask every view on PostgreSQL, and looking at each page at
three widths takes a minute.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings

from aicmm.pdf import PdfUnavailable
from assessments import actions, paper_store, reports
from assessments.models import Assessment, ExportJob, ExportState, Invitation, PaperKind, User
from rubric.copying import copy_as_draft
from rubric.models import Area, Rubric
from tests.assessments import forging
from tests.browser.conftest import Cast, card, choose, fill_in_sign_in, write
from tests.browsing import AXE_TAGS, Problems, Visit, axe, check_accessibility, of_the_browser, sign_in
from tests.factories import (
    answer_all,
    make_accepted,
    make_administrator,
    make_assessment,
    make_cycle,
    make_invitation,
    make_peers,
    make_reviewer,
    make_share_link,
    make_submitted,
    make_user,
)
from tests.rubric.factories import make_rubric

pytestmark = of_the_browser

WIDE, PHONE, NARROW = 1280, 390, 320
OURS = ".review, .area-level-filter, .typed-filter, .exports, .export-links, .portfolio"
"""What is ours in the admin; how large other links and buttons are there is Django's affair."""

INLINE = ("empty-table-header", "label", "label-title-only", "select-name")
"""Rules that Django's table of rows beneath a row breaks: its fields are named by the column's heading only."""

AUTOCOMPLETE = ("aria-input-field-name",)
"""The rule that Django's choice by search (Select2) breaks: its box is not tied to the field's label."""
LONG = "Interdepartmental-Hydrometeorological-Forecast-Verification " * 6

MEASURE = """
scope => {
  const roots = [...document.querySelectorAll(scope)];
  const within = selector => roots.flatMap(root => [...root.querySelectorAll(selector)]);
  const seen = element => element.checkVisibility({visibilityProperty: true}) && !element.closest(".usa-sr-only");
  const told = element => `${element.tagName.toLowerCase()} ${element.id || element.className} “${
    (element.innerText || element.value || "").trim().slice(0, 40)}”`;
  const sized = element => {
    const inputs = ["radio", "checkbox"].includes(element.type) ? [element, ...element.labels] : [element];
    const boxes = inputs.map(one => one.getBoundingClientRect());
    return [Math.max(...boxes.map(box => box.width)), Math.max(...boxes.map(box => box.height))];
  };
  // A link in a sentence is as high as its line.
  const inText = element => {
    if (getComputedStyle(element).display !== "inline") return false;
    let block = element;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    return block.innerText.trim().length > element.innerText.trim().length;
  };
  const targets = within("a[href], button, input:not([type=hidden]), select, textarea, summary");
  const small = targets.filter(seen).filter(element => !element.matches("a") || !inText(element))
    .map(element => [told(element), ...sized(element)]).filter(([, width, height]) => width < 23.9 || height < 23.9)
    .map(([name, width, height]) => `${Math.round(width)} × ${Math.round(height)} is too small to hit: ${name}`);
  // What asks for the text of an element comes last: it is slow.
  const cut = within("*")
    .filter(element => !element.matches("input, textarea, select"))
    .filter(element => element.scrollWidth > element.clientWidth + 2 || element.scrollHeight > element.clientHeight + 2)
    .filter(element => !["visible", "auto"].includes(getComputedStyle(element).overflowX))
    .filter(element => seen(element) && element.innerText?.trim())
    .map(element => `cut off: ${told(element)}`);
  const wide = document.documentElement.scrollWidth - innerWidth;
  return [...small, ...cut, ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
}
"""
HEADINGS = """
() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(heading => heading.checkVisibility())
  .map(heading => [Number(heading.tagName[1]), heading.innerText.trim()])
"""
FORGEABLE = """
() => [...document.forms].filter(form => form.method === "post" && !form.elements.csrfmiddlewaretoken)
  .map(form => `a form is refused, since it has no CSRF token: ${form.className}`)
"""
OPEN_FOLDS = "() => document.querySelectorAll('main details').forEach(details => { details.open = true })"
VIOLATIONS = """
([tags, known]) => axe
  .run(document, {
    runOnly: tags,
    resultTypes: ["violations"],
    rules: Object.fromEntries(known.map(rule => [rule, {enabled: false}])),
  })
  .then(({violations}) => violations.flatMap(({id, nodes}) => nodes.map(node => [id, node.failureSummary, node.html])))
"""
ENLARGE = "size => { document.documentElement.style.fontSize = size }"


@dataclass
class Inspection:
    """Looks at pages as they stand, and keeps what is wrong with them."""

    page: Page
    problems: Problems
    found: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)

    def look(self, name: str, *, wrong: bool = False, scope: str = "body", known: tuple[str, ...] = ()) -> None:
        """`wrong` where the page says what is wrong. Only what is in `scope` has to be wide enough to be hit."""
        self.page.wait_for_load_state()
        self.page.evaluate(OPEN_FOLDS)
        complaints = [*self._violations(known), *self._headings(), *self._title(wrong), *self._measures(scope)]
        complaints += self.page.evaluate(FORGEABLE)
        self.found += [f"{name}: {complaint}" for complaint in complaints]

    def _violations(self, known: tuple[str, ...]) -> Iterator[str]:
        before = len(self.problems.seen)
        for rule, summary, node in self.page.evaluate(VIOLATIONS, [AXE_TAGS, known]):
            yield f"{rule}: {node} ({' '.join(summary.split())})"
        # On forms of the admin axe-core itself sets styles, which the policy refuses.
        seen = self.problems.seen
        seen[before:] = [text for text in seen[before:] if not text.startswith("Applying inline style")]

    def _measures(self, scope: str) -> Iterator[str]:
        """What is lost in a wide and a very narrow window, and with text at twice its size."""
        for width, size in ((WIDE, "100%"), (WIDE, "200%"), (NARROW, "100%")):
            self._set_size(width, size)
            for what in self._measure(scope):
                yield f"at {width} pixels, text at {size}: {what}"
        self._set_size(WIDE, "100%")

    def _set_size(self, width: int, size: str) -> None:
        if self.page.viewport_size != {"width": width, "height": 900}:
            self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate(ENLARGE, size)

    def _measure(self, scope: str) -> list[str]:
        """Twice, if there is something: the interactive radar takes a moment to fit into a new width."""
        found: list[str] = self.page.evaluate(MEASURE, scope)
        if found:
            self.page.wait_for_timeout(300)
            found = self.page.evaluate(MEASURE, scope)
        return found

    def _headings(self) -> Iterator[str]:
        headings = self.page.evaluate(HEADINGS)
        firsts = [text for level, text in headings if level == 1]
        if len(firsts) != 1:
            yield f"{len(firsts)} first headings: {firsts}"
        for (above, _), (level, text) in pairwise(headings):
            if level > above + 1:
                yield f"heading “{text}” skips from level {above} to {level}"

    def _title(self, wrong: bool) -> Iterator[str]:
        title, path = self.page.title(), urlsplit(self.page.url).path
        path = re.sub(r"^/invitations/[^/]+/$", "/invitations/…/", path)
        if title.startswith("Error: ") is not wrong:
            yield f"the title is “{title}”"
        if self.titles.setdefault(title, path) != path:
            yield f"“{title}” is the title of {self.titles[title]} also"

    def visit(self, name: str, address: str, **options: Any) -> None:
        self.page.goto(address)
        self.look(name, **options)

    def report(self) -> None:
        assert not self.found, f"{len(self.found)} things:\n" + "\n".join(self.found)


@pytest.fixture
def inspect(visit: Visit, problems: Problems) -> Callable[[str | None], Inspection]:
    def open_window(email: str | None = None) -> Inspection:
        page = visit(email)
        page.set_default_timeout(10_000)
        page.context.add_init_script(axe())
        return Inspection(page, problems)

    return open_window


Inspect = Callable[..., Inspection]


def test_pages_for_everyone(inspect: Inspect, cast: Cast, problems: Problems) -> None:
    problems.expect("status of (404|422)")
    open_one = make_invitation(organization=cast.organization, by=cast.lead, email="new@rivers.example")
    old = make_invitation(
        organization=cast.organization, by=cast.lead, email="old@rivers.example", expires_at=timezone.now()
    )
    key = f"{user_pk_to_url_str(cast.lead)}-{default_token_generator.make_token(cast.lead)}"
    pages = inspect()
    page = pages.page
    pages.visit("home", "/")
    pages.visit("the table", "/model/")
    pages.visit("an area of the model", "/model/secops/")
    pages.visit("how scoring works", "/how-scoring-works/")
    copy_as_draft(Rubric.objects.get(code="ai-cmm"), version="2026-11").publish()
    pages.visit("the table of an earlier version", "/model/?version=2021-05")
    pages.visit("an area of an earlier version", "/model/secops/?version=2021-05")
    pages.visit("sign-in", "/accounts/login/")
    fill_in_sign_in(page, "nobody@rivers.example")
    pages.look("sign-in, refused", wrong=True)
    pages.visit("password reset", "/accounts/password/reset/")
    page.get_by_role("button", name="Send the link").click()
    pages.look("password reset without an address", wrong=True)
    page.get_by_label("E-mail address").fill("lead@rivers.example")
    page.get_by_role("button", name="Send the link").click()
    pages.look("password reset, sent")
    pages.visit("a new password", f"/accounts/password/reset/key/{key}/")
    page.get_by_label("New Password", exact=False).first.fill("short")
    page.get_by_role("button", name="Change the password").click()
    pages.look("a new password that is refused", wrong=True)
    pages.visit("an old link for a new password", "/accounts/password/reset/key/1-abc-def/")
    pages.visit("sign-up", "/accounts/signup/")
    pages.visit("joining as a new person", f"/invitations/{open_one.token}/")
    page.get_by_label("Your name").fill("Nina New")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Join").click()
    pages.look("joining with a short password", wrong=True)
    pages.visit("an invitation that has expired", f"/invitations/{old.token}/")
    pages.visit("nothing there", "/nothing/")
    pages.report()


@dataclass(frozen=True)
class Shelf:
    """An organization's assessments, one in each state."""

    empty: Assessment
    half: Assessment
    ready: Assessment
    submitted: Assessment
    returned: Assessment
    accepted: Assessment
    earlier: Assessment

    def address(self, state: str, page: str = "") -> str:
        return f"/assessments/{getattr(self, state).pk}/{page}"


NOT_RATED = {f"cloudops-{number}": "not_applicable" for number in range(1, 5)}
MIXED = {"peopleops-1": "unknown", "peopleops-2": 5, "secops-1": 1, "dataops-1": "not_applicable", "mlops-1": 5}


@pytest.fixture
def shelf(cast: Cast) -> Shelf:
    """Long names, and typed text without a place to break, as people paste it."""
    last_cycle = make_cycle(name="FY2026 Q4", starts_on=cast.cycle.starts_on - timedelta(days=90))
    same = {"organization": cast.organization, "cycle": cast.cycle, "by": cast.lead}
    notes: dict[str, Any] = {
        "rationale": "A line.\n" + "x" * 300,
        "evidence": [("A plan " + "y" * 100, "https://example.gov/" + "z" * 200)],
    }
    before = make_accepted(**same | {"cycle": last_cycle}, team="Accepted Team", level=2, choices=MIXED)
    half = make_assessment(**same, team="Half Team")
    for code, level in (("peopleops-1", "3"), ("peopleops-2", "unknown"), ("secops-1", "5"), ("mlops-1", "2")):
        entry = actions.AnswerEntry(level, rationale="Because.")
        actions.save_answer(assessment=half, code=code, entry=entry, seen_version=0, by=cast.contributor)
    return Shelf(
        empty=make_assessment(**same, team=LONG[:100]),
        half=half,
        ready=answer_all(make_assessment(**same, team="Ready Team"), choices=MIXED, **notes),
        submitted=make_submitted(**same, team="Submitted Team", choices=MIXED | NOT_RATED, **notes),
        returned=_returned(make_submitted(**same, team="Returned Team")),
        accepted=make_accepted(**same, team="Accepted Team", choices=MIXED, comment="Well done."),
        earlier=before,
    )


def _returned(submitted: Assessment, by: User | None = None) -> Assessment:
    asks = {"cloudops-1": actions.CommentEntry("v" * 300, wants_evidence=True), "mlops-1": actions.CommentEntry("Why?")}
    entry = actions.ReviewEntry("Say more.\n" + "w" * 300, comments=asks)
    actions.return_(assessment=submitted, by=by or make_reviewer(), entry=entry)
    return submitted


def test_pages_of_a_lead(inspect: Inspect, cast: Cast, shelf: Shelf, problems: Problems) -> None:
    problems.expect("status of (409|422)")
    make_invitation(organization=cast.organization, by=cast.lead, email=f"{'n' * 60}@rivers.example")
    pages = inspect(cast.lead.email)
    page = pages.page
    pages.visit("home", "/")
    pages.visit("list", "/assessments/")
    pages.visit("new", "/assessments/new/")
    page.get_by_role("button", name="Start the assessment").click()
    pages.look("new, without a team", wrong=True)
    for state in ("empty", "half", "ready", "submitted", "returned", "accepted", "earlier"):
        pages.visit(f"overview, {state}", shelf.address(state))
    pages.visit("rename", shelf.address("half", "rename/"))
    page.get_by_label("Team").fill("Ready")
    page.get_by_role("button", name="Change the name").click()
    pages.look("rename, a similar name", wrong=True)
    pages.visit("delete a draft", shelf.address("half", "delete/"))
    pages.visit("submit, open questions", shelf.address("half", "submit/"))
    pages.visit("submit, ready", shelf.address("ready", "submit/"))
    meanwhile(shelf.ready, "mlops-2", seen=1, by=cast.contributor)
    page.get_by_role("button", name="Seal and submit").click()
    pages.look("submit, an answer changed meanwhile", wrong=True)
    pages.visit("submit, returned and unchanged", shelf.address("returned", "submit/"))
    page.get_by_role("button", name="Seal and submit").click()
    pages.look("submit, returned and unchanged, without a tick", wrong=True)
    pages.visit("people", "/organizations/rivers/people/")
    page.get_by_role("link", name="Remove Vera Viewer").click()
    pages.look("people, removing someone")
    pages.visit("people", "/organizations/rivers/people/")
    page.get_by_role("button", name="Invite").click()
    pages.look("people, invitation without an address", wrong=True)
    page.get_by_label("Role of Lena Lead").select_option("viewer")
    page.get_by_role("button", name="Change the role of Lena Lead").click()
    expect(page.get_by_text("is the only lead")).to_be_visible()
    pages.look("people, a role that can't be")
    page.get_by_label("E-mail address").fill("guest@rivers.example")
    page.get_by_role("button", name="Invite").click()
    pages.look("people, invited")
    pages.visit("password change", "/accounts/password/change/")
    pages.visit("signing out", "/accounts/logout/")
    pages.report()


def test_results_in_every_state(
    inspect: Inspect, cast: Cast, shelf: Shelf, problems: Problems, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems.expect("status of 503")
    pages = inspect(cast.lead.email)
    pages.visit("nothing answered", shelf.address("empty", "results/"))
    pages.visit("a draft, with bands", shelf.address("half", "results/"))
    pages.visit("sealed, an area not rated", shelf.address("submitted", "results/"))
    pages.visit("returned", shelf.address("returned", "results/"))
    pages.visit("with a history", shelf.address("accepted", "results/"))
    pages.page.get_by_role("button", name="Explore the radar").click()
    expect(pages.page.locator(".radar-plot .main-svg").first).to_be_visible()
    pages.look("the interactive radar")
    make_peers(cycle=shelf.earlier.cycle, count=9)
    pages.visit("where you stand", shelf.address("earlier", "peers/"))
    pages.visit("where you stand, by size, which nobody has said", shelf.address("earlier", "peers/?cohort=size"))
    pages.visit("where you stand, before the due date", shelf.address("submitted", "peers/"))
    pages.visit("where you stand, a draft", shelf.address("empty", "peers/"))

    def unavailable(*_: Any) -> bytes:
        raise PdfUnavailable("This server can't make PDFs at the moment.")

    monkeypatch.setattr(reports, "scorecard_pdf", unavailable)
    pages.visit("no PDF", shelf.address("accepted", "scorecard.pdf"))
    pages.report()


def test_results_beside_one_another(inspect: Inspect, cast: Cast, shelf: Shelf, problems: Problems) -> None:
    problems.expect("status of 422")
    long = make_cycle(
        name="Assessment of the second half of a year", starts_on=timezone.localdate() - timedelta(days=200)
    )
    notes: dict[str, Any] = {
        "rationale": "x" * 300,
        "evidence": [("A plan " + "y" * 100, "https://example.gov/" + "z" * 200)],
    }
    first = make_accepted(organization=cast.organization, cycle=long, by=cast.lead, team="Accepted Team", level=1)
    wide = make_submitted(organization=cast.organization, cycle=cast.cycle, by=cast.lead, team="W" * 100, **notes)
    make_peers(cycle=shelf.earlier.cycle, count=9)
    chosen = "&".join(f"with={one.pk}" for one in (first, shelf.earlier, shelf.accepted, wide, shelf.submitted))
    compare, trend = "/organizations/rivers/compare/", "/organizations/rivers/trend/"
    pages = inspect(cast.lead.email)
    pages.visit("compare, nothing chosen", compare)
    pages.visit("compare, one chosen", f"{compare}?with={first.pk}", wrong=True)
    pages.visit("compare, two cycles", f"{compare}?with={first.pk}&with={shelf.accepted.pk}")
    pages.visit("compare, with medians", f"{compare}?with={shelf.earlier.pk}&peers=all&peers=size")
    pages.visit("compare, five", f"{compare}?{chosen}")
    pages.page.get_by_role("button", name="Explore the radar").click()
    expect(pages.page.locator(".radar-plot .main-svg").first).to_be_visible()
    pages.look("compare, five, explored")
    pages.visit("trend, all teams", f"{trend}?team=")
    pages.visit("trend, one team", f"{trend}?team=Accepted+Team")
    sign_in(pages.page, cast.reviewer.email)
    pages.visit("compare, for a reviewer", f"{compare}?{chosen}")
    pages.report()


def test_area_pages_in_every_state(inspect: Inspect, cast: Cast, shelf: Shelf, problems: Problems) -> None:
    problems.expect("status of (409|422)")
    pages = inspect(cast.contributor.email)
    page = pages.page
    pages.visit("empty", shelf.address("empty", "cloudops/"))
    pages.visit("answered", shelf.address("ready", "dataops/"))
    pages.visit("asked about", shelf.address("returned", "cloudops/"))
    pages.visit("locked", shelf.address("submitted", "cloudops/"))
    pages.visit("accepted", shelf.address("accepted", "peopleops/"))
    pages.visit("accepted a cycle before", shelf.address("earlier", "peopleops/"))
    page.goto(shelf.address("half", "secops/"))
    choose(page, "secops-2", 4)
    expect(card(page, "secops-2").locator("[data-save-status]")).to_contain_text("Saved")
    choose(page, "secops-3", "not_applicable")
    write(page, "secops-4", evidence=[("A log", "https://no")])
    meanwhile(shelf.half, "secops-1", seen=1, by=cast.lead)
    write(page, "secops-1", rationale="Carl's words.")
    expect(page.get_by_role("group", name="Lena Lead changed this answer")).to_be_visible()
    pages.look("saved, incomplete, wrong and in conflict, by the script")
    pages.report()


def test_area_pages_that_come_back(inspect: Inspect, cast: Cast, shelf: Shelf, problems: Problems) -> None:
    """As the server sends them to a browser without a script, which axe-core itself could not run in."""
    problems.expect("status of (401|409|422)")
    pages = inspect(cast.contributor.email)
    page = pages.page
    page.route("**/app.js", no_script)
    page.goto(shelf.address("half", "devops/"))
    choose(page, "devops-1", "not_applicable")
    write(page, "devops-2", rationale="x\n" * 101, evidence=[("A log", "log.txt")])
    page.get_by_role("button", name="Save and stay here").click()
    pages.look("errors", wrong=True)
    page.goto(shelf.address("half", "secops/"))
    write(page, "secops-1", rationale="Carl's words.")
    meanwhile(shelf.half, "secops-1", seen=1, by=cast.lead)
    page.get_by_role("button", name="Save and stay here").click()
    expect(page.get_by_role("group", name="Lena Lead changed this answer")).to_be_visible()
    pages.look("conflict", wrong=True)
    page.goto(shelf.address("ready", "secops/"))
    choose(page, "secops-1", 2)
    actions.submit(assessment=shelf.ready, by=cast.lead)
    page.get_by_role("button", name="Save and stay here").click()
    pages.look("submitted in the meantime", wrong=True)
    page.goto(shelf.address("half", "mlops/"))
    write(page, "mlops-1", rationale="x" * 300, evidence=[("A log", "https://example.gov/" + "z" * 200)])
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save and stay here").click()
    pages.look("signed out in the meantime", wrong=True)
    pages.report()


def no_script(route: Route) -> None:
    route.fulfill(body="", content_type="text/javascript")


def meanwhile(assessment: Assessment, code: str, *, seen: int, by: User) -> None:
    entry = actions.AnswerEntry("not_applicable", reason="Lena's reason.", rationale="Lena's words.")
    actions.save_answer(assessment=assessment, code=code, entry=entry, seen_version=seen, by=by)


def test_pages_of_those_who_read(inspect: Inspect, cast: Cast, shelf: Shelf, problems: Problems) -> None:
    problems.expect("status of (403|404)")
    pages = inspect(cast.viewer.email)
    pages.visit("home", "/")
    pages.visit("list", "/assessments/")
    pages.visit("overview", shelf.address("ready"))
    pages.visit("area", shelf.address("half", "secops/"))
    pages.visit("people", "/organizations/rivers/people/")
    pages.visit("where the teams stand", "/organizations/rivers/")
    pages.visit("a summary for an e-mail", shelf.address("accepted", "summary/"))
    pages.visit("a summary of a draft", shelf.address("half", "summary/"))
    pages.visit("not a viewer's to do", "/assessments/new/")
    pages.visit("nothing there", "/assessments/nothing/")
    pages.report()


def test_pages_with_nothing_on_them_yet(inspect: Inspect, cast: Cast) -> None:
    guest = make_user(email="guest@hills.example", name="Gina Guest")
    invitation = make_invitation(organization=cast.organization, by=cast.lead, email=guest.email)
    pages = inspect(guest.email)
    pages.visit("home, no organization", "/")
    pages.visit("list, no organization", "/assessments/")
    pages.visit("an invitation", f"/invitations/{invitation.token}/")
    pages.visit("an invitation for another", f"/invitations/{for_another(cast).token}/")
    sign_in(pages.page, cast.viewer.email)
    pages.visit("home of a viewer", "/")
    pages.visit("list of a viewer", "/assessments/")
    pages.visit("where the teams stand, nobody has submitted", "/organizations/rivers/")
    sign_in(pages.page, cast.lead.email)
    pages.visit("home of a lead", "/")
    pages.visit("compare, before anything is submitted", "/organizations/rivers/compare/")
    pages.visit("trend, before anything is submitted", "/organizations/rivers/trend/")
    pages.visit("list of a lead", "/assessments/")
    sign_in(pages.page, cast.reviewer.email)
    pages.visit("home of a reviewer", "/")
    pages.visit("list of a reviewer", "/assessments/")
    pages.report()


def for_another(cast: Cast) -> Invitation:
    return make_invitation(organization=cast.organization, by=cast.lead, email="another@rivers.example")


def test_pages_of_a_reviewer(inspect: Inspect, cast: Cast, shelf: Shelf, problems: Problems) -> None:
    problems.expect("status of (404|422)")
    review = "/admin/assessments/assessment/"
    pages = inspect(cast.reviewer.email)
    page = pages.page
    pages.visit("home", "/")
    pages.visit("list", "/assessments/")
    pages.visit("result", shelf.address("submitted", "results/"))
    pages.visit("area", shelf.address("submitted", "cloudops/"))
    pages.visit("where the teams of an organization stand", "/organizations/rivers/")
    pages.visit("admin", "/admin/", scope=OURS)
    pages.visit("all submissions", review, scope=OURS)
    pages.visit("portfolio", "/admin/portfolio/", scope=OURS)
    pages.visit("portfolio, validated", "/admin/portfolio/?basis=validated", scope=OURS)
    page.get_by_role("button", name="Explore the map").click()
    expect(page.locator(".radar-plot svg.main-svg").first).to_be_visible()
    pages.look("portfolio, explored", scope=OURS)
    pages.visit("submissions behind a figure", f"{review}?counted=claimed.gap.secops.0", scope=OURS)
    pages.visit("the queue", f"{review}?queue=waiting&level_mlops=3", scope=OURS)
    pages.visit("review, submitted", f"{review}{shelf.submitted.pk}/change/", scope=OURS)
    page.get_by_role("button", name="Return to the team").click()
    pages.look("review, returned without a comment", wrong=True, scope=OURS)
    page.get_by_label("Comment to the team").fill("As typed here.")
    saved = actions.ReviewEntry("As saved in another window.", {"dataops": actions.AreaEntry(2, "No owner is named.")})
    actions.save_review(assessment=shelf.submitted, by=cast.reviewer, entry=saved)
    page.get_by_role("button", name="Save and decide later").click()
    expect(page.get_by_role("cell", name="As saved in another window.")).to_be_visible()
    pages.look("review, changed in another window", wrong=True, scope=OURS)
    actions.submit(assessment=_returned(shelf.submitted, cast.reviewer), by=cast.lead)
    pages.visit("review, submitted again", f"{review}{shelf.submitted.pk}/change/", scope=OURS)
    pages.visit("review, accepted", f"{review}{shelf.accepted.pk}/change/", scope=OURS)
    pages.visit("history", f"{review}{shelf.accepted.pk}/history/", scope=OURS)
    pages.visit("exports, none", "/admin/exports/", scope=OURS)
    make_exports(cast.reviewer)
    pages.visit("exports in every state", "/admin/exports/", scope=OURS)
    pages.report()


def make_exports(reviewer: User) -> None:
    """One that waits, one that is being made, one whose process ended, one that failed, one that is ready."""
    asked: dict[str, Any] = {"requested_by": reviewer, "assessments": [], "total": 12}
    long_ago = timezone.now() - timedelta(hours=1)
    ExportJob.objects.create(**asked)
    ExportJob.objects.create(**asked, state=ExportState.RUNNING, done=5)
    ExportJob.objects.create(**asked, state=ExportState.RUNNING, done=5, seen_alive_at=long_ago)
    ExportJob.objects.create(**asked, state=ExportState.FAILED, error="This server can't make PDFs at the moment.")
    ExportJob.objects.create(**asked, state=ExportState.DONE, done=12, missing=1, file="exports/none.zip")


def test_pages_of_an_administrator(inspect: Inspect, cast: Cast, shelf: Shelf, problems: Problems) -> None:
    problems.expect("status of (404|422)")
    make_administrator(email="admin@coe.example", name="Adam Admin")
    make_invitation(organization=cast.organization, by=cast.lead)
    draft = make_rubric(code="tiny", version="2")
    area = Area.objects.filter(rubric=draft)[0]
    lists = ["user", "organization", "membership", "cycle", "invitation", "scorecard", "auditevent"]
    pages = inspect("admin@coe.example")
    page = pages.page
    pages.visit("admin", "/admin/", scope=OURS)
    for name in lists:
        pages.visit(f"list of {name}s", f"/admin/assessments/{name}/", scope=OURS)
    pages.visit("audit trail, filtered", "/admin/assessments/auditevent/?person=a&from=2020-01-01", scope=OURS)
    for name in ("user", "organization"):
        pages.visit(f"a new {name}", f"/admin/assessments/{name}/add/", scope=OURS, known=INLINE)
    pages.visit("a new membership", "/admin/assessments/membership/add/", scope=OURS, known=AUTOCOMPLETE)
    pages.visit("people, for an administrator", "/organizations/rivers/people/")
    pages.visit("a new cycle", "/admin/assessments/cycle/add/", scope=OURS)
    page.get_by_role("button", name="Save", exact=True).click()
    pages.look("a new cycle, with nothing filled in", wrong=True, scope=OURS)
    for row in (cast.lead, cast.organization, shelf.accepted.scorecards.get(), shelf.accepted.events.first()):
        name = row._meta.model_name
        pages.visit(f"one {name}", f"/admin/assessments/{name}/{row.pk}/change/", scope=OURS, known=INLINE)
    pages.visit(
        "deleting an organization", f"/admin/assessments/organization/{cast.organization.pk}/delete/", scope=OURS
    )
    pages.visit("rubrics", "/admin/rubric/rubric/", scope=OURS)
    for name, row in (("published", Rubric.objects.get(code="ai-cmm")), ("draft", draft)):
        pages.visit(f"a {name} rubric", f"/admin/rubric/rubric/{row.pk}/change/", scope=OURS, known=INLINE)
    pages.visit("an area", f"/admin/rubric/area/{area.pk}/change/", scope=OURS, known=INLINE)
    question = area.questions.all()[0]
    pages.visit("a question", f"/admin/rubric/question/{question.pk}/change/", scope=OURS, known=INLINE)
    pages.report()


@pytest.mark.parametrize("name", ["500.html", "503.html", "400.html", "403_csrf.html"])
def test_pages_for_when_something_is_wrong(inspect: Inspect, name: str) -> None:
    pages = inspect()
    pages.page.goto("/")
    pages.page.set_content(render_to_string(name))
    # The two without a stylesheet have a single link, with nothing near it that could be hit instead.
    pages.look(name, scope="header" if name.startswith("50") else "body")
    pages.report()


# ---- Charts and their tables ----

TABLE = """
() => [...document.querySelectorAll(".figures-table tbody tr")].map(row => [...row.children].map(cell =>
  cell.textContent.trim().replace(/\\s+/g, " ")))
"""
DRAWN = "name => [...document.querySelectorAll(`svg.${name} text`)].map(text => text.textContent)"


def levels_in_table(page: Page) -> list[tuple[str, str, str]]:
    """Area, level and, where it could be higher, that level: "MLOps", "Level 2", "4"."""
    rows = []
    for area, level, high, *_ in page.evaluate(TABLE):
        rated = " ".join(level.split()[:2]) if level.startswith("Level") else level.removeprefix("– ").lower()
        rows.append((area, rated, high.split()[1].rstrip(",") if high.startswith("Level") else ""))
    return rows


@pytest.mark.parametrize(
    ("state", "without_level"), [("half", ["not started"] * 4), ("submitted", ["not rated"]), ("accepted", [])]
)
def test_each_chart_says_what_its_table_says(
    visit: Visit, cast: Cast, shelf: Shelf, state: str, without_level: list[str]
) -> None:
    page = visit(cast.lead.email)
    page.goto(shelf.address(state, "results/"))
    told = levels_in_table(page)
    assert len(told) == 7
    assert [level for _, level, _ in told if level.startswith("not")] == without_level
    strip, radar = page.evaluate(DRAWN, "strip"), page.evaluate(DRAWN, "radar")
    for area, level, high in told:
        row = strip.index(area)
        assert strip[row + 1] == (f"{level}, up to {high}" if high else level), area
        assert area in radar
    # A radar starts with the bottom of the stack.
    assert [text for text in radar if text.startswith(("Level", "not "))] == [level for _, level, _ in told][::-1]
    headline = page.locator(".usa-intro").inner_text()
    for picture in ("strip", "radar"):
        image = page.get_by_role("img", name=headline)
        assert headline in page.locator(f"svg.{picture} > title").text_content()
    assert image.count() == 2


def test_each_teams_picture_says_what_the_table_says(visit: Visit, cast: Cast, shelf: Shelf) -> None:
    page = visit(cast.viewer.email)
    page.goto("/organizations/rivers/")
    rows = page.evaluate("""() => [...document.querySelectorAll("table tbody tr")].map(row =>
        [...row.children].map(cell => cell.textContent.trim().split(" (")[0]))""")
    drawn = page.evaluate("""() => [...document.querySelectorAll("svg.strip-small")].map(picture =>
        [...picture.querySelectorAll("text[text-anchor=end]")].map(text => text.textContent))""")
    assert len(rows) == 3
    assert [levels for _, *levels in rows] == drawn
    assert all(page.locator("svg.strip-small > title").all_text_contents())


def test_a_shared_chart_says_what_its_table_says(visit: Visit, cast: Cast, shelf: Shelf) -> None:
    page = visit()
    page.goto(f"/shared/{make_share_link(assessment=shelf.submitted, by=cast.lead).token}/")
    strip = page.evaluate(DRAWN, "strip")
    told = levels_in_table(page)
    assert len(told) == 7
    for area, level, high in told:
        assert strip[strip.index(area) + 1] == (f"{level}, up to {high}" if high else level), area


@pytest.mark.parametrize("banded", [True, False])
def test_a_narrow_window_shows_every_figure_without_scrolling_sideways(visit: Visit, cast: Cast, banded: bool) -> None:
    choices = {"peopleops-1": "unknown"} if banded else {}
    made = make_submitted(organization=cast.organization, cycle=cast.cycle, by=cast.lead, choices=choices)
    page = visit(cast.lead.email, viewport={"width": PHONE, "height": 900})
    page.goto(f"/assessments/{made.pk}/results/")
    for cell in page.locator(".figures-table tbody :is(th, td):visible").all():
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE
    for label in ("Level", "Score", "Answered"):
        expect(page.locator(f".figures-table tbody [data-label='{label}']:visible")).to_have_count(7)
    assert page.locator(".figures-table").evaluate("table => table.scrollWidth <= table.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    columns = page.locator(".figures-table thead th").all_text_contents()
    assert ("Could be up to" in columns, "Score up to" in columns) == (banded, banded)


def test_checking_a_scorecard(inspect: Inspect, shelf: Shelf, settings: Settings, tmp_path: Path) -> None:
    pages = inspect(None)
    pages.visit("asking for a scorecard", "/verify/")
    pages.problems.expect("422", "404")
    pages.visit("no code", "/verify/?code=none", wrong=True)
    pages.visit("an unknown seal", "/verify/0000-0000-0000/")
    settings.PDF_SECONDS = 60
    sheet = forging.sheet_of(shelf.submitted)
    known = forging.printed(sheet)
    scorecard = forging.scorecard_of(shelf.submitted)
    paper_store.issued(paper_store._paper(known), kind=PaperKind.SCORECARD, scorecard=scorecard.pk)
    portfolio = paper_store._paper(b"%PDF of a portfolio")
    organization = shelf.submitted.organization_id
    paper_store.issued(portfolio, kind=PaperKind.PORTFOLIO, organization=organization, as_of=scorecard.sealed_at)
    files = {
        "a PDF that is genuine": known,
        "a portfolio that is genuine": portfolio.content,
        "a PDF saved anew": forging.saved_anew(known),
        "a PDF that was altered": forging.printed(forging.with_other_answers(sheet, level=5)),
        "a PDF that is unknown": forging.printed(forging.sealed_anew(forging.with_other_answers(sheet, level=5))),
        "a file that is no PDF": b"nothing",
    }
    for name, content in files.items():
        file = tmp_path / "file.pdf"
        file.write_bytes(content)
        pages.page.goto("/verify/")
        pages.page.get_by_label("PDF").set_input_files(file)
        pages.page.get_by_role("button", name="Check the PDF").click()
        expect(pages.page.get_by_role("heading", level=1)).to_be_visible()
        pages.look(name, wrong=content == b"nothing")
    pages.report()


def test_what_was_sealed_before(inspect: Inspect, cast: Cast, shelf: Shelf) -> None:
    make_submitted(assessment=shelf.returned)
    pages = inspect(cast.lead.email)
    pages.visit("an earlier submission", shelf.address("returned", "results/?submission=1"))
    pages.visit("overview with submissions", shelf.address("returned"))
    pages.visit("a seal that is replaced", f"/verify/{shelf.returned.scorecards.get(sequence=1).code}/")
    pages.report()


def test_pages_of_sharing(inspect: Inspect, cast: Cast, shelf: Shelf, problems: Problems) -> None:
    problems.expect("status of (404|422)")
    label = LONG[:100]
    shared = make_share_link(
        assessment=shelf.accepted, by=cast.lead, label=label, shows_texts=True, passphrase=LONG[:40]
    )
    figures = make_share_link(assessment=shelf.submitted, by=cast.lead, label=label)
    revoked = make_share_link(assessment=shelf.accepted, by=cast.lead, label="Revoked")
    actions.revoke(link=revoked.link, by=cast.lead)
    guest = inspect()
    guest.visit("shared, the passphrase", f"/shared/{shared.token}/")
    guest.page.get_by_label("Passphrase").fill("wrong")
    guest.page.get_by_role("button", name="Open").click()
    guest.look("shared, a wrong passphrase", wrong=True)
    guest.page.get_by_label("Passphrase").fill(LONG[:40])
    guest.page.get_by_role("button", name="Open").click()
    guest.look("shared, all of it")
    guest.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    guest.look("shared, all of it, unfolded")
    guest.visit("shared, figures only", f"/shared/{figures.token}/")
    guest.visit("shared, revoked", f"/shared/{revoked.token}/")
    guest.report()
    pages = inspect(cast.lead.email)
    pages.visit("share", shelf.address("accepted", "share/"))
    pages.page.get_by_role("button", name="Make the link").click()
    pages.look("share, without a name", wrong=True)
    pages.page.get_by_label("For whom").fill("Auditors")
    pages.page.get_by_role("button", name="Make the link").click()
    pages.look("share, made")
    pages.visit("visits", shelf.address("accepted", f"share/{shared.link.pk}/"))
    pages.visit("revoking a link", shelf.address("accepted", f"share/{shared.link.pk}/revoke/"))
    pages.visit("visits, none", shelf.address("accepted", f"share/{revoked.link.pk}/"))
    pages.report()


def test_a_thumbnail_has_words(visit: Visit, cast: Cast, shelf: Shelf) -> None:
    page = visit(cast.lead.email)
    page.goto("/assessments/")
    drawings = page.locator("svg.strip-thumbnail")
    assert drawings.count() == 7
    assert all(drawings.locator("> title").all_text_contents())


# ---- How people have set their screens ----


def test_forced_colors_keep_what_is_chosen_in_sight(visit: Visit, cast: Cast, shelf: Shelf) -> None:
    page = visit(cast.lead.email, forced_colors="active")
    page.goto(shelf.address("ready", "secops/"))
    chosen, other = (page.locator(f"label[for='secops-1-choice-{level}']") for level in (1, 2))
    line = "element => getComputedStyle(element).outlineStyle"
    assert (chosen.evaluate(line), other.evaluate(line)) == ("solid", "none")
    current, another = (
        page.get_by_role("navigation", name="Areas").get_by_role("link", name=name) for name in ("SecOps", "MLOps")
    )
    assert (current.evaluate(line), another.evaluate(line)) == ("solid", "none")
    edge = "element => getComputedStyle(element).borderTopColor !== getComputedStyle(document.body).backgroundColor"
    assert page.locator(".level-badge").first.evaluate(edge)
    page.goto(shelf.address("half"))
    assert page.get_by_role("progressbar").first.evaluate(edge)
    for address in ("", "results/", "submit/"):
        page.goto(shelf.address("half", address))
        check_accessibility(page)


def test_reduced_motion_moves_nothing(visit: Visit) -> None:
    """A change of style is there at once, also at the bottom of the tree: nothing hands it down frame by frame."""
    page = visit(reduced_motion="reduce")
    page.goto("/")
    grown = page.evaluate("""() => {
        const height = () => document.querySelector("dt a").getBoundingClientRect().height;
        const before = height();
        document.documentElement.style.fontSize = "200%";
        return height() / before;
    }""")
    assert grown == 2
