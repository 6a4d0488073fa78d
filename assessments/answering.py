"""An area's page of questions, and what saving it leads to, with the page's script or without."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from assessments import actions, results
from assessments.access import Access, decided_reviews
from assessments.asked import Asked, asked_of
from assessments.cards import Card, Side, entry_as_answer, side, status_text, stored_card, typed_card
from assessments.datatypes import GivenAnswer
from assessments.forms import AnswerForm, fingerprint_of, stored_choice
from assessments.models import User
from rubric.datatypes import Area, Rubric

FIRST_INPUTS = {"choice": "choice-1", "evidence": "evidence-title-1"}
"""Where an error's link leads, for fields of more than one input."""

BLANK = Side(choice_text="-", reason="-", rationale="-", evidence=(), by="-", at="-")
"""One side of a conflict with every part in it, for the page's script to fill in."""


@dataclass(slots=True)
class PageOutcome:
    """What became of a whole posted page: forms that were refused, and answers that met someone else's, by code."""

    refused: dict[str, AnswerForm] = field(default_factory=dict)
    conflicts: dict[str, tuple[AnswerForm, actions.Conflict]] = field(default_factory=dict)
    locked: str = ""
    stored: int = 0

    @property
    def all_stored(self) -> bool:
        return not (self.refused or self.conflicts or self.locked)


def save_page(access: Access, area_code: str, posted: QueryDict, *, by: User) -> PageOutcome:
    """Save each answer of the page that differs from what was rendered; the others are left as they are."""
    rubric = results.rubric_of(access.assessment)
    outcome = PageOutcome()
    for question in rubric.area_by_code[area_code].questions:
        form = AnswerForm(posted, code=question.code, rubric=rubric)
        if form.is_absent or form.is_untouched or form.keeps_theirs:
            continue
        if not form.is_valid():
            outcome.refused[question.code] = form
            continue
        try:
            saved = actions.save_answer(
                assessment=access.assessment,
                code=question.code,
                entry=form.entry,
                seen_version=form.cleaned_data["version"],
                by=by,
            )
        except actions.Conflict as conflict:
            outcome.conflicts[question.code] = (form, conflict)
        except actions.NotEditable as refusal:
            outcome.locked = str(refusal)
            outcome.refused[question.code] = form
        else:
            outcome.stored += saved.changed
    return outcome


def after_saving(access: Access, area_code: str, then: str) -> str:
    """The address that `then` ("stay", "next", "previous", "overview") leads to."""
    areas = results.rubric_of(access.assessment).areas
    codes = [area.code for area in areas]
    position = codes.index(area_code) + {"next": 1, "previous": -1}.get(then, 0)
    if then == "overview" or not 0 <= position < len(codes):
        return reverse("assessment", args=[access.assessment.pk])
    return area_address(access.assessment.pk, codes[position])


@lru_cache(maxsize=2000)
def area_address(pk: UUID, code: str) -> str:
    """Where an area's questions are. Kept, because every page of an assessment asks it for each area."""
    return reverse("area", args=[pk, code])


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that is not answered yet, and where it stands."""

    number: int
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class AreaLink:
    """One line of the side navigation."""

    code: str
    name: str
    href: str
    answered: int
    questions: int
    current: bool
    open: tuple[OpenQuestion, ...]

    @property
    def complete(self) -> bool:
        return self.answered == self.questions


def area_links(access: Access, answers: Mapping[str, GivenAnswer], current: str = "") -> tuple[AreaLink, ...]:
    """The areas in stack order with their progress."""
    return links_to(access, results.progress(results.rubric_of(access.assessment), answers), current)


def links_to(access: Access, steps: Sequence[results.AreaProgress], current: str = "") -> tuple[AreaLink, ...]:
    """The same, where the progress is known."""
    return tuple(_link(access, step, current=step.area.code == current) for step in steps)


def _link(access: Access, step: results.AreaProgress, *, current: bool) -> AreaLink:
    href = area_address(access.assessment.pk, step.area.code)
    return AreaLink(
        code=step.area.code,
        name=step.area.name,
        href=href,
        answered=step.answered,
        questions=step.questions,
        current=current,
        open=tuple(OpenQuestion(number, q.text, f"{href}#{q.code}") for number, q in step.open),
    )


def area_page(access: Access, area_code: str, user: User, outcome: PageOutcome | None = None) -> dict[str, Any]:
    """What the template of an area's questions prints."""
    assessment = access.assessment
    rubric = results.rubric_of(assessment)
    area = rubric.area_by_code[area_code]
    answers = results.for_reader_answers(access)
    links = area_links(access, answers, area_code)
    index = rubric.areas.index(area)
    locked = not (access.may_answer and assessment.is_editable)
    asked = asked_of(assessment, decided_reviews(access, user))
    cards = _asked_about(_cards(rubric, area, answers, outcome or PageOutcome(), locked=locked), asked)
    return {
        "assessment": assessment,
        "access": access,
        "rubric": rubric,
        "area": area,
        "links": links,
        "cards": cards,
        "locked": locked,
        "errors": _error_summary(cards, outcome.locked if outcome else ""),
        "previous": links[index - 1] if index else None,
        "next": links[index + 1] if index + 1 < len(links) else None,
        "answered": sum(link.answered for link in links),
        "questions": sum(link.questions for link in links),
        "asked": asked,
        "found": asked.by_area.get(area_code) if asked else None,
        "lock_sentence": _lock_sentence(access),
        "descriptors": tuple(zip(rubric.levels, area.descriptors, strict=True)),
        "blank": BLANK,
    }


