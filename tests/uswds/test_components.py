"""The question card and its neighbours: what the server reads from them, and what assistive technology reads."""

from dataclasses import replace
from typing import Any

import pytest
from django.template.loader import render_to_string

from assessments.cards import Card, Option, Side
from assessments.datatypes import EvidenceLink
from tests.uswds.markup import Element, parse

HOSTILE = "\"'><script>alert(1)</script></textarea>"
NAMES = ["Initial / Ad Hoc", "Repeatable", "Defined", "Managed", "Optimized"]


def options(choice: str = "") -> tuple[Option, ...]:
    levels = [Option(str(n), n, name, f"Seen at {n}.", choice == str(n)) for n, name in enumerate(NAMES, 1)]
    others = [("unknown", "Don't know"), ("not_applicable", "Not applicable")]
    return (*levels, *(Option(value, None, name, "", choice == value) for value, name in others))


CARD = Card(
    code="secops-2",
    number=2,
    text="Is mean time to detection (MTTD) near real-time?",
    options=options(),
    reason="",
    rationale="",
    evidence=(EvidenceLink("", ""), EvidenceLink("", "")),
    evidence_hint="The incident log.",
    version=3,
    rendered="abc",
    status="Not answered yet",
    locked=False,
    answered=False,
)


def shown(**changes: Any) -> Element:
    page = parse(render_to_string("components/question_card.html", {"card": replace(CARD, **changes)}))
    assert not [element for element in page.walk() if "style" in element.attrs]
    for element in page.walk():
        page.description_of(element)
    return page


def sent(page: Element) -> dict[str, list[str]]:
    """What a browser would post."""
    fields: dict[str, list[str]] = {}
    for control in page.all("input") + page.all("textarea"):
        if control.get("type") != "radio" or "checked" in control.attrs:
            value = control.raw.removeprefix("\n") if control.tag == "textarea" else control.get("value") or ""
            fields.setdefault(control["name"] or "", []).append(value)
    return fields


class TestCardToAnswer:
    def test_it_posts_back_what_it_was_given(self) -> None:
        page = shown(
            options=options("2"), reason="r", rationale="\nwhy", evidence=(EvidenceLink("Log", "https://example.gov"),)
        )
        assert sent(page) == {
            "secops-2-version": ["3"],
            "secops-2-rendered": ["abc"],
            "secops-2-choice": ["2"],
            "secops-2-reason": ["r"],
            "secops-2-rationale": ["\nwhy"],
            "secops-2-evidence-title": ["Log"],
            "secops-2-evidence-url": ["https://example.gov"],
        }

    def test_nothing_is_chosen_beforehand(self) -> None:
        assert "secops-2-choice" not in sent(shown())

    def test_the_question_is_the_legend_of_its_answers(self) -> None:
        group = shown().all("fieldset")[0]
        assert group.one("legend").one("h2").text == CARD.text
        assert [radio["value"] for radio in group.all("input", type="radio")] == [
            "1", "2", "3", "4", "5", "unknown", "not_applicable"
        ]  # fmt: skip

    def test_a_tile_is_named_by_level_name_and_anchor(self) -> None:
        page = shown()
        assert page.label_of(page.by_id("secops-2-choice-3")) == "Level 3 Defined Seen at 3."

    def test_every_input_has_a_name(self) -> None:
        page = shown()
        controls = [control for control in page.all("input") if control["type"] != "hidden"] + page.all("textarea")
        names = [page.label_of(control) for control in controls]
        assert all(names)
        assert len(set(names)) == len(names)

    def test_notes_are_shut_until_there_is_something_to_say(self) -> None:
        assert "open" not in shown().one("details").attrs

    @pytest.mark.parametrize("changes", [
        {"options": options("unknown")},
        {"rationale": "why"},
        {"evidence": (EvidenceLink("", "https://example.gov"),)},
        {"errors": {"evidence": ["No address."]}},
        {"options": options("1"), "rationale": "why", "errors": {"rationale": ["Too long."]}},
    ])  # fmt: skip
    def test_notes_are_open_where_chosen_filled_or_wrong(self, changes: dict[str, Any]) -> None:
        assert "open" in shown(**changes).one("details").attrs

    def test_the_status_says_its_state(self) -> None:
        assert shown().one(css="save-status")["data-state"] == "empty"
        status = shown(answered=True, status="Saved").one(css="save-status")
        assert (status["data-state"], status.text) == ("saved", "Saved")

    @pytest.mark.parametrize(("field", "ident"), [("reason", "secops-2-reason"), ("rationale", "secops-2-rationale")])
    def test_an_error_describes_its_field(self, field: str, ident: str) -> None:
        page = shown(errors={field: ["Say more."]})
        control = page.by_id(ident)
        assert page.description_of(control).endswith("Error: Say more.")
        assert control["aria-invalid"] == "true"

    def test_errors_of_a_group_describe_the_group(self) -> None:
        page = shown(errors={"choice": ["Choose."], "evidence": ["No address."]})
        answers, evidence = page.all("fieldset")
        assert page.description_of(answers) == "Error: Choose."
        assert page.description_of(evidence) == "The incident log. Error: No address."

    def test_hostile_text_stays_text(self) -> None:
        link = EvidenceLink(HOSTILE, HOSTILE)
        page = shown(
            text=HOSTILE, reason=HOSTILE, rationale=HOSTILE, evidence=(link,), status=HOSTILE, evidence_hint=HOSTILE
        )
        assert page.all("script") == []
        assert sent(page)["secops-2-rationale"] == [HOSTILE]
        assert sent(page)["secops-2-evidence-title"] == [HOSTILE]


