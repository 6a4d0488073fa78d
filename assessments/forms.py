"""What people type, checked and tidied."""

import hashlib
import json
import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, cast
from urllib.parse import urlsplit

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import QueryDict
from django.utils import timezone

from aicmm.names import NameFormField, is_unseen, says_nothing
from assessments.actions import AlreadyThere, AnswerEntry
from assessments.datatypes import EvidenceLink, GivenAnswer
from assessments.models import Assessment, Cycle, Invitation, Organization, Role, User
from assessments.models.assessment import EVIDENCE_LIMIT, REASON_LIMIT, TEXT_LIMIT
from assessments.scoring import NOT_APPLICABLE, UNKNOWN
from assessments.teams import similar_team
from rubric.datatypes import Rubric

LINE_LIMIT = 100
LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
WEB_LINK = URLValidator(schemes=["http", "https"])
URL_LIMIT = 1000
TITLE_LIMIT = 200


def tidy(text: str) -> str:
    """Text as it is stored: one kind of line end, no control characters, no space around it; empty where nobody sees
    anything of it. Within what is seen the unseen stays: some scripts are written with it."""
    tidied = CONTROL_CHARACTERS.sub("", LINE_ENDS.sub("\n", text)).strip()
    return "" if says_nothing(tidied) else tidied


def fingerprint(choice: str, reason: str, rationale: str, evidence: Sequence[EvidenceLink]) -> str:
    """A short digest of an answer's content: tells whether a posted answer differs from the one that was rendered."""
    texts = [choice, tidy(reason), tidy(rationale), [[tidy(link.title), tidy(link.url)] for link in evidence]]
    content = json.dumps(texts)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def stored_choice(answer: GivenAnswer) -> str:
    return "" if answer.choice is None else str(answer.choice)


def fingerprint_of(answer: GivenAnswer) -> str:
    return fingerprint(stored_choice(answer), answer.reason, answer.rationale, answer.evidence)


class TidyTextField(forms.CharField):
    """Multi-line text with a cap on characters and lines, since a report prints all of it.

    What is longer is refused with a sentence. A browser that knew the cap would cut what is pasted, without a word.
    """

    widget = forms.Textarea

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit = limit
        self.widget.attrs["data-limit"] = str(limit)

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.limit:
            raise ValidationError(f"This has {len(value)} characters; the most that fits is {self.limit}.")
        lines = value.count("\n") + 1
        if lines > LINE_LIMIT:
            raise ValidationError(f"This has {lines} lines; the most that fits is {LINE_LIMIT}.")


