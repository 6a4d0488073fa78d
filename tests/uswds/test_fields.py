"""Each kind of field: its name, its description, its value and its error reach assistive technology."""

import datetime
from typing import Any

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.uswds.markup import Element, parse, render

HOSTILE = "\"'><script>alert(1)</script>&amp;</textarea>"
CHOICES = [("a", "Alerts"), ("b", "Backups")]


def form_of(field: forms.Field, data: dict[str, Any] | None = None, **kwargs: Any) -> forms.Form:
    return type("OneFieldForm", (forms.Form,), {"thing": field})(data, **kwargs)


def shown(field: forms.Field, data: dict[str, Any] | None = None, **kwargs: Any) -> Element:
    return render(form_of(field, data, **kwargs))


def HttpsField(**options: Any) -> forms.URLField:  # noqa: N802 (stands in a row with classes)
    return forms.URLField(assume_scheme="https", **options)


INPUTS = [
    (forms.CharField, "text", "usa-input"),
    (forms.EmailField, "email", "usa-input"),
    (HttpsField, "url", "usa-input"),
    (forms.IntegerField, "number", "usa-input"),
    (lambda **options: forms.CharField(widget=forms.PasswordInput, **options), "password", "usa-input"),
    (lambda **options: forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **options), "date", "usa-input"),
    (forms.FileField, "file", "usa-file-input"),
]


@pytest.mark.parametrize(("field", "kind", "css"), INPUTS)
class TestInputs:
    def test_the_label_names_the_input(self, field: Any, kind: str, css: str) -> None:
        page = shown(field(label="Team", required=False))
        control = page.one("input", type=kind)
        assert page.label_of(control) == "Team"
        assert css in control.classes

    def test_the_hint_describes_the_input(self, field: Any, kind: str, css: str) -> None:
        page = shown(field(help_text="As your agency names it."))
        assert page.description_of(page.one("input", type=kind)) == "As your agency names it."

    def test_a_required_one_says_so(self, field: Any, kind: str, css: str) -> None:
        page = shown(field(label="Team"))
        assert "required" in page.one("input", type=kind).attrs
        assert page.one("label").one("abbr")["title"] == "required"

    def test_an_optional_one_has_no_mark_and_no_note(self, field: Any, kind: str, css: str) -> None:
        page = shown(field(required=False))
        assert "required" not in page.one("input", type=kind).attrs
        assert page.all("abbr") == []

    def test_an_error_describes_the_input_after_the_hint(self, field: Any, kind: str, css: str) -> None:
        page = shown(field(help_text="Hint."), {})
        control = page.one("input", type=kind)
        assert page.description_of(control) == "Hint. Error: This field is required."
        assert control["aria-invalid"] == "true"
        assert "usa-input--error" in control.classes
        assert page.one(css="usa-form-group--error")


class TestTextArea:
    def test_the_limit_stands_there_without_a_script(self) -> None:
        page = shown(forms.CharField(widget=forms.Textarea, max_length=300, help_text="Hint."))
        area = page.one("textarea")
        assert area["maxlength"] == "300"
        assert page.description_of(area) == "Hint. You can enter up to 300 characters"
        assert "usa-character-count__field" in area.classes

    def test_one_without_limit_has_no_count(self) -> None:
        page = shown(forms.CharField(widget=forms.Textarea))
        assert page.all(css="usa-character-count") == []
        assert "usa-textarea" in page.one("textarea").classes

    def test_the_error_is_described_before_the_limit(self) -> None:
        page = shown(forms.CharField(widget=forms.Textarea, max_length=3), {"thing": "four"})
        description = page.description_of(page.one("textarea"))
        assert description.startswith("Error: Ensure this value has at most 3 characters")
        assert description.endswith("You can enter up to 3 characters")

    def test_the_text_is_kept_to_the_letter(self) -> None:
        text = f"one\n\n  two {HOSTILE}"
        page = shown(forms.CharField(widget=forms.Textarea, max_length=2), {"thing": text})
        assert page.one("textarea").raw.removeprefix("\n").removesuffix("\n") == text
        assert page.all("script") == []

    def test_rendering_again_repeats_nothing(self) -> None:
        form = form_of(forms.CharField(widget=forms.Textarea, max_length=300, help_text="Hint."))
        first = render(form).one("textarea").attrs
        assert render(form).one("textarea").attrs == first


