"""The scorecard on paper: a scored assessment as HTML made for print, and as PDF/UA-1.

Every sentence about a result comes from `assessments.narrative`, every figure from `assessments.charts`. No models.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from unicodedata import bidirectional
from urllib.parse import urlsplit

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.timezone import localtime

from aicmm import pdf
from aicmm.links import absolute
from assessments import charts
from assessments.charts import FigureRow
from assessments.datatypes import EvidenceLink, ScoredAssessment
from assessments.narrative import AreaStory, QuestionLine, Step, narrative
from assessments.pictures import pictures
from assessments.proof import proof, sealed_attachments
from assessments.wording import Movement, join_words, level_text
from rubric.datatypes import Rubric

COLUMNS = 7
"""Areas in one row of the table of levels; a model with more gets more rows."""
RUNNING_LENGTH = 80
LONG_NAME, LONGEST_NAME = 45, 90
"""From these lengths on the organization's name is set smaller, so that page 1 stays one page."""
PAGE_LINES, LINE_LENGTH = 50, 45
"""About what a page holds of a rationale: only a row with more may break across pages."""
MOST_LINES = 100
"""As many as a form takes; what was stored before it counted all of them has its last lines run on."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Controls but tab and line feed, halves of pairs, and what never is a character: a PDF's metadata can't hold them.
And the two that turn any text round: nobody means them, and they can make it read as something else."""

_UNBROKEN = re.compile(r"[^ \n]{45,}")
"""Longer ones keep WeasyPrint from looking at no more than the next line."""
_BLANKS = re.compile(r" {40,}")
_LINE_ENDS = re.compile("[\u2028\u2029]")
_PIECE = 30


@dataclass(frozen=True, slots=True)
class PrintedLink:
    """Evidence as it is printed. `url` is empty where the address isn't one of the web; then only its text is shown."""

    title: str
    url: str
    host: str


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A reason or a rationale; `leftwards` where it runs from right to left."""

    text: str
    leftwards: bool


@dataclass(frozen=True, slots=True)
class LevelColumn:
    """One area in the table of levels. `level_name` is "Not rated" without one; `validated` is the CoE's level."""

    figure: FigureRow
    level_name: str
    validated: int | None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A question's row. `step` is its part in the fewest steps to the area's next level; `long`: a page or more."""

    line: QuestionLine
    texts: tuple[PrintedText, ...]
    links: tuple[PrintedLink, ...]
    step: Step | None
    long: bool


@dataclass(frozen=True, slots=True)
class AreaPage:
    """`steps_elsewhere`: the way to the next level stands among the next steps and isn't spelled out here again.

    `bare`: nobody gave a rationale, evidence or a reason, so there is no column for them. `verdict_word` is what the
    CoE's level is called, empty before there is any.
    """

    story: AreaStory
    rows: tuple[AnswerRow, ...]
    steps_elsewhere: bool
    bare: bool
    verdict_word: str


@dataclass(frozen=True, slots=True)
class MovementRow:
    name: str
    movement: Movement
    before: str
    after: str


def scorecard_pdf(sheet: ScoredAssessment) -> bytes:
    """The scorecard as PDF/UA-1 on US Letter, the same bytes for the same sheet.

    `pdf.PdfUnavailable` where there is none; its text says why, for the person who asked.
    """
    return pdf.render(scorecard_html(sheet), attachments=sealed_attachments(sheet))


def scorecard_html(sheet: ScoredAssessment) -> str:
    """The scorecard as a whole document with its styles, for `aicmm.pdf`."""
    story = narrative(sheet)
    figures = charts.figures_table(sheet.rubric, sheet.result)
    drawn = pictures(sheet, story, ident="scorecard")
    html = render_to_string(
        "reports/scorecard.html",
        {
            "sheet": sheet,
            "story": story,
            "rubric": sheet.rubric,
            "name_size": _name_size(sheet.organization),
            "running": Truncator(sheet.organization).chars(RUNNING_LENGTH),
            "date": printed_date(sheet.seal.sealed_at if sheet.seal else sheet.at),
            "moment": (sheet.seal.sealed_at if sheet.seal else sheet.at).isoformat(timespec="seconds"),
            "sealed_at": printed_moment(sheet.seal.sealed_at) if sheet.seal else "",
            "returned_on": printed_date(sheet.returned_seal.sealed_at) if sheet.returned_seal else "",
            "replaced": bool(sheet.submission and sheet.submission.replaced_at),
            "proof": proof(sheet.seal.code) if sheet.seal else None,
            "model_url": f"{site_address('model')}?version={sheet.rubric.version}",
            "rule_url": f"{site_address('how-scoring-works')}?version={sheet.rubric.version}",
            "level_styles": level_styles(sheet.rubric),
            "level_rows": list(_in_rows([_level_column(sheet, figure) for figure in figures])),
            "banded": any(figure.level_high_text for figure in figures),
            "people": join_words(sheet.people),
            "movements": [_movement_row(sheet.rubric, movement) for movement in reversed(story.moved)],
            "held": [one for one in reversed(story.stories) if one.holding or one.gap],
            "areas": [_area_page(sheet, one, one.route in story.priorities) for one in reversed(story.started)],
            "not_started": story.not_started[::-1],
            "strip": mark_safe(drawn.strip),
            "radar": mark_safe(drawn.radar),
            "verdict_comment": printed_text(sheet.verdict.comment) if sheet.verdict else None,
            "verdict_on": printed_date(sheet.verdict.at) if sheet.verdict else "",
            "validated": bool(sheet.verdict and any(sheet.verdict.levels.values())),
        },
    )
    return _UNPRINTABLE.sub("", html.replace("\r\n", "\n"))


def site_address(name: str, *arguments: str) -> str:
    """A page's whole address, for paper."""
    return absolute(reverse(name, args=arguments))


