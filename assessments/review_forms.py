"""What a reviewer types on the review page: a level per area, a comment per answer, one for all, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from aicmm.names import NameFormField
from assessments.actions import AreaEntry, CommentEntry, ReviewEntry, Seen
from assessments.forms import TidyTextField
from assessments.models import Review
from assessments.models.assessment import TEXT_LIMIT
from assessments.models.reviewing import COMMENT_LIMIT, QUERY_LIMIT, TOO_MANY_FILTERS
from assessments.wording import question_name
from rubric.datatypes import Rubric

SAVE, ACCEPT, RETURN = "save", "accept", "return"


@dataclass(frozen=True, slots=True)
class Differing:
    """A field of which something else is saved than was typed: both in words, and where on the page it stands."""

    name: str
    href: str
    saved: str
    typed: str


class ReviewForm(forms.Form):
    """A whole review. Fields are named `level-<area>`, `reason-<area>`, `text-<question>` and `evidence-<question>`."""

    comment = TidyTextField(
        label="Comment to the team",
        required=False,
        limit=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4, "aria-describedby": "comment-help"}),
    )
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    seal = forms.CharField(max_length=64, required=False)

    differing: tuple[Differing, ...] = ()
    """What another window saved beside what is typed here, once the form was refused for it."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        rubric: Rubric,
        claimed: Mapping[str, int | None],
        noted: Review | None = None,
        seal: str = "",
        asks: bool = True,
    ) -> None:
        """`claimed` are the areas' levels by code; `noted` fills the fields in; `seal` is the digest judged on.

        Without `asks` there is no `evidence-<question>`, since no team would see it.
        """
        super().__init__(data, initial=_initial(noted) | {"seal": seal})
        self.claimed = claimed
        self.rubric = rubric
        levels = [("", "No level chosen"), *((str(level.number), str(level)) for level in rubric.levels)]
        for area in rubric.areas:
            self.fields[f"level-{area.code}"] = forms.ChoiceField(
                label=f"{area.name}, level", choices=levels, required=False
            )
            self.fields[f"reason-{area.code}"] = _short_text(f"{area.name}, reason")
            for question in area.questions:
                name = question_name(rubric, question.code)
                self.fields[f"text-{question.code}"] = _short_text(f"{name}, comment")
                if asks:
                    self.fields[f"evidence-{question.code}"] = forms.BooleanField(
                        label=f"{name}, evidence", required=False
                    )

    def level_of(self, area: str) -> forms.BoundField:
        return self[f"level-{area}"]

    def reason_of(self, area: str) -> forms.BoundField:
        return self[f"reason-{area}"]

    def text_of(self, question: str) -> forms.BoundField:
        return self[f"text-{question}"]

    def evidence_of(self, question: str) -> forms.BoundField | None:
        name = f"evidence-{question}"
        return self[name] if name in self.fields else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for area in self.rubric.areas:
            level, reason = cleaned.get(f"level-{area.code}"), cleaned.get(f"reason-{area.code}")
            if level and int(level) != self.claimed[area.code] and reason == "":
                sentence = f"Say why {area.name} is not at the level that is claimed."
                self.add_error(f"reason-{area.code}", ValidationError(sentence))
            if reason and level == "":
                self.add_error(f"level-{area.code}", ValidationError(f"Choose the level that {area.name} is at."))
        return cleaned

    @property
    def entry(self) -> ReviewEntry:
        """What was typed, once valid."""
        cleaned = self.cleaned_data
        areas = {
            area.code: AreaEntry(int(cleaned[f"level-{area.code}"]), cleaned[f"reason-{area.code}"])
            for area in self.rubric.areas
            if cleaned[f"level-{area.code}"]
        }
        comments = {
            code: CommentEntry(cleaned[f"text-{code}"], cleaned.get(f"evidence-{code}", False))
            for code in self.rubric.question_by_code
            if cleaned[f"text-{code}"] or cleaned.get(f"evidence-{code}")
        }
        return ReviewEntry(cleaned["comment"], areas, comments)

    @property
    def seen(self) -> Seen:
        """What the page that was sent had shown."""
        return Seen(self.cleaned_data["seal"], self.cleaned_data["version"] or 0)

    @property
    def says_more(self) -> bool:
        """Whether the fields were sent, and anything in them isn't what is noted."""
        return "seal" in self.data and bool(self._unlike_noted)

    @property
    def _unlike_noted(self) -> list[str]:
        """The fields that hold something else than is noted."""
        return [name for name in self.changed_data if name not in ("seal", "version")]

    def go_on_from(self, seal: str, noted: Review | None) -> None:
        """Let what was typed be sent again, now that its writer is told, and shown, what came in between."""
        if noted:
            self.differing = tuple(self._differing(name) for name in self._unlike_noted)
        again = cast(QueryDict, self.data).copy()
        again["seal"], again["version"] = seal, str(noted.version if noted else 0)
        self.data = again

    def _differing(self, name: str) -> Differing:
        field = self[name]
        saved, typed = (_words(field.field, value) for value in (field.initial, self.cleaned_data[name]))
        return Differing(str(field.label), f"#{field.id_for_label}", saved, typed)

    @property
    def problems(self) -> list[dict[str, str]]:
        """What is wrong, each with a link to its field, for the head of the page."""
        return [
            {"text": str(message), "href": "" if name == "__all__" else f"#{self[name].id_for_label}"}
            for name, messages in self.errors.items()
            for message in messages
        ]


def _short_text(label: str) -> TidyTextField:
    return TidyTextField(label=label, required=False, limit=COMMENT_LIMIT, widget=forms.Textarea(attrs={"rows": 2}))


def _words(field: forms.Field, value: Any) -> str:
    """What a field holds, as a person reads it."""
    if isinstance(field, forms.BooleanField):
        return "Asked for" if value else "Not asked for"
    if isinstance(field, forms.ChoiceField):
        return str(dict(cast(Any, field.choices))[value or ""])
    return value or "Nothing"


def _initial(noted: Review | None) -> dict[str, Any]:
    if noted is None:
        return {"version": 0}
    initial: dict[str, Any] = {"comment": noted.comment, "version": noted.version}
    for row in noted.areas.all():
        initial |= {f"level-{row.area}": str(row.validated_level), f"reason-{row.area}": row.reason}
    for said in noted.answer_comments.all():
        initial |= {f"text-{said.question}": said.text, f"evidence-{said.question}": said.wants_evidence}
    return initial


class SavedSearchForm(forms.Form):
    """A name for the way the list is narrowed now; `query` as the browser had it, tidied to known characters."""

    name = NameFormField(max_length=60, error_messages={"required": "Give the search a name."})
    query = forms.CharField(
        max_length=QUERY_LIMIT,
        error_messages={"required": "Choose a filter first, then keep the search.", "max_length": TOO_MANY_FILTERS},
    )

    def clean_query(self) -> str:
        return QueryDict(self.cleaned_data["query"]).urlencode()
