"""What was typed into a page and could not be taken, since its person was signed out or had signed in again.

It is handed back, to be copied or sent once more: a browser without a script would have lost it.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from assessments import results
from assessments.access import is_signed_in
from assessments.cards import choice_text
from assessments.datatypes import EvidenceLink
from assessments.forms import AnswerForm
from assessments.models import Assessment
from rubric.datatypes import Question, Rubric
from rubric.models import Rubric as Rubrics
from rubric.models import newest_published


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """A question with what was typed for it. `fields` are names and values as they were posted, to be sent again."""

    number: int
    text: str
    choice_text: str
    reason: str
    rationale: str
    evidence: tuple[EvidenceLink, ...]
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TypedNote:
    """What a reviewer typed, and what it is said of."""

    about: str
    text: str


NOT_KEPT = ("csrfmiddlewaretoken", "act")


def unsaved_review(request: HttpRequest) -> dict[str, Any]:
    """What the page prints that hands a reviewer's notes back; empty where there are none.

    It shows whoever posts what they sent themselves, beside the names of areas, which are public.
    """
    posted = request.POST
    rubric = newest_published().to_datatypes()
    notes = [TypedNote("Comment to the team", posted.get("comment", ""))]
    for area in rubric.areas:
        level = posted.get(f"level-{area.code}", "")
        notes.append(TypedNote(f"{area.name}, level", f"Level {level}" if level else ""))
        notes.append(TypedNote(f"{area.name}, why", posted.get(f"reason-{area.code}", "")))
        for number, question in enumerate(area.questions, start=1):
            about = f"{area.name}, question {number}"
            notes.append(TypedNote(about, posted.get(f"text-{question.code}", "")))
            notes.append(TypedNote(about, "Ask for evidence" if f"evidence-{question.code}" in posted else ""))
    typed = [note for note in notes if note.text.strip()]
    if not typed:
        return {}
    here = request.get_full_path()
    return {
        "typed": typed,
        "fields": [(name, posted[name]) for name in posted if name not in NOT_KEPT],
        "here": here,
        "sign_in": _sign_in(request, here),
    }


def unsaved_page(request: HttpRequest, pk: UUID, area_code: str) -> dict[str, Any]:
    """What the page prints that hands back what was typed; empty where nothing was, or there is no such area.

    It asks nothing of who posts: it shows what they sent themselves, and the model's questions, which are public.
    """
    rubric = _rubric(pk)
    area = rubric.area_by_code.get(area_code) if rubric else None
    if rubric is None or area is None:
        return {}
    questions = enumerate(area.questions, start=1)
    typed = [found for number, question in questions if (found := _typed(rubric, question, number, request.POST))]
    if not typed:
        return {}
    here = reverse("area", args=[pk, area_code])
    return {
        "area": area,
        "typed": typed,
        "here": here,
        "sign_in": _sign_in(request, here),
        "then": request.POST.get("then", "stay"),
    }


def _sign_in(request: HttpRequest, here: str) -> str | None:
    """Where to sign in and come back from; None for whoever is signed in."""
    return None if is_signed_in(request.user) else f"{reverse('account_login')}?{urlencode({'next': here})}"


def _rubric(pk: UUID) -> Rubric | None:
    """The rubric whose questions were answered; the newest for an assessment that isn't there; None before any."""
    assessment = Assessment.objects.select_related("rubric__publication").filter(pk=pk).first()
    if assessment:
        return results.rubric_of(assessment)
    try:
        return newest_published().to_datatypes()
    except Rubrics.DoesNotExist:
        return None


def _typed(rubric: Rubric, question: Question, number: int, posted: QueryDict) -> TypedAnswer | None:
    form = AnswerForm(posted, code=question.code, rubric=rubric)
    if form.is_absent or form.is_untouched:
        return None
    return TypedAnswer(
        number=number,
        text=question.text,
        choice_text=choice_text(rubric, form.typed_choice),
        reason=form.typed("reason"),
        rationale=form.typed("rationale"),
        evidence=form.typed_evidence(),
        fields=_fields(posted, f"{question.code}-"),
    )


def _fields(posted: QueryDict, prefix: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, values in posted.lists() if name.startswith(prefix) for value in values)