class TestSelect:
    def test_it_keeps_the_choice(self) -> None:
        page = shown(forms.ChoiceField(choices=CHOICES, label="Topic"), {"thing": "b"})
        select = page.one("select")
        assert page.label_of(select) == "Topic *"
        assert "usa-select" in select.classes
        assert [option["value"] for option in select.all("option") if "selected" in option.attrs] == ["b"]

    def test_its_error_describes_it(self) -> None:
        page = shown(forms.ChoiceField(choices=CHOICES), {"thing": "z"})
        assert "is not one of the available choices" in page.description_of(page.one("select"))


GROUPS = [
    (lambda **options: forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect, **options), "radio"),
    (
        lambda **options: forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple, **options),
        "checkbox",
    ),
]


@pytest.mark.parametrize(("field", "kind"), GROUPS)
class TestGroups:
    def test_the_legend_is_the_question_and_each_option_has_its_label(self, field: Any, kind: str) -> None:
        page = shown(field(label="Topics", required=False))
        group = page.one("fieldset")
        assert group.one("legend").text == "Topics"
        assert [page.label_of(option) for option in group.all("input", type=kind)] == ["Alerts", "Backups"]

    def test_hint_and_error_describe_the_group(self, field: Any, kind: str) -> None:
        page = shown(field(help_text="Hint."), {})
        assert page.description_of(page.one("fieldset")) == "Hint. Error: This field is required."

    def test_the_choice_is_kept(self, field: Any, kind: str) -> None:
        page = shown(field(), {"thing": ["b"] if kind == "checkbox" else "b"})
        assert [option["value"] for option in page.all("input", type=kind) if "checked" in option.attrs] == ["b"]

    def test_the_summary_links_to_the_first_option(self, field: Any, kind: str) -> None:
        page = shown(field(), {})
        assert page.one("a")["href"] == "#id_thing_0"

    def test_they_are_tiles_unless_told_otherwise(self, field: Any, kind: str) -> None:
        helper = FormHelper()
        helper.use_tiles = False
        css = f"usa-{kind}__input--tile"
        assert len(shown(field()).all("input", css=css)) == 2
        assert render(form_of(field()), helper).all("input", css=css) == []

    def test_hostile_labels_are_text(self, field: Any, kind: str) -> None:
        made = field()
        made.choices = [(HOSTILE, HOSTILE)]
        page = shown(made)
        assert page.one("input", type=kind)["value"] == HOSTILE
        assert page.label_of(page.one("input", type=kind)) == HOSTILE


class TestCheckbox:
    def test_its_label_stands_behind_it(self) -> None:
        page = shown(forms.BooleanField(label="I have read the rules", help_text="They fit one page."))
        box = page.one("input", type="checkbox")
        assert page.label_of(box) == "I have read the rules *"
        assert page.description_of(box) == "They fit one page."
        assert page.all("fieldset") == []

    def test_it_stays_ticked(self) -> None:
        assert "checked" in shown(forms.BooleanField(), {"thing": "on"}).one("input", type="checkbox").attrs

    def test_its_error_describes_it(self) -> None:
        page = shown(forms.BooleanField(), {})
        assert page.description_of(page.one("input", type="checkbox")) == "Error: This field is required."


