"""Names that people give, of people, teams, organizations and cycles: one line, as it stands on pages and paper."""

import re
from typing import TYPE_CHECKING, Any
from unicodedata import category

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:
    CharField = models.CharField

_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""What nobody sees though it counts as a letter or a mark: fillers, an empty Braille cell, variants of a character."""


def is_unseen(character: str) -> bool:
    """Whether nobody sees this character, and it isn't a space."""
    return category(character) in ("Cc", "Cf") or _BLANK.match(character) is not None


def says_nothing(text: str) -> bool:
    """Whether there is nothing in a text that anybody sees."""
    return all(character.isspace() or is_unseen(character) for character in text)


def validate_name(name: str) -> None:
    """Refuse what nobody sees: by it two names look the same, one looks like none, or text is turned round."""
    for character in name:
        if is_unseen(character):
            raise ValidationError(
                f"There is a character in it that nobody sees (U+{ord(character):04X}). Type it instead of pasting it."
            )


class NameFormField(forms.CharField):
    """A name as typed, made one line with single spaces."""

    default_validators = [validate_name]

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class NameField(CharField):
    """A name in a table; every form made from the table, those of the admin too, tidies it."""

    default_validators = [validate_name]

    def deconstruct(self) -> Any:
        """A CharField to migrations, since nothing of it is the database's."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": NameFormField, **kwargs})
