"""The form around the fields: its summary of errors, its tag, its buttons, its layouts and formsets."""

from typing import Any

import pytest
from crispy_forms.bootstrap import (
    Accordion,
    AccordionGroup,
    Alert,
    AppendedText,
    FieldWithButtons,
    FormActions,
    InlineRadios,
    PrependedText,
    StrictButton,
    UneditableField,
)
from crispy_forms.helper import FormHelper
from crispy_forms.layout import (
    HTML,
    Button,
    ButtonHolder,
    Column,
    Div,
    Field,
    Fieldset,
    Hidden,
    Layout,
    MultiField,
    Reset,
    Row,
    Submit,
)
from django import forms
from django.template import Context, Template

from tests.uswds.markup import parse, render


class PlanForm(forms.Form):
    team = forms.CharField(help_text="As your agency names it.")
    note = forms.CharField(required=False)
    role = forms.ChoiceField(choices=[("l", "Lead"), ("v", "Viewer")], widget=forms.RadioSelect)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        if self.data.get("note") == "clash":
            self.add_error(None, "<b>Two</b> plans clash.")


def laid_out(*parts: Any) -> FormHelper:
    helper = FormHelper()
    helper.layout = Layout(*parts)
    return helper


class TestErrorSummary:
    def test_it_comes_first_and_can_take_focus(self) -> None:
        page = render(PlanForm({}))
        summary = page.one(role="alert")
        assert summary["tabindex"] == "-1"
        assert "data-error-summary" in summary.attrs
        assert page.by_id(summary["aria-labelledby"] or "").text == "There is a problem"

    def test_it_links_to_each_field_in_order(self) -> None:
        page = render(PlanForm({}))
        links = [(link["href"], link.text) for link in page.one(role="alert").all("a")]
        assert links == [
            ("#id_team", "Team: This field is required."),
            ("#id_role_0", "Role: This field is required."),
        ]

    def test_it_says_what_belongs_to_no_field_as_text(self) -> None:
        page = render(PlanForm({"team": "x", "role": "l", "note": "clash"}))
        summary = page.one(role="alert")
        assert "<b>Two</b> plans clash." in summary.text
        assert summary.all("a") == summary.all("b") == []

    def test_its_title_can_be_told(self) -> None:
        helper = FormHelper()
        helper.form_error_title = "Two things are open"
        assert render(PlanForm({}), helper).one("h2").text == "Two things are open"

    def test_there_is_none_without_errors(self) -> None:
        assert render(PlanForm()).all(role="alert") == []
        assert render(PlanForm({"team": "x", "role": "l"})).all(role="alert") == []

    def test_where_errors_are_not_shown_they_are_still_described(self) -> None:
        helper = FormHelper()
        helper.form_show_errors = False
        page = render(PlanForm({}), helper)
        assert page.all(role="alert") == page.all(css="usa-error-message") == []
        assert "This field is required." in page.description_of(page.one("input", type="text", name="team"))

    def test_the_filter_shows_the_same(self) -> None:
        page = parse(
            Template("{% load crispy_forms_tags %}{{ form|as_crispy_errors }}").render(Context({"form": PlanForm({})}))
        )
        assert len(page.one(role="alert").all("a")) == 2


class TestTag:
    def test_it_posts_with_a_token_and_leaves_validation_to_the_server(self) -> None:
        tag = render(PlanForm()).one("form")
        assert tag["method"] == "post"
        assert "novalidate" in tag.attrs
        assert tag.one("input", name="csrfmiddlewaretoken")["value"] == "token"

    def test_a_get_form_has_no_token(self) -> None:
        helper = FormHelper()
        helper.form_method = "get"
        page = render(PlanForm(), helper)
        assert page.one("form")["method"] == "get"
        assert page.all("input", name="csrfmiddlewaretoken") == []

    def test_attributes_arrive(self) -> None:
        helper = FormHelper()
        helper.form_id, helper.form_class, helper.form_action = "plan", "usa-form--large", "/plans/?a=1&b=2"
        helper.attrs = {"data-x": '"<', "hidden": True, "novalidate": False}
        tag = render(PlanForm(), helper).one("form")
        assert tag.classes == ["usa-form", "usa-form--large"]
        assert (tag["id"], tag["action"], tag["data-x"]) == ("plan", "/plans/?a=1&b=2", '"<')
        assert "hidden" in tag.attrs
        assert "novalidate" not in tag.attrs

    def test_files_need_their_encoding(self) -> None:
        class FileForm(forms.Form):
            plan = forms.FileField()

        assert render(FileForm()).one("form")["enctype"] == "multipart/form-data"
        assert "enctype" not in render(PlanForm()).one("form").attrs

    def test_there_can_be_none(self) -> None:
        helper = FormHelper()
        helper.form_tag = False
        assert render(PlanForm(), helper).all("form") == []

    def test_the_asterisk_is_explained_once(self) -> None:
        page = render(PlanForm())
        assert [note.text for note in page.all("p")] == ["Required fields are marked with an asterisk (*)."]
        helper = FormHelper()
        helper.form_hide_required_note = True
        assert render(PlanForm(), helper).all("p") == []