def _lock_sentence(access: Access) -> str:
    """Why this reader can't change the answers; empty for those who can, and for the CoE, who never do."""
    if not access.sees_drafts:
        return ""
    return actions.locked_because(access.assessment) or (
        "" if access.may_answer else "You can read the answers. Leads and contributors change them."
    )


def _asked_about(cards: tuple[Card, ...], asked: Asked | None) -> tuple[Card, ...]:
    """The cards, with what the CoE asks about each."""
    asks = asked.by_question if asked else {}
    return tuple(replace(card, ask=asks[card.code]) if card.code in asks else card for card in cards)


def _cards(
    rubric: Rubric, area: Area, answers: Mapping[str, GivenAnswer], outcome: PageOutcome, *, locked: bool
) -> tuple[Card, ...]:
    cards = []
    for number, question in enumerate(area.questions, start=1):
        answer = answers[question.code]
        if question.code in outcome.refused:
            form = outcome.refused[question.code]
            card = typed_card(rubric, question, number, answer, form, version=form.seen_version)
        elif question.code in outcome.conflicts:
            form, conflict = outcome.conflicts[question.code]
            sides = {
                "theirs": side(rubric, answer),
                "yours": side(rubric, entry_as_answer(question.code, form.entry, form)),
            }
            card = typed_card(
                rubric,
                question,
                number,
                answer,
                form,
                version=conflict.theirs.version,
                conflict=sides,
                conflict_sentence=str(conflict),
            )
        else:
            card = stored_card(rubric, question, number, answer, locked=locked)
        cards.append(card)
    return tuple(cards)


def _error_summary(cards: tuple[Card, ...], refusal: str) -> list[dict[str, str]]:
    """Links to what has to be looked at, for the head of the page; first why nothing was saved at all, if so."""
    summary = [{"href": "", "text": f"Not saved: {refusal}"}] if refusal else []
    summary += [
        {
            "href": f"#{card.code}-{FIRST_INPUTS.get(field_name, field_name)}",
            "text": f"Question {card.number}: {message}",
        }
        for card in cards
        for field_name, messages in card.errors.items()
        for message in messages
    ]
    summary += [
        {
            "href": f"#{card.code}",
            "text": f"Question {card.number}: {card.conflict_sentence}",
        }
        for card in cards
        if card.conflict
    ]
    return summary


# ---- What the page's script gets ----


def saved_document(access: Access, saved: actions.Saved) -> dict[str, Any]:
    """The reply to a save: the answer's new version and how far the team is now."""
    standing = results.standing_of(access.assessment)
    # Somebody may have written on top of this save since: it was repeated, or they were very quick.
    overtaken = not saved.changed or standing[saved.code].version != saved.answer.version
    answer = saved.answer.given(saved.code, saved.evidence)
    if overtaken:
        answer = results.answers_of(access.assessment)[saved.code]
    areas = {
        area.code: {
            "answered": sum(standing[question.code].answered for question in area.questions),
            "questions": len(area.questions),
        }
        for area in results.rubric_of(access.assessment).areas
    }
    document: dict[str, Any] = {
        "version": answer.version,
        "rendered": fingerprint_of(answer),
        "changed": saved.changed,
        "status": status_text(answer),
        "answered": sum(area["answered"] for area in areas.values()),
        "questions": sum(area["questions"] for area in areas.values()),
        "areas": areas,
    }
    return document | {"stored": _content(answer)} if overtaken else document


def _content(answer: GivenAnswer) -> dict[str, Any]:
    """What the fields of an answer hold."""
    return {
        "choice": stored_choice(answer),
        "reason": answer.reason,
        "rationale": answer.rationale,
        "evidence": [{"title": link.title, "url": link.url} for link in answer.evidence],
    }


def conflict_document(rubric: Rubric, conflict: actions.Conflict) -> dict[str, Any]:
    """The reply to a save on an answer that someone else has changed since: theirs, to be shown beside mine."""
    theirs = conflict.theirs.given(conflict.theirs.question.code, conflict.evidence)
    shown: Side = side(rubric, theirs)
    return {
        "error": str(conflict),
        "version": theirs.version,
        "rendered": fingerprint_of(theirs),
        "status": status_text(theirs),
        "theirs": {
            **_content(theirs),
            "choice_text": shown.choice_text,
            "by": shown.by,
            "at": shown.at,
        },
    }