def level_styles(rubric: Rubric) -> SafeString:
    """The style rules that give the classes `level-1` to `level-N` their colours."""
    colours = [charts.level_colour(level.number, rubric.top) for level in rubric.levels]
    return mark_safe(
        "\n".join(
            f".level-{number} {{ background: {colour.fill}; color: {colour.text}; }}"
            for number, colour in enumerate(colours, start=1)
        )
    )


def printed_date(moment: datetime) -> str:
    """The day in the application's time zone: "November 23, 2026"."""
    return date_format(localtime(moment), "F j, Y")


def printed_moment(moment: datetime) -> str:
    """Day and time in the application's time zone, with its name: "November 23, 2026, 10:30 a.m. EST"."""
    return date_format(localtime(moment), "F j, Y, P T")


def printed_link(link: EvidenceLink) -> PrintedLink:
    """Evidence with its host beside the title, since paper has nothing to click on."""
    title = " ".join(link.title.split())
    try:
        address = urlsplit(link.url.strip())
        host = address.hostname or ""
    except ValueError:
        return PrintedLink(title or link.url, "", "")
    if address.scheme not in ("http", "https") or not host:
        return PrintedLink(title or link.url, "", "")
    return PrintedLink(title or link.url, link.url.strip(), host)


def printed_text(text: str) -> PrintedText:
    """A team's words, with places to break in what has no space for a line, no tab, no more blanks than a line has, and
    no more lines than forms take.

    For each WeasyPrint would lay out all the rest of the text for each line: 4,000 letters in a row cost half a second.
    """
    lines = _LINE_ENDS.sub("\n", text).replace("\t", " ").split("\n", MOST_LINES - 1)
    text = _BLANKS.sub(" " * 40, "\n".join([*lines[:-1], lines[-1].replace("\n", " ")]))
    return PrintedText(_UNBROKEN.sub(lambda run: _in_pieces(run[0]), text), runs_leftwards(text))


def _in_pieces(text: str) -> str:
    return "\u200b".join(text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def runs_leftwards(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left, as in Arabic and Hebrew."""
    directions = (bidirectional(letter) for letter in text)
    return next((one for one in directions if one in ("L", "R", "AL")), "L") != "L"


def _level_column(sheet: ScoredAssessment, figure: FigureRow) -> LevelColumn:
    name = sheet.rubric.level(figure.level).name if figure.level else figure.level_text
    return LevelColumn(figure, name, sheet.verdict.levels.get(figure.area) if sheet.verdict else None)


def _in_rows(columns: Sequence[LevelColumn]) -> Iterator[Sequence[LevelColumn]]:
    """The areas in rows of at most `COLUMNS`, of about equal length."""
    rows = max(-(-len(columns) // COLUMNS), 1)
    size = max(-(-len(columns) // rows), 1)
    return (columns[start : start + size] for start in range(0, len(columns), size))


def _movement_row(rubric: Rubric, movement: Movement) -> MovementRow:
    area = rubric.area_by_code.get(movement.area)
    return MovementRow(
        name=area.name if area else movement.area,
        movement=movement,
        before=level_text(rubric, movement.level_before),
        after=level_text(rubric, movement.level_after),
    )


def _area_page(sheet: ScoredAssessment, story: AreaStory, steps_elsewhere: bool) -> AreaPage:
    steps = {step.line.code: step for step in story.route.changes} if story.route else {}
    return AreaPage(
        story=story,
        rows=tuple(_answer_row(line, steps.get(line.code)) for line in story.lines),
        steps_elsewhere=steps_elsewhere,
        bare=not any(line.reason or line.rationale or line.evidence for line in story.lines),
        verdict_word=sheet.verdict.word if sheet.verdict else "",
    )


def _answer_row(line: QuestionLine, step: Step | None) -> AnswerRow:
    return AnswerRow(
        line=line,
        texts=tuple(printed_text(text) for text in (line.reason, line.rationale) if text),
        links=tuple(printed_link(link) for link in line.evidence),
        step=step,
        long=_printed_lines(line) > PAGE_LINES,
    )


def _printed_lines(line: QuestionLine) -> int:
    """About how many lines reason, rationale and evidence take."""
    paragraphs = [*line.reason.splitlines(), *line.rationale.splitlines(), *(link.title for link in line.evidence)]
    return sum(1 + len(paragraph) // LINE_LENGTH for paragraph in paragraphs)


def _name_size(name: str) -> str:
    """The class that the organization's name gets for its length."""
    if len(name) > LONGEST_NAME:
        return "longest"
    return "long" if len(name) > LONG_NAME else ""
