"""What a lead fills in to share a submission, and what whoever holds the link does to open it."""

from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from aicmm.names import NameFormField
from assessments.datatypes import Submission
from assessments.models.sharing import LONGEST_DAYS
from assessments.reports import printed_date

DAYS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (LONGEST_DAYS, "A year"))
FIGURES, TEXTS = "figures", "texts"
CHOOSE_ANOTHER = "Choose another one: at least 12 characters, not only digits, and nothing that many people use."
MOST_LETTERS = 200
"""Of a passphrase: hashing a longer one would take time."""


class ShareForm(forms.Form):
    """A new link. The choice of a submission is there where there are several."""

    label = NameFormField(
        label="For whom",
        max_length=100,
        help_text="Such as “Inspector General's office”. Only you and your colleagues see it.",
        error_messages={"required": "Say who the link is for."},
    )
    submission = forms.TypedChoiceField(
        coerce=int, help_text="The link shows this one for good, also when you submit again."
    )
    shows_texts = forms.TypedChoiceField(
        label="What it shows",
        choices=[
            (
                FIGURES,
                "Figures only: levels, how they come about, next steps. No names, nothing that people wrote.",
            ),
            (TEXTS, "All of the scorecard: also rationales, evidence, comments and names, and the PDF."),
        ],
        coerce=lambda value: value == TEXTS,
        initial=FIGURES,
        widget=forms.RadioSelect,
    )
    days = forms.TypedChoiceField(label="How long it works", choices=DAYS, coerce=int, initial=30)
    passphrase = forms.CharField(
        label="Passphrase",
        required=False,
        max_length=MOST_LETTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="If you want one: at least 12 characters, such as four words. Tell it by another way than the link.",
    )

    def __init__(self, *args: Any, submissions: tuple[Submission, ...], chosen: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        field = cast(forms.ChoiceField, self.fields["submission"])
        field.choices = [(one.sequence, _told(one)) for one in submissions]
        field.initial = chosen.sequence
        if len(submissions) == 1:
            del self.fields["submission"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {"submission": self.chosen.sequence} | cleaned

    def clean_passphrase(self) -> str:
        passphrase = str(self.cleaned_data["passphrase"])
        if passphrase:
            try:
                validate_password(passphrase)
            except ValidationError:
                raise ValidationError(CHOOSE_ANOTHER) from None
        return passphrase


def _told(submission: Submission) -> str:
    return f"Submission {submission.sequence}, sealed on {printed_date(submission.sealed_at)}"


class PassphraseForm(forms.Form):
    """What opens a link that has a passphrase."""

    passphrase = forms.CharField(
        max_length=MOST_LETTERS,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type the passphrase."},
    )