class TestFieldsOfSeveralInputs:
    def test_a_memorable_date_has_a_label_for_each_part(self) -> None:
        field = forms.DateField(label="Born", widget=forms.SelectDateWidget(years=[1999, 2000]), help_text="Hint.")
        page = shown(field, initial={"thing": datetime.date(2000, 2, 29)})
        group = page.one("fieldset")
        assert group.one("legend").text == "Born *"
        assert page.description_of(group) == "Hint."
        assert [page.label_of(part) for part in group.all("select")] == ["Month", "Day", "Year"]
        chosen = [option["value"] for option in group.all("option") if "selected" in option.attrs]
        assert chosen == ["2", "29", "2000"]

    def test_a_date_that_is_none_comes_back_as_typed(self) -> None:
        typed = {"thing_month": "2", "thing_day": "31", "thing_year": "2000"}
        page = shown(forms.DateField(widget=forms.SelectDateWidget(years=[2000])), typed)
        assert "Enter a valid date." in page.description_of(page.one("fieldset"))
        assert [option["value"] for option in page.all("option") if "selected" in option.attrs] == ["2", "31", "2000"]
        assert page.one("a")["href"] == "#id_thing_month"

    def test_its_parts_are_told_by_the_end_of_their_names(self) -> None:
        page = render(type("F", (forms.Form,), {"pay_day_month": forms.DateField(widget=forms.SelectDateWidget)})())
        assert [page.label_of(part) for part in page.all("select")] == ["Month", "Day", "Year"]

    def test_date_and_time_are_named_apart(self) -> None:
        page = shown(forms.SplitDateTimeField(), {"thing_0": HOSTILE, "thing_1": "25:00"})
        parts = page.one("fieldset").all("input")
        assert [page.label_of(part) for part in parts] == ["Date", "Time"]
        assert [part["value"] for part in parts] == [HOSTILE, "25:00"]

    def test_any_other_parts_are_numbered(self) -> None:
        class PairWidget(forms.MultiWidget):
            def decompress(self, value: Any) -> list[Any]:
                return [None, None]

        class Pair(forms.MultiValueField):
            widget = PairWidget([forms.TextInput, forms.TextInput])

        page = shown(Pair(fields=(forms.CharField(), forms.CharField())))
        assert [page.label_of(part) for part in page.one("fieldset").all("input")] == ["Part 1", "Part 2"]


class TestHostileText:
    @pytest.mark.parametrize("field", [forms.CharField, forms.EmailField, forms.IntegerField, HttpsField])
    def test_a_typed_value_comes_back_as_text(self, field: Any) -> None:
        page = shown(field(), {"thing": HOSTILE})
        (control,) = [element for element in page.all("input") if element["name"] == "thing"]
        assert control["value"] == HOSTILE
        assert page.all("script") == []

    def test_labels_and_errors_are_text(self) -> None:
        def refuse(value: str) -> None:
            raise forms.ValidationError(f"{value} won't do")

        page = shown(forms.CharField(label=HOSTILE, validators=[refuse]), {"thing": "<b>bold</b>"})
        assert page.all("script") == page.all("b") == []
        assert "<b>bold</b> won't do" in page.description_of(page.one("input", type="text"))

    def test_a_password_never_comes_back(self) -> None:
        page = shown(forms.CharField(widget=forms.PasswordInput, max_length=2), {"thing": "secret"})
        assert "value" not in page.one("input", type="password").attrs


def test_a_hidden_field_is_only_its_input() -> None:
    page = shown(forms.CharField(widget=forms.HiddenInput), initial={"thing": HOSTILE})
    assert page.one("input", name="thing")["value"] == HOSTILE
    assert page.all("label") == page.all(css="usa-form-group") == []


def test_a_file_that_is_stored_can_be_cleared() -> None:
    stored = SimpleUploadedFile("plan.pdf", b"x")
    stored.url = "#id_thing"  # type: ignore[attr-defined]
    page = shown(forms.FileField(required=False), initial={"thing": stored})
    assert page.label_of(page.one("input", type="checkbox")) == "Clear"


def test_labels_out_of_sight_still_name_the_inputs() -> None:
    helper = FormHelper()
    helper.form_show_labels = False
    page = render(form_of(forms.CharField(label="Team")), helper)
    assert page.label_of(page.one("input", type="text")) == "Team *"
    assert "usa-sr-only" in page.one("label").classes


def test_a_form_prefix_keeps_ids_apart() -> None:
    helper = FormHelper()
    helper.form_tag = False
    forms_on_one_page = [form_of(forms.CharField(), {}, prefix=prefix) for prefix in ("one", "two")]
    parse("".join(render_crispy_form(form, helper) for form in forms_on_one_page))
