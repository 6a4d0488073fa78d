"""What people give to have a scorecard checked: its code, or the PDF itself."""

import re
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.core.exceptions import ValidationError

from assessments.verifying import MOST_FILE

CODE = re.compile(r"[0-9A-Z]{12}")


class CodeForm(forms.Form):
    """A seal's code, typed in any case, with hyphens or spaces or without."""

    code = forms.CharField(
        label="Code of the seal",
        max_length=40,
        help_text="Three groups of four letters and digits, such as 7QX2-M0PA-9D4T.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": "Type the code that is printed on the scorecard."},
    )

    helper = FormHelper()
    helper.form_tag = False
    helper.form_hide_required_note = True
    helper.disable_csrf = True
    helper.layout = Layout("code")
    helper.add_input(Submit("", "Check the code", css_class="usa-button--outline"))

    def clean_code(self) -> str:
        """As it is printed."""
        letters = re.sub(r"[\s_-]+", "", str(self.cleaned_data["code"])).upper()
        if not CODE.fullmatch(letters):
            raise ValidationError("A code has three groups of four letters and digits. Compare it with the scorecard.")
        return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


class PaperForm(forms.Form):
    """A PDF, as it was downloaded."""

    paper = forms.FileField(
        label="PDF",
        help_text="Choose the file, or drop it here. Up to 10 MiB. It is read once and not kept.",
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={"required": "Choose a PDF.", "empty": "The file is empty. Choose another one."},
    )

    helper = FormHelper()
    helper.form_tag = False
    helper.form_hide_required_note = True
    helper.disable_csrf = True
    helper.layout = Layout("paper")
    helper.add_input(Submit("", "Check the PDF"))

    def clean_paper(self) -> bytes:
        """The whole content."""
        file: Any = self.cleaned_data["paper"]
        if file.size > MOST_FILE:
            raise ValidationError("The file has more than 10 MiB. No PDF that is made here has.")
        content: bytes = file.read()
        return content
