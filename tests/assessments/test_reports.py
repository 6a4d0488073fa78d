"""The scorecard on paper: what it says, that everyone can read it, and that no text can break it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import override_settings
from django.utils.html import escape
from pytest_django import Settings

from aicmm import pdf
from aicmm.pdf_protocol import Reply
from assessments import reports
from assessments.charts import figures_table
from assessments.datatypes import EvidenceLink, ScoredAssessment
from assessments.narrative import narrative
from assessments.scoring import NOT_APPLICABLE, UNKNOWN

from . import pdf_checks
from .sheets import Value, answers_by_area, full_rubric, make_sheet, small_rubric

RATIONALE = "We moved the three largest feeds to the shared store in March; exceptions are recorded."
EVIDENCE = (
    EvidenceLink("Transfer procedure", "https://intranet.example.gov/transfer.pdf"),
    EvidenceLink("Log of exceptions", "http://records.example.gov/2026?a=1&b=2"),
)
NOW: dict[str, Sequence[Value]] = {
    "peopleops": [3, 2, 3, 3, 2, 3],
    "secops": [2] * 6,
    "devops": [3, 3, 4],
    "dataops": [2, 2, 1, 2],
    "mlops": [4] * 3,
}
BEFORE = {"peopleops": [2] * 6, "secops": [2] * 6, "devops": [4] * 3, "dataops": [2, 2, 1, 2], "mlops": [2] * 3}
SITE = "http://127.0.0.1:8000"
OURS = {f"{SITE}/model/?version=2021-05", f"{SITE}/how-scoring-works/?version=2021-05"}
VERIFY = f"{SITE}/verify/7QK2-M4XD-9RTA/"
HOSTILE = "<b>x</b> {{ 7|add:7 }} {% now %} &amp; \"'><i>"


def complete(**changes: object) -> ScoredAssessment:
    """Sealed, with an earlier cycle; a rationale and evidence at every question."""
    rubric = full_rubric()
    return make_sheet(
        choices=answers_by_area(rubric, {"cloudops": [3] * 4, "aiops": [2] * 3, **NOW}),
        before=answers_by_area(rubric, {"cloudops": [3] * 4, "aiops": [2] * 3, **BEFORE}),
        rationale=RATIONALE,
        evidence=EVIDENCE,
        **changes,  # type: ignore[arg-type]
    )


def draft() -> ScoredAssessment:
    """Unfinished: an area that nobody has begun, one not rated, one with open questions."""
    values: dict[str, Sequence[Value]] = {
        **NOW,
        "cloudops": [],
        "secops": [NOT_APPLICABLE] * 6,
        "dataops": [2, UNKNOWN, None, 2],
    }
    return make_sheet(choices=answers_by_area(full_rubric(), values), sealed=False, reason="We run no systems.")


def longest() -> ScoredAssessment:
    """As much text as the database takes, in every field."""
    return make_sheet(
        rationale="\n".join(["Where does this line end, nobody knows"] * 100),
        reason="because " * 125,
        evidence=[EvidenceLink("A title of evidence " * 10, f"https://e.example/{'x' * 980}")] * 10,
        organization="Department of " + "Names That Never End " * 6,
        team="Office of " + "Chiefs " * 12,
        people=tuple(f"Person Number {number}" for number in range(40)),
    )


def hostile() -> ScoredAssessment:
    sheet = make_sheet(
        rubric=small_rubric(),
        rationale=f"{HOSTILE} \x00\x1b\ufffe\ud800\u202etxt.exe\r\nend",
        reason=HOSTILE,
        evidence=[
            EvidenceLink(HOSTILE, "javascript:alert(1)"),
            EvidenceLink("file", "file:///etc/passwd"),
            EvidenceLink("odd", "http://["),
            EvidenceLink("quote", "https://e.example/?a=\"><b>&c='"),
            EvidenceLink("", "https://untitled.example/"),
        ],
        organization=f"Org {HOSTILE}",
        team=f"Team {HOSTILE}",
        cycle=f"Cycle {HOSTILE}",
        people=(f"Person {HOSTILE}",),
        sealed_by=f"Sealer {HOSTILE}",
        before={},
        before_cycle=f"Before {HOSTILE}",
    )
    return replace(sheet, state_label=f"State {HOSTILE}", rubric=replace(sheet.rubric, name=f"Model {HOSTILE}"))


class Printed:
    """Each sheet printed once, by name."""

    SHEETS = {"complete": complete, "draft": draft, "longest": longest, "hostile": hostile}

    def __init__(self) -> None:
        self._made: dict[str, Reply] = {}

    def __call__(self, name: str) -> bytes:
        return self.made(name).body

    def made(self, name: str) -> Reply:
        if name not in self._made:
            with override_settings(PDF_SECONDS=120):  # a busy machine isn't what is tested
                self._made[name] = pdf.made(reports.scorecard_html(self.SHEETS[name]()))
        return self._made[name]


@pytest.fixture(scope="module")
def printed() -> Printed:
    return Printed()


# ---- For everyone ----


@pytest.mark.parametrize("name", ["complete", "hostile"])
def test_it_is_pdf_ua_on_letter_and_nothing_is_complained_of(printed: Printed, name: str) -> None:
    content = printed(name)
    assert printed.made(name).problems == ()
    assert pdf_checks.ua_problems(content) == []
    assert pdf_checks.headerless_cells(content) == 0
    assert set(pdf_checks.page_sizes(content)) == {pdf_checks.LETTER}


def test_it_is_set_in_public_sans_alone(printed: Printed) -> None:
    assert pdf_checks.fonts(printed("complete")) == {"Public-Sans", "Public-Sans-Bold"}


def test_both_pictures_say_what_the_headline_says(printed: Printed) -> None:
    headline = narrative(complete()).headline
    texts = pdf_checks.alternative_texts(printed("complete"))
    qr = f"QR code that leads to {VERIFY}"
    assert texts[:3] == [qr, f"Profile strip. {headline}", f"Radar chart. {headline}"]
    assert texts[3] == "AIOps. Stays at Level 2 over two cycles."
    assert texts[-2:] == ["What the signs mean", qr]
    assert len(texts) == 3 + 7 + 2


def test_bookmarks_lead_to_every_part(printed: Printed) -> None:
    areas = [area.name for area in full_rubric().areas]
    assert pdf_checks.bookmarks(printed("complete")) == [
        "Department of Examples",
        "At a glance",
        "How it moved",
        "What holds back",
        "Next steps",
        *reversed(areas),
        "How this result comes about",
        "The model",
        "Who answered",
        "The seal",
    ]


# ---- What it says ----


def test_it_says_who_what_and_when(printed: Printed) -> None:
    sheet, text = complete(), pdf_checks.text_of(printed("complete"))
    story = narrative(sheet)
    assert sheet.seal is not None
    for expected in (
        sheet.organization,
        sheet.team,
        sheet.cycle,
        "Submitted",
        "November 23, 2026",
        story.headline,
        story.rule,
        "November 23, 2026, 10:30 a.m. EST, by Lee Leadwell",
        sheet.seal.code,
        sheet.seal.sha256,
        "Number 1 of this assessment",
        "Lee Leadwell and Connie Tributor",
        "version 2021-05",
        sheet.rubric.source,
    ):
        assert expected in text


def test_each_area_stands_at_the_level_of_the_table(printed: Printed) -> None:
    sheet, text = complete(), pdf_checks.text_of(printed("complete"))
    for row in figures_table(sheet.rubric, sheet.result):
        summary = " ".join(sheet.rubric.area_by_code[row.area].summary.split())
        _, _, page = text.partition(f"{row.name} {summary}")
        assert page.split("Score ", 1)[1].startswith(row.score)
        assert page.index(row.level_text) < 120


def test_it_tells_every_story_in_the_words_of_the_narrative(printed: Printed) -> None:
    text = pdf_checks.text_of(printed("complete"))
    story = narrative(complete())
    for one in story.stories:
        assert text.count(one.because) == (2 if one.holding or one.gap else 1)
        assert one.gap in text
        assert one.movement in text
        assert one.descriptor in text
        assert one.next_descriptor in text
    for route in story.priorities:
        assert f"{route.area.name} {route.sentence}" in text
        for step in route.changes:
            assert step.anchor in text


def test_an_answer_stands_with_its_rationale_and_evidence(printed: Printed) -> None:
    text = pdf_checks.text_of(printed("complete"))
    assert text.count(RATIONALE) == 29
    assert text.count("Transfer procedure (intranet.example.gov)") == 29
    assert pdf_checks.addresses(printed("complete")) == {link.url for link in EVIDENCE} | OURS | {VERIFY}


def test_an_ordinary_scorecard_is_short(printed: Printed) -> None:
    assert len(pdf_checks.page_sizes(printed("complete"))) <= 12
    assert len(pdf_checks.page_sizes(printed("draft"))) <= 8


@pytest.mark.parametrize("name", ["complete", "draft"])
def test_no_page_holds_a_leftover_row_alone(printed: Printed, name: str) -> None:
    for text in pdf_checks.page_texts(printed(name))[1:]:
        assert len(text) > 500, text


def test_an_area_s_answers_name_it_on_each_page(printed: Printed) -> None:
    text = pdf_checks.text_of(printed("complete"))
    for area in full_rubric().areas:
        assert f"{area.name}, the model's question" in text


# ---- Where to check it ----


def test_the_seal_is_checked_at_a_whole_address(printed: Printed) -> None:
    assert f"at {VERIFY}." in pdf_checks.text_of(printed("complete"))


def test_the_address_is_the_one_that_people_reach_the_application_by(settings: Settings) -> None:
    settings.SITE_URL = "https://aicmm.example.gov"
    html = reports.scorecard_html(make_sheet())
    assert 'href="https://aicmm.example.gov/verify/7QK2-M4XD-9RTA/"' in html
    assert 'href="https://aicmm.example.gov/model/?version=2021-05"' in html


# ---- Words of the model ----


def test_word_for_word_is_said_of_the_models_own_texts_alone() -> None:
    assert "are the model's, word for word." in reports.scorecard_html(make_sheet())
    html = reports.scorecard_html(make_sheet(rubric=small_rubric()))
    assert "From the rubric's source: made for tests." in html
    assert "model's question" not in html
    assert "model's descriptor" not in html


# ---- The way up ----


def test_the_next_steps_come_as_their_sentence_says_and_the_rest_is_counted() -> None:
    values = {
        "peopleops": [2, 2, 2, 3, 3, 2],
        "cloudops": [2, 2, 3, 3],
        "secops": [2] * 6,
        "devops": [5, 5, 5],
        "dataops": [2, 3, 3, 2],
        "mlops": [2, 2, 2],
        "aiops": [2, 2, 3],
    }
    story = narrative(make_sheet(choices=answers_by_area(full_rubric(), values)))
    shown = [(route.area.name, route.steps) for route in story.priorities]
    assert shown == [("CloudOps", 1), ("DataOps", 1), ("AIOps", 1), ("PeopleOps", 2), ("MLOps", 2)]
    assert story.more_routes == "One more way to a higher level stands on the page of SecOps."


# ---- Not started ----


def test_what_nobody_has_begun_is_one_line_and_no_level(printed: Printed) -> None:
    text = pdf_checks.text_of(printed("draft"))
    assert "CloudOps and AIOps are not started." in text
    _, _, section = text.partition("No question of these areas is answered yet")
    assert "CloudOps: Provide and allocate storage" in section
    assert "4 questions." in section
    assert "CloudOps, the model's question" not in text
    assert "One more way" not in text  # none of them is a way up


def test_a_draft_says_that_it_is_one_on_every_page(printed: Printed) -> None:
    content = printed("draft")
    pages = len(pdf_checks.page_sizes(content))
    text = pdf_checks.text_of(content)
    assert text.count("AI maturity scorecard. Provisional, not sealed") == pages
    assert text.count("Provisional") == 2 * pages  # the watermark, too
    assert "There is no seal" in text
    assert "SecOps is not rated" in text
    assert "Not rated, because every question is marked" in text


def test_a_returned_one_names_the_seal_it_had() -> None:
    sealed = make_sheet(rubric=small_rubric())
    returned = replace(sealed, seal=None, returned_seal=sealed.seal, state="returned", state_label="Returned")
    assert sealed.seal is not None
    html = reports.scorecard_html(returned)
    assert "Not sealed since it was returned" in html
    assert f"as {sealed.seal.code}. The Center of Excellence returned it" in html
    assert "There is no seal" not in html


def test_a_sealed_one_is_never_called_provisional(printed: Printed) -> None:
    assert "rovisional" not in pdf_checks.text_of(printed("complete"))


# ---- What it says, seen in the HTML ----


def test_what_is_still_being_answered_has_no_part_in_the_drawings_of_what_moved() -> None:
    sheet = make_sheet(rubric=small_rubric(), before={})
    earlier = sheet.earlier[0]
    draft = replace(sheet, seal=None, earlier=(earlier, earlier))
    for one, cycles in ((replace(sheet, earlier=(earlier, earlier)), "three"), (draft, "two")):
        html = reports.scorecard_html(one)
        assert f'alt="Area 1. Stays at Level 3 over {cycles} cycles."' in html
    assert "The answers as they stand now are in the table alone." in reports.scorecard_html(draft)
    assert 'class="trends"' not in reports.scorecard_html(replace(draft, earlier=(earlier,)))


def test_a_model_of_many_areas_has_its_history_in_the_table_alone() -> None:
    html = reports.scorecard_html(make_sheet(rubric=small_rubric(areas=13, questions=1), before={}))
    assert 'class="lines history"' in html
    assert 'class="trends"' not in html


def test_without_an_earlier_cycle_nothing_moved() -> None:
    assert "What moved" not in reports.scorecard_html(make_sheet())


def test_at_the_top_nothing_holds_back_and_nothing_is_next() -> None:
    rubric = small_rubric()
    html = reports.scorecard_html(make_sheet(rubric=rubric, choices=dict.fromkeys(rubric.question_by_code, 5)))
    assert "What holds back" not in html
    assert "Next" not in html


def test_a_table_has_a_column_for_rationales_only_where_there_are_any() -> None:
    assert "Rationale" not in reports.scorecard_html(make_sheet(rubric=small_rubric()))
    assert "Rationale" in reports.scorecard_html(make_sheet(rubric=small_rubric(), rationale="Because."))


def test_steps_among_the_next_ones_are_spelled_out_once() -> None:
    html = reports.scorecard_html(make_sheet())
    story = narrative(make_sheet())
    for one in story.stories:
        assert one.route is not None
        assert html.count(escape(one.route.changes[0].anchor)) == 1
        assert (f'href="#steps-{one.area.code}"' in html) == (one.route in story.priorities)


def test_a_day_is_that_of_the_time_zone() -> None:
    html = reports.scorecard_html(make_sheet(at=datetime(2026, 11, 24, 3, 30, tzinfo=UTC)))
    assert "November 23, 2026, 10:30 p.m. EST" in html
    assert "November 24" not in html


def test_the_same_sheet_is_the_same_document() -> None:
    assert reports.scorecard_html(complete()) == reports.scorecard_html(complete())


@pytest.mark.parametrize(
    ("length", "size"), [(40, "<h1 data"), (60, '<h1 class="long" '), (120, '<h1 class="longest" ')]
)
def test_a_long_name_is_set_smaller(length: int, size: str) -> None:
    assert size in reports.scorecard_html(make_sheet(rubric=small_rubric(), organization="n" * length))


def test_a_model_of_another_size_has_its_own_colours_and_rows() -> None:
    rubric = small_rubric(areas=9, levels=9, questions=1)
    html = reports.scorecard_html(make_sheet(rubric=rubric))
    assert ".level-9 {" in html
    assert html.count('<table class="levels">') == 2


# ---- Hostile and very long texts ----


def test_markup_comes_out_as_text(printed: Printed) -> None:
    text = pdf_checks.text_of(printed("hostile"))
    for field in ("Org", "Team", "Cycle", "Person", "Sealer", "Before", "Model"):
        assert f"{field} {HOSTILE}" in text
    assert escape(f"State {HOSTILE}") in reports.scorecard_html(hostile())
    assert text.count(HOSTILE) >= 8 + 3 * 6  # rationale, reason, evidence


def test_links_lead_to_the_web_only(printed: Printed) -> None:
    assert pdf_checks.addresses(printed("hostile")) - {VERIFY} == {
        "https://e.example/?a=%22%3E%3Cb%3E&c='",
        "https://untitled.example/",
        f"{SITE}/model/?version=1",
        f"{SITE}/how-scoring-works/?version=1",
    }


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "http://[", "//e.example/", "https:///x", "data:text/html,x", ""],
)
def test_what_is_no_web_address_is_printed_but_no_link(url: str) -> None:
    assert reports.printed_link(EvidenceLink("Title", url)) == reports.PrintedLink("Title", "", "")


def test_what_no_file_can_hold_is_left_out() -> None:
    html = reports.scorecard_html(
        make_sheet(rubric=small_rubric(), rationale="a\x00\x0b\x85\ud800\uffff\u202eb\r\nc\td")
    )
    assert "ab\nc d" in html


@pytest.mark.parametrize(
    ("text", "leftwards"), [("abc שלום", False), ("1) שלום abc", True), ("مرحبا", True), ("123", False)]
)
def test_a_text_runs_as_its_first_letter_does(text: str, leftwards: bool) -> None:
    assert reports.printed_text(text).leftwards is leftwards


def test_a_text_without_spaces_gets_places_to_break() -> None:
    assert reports.printed_text("word " * 200).text == "word " * 200
    assert reports.printed_text("w" * 44).text == "w" * 44
    printed = reports.printed_text("w" * 4000).text
    assert printed.replace("\u200b", "") == "w" * 4000
    assert max(len(piece) for piece in printed.split("\u200b")) == 30


@pytest.mark.parametrize(
    "text",
    [
        "ab\u2028cd\u2029" * 650,
        ("x" * 240 + " ") * 16,
        ("x" * 59 + " ") * 66,
        "a\t" * 2000,
        "\t" * 4000,
        "a\n" * 2000,
        "a\u00a0" * 2000,
        "e" + "\u0301" * 3999,
    ],
)
def test_whatever_was_stored_is_printed_in_lines_that_are_quick_to_lay_out(text: str) -> None:
    """No run without a place to break, no tab, and no more lines than a form takes; every letter is there."""
    printed = reports.printed_text(text).text
    assert max(len(run) for run in re.split("[ \n\u200b]", printed)) <= 44
    assert not re.search("[\t\u2028\u2029]", printed)
    assert printed.count("\n") < 100
    assert re.sub(r"[\s\u200b]", "", printed) == re.sub(r"\s", "", text)


def test_a_title_is_printed_on_one_line() -> None:
    link = EvidenceLink("The\u2028log \n of  it", "https://e.example/")
    assert reports.printed_link(link).title == "The log of it"


def test_the_longest_texts_fit_in_the_memory_there_is(printed: Printed) -> None:
    assert len(pdf_checks.page_sizes(printed("longest"))) > 29
    assert 0 < printed.made("longest").mebibytes <= 256


def test_nothing_of_a_row_of_several_pages_is_lost() -> None:
    lines = [f"This is line {number} of a hundred." for number in range(100)]
    sheet = make_sheet(rubric=small_rubric(areas=1, questions=1), rationale="\n".join(lines), evidence=EVIDENCE)
    text = pdf_checks.text_of(reports.scorecard_pdf(sheet))
    assert " ".join(lines[:20]) in text
    for expected in (*lines, "Transfer procedure (intranet.example.gov)", "Log of exceptions (records.example.gov)"):
        assert text.count(expected) == 1


def test_letters_without_a_font_stop_nothing_and_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    sheet = make_sheet(rubric=small_rubric(areas=1, questions=1), rationale="שלום مرحبا 数据 🚀 e\u0301\u0302 \u0378")
    assert len(pdf_checks.page_sizes(reports.scorecard_pdf(sheet))) == 3
    assert "(U+0378)" in caplog.text
