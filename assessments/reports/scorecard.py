"""The scorecard on paper: a scored assessment as HTML made for print, and as PDF/UA-1.

Every sentence about a result comes from `assessments.narrative`, every figure from `assessments.charts`. No models.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aicmm import pdf
from assessments.datatypes import ScoredAssessment
from assessments.narrative import AreaStory, Narrative, QuestionLine, Step, narrative
from assessments.pictures import pictures
from assessments.proof import proof, sealed_attachments
from assessments.reports.contents import Contents, Entry, is_long
from assessments.reports.front import pictures_height
from assessments.reports.history import History, history
from assessments.reports.levels import level_table
from assessments.reports.printing import (
    ORGANIZATION_LENGTH,
    TEAM_LENGTH,
    PrintedLink,
    PrintedText,
    document,
    height_style,
    level_styles,
    name_size,
    picture,
    printed_date,
    printed_link,
    printed_moment,
    printed_text,
    shortened,
    site_address,
)
from assessments.reports.standing import is_replaced, standing_in_foot
from assessments.wording import join_words

PAGE_LINES, LINE_LENGTH = 50, 45
"""About what a page holds of a rationale: only a row with more may break across pages."""
QUESTION_LENGTH, ANSWER_LENGTH = 28, 42
"""Letters in a line of the columns beside the rationale."""
_DECIDED, _STANDING = " " * 55, " " * 190
"""About as long as what is said of a decision beside names and levels, and of a submission that was asked for."""
AREA_LINES, FIXED_LINES = 16, 100
"""About what an area takes beside its answers; and the first page with what the last one says."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A question's row. `step` is its part in the fewest steps to the area's next level; `lines` is about how many
    lines reason, rationale and evidence take."""

    line: QuestionLine
    texts: tuple[PrintedText, ...]
    links: tuple[PrintedLink, ...]
    step: Step | None
    lines: int

    @property
    def long(self) -> bool:
        """Whether it is a page or more."""
        return self.lines > PAGE_LINES


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


def scorecard_pdf(sheet: ScoredAssessment) -> bytes:
    """The scorecard as PDF/UA-1 on US Letter, the same bytes for the same sheet.

    `pdf.PdfUnavailable` where there is none; its text says why, for the person who asked.
    """
    return pdf.render(scorecard_html(sheet), attachments=sealed_attachments(sheet))


def scorecard_html(sheet: ScoredAssessment) -> str:
    """The scorecard as a whole document with its styles, for `aicmm.pdf`."""
    story = narrative(sheet)
    drawn = pictures(sheet, story, ident="scorecard")
    verdict = sheet.verdict
    held = [one for one in reversed(story.stories) if one.holding or one.gap]
    areas = [_area_page(sheet, one, one.route in story.priorities) for one in reversed(story.started)]
    moved = history(sheet, story.moved)
    comment = printed_text(verdict.comment) if verdict and verdict.comment else None
    levels = level_table(
        sheet.rubric,
        sheet.result,
        validated=verdict.levels if verdict else {},
        word=verdict.word if verdict else "",
    )
    height = pictures_height(sheet, _front_texts(sheet, story), levels, drawn.strip, drawn.radar)
    return document(
        "reports/scorecard.html",
        {
            "sheet": sheet,
            "story": story,
            "rubric": sheet.rubric,
            "name_size": name_size(sheet.organization),
            "running": f"{shortened(sheet.organization, ORGANIZATION_LENGTH)}, {shortened(sheet.team, TEAM_LENGTH)}",
            "foot": f"AI maturity scorecard{standing_in_foot(sheet)}",
            "date": printed_date(sheet.seal.sealed_at if sheet.seal else sheet.at),
            "moment": (sheet.seal.sealed_at if sheet.seal else sheet.at).isoformat(timespec="seconds"),
            "sealed_at": printed_moment(sheet.seal.sealed_at) if sheet.seal else "",
            "returned_on": printed_date(sheet.returned_seal.sealed_at) if sheet.returned_seal else "",
            "replaced": is_replaced(sheet),
            "proof": proof(sheet.seal.code) if sheet.seal else None,
            "model_url": f"{site_address('model')}?version={sheet.rubric.version}",
            "rule_url": f"{site_address('how-scoring-works')}?version={sheet.rubric.version}",
            "level_styles": level_styles(sheet.rubric),
            "levels": levels,
            "height": height,
            "height_styles": height_style(height) if height else "",
            "people": join_words(sheet.people),
            "contents": _contents(story, moved, held, areas, comment.text if comment else ""),
            "history": moved,
            "held": held,
            "areas": areas,
            "not_started": story.not_started[::-1],
            "strip": picture(drawn.strip),
            "radar": picture(drawn.radar),
            "verdict_comment": comment,
            "verdict_on": printed_date(verdict.at) if verdict else "",
        },
    )


def _front_texts(sheet: ScoredAssessment, story: Narrative) -> list[str]:
    """The sentences of the first page: the headline, then those in boxes."""
    decided = (
        f"{sheet.verdict.decision_label} by {sheet.verdict.by} {_DECIDED} {story.verdict}" if sheet.verdict else ""
    )
    return [story.headline, *(text for text in (_STANDING if sheet.submission else "", decided) if text)]


def _contents(
    story: Narrative, moved: History | None, held: Sequence[AreaStory], areas: Sequence[AreaPage], said: str
) -> Contents | None:
    """What stands after the first page; None where there are few pages."""
    beside = 2 * len(moved.rows if moved else ()) + 3 * len(held) + 5 * len(story.priorities)
    beside += len(said) // LINE_LENGTH + said.count("\n")
    if not is_long(FIXED_LINES + beside + sum(_area_lines(area) for area in areas)):
        return None
    parts = [
        (bool(said), Entry("What the Center of Excellence says", "said")),
        (moved is not None, Entry("How it moved", "moved")),
        (bool(held), Entry("What holds back", "held")),
        (bool(story.priorities), Entry("Next steps", "steps")),
        *((True, Entry(area.story.area.name, f"area-{area.story.area.code}")) for area in areas),
        (bool(story.not_started), Entry("Not started", "not-started")),
        (True, Entry("How this result comes about", "basis")),
    ]
    return Contents(tuple(entry for there, entry in parts if there))


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
        lines=_printed_lines(line),
    )


def _printed_lines(line: QuestionLine) -> int:
    """About how many lines reason, rationale and evidence take."""
    paragraphs = [*line.reason.splitlines(), *line.rationale.splitlines(), *(link.title for link in line.evidence)]
    return sum(1 + len(paragraph) // LINE_LENGTH for paragraph in paragraphs)


def _area_lines(area: AreaPage) -> int:
    """About how many lines an area takes."""
    return AREA_LINES + sum(_row_lines(row) for row in area.rows)


def _row_lines(row: AnswerRow) -> int:
    answer = row.line.anchor + (row.line.remark.text if row.line.remark else "")
    return 2 + max(len(row.line.text) // QUESTION_LENGTH, 1 + len(answer) // ANSWER_LENGTH, row.lines)