class TestCardInConflict:
    def conflict(self) -> Element:
        link = (EvidenceLink("Log", "https://example.gov"),)
        theirs = Side("Level 2, Repeatable", "", "By hand.", link, "Dana Ruiz", "November 23, 2026, 3:05 p.m.")
        yours = Side("Level 3, Defined", "", HOSTILE, ())
        return shown(
            conflict={"theirs": theirs, "yours": yours},
            conflict_sentence="Dana Ruiz changed this answer while you were writing.",
            options=options("3"),
            rationale=HOSTILE,
        )

    def test_both_texts_stand_side_by_side(self) -> None:
        theirs, yours = self.conflict().all(css="conflict__side")
        assert "Saved November 23, 2026, 3:05 p.m. by Dana Ruiz" in theirs.text
        assert "By hand." in theirs.text
        assert "Log" in theirs.text
        assert HOSTILE in yours.text

    def test_either_can_be_kept_without_a_script(self) -> None:
        buttons = self.conflict().all("button", name="secops-2-keep")
        assert [(button["type"], button["value"]) for button in buttons] == [("submit", "theirs"), ("submit", "yours")]

    def test_the_fields_hold_ones_own_text(self) -> None:
        assert sent(self.conflict())["secops-2-rationale"] == [HOSTILE]

    def test_it_has_a_name_and_can_take_focus(self) -> None:
        page = self.conflict()
        group = page.one(role="group")
        assert page.by_id(group["aria-labelledby"] or "").text.startswith("Dana Ruiz changed this answer")
        assert group["tabindex"] == "-1"


class TestCardToRead:
    def test_it_has_nothing_to_type_into(self) -> None:
        page = shown(
            locked=True,
            options=options("4"),
            rationale="Monthly.",
            evidence=(EvidenceLink("Log", "https://example.gov"),),
        )
        assert page.all("input") == page.all("textarea") == page.all("button") == []
        assert "Level 4 Managed" in page.text
        assert "Seen at 4." in page.text
        assert page.one("a")["href"] == "https://example.gov"

    def test_it_says_when_there_is_no_answer(self) -> None:
        assert "Not answered" in shown(locked=True, evidence=()).text


def component(template: str, /, **context: Any) -> Element:
    return parse(render_to_string(f"components/{template}.html", context))


def test_a_level_stands_in_words_too() -> None:
    assert component("level_badge", number=3, name="Defined").text == "Level 3 Defined"
    assert component("level_badge", number=3, name="Defined", provisional=True).text.endswith("(provisional)")
    assert component("level_badge", number=None).text == "– Not rated"


def test_progress_is_text_and_a_named_bar() -> None:
    page = component("progress", answered=4, total=6, label="DataOps")
    bar = page.one("progress")
    assert page.one("span").text == "4 of 6 answered"
    assert (bar["value"], bar["max"], bar["aria-label"]) == ("4", "6", "DataOps: 4 of 6 answered")


def test_the_areas_say_where_one_is_and_what_is_left() -> None:
    areas = [
        {"name": "SecOps", "href": "/a", "answered": 4, "questions": 4, "current": True, "complete": True},
        {"name": "DevOps", "href": "/b", "answered": 1, "questions": 4, "current": False, "complete": False},
    ]
    here, other = component("area_nav", areas=areas).all("a")
    assert here["aria-current"] == "page"
    assert "complete, " in here.text
    assert "aria-current" not in other.attrs
    assert "1 of 4 answered" in other.text


def test_the_error_summary_links_to_fields() -> None:
    errors = [
        {"text": "Question 2: choose a level.", "href": "#secops-2-choice-1"},
        {"text": "One <b> more.", "href": ""},
    ]
    page = component("error_summary", errors=errors)
    assert page.one("h2").text == "There is a problem"
    assert [link["href"] for link in page.all("a")] == ["#secops-2-choice-1"]
    assert "One <b> more." in page.text


def test_an_alert_of_any_kind_of_message() -> None:
    assert "usa-alert--info" in component("alert", kind="debug", body="x").one("div", css="usa-alert").classes
    assert "usa-alert--error" in component("alert", kind="error", body="x").one("div", css="usa-alert").classes


@pytest.mark.parametrize("page", ["500", "503"])
def test_pages_for_when_all_is_broken_need_nothing(page: str) -> None:
    """No person, database, static file or context: the template is all there is."""
    made = parse(render_to_string(f"{page}.html"))
    assert made.one("html")["lang"] == "en"
    assert made.one("title").text
    assert made.one("h1").text
    assert made.all("link") == made.all("script") == made.all("img") == made.all("style") == []