class AnswerForm(forms.Form):
    """One question's group of fields, prefixed with its code; evidence comes as repeated title and url fields.

    Its button "Clear this answer" takes the choice back, whatever tile is chosen.
    """

    choice = forms.ChoiceField(required=False)
    reason = TidyTextField(required=False, limit=REASON_LIMIT)
    rationale = TidyTextField(required=False, limit=TEXT_LIMIT)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    rendered = forms.CharField(required=False, max_length=16)
    save_id = forms.UUIDField(required=False)

    def __init__(self, data: QueryDict, *, code: str, rubric: Rubric) -> None:
        if f"{code}-clear" in data:
            data = data.copy()
            data[f"{code}-choice"] = ""
        super().__init__(data, prefix=code)
        numbers = [str(level.number) for level in rubric.levels]
        choice = cast(forms.ChoiceField, self.fields["choice"])
        choice.choices = [(value, value) for value in ["", *numbers, UNKNOWN, NOT_APPLICABLE]]
        choice.error_messages["invalid_choice"] = (
            f"Choose a level from {numbers[0]} to {numbers[-1]}, “Don't know” or “Not applicable”."
        )
        self.code = code
        self.posted = data

    @property
    def sends_evidence(self) -> bool:
        return not self.posted.keys().isdisjoint((f"{self.code}-evidence-title", f"{self.code}-evidence-url"))

    def typed_evidence(self) -> tuple[EvidenceLink, ...]:
        """The evidence rows as typed, tidied; empty rows left out."""
        titles = [tidy(text) for text in self.posted.getlist(f"{self.code}-evidence-title")]
        urls = [tidy(text) for text in self.posted.getlist(f"{self.code}-evidence-url")]
        rows = zip_longest(titles, urls, fillvalue="")
        return tuple(EvidenceLink(title, url) for title, url in rows if title or url)

    def typed(self, name: str) -> str:
        """A field's text as typed, tidied, whether valid or not."""
        return tidy(self.posted.get(f"{self.code}-{name}", ""))

    @property
    def typed_choice(self) -> str:
        """The choice as posted, empty where it is none of this question's."""
        typed = self.typed("choice")
        return typed if cast(forms.ChoiceField, self.fields["choice"]).valid_value(typed) else ""

    @property
    def is_absent(self) -> bool:
        """Whether the page that was posted didn't have this question."""
        return f"{self.code}-version" not in self.posted

    @property
    def seen_version(self) -> int:
        """The version the page was made from, for a page that has to be shown again; 0 where that is unreadable."""
        version = self.cleaned_data.get("version")
        return version if isinstance(version, int) else 0

    @property
    def is_untouched(self) -> bool:
        """Whether what came back is what had been rendered."""
        typed = fingerprint(self.typed("choice"), self.typed("reason"), self.typed("rationale"), self.typed_evidence())
        return self.posted.get(f"{self.code}-rendered") == typed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # A page always sends both, empty or not. A choice may be missing: of tiles none need be chosen.
        for name in ("reason", "rationale"):
            if f"{self.code}-{name}" not in self.posted:
                self.add_error(name, "This text didn't arrive, so nothing was saved. Send it again.")
        if cleaned.get("choice") == NOT_APPLICABLE:
            if "reason" in cleaned and not cleaned["reason"]:
                self.add_error("reason", "Say why this question doesn't apply to you.")
        elif cleaned.get("reason") and not self.typed("choice"):
            self.add_error("reason", "Choose “Not applicable” as well, or take the reason out.")
        elif "reason" in cleaned:
            cleaned["reason"] = ""
        try:
            cleaned["evidence"] = self._clean_evidence() if self.sends_evidence else None
        except ValidationError as error:
            self.add_error(None, error)
        return cleaned

    def _clean_evidence(self) -> tuple[EvidenceLink, ...]:
        rows = self.typed_evidence()
        if len(rows) > EVIDENCE_LIMIT:
            raise ValidationError(f"There are {len(rows)} links; the most that fits is {EVIDENCE_LIMIT}.")
        return tuple(self._clean_link(row) for row in rows)

    @staticmethod
    def _clean_link(row: EvidenceLink) -> EvidenceLink:
        if not row.url:
            raise ValidationError(f"Add the web address of “{row.title}”.")
        if len(row.url) > URL_LIMIT:
            raise ValidationError(f"This web address is longer than {URL_LIMIT} characters.")
        try:
            WEB_LINK(row.url)
        except ValidationError:
            raise ValidationError(
                f"“{row.url}” is no web address: it starts with https:// or http:// and names a site in full, such as"
                " https://example.gov/plan."
            ) from None
        if "@" in urlsplit(row.url).netloc:
            raise ValidationError(
                f"“{row.url}” has a name before an @ in it. Leave that out: it hides where a link leads."
            )
        if any(map(is_unseen, row.url)):
            shown = "".join("\ufffd" if is_unseen(letter) else letter for letter in row.url)
            raise ValidationError(
                f"“{shown}” has a character in it that nobody sees. Type the address instead of pasting it:"
                " it hides where a link leads."
            )
        if len(row.title) > TITLE_LIMIT:
            raise ValidationError(f"A link's title can have {TITLE_LIMIT} characters; this one has {len(row.title)}.")
        scheme, rest = row.url.split(":", 1)
        return EvidenceLink(row.title or urlsplit(row.url).netloc[:TITLE_LIMIT], f"{scheme.lower()}:{rest}")

    @property
    def keeps_theirs(self) -> bool:
        """Whether, shown two texts, the person chose the one that is stored."""
        return self.posted.get(f"{self.code}-keep") == "theirs"

    @property
    def messages(self) -> dict[str, list[str]]:
        """Error sentences by the field they stand at."""
        return {
            ("evidence" if name == "__all__" else name): [str(error) for error in errors]
            for name, errors in self.errors.items()
        }

    @property
    def entry(self) -> AnswerEntry:
        """What was typed, once valid."""
        cleaned = self.cleaned_data
        return AnswerEntry(cleaned["choice"], cleaned["reason"], cleaned["rationale"], cleaned["evidence"])