class TestButtons:
    def test_one_is_primary(self) -> None:
        helper = FormHelper()
        for button in (Submit("save", 'Save "it"', css_class="wide"), Button("back", "Back"), Reset("undo", "Undo")):
            helper.add_input(button)
        helper.add_input(Hidden("step", "2"))
        page = render(PlanForm(), helper)
        save = page.one("input", name="save")
        assert (save["type"], save["value"], save.classes) == ("submit", 'Save "it"', ["usa-button", "wide"])
        assert page.one("input", name="back").classes == ["usa-button", "usa-button--outline"]
        assert page.one("input", name="undo")["type"] == "reset"
        assert page.one("input", name="step")["type"] == "hidden"

    def test_layouts_hold_them(self) -> None:
        helper = laid_out("team", ButtonHolder(Submit("a", "A")), FormActions(Submit("b", "B"), css_id="row"))
        page = render(PlanForm(), helper)
        assert page.by_id("row").one("input")["value"] == "B"

    def test_a_strict_button_says_its_class(self) -> None:
        page = render(PlanForm(), laid_out("team", StrictButton("Go", css_class="usa-button")))
        assert "usa-button" in page.one("button").classes


class TestLayouts:
    def test_a_fieldset_has_a_legend(self) -> None:
        page = render(PlanForm(), laid_out(Fieldset("The team", "team", css_id="part")))
        assert page.by_id("part").tag == "fieldset"
        assert page.by_id("part").one("input", name="team")

    def test_rows_and_columns_are_the_grid(self) -> None:
        page = render(PlanForm(), laid_out(Row(Column("team"), Column("note")), Div(Field("role"), css_id="rest")))
        row = page.one(css="grid-row")
        assert [column.one("input")["name"] for column in row.all(css="tablet:grid-col")] == ["team", "note"]
        assert len(page.by_id("rest").all("input")) == 2

    def test_attributes_of_a_field_reach_the_input(self) -> None:
        page = render(PlanForm(), laid_out(Field("team", autocomplete="organization", wrapper_class="outer")))
        assert page.one("input", name="team")["autocomplete"] == "organization"
        assert "outer" in page.by_id("div_id_team").classes

    @pytest.mark.parametrize(("part", "css"), [
        (PrependedText("team", "@"), "usa-input-prefix"),
        (AppendedText("team", "@"), "usa-input-suffix"),
    ])  # fmt: skip
    def test_text_beside_an_input(self, part: Field, css: str) -> None:
        page = render(PlanForm({"role": "l"}), laid_out(part))
        assert page.one(css=css).text == "@"
        control = page.one("input", name="team")
        assert page.label_of(control) == "Team *"
        assert page.description_of(control) == "As your agency names it. Error: This field is required."

    def test_a_button_beside_an_input(self) -> None:
        page = render(PlanForm(), laid_out(FieldWithButtons("team", StrictButton("Go"))))
        assert page.label_of(page.one("input", name="team")) == "Team *"
        assert page.one("button").text == "Go"

    def test_inline_radios_are_a_group_too(self) -> None:
        assert render(PlanForm(), laid_out(InlineRadios("role"))).one("fieldset").one("legend").text == "Role *"

    def test_an_accordion_opens_without_a_script_and_where_the_error_is(self) -> None:
        groups = Accordion(AccordionGroup("One", "note"), AccordionGroup("Two", "team"))
        one, two = render(PlanForm({"role": "l"}), laid_out(groups)).all("details")
        assert [one.one("summary").text, two.one("summary").text] == ["One", "Two"]
        assert "open" in two.attrs

    def test_a_value_to_read_sends_nothing(self) -> None:
        page = render(PlanForm(initial={"team": "<Grid>"}), laid_out(UneditableField("team")))
        assert page.one("output").text == "<Grid>"
        assert page.all("input", name="team") == []

    def test_several_fields_under_one_legend(self) -> None:
        page = render(PlanForm(), laid_out(MultiField("Both", "team", "note")))
        assert page.one("fieldset").one("legend").text == "Both"
        assert len(page.one("fieldset").all("input")) == 2

    def test_an_alert_and_markup_of_ones_own(self) -> None:
        page = render(PlanForm(), laid_out(Alert("<strong>Look</strong> here"), HTML("<hr>")))
        assert page.one(css="usa-alert").text == "Look here"
        assert page.one("hr")


class TestFormsets:
    PlanFormSet = forms.formset_factory(PlanForm, extra=2, max_num=2, validate_max=True)

    def data(self, total: int = 2) -> dict[str, str]:
        return {"form-TOTAL_FORMS": str(total), "form-INITIAL_FORMS": "0", "form-0-team": "Grid", "form-0-role": ""}

    def test_each_form_keeps_its_ids(self) -> None:
        page = render(self.PlanFormSet())
        assert len(page.all("input", type="text")) == 4
        assert page.one("input", name="form-TOTAL_FORMS")["value"] == "2"
        assert page.one("form")["method"] == "post"

    def test_errors_of_the_whole_and_of_each(self) -> None:
        page = render(self.PlanFormSet(self.data(3)))
        summaries = [summary.text for summary in page.all(role="alert")]
        assert "Please submit at most 2 forms." in summaries[0]
        assert "Role: This field is required." in summaries[1]

    def test_the_filter_shows_the_fields(self) -> None:
        page = parse(
            Template("{% load crispy_forms_tags %}{{ forms|crispy }}").render(Context({"forms": self.PlanFormSet()}))
        )
        assert len(page.all("fieldset")) == 2

    def test_in_a_table_every_input_keeps_its_label(self) -> None:
        helper = FormHelper()
        helper.template = "uswds/table_inline_formset.html"
        page = render(self.PlanFormSet(self.data()), helper)
        assert [heading.text for heading in page.all("th")] == ["Team *", "Note", "Role *"]
        for control in page.one("tbody").all("input", type="text"):
            assert page.label_of(control) in {"Team *", "Note"}
        assert page.one("input", name="form-0-team")["value"] == "Grid"
