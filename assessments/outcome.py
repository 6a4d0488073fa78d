"""What the result page shows: pictures, table and the story of each area, all from one `ScoredAssessment`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.html import json_script
from django.utils.safestring import SafeString

from assessments import answering, charts, results, wording
from assessments.access import Access, decided_reviews
from assessments.addresses import compare_address, trend_address
from assessments.asked import Ask, Asked, asked_of, question_href
from assessments.cards import choice_text, status_text
from assessments.changes import changed_since
from assessments.charts import Series
from assessments.datatypes import GivenAnswer, ScoredAssessment, Submission
from assessments.forms import stored_choice
from assessments.models import Assessment, Review, User
from assessments.narrative import AreaStory, Narrative, in_short
from assessments.overview import drawn
from assessments.pictures import pictures
from assessments.submissions import submissions_of
from rubric.datatypes import Rubric

PICTURES = "result"


@lru_cache(maxsize=256)
def interactive_radar(rubric: Rubric, series: tuple[Series, ...]) -> SafeString:
    """The radar's interactive twin, which pages have and paper hasn't, as the page's script finds it."""
    return json_script(charts.radar_figure(rubric, series), "radar-figure")


def drawings(sheet: ScoredAssessment, story: Narrative) -> dict[str, Any]:
    """Strip, radar, the interactive figure, the table of the same figures, the CoE's levels, and what goes by the
    claimed ones all the same."""
    drawn_ones = pictures(sheet, story, ident=PICTURES)
    return {
        "strip": drawn(drawn_ones.strip),
        "radar": drawn(drawn_ones.radar),
        "figure": interactive_radar(sheet.rubric, drawn_ones.series),
        "figures": charts.FiguresTable(charts.figures_table(sheet.rubric, sheet.result)),
        "validated": _validated(sheet, story),
        "by_claim": _by_claim(sheet, story),
    }


def sheet_for(access: Access, user: User, submission: Submission | None = None) -> ScoredAssessment:
    """What the result page is made of, with what was decided on it."""
    return results.with_verdict(results.for_reader(access, submission), _decided(access, user))


def _decided(access: Access, user: User) -> list[Review]:
    """What this reader may know of what was decided; no query where nothing was submitted."""
    if access.assessment.submitted_at is None:
        return []
    return list(decided_reviews(access, user).prefetch_related("areas"))


def result_page(access: Access, user: User, submission: Submission | None = None) -> dict[str, Any]:
    """What the result page prints, of the answers as they stand or of the `submission` that was asked for."""
    decided = _decided(access, user)
    sheet = results.with_verdict(results.for_reader(access, submission), decided)
    story = in_short(sheet)
    return {
        "assessment": access.assessment,
        "access": access,
        "sheet": sheet,
        "story": story,
        "links_to_questions": submission is None,
        "open_count": sum(area.questions - area.answered for area in sheet.result.areas),
        "reviews": decided,
        "shares": access.may_submit and access.assessment.submitted_at is not None,
        "submissions": submissions_of(access.assessment),
        **_beside(access.assessment, sheet),
        **drawings(sheet, story),
    }


def _beside(assessment: Assessment, sheet: ScoredAssessment) -> dict[str, str]:
    """Where to see the sealed result beside others, that of the cycle before chosen already, and the team over all
    cycles. Either is empty where there is nothing to see."""
    code, earlier = assessment.organization.code, sheet.earlier
    sealed = not sheet.submission and (sheet.seal or sheet.returned_seal)
    both = [earlier[0].assessment_id, sheet.assessment_id] if earlier else []
    return {
        "compare": compare_address(code, both) if sealed else "",
        "trend": trend_address(code, sheet.team) if earlier else "",
    }


def _validated(sheet: ScoredAssessment, story: Narrative) -> tuple[tuple[AreaStory, str], ...]:
    """Each area with why the CoE found another level, from the top of the stack down; empty where it found none."""
    reasons = sheet.verdict.reasons if sheet.verdict and story.verdict else None
    if reasons is None:
        return ()
    return tuple((area, reasons.get(area.area.code, "")) for area in reversed(story.stories))


def _by_claim(sheet: ScoredAssessment, story: Narrative) -> str:
    """That steps and foundations go by the claimed levels, and where the CoE found others; empty where nowhere."""
    told = [
        f"{one.area.name} at Level {one.validated_level}"
        for one in story.stories
        if one.validated_level not in (None, one.figures.level)
    ]
    if sheet.verdict is None or not told:
        return ""
    word = sheet.verdict.word.lower()
    return (
        f"Steps and foundations go by the levels claimed. The Center of Excellence {word} {wording.join_words(told)}."
    )


def submit_page(access: Access, changed: Sequence[str] = ()) -> dict[str, Any]:
    """What the page before submitting prints: what is open, with links, and what happens next.

    `changed` are the questions whose answers changed since the page was opened: nothing was submitted then.
    """
    sheet = results.live(access.assessment)
    links = answering.area_links(access, sheet.answers)
    returned = results.returned_answers(access.assessment)
    asked = asked_of(access.assessment, Review.objects.of(access.assessment))
    since = None if returned is None else _changed(access.assessment, sheet, returned)
    return {
        "assessment": access.assessment,
        "access": access,
        "sheet": sheet,
        "story": in_short(sheet),
        "unfinished": [link for link in links if link.open],
        "open_count": sum(len(link.open) for link in links),
        "seen": results.versions(sheet.answers),
        "changed_meanwhile": _changed_meanwhile(access.assessment, sheet, changed),
        "asked": asked,
        "changed": since,
        "as_they_were": _as_they_were(asked, since or ()),
    }


def _changed_meanwhile(assessment: Assessment, sheet: ScoredAssessment, codes: Sequence[str]) -> list[dict[str, str]]:
    """What changed while someone was about to submit, as the head of the page lists it."""
    return [
        {
            "href": question_href(assessment, sheet.rubric, code),
            "text": f"{wording.question_name(sheet.rubric, code)}: {status_text(sheet.answers[code])}",
        }
        for code in sheet.rubric.question_by_code
        if code in codes
    ]


PART_NAMES = {"choice": "answer", "reason": "reason", "rationale": "rationale", "evidence": "evidence"}
"""What the parts of an answer are called."""


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A line of what changed since the submission that was returned. `levels` is empty where the choice is the same."""

    question: str
    name: str
    href: str
    parts: str
    levels: str


def _changed(
    assessment: Assessment, sheet: ScoredAssessment, returned: Mapping[str, GivenAnswer]
) -> tuple[ChangedAnswer, ...]:
    """Which answers differ from those that were returned, in rubric order."""
    rubric = sheet.rubric
    lines = []
    for change in changed_since(returned, sheet.answers):
        before, after = (choice_text(rubric, stored_choice(answer)) for answer in (change.before, change.after))
        lines.append(
            ChangedAnswer(
                question=change.question,
                name=wording.question_name(rubric, change.question),
                href=question_href(assessment, rubric, change.question),
                parts=wording.join_words([PART_NAMES[part] for part in change.parts]),
                levels=f"{before} → {after}" if "choice" in change.parts else "",
            )
        )
    return tuple(lines)


def _as_they_were(asked: Asked | None, changed: Sequence[ChangedAnswer]) -> tuple[Ask, ...]:
    """What is asked about answers that nobody has changed since."""
    done = {line.question for line in changed}
    return tuple(ask for ask in asked.asks if ask.question not in done) if asked else ()