def _helper(label: str, *fields: str, form_tag: bool = True) -> FormHelper:
    """How a form is laid out: all of its fields, or those that are named."""
    helper = FormHelper()
    if fields:
        helper.layout = Layout(*fields)
    helper.form_tag = form_tag
    helper.disable_csrf = not form_tag
    helper.attrs = {"novalidate": True}
    helper.add_input(Submit("submit", label))
    return helper


class TeamForm(forms.Form):
    """A team's name. One that is similar to another's in the cycle is taken only with `another` ticked."""

    team = NameFormField(
        max_length=100,
        error_messages={"required": "Name the team."},
        help_text="The team as your agency names it, such as “Grid Analytics”. It stands on the scorecard.",
    )
    another = forms.BooleanField(required=False)

    similar: Assessment | None = None
    """The assessment of a team with a similar name; it may be taken all the same."""
    existing: Assessment | None = None
    """The assessment of a team with this very name; it can't be taken."""

    def warn_of_similar(self, organization: Organization, cycle: Cycle, *, besides: Assessment | None = None) -> None:
        """Refuse the name until the person has said that it is meant."""
        team, meant = self.cleaned_data.get("team"), self.cleaned_data.pop("another", False)
        if not team:
            return
        similar = None if meant else similar_team(organization, cycle, team, besides=besides)
        if similar and similar.team.lower() != team.lower():
            self.similar = similar
            self.add_error("team", f"{similar.team} has a similar name and has an assessment for {cycle}.")

    def refuse_name(self, refusal: AlreadyThere) -> None:
        """The action found the very name taken."""
        self.existing = refusal.existing
        self.add_error("team", f"{refusal} Open that one, or choose another name.")


class RenameForm(TeamForm):
    """Another name for an assessment's team."""

    helper = _helper("Change the name", "team", form_tag=False)

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"team": assessment.team}} | kwargs)
        self.assessment = assessment

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.warn_of_similar(self.assessment.organization, self.assessment.cycle, besides=self.assessment)
        return cleaned


class StartForm(TeamForm):
    """A new assessment: for which organization, which team, which cycle."""

    organization = forms.ModelChoiceField(Organization.objects.none())
    cycle = forms.ModelChoiceField(Cycle.objects.none(), help_text="The period this assessment speaks for.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        led = Organization.objects.filter(memberships__user=user, memberships__role=Role.LEAD)
        cycles = Cycle.objects.filter(starts_on__lte=timezone.localdate())
        self._choose("organization", led)
        self._choose("cycle", cycles)
        self.helper = _helper("Start the assessment", "organization", "team", "cycle", form_tag=False)

    def _choose(self, name: str, queryset: Any) -> None:
        field = cast("forms.ModelChoiceField[Any]", self.fields[name])
        field.queryset = queryset
        field.initial = field.initial or queryset.first()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        organization, cycle = cleaned.get("organization"), cleaned.get("cycle")
        if organization and cycle:
            self.warn_of_similar(organization, cycle)
        return cleaned


class InviteForm(forms.Form):
    """Someone new in an organization."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    role = forms.ChoiceField(choices=Role, initial=Role.CONTRIBUTOR)

    helper = _helper("Invite", form_tag=False)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


RULES_TO_CHOOSE_BY = (
    "At least 12 characters, not only digits, no password that many people use, and nothing like your name or e-mail"
    " address."
)
"""What `AUTH_PASSWORD_VALIDATORS` ask for, told before somebody chooses."""


class JoinForm(forms.Form):
    """A new person's name and password."""

    name = NameFormField(
        label="Your name",
        max_length=150,
        help_text="As it stands on the scorecards you work on.",
        error_messages={"required": "Write your name."},
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=RULES_TO_CHOOSE_BY,
    )

    helper = _helper("Join")

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, User(email=self.invitation.email, name=self.cleaned_data.get("name", "")))
        return password


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=Role)
