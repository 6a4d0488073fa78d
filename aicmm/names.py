"""Names that people give, of people, teams, organizations and cycles: one line, as it stands on pages and paper."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:
    CharField = models.CharField


class NameFormField(forms.CharField):
    """A name as typed, made one line with single spaces."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class NameField(CharField):
    """A name in a table; every form made from the table, those of the admin too, tidies it."""

    def deconstruct(self) -> Any:
        """A CharField to migrations, since nothing of it is the database's."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": NameFormField, **kwargs})
