"""Administrators write, check, publish and copy rubrics; what is published they can only read."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assessments.models import AuditEvent
from rubric.checks import problems_of_rows
from rubric.copying import copy_as_draft
from rubric.models import Anchor, Area, Question, Rubric
from tests.rubric.factories import area_values, make_rubric, rubric_values
from tests.uswds.markup import parse

LIST = "admin:rubric_rubric_changelist"
WHY = "A published version never changes"


def signed_in(*, coe_role: str) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_user(f"{coe_role}@coe.example", coe_role=coe_role))
    return client


@pytest.fixture
def administrator(db: None) -> Client:
    return signed_in(coe_role="administrator")


@pytest.fixture
def reviewer(db: None) -> Client:
    return signed_in(coe_role="reviewer")


def act(client: Client, action: str, *rubrics: Rubric, **fields: str) -> Any:
    """Runs an action of the list on some rubrics."""
    chosen = [rubric.pk for rubric in rubrics]
    return client.post(reverse(LIST), {"action": action, "_selected_action": chosen, **fields}, follow=True)


def told(response: Any) -> list[str]:
    """The messages on top of the page."""
    return [str(message) for message in response.context["messages"]]


def page_of(row: Any) -> str:
    return reverse(f"admin:rubric_{row._meta.model_name}_change", args=[row.pk])


def form_of(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send back from an admin page if nothing were changed."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    return {
        form.add_prefix(name): "" if form[name].value() is None else form[name].value()
        for form in forms
        for name in form.fields
    }


# ---- The list ----


def test_the_list_says_what_is_published(administrator: Client, tiny: Rubric, draft: Rubric) -> None:
    shown = {row.version: row for row in administrator.get(reverse(LIST)).context["cl"].result_list}
    assert (shown["1"].is_published, shown["2"].is_published) == (True, False)
    assert (shown["2021-05"].areas_count, shown["2021-05"].questions_count) == (7, 29)
    assert "Published May 7, 2021" in administrator.get(reverse(LIST)).content.decode()


def test_the_list_takes_the_same_queries_however_long_it_is(
    administrator: Client, ai_cmm: Rubric, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for version in ("1", "2", "3"):
        make_rubric(version=version, published=version != "3")
    with django_assert_num_queries(5):
        administrator.get(reverse(LIST))


# ---- Published: read only ----


@pytest.fixture
def rows(tiny: Rubric) -> list[Any]:
    area = tiny.areas.get(code="top")
    return [tiny, area, area.questions.get(position=1)]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_published_row_is_read_only_and_says_why(administrator: Client, rows: list[Any], place: int) -> None:
    response = administrator.get(page_of(rows[place]))
    text = response.content.decode()
    assert WHY in text
    assert 'name="_save"' not in text
    assert "deletelink" not in text
    assert not any(inline.formset.extra for inline in response.context["inline_admin_formsets"])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_forged_change_of_a_published_row_is_denied(administrator: Client, rows: list[Any], place: int) -> None:
    before = rows[0].to_datatypes()
    assert administrator.post(page_of(rows[place]), {"name": "Forged", "text": "Forged"}).status_code == 403
    delete = page_of(rows[place]).replace("/change/", "/delete/")
    assert administrator.post(delete, {"post": "yes"}).status_code == 403
    assert Rubric.objects.get(pk=rows[0].pk).to_datatypes() == before


def test_published_rubrics_cannot_be_deleted_from_the_list(administrator: Client, tiny: Rubric) -> None:
    administrator.post(
        reverse(LIST), {"action": "delete_selected", "_selected_action": [tiny.pk], "post": "yes"}, follow=True
    )
    assert Rubric.objects.filter(pk=tiny.pk).exists()


def test_nothing_is_added_to_a_published_rubric(administrator: Client, tiny: Rubric, draft: Rubric) -> None:
    response = administrator.post(
        reverse("admin:rubric_area_add"),
        {"rubric": tiny.pk, "position": 3, "code": "more", "name": "More", "summary": "More."},
    )
    assert response.status_code == 200
    assert not Area.objects.filter(code="more").exists()
    assert list(response.context["adminform"].form.fields["rubric"].queryset) == [draft]


# ---- Drafts: written here ----


def test_the_question_of_a_draft_can_be_changed_with_its_anchors(administrator: Client, draft: Rubric) -> None:
    question = Question.objects.get(area__rubric=draft, code="top-2")
    form = form_of(administrator, page_of(question))
    form |= {"text": "How is it now?", "anchors-0-text": "Seen at once"}
    assert administrator.post(page_of(question), form).status_code == 302
    values = draft.to_datatypes().question_by_code["top-2"]
    assert (values.text, values.anchors[0].text) == ("How is it now?", "Seen at once")


def test_a_new_question_takes_its_code_from_its_place(administrator: Client, draft: Rubric) -> None:
    top = draft.areas.get(code="top")
    form = form_of(administrator, page_of(top))
    form |= {
        "questions-TOTAL_FORMS": "3",
        "questions-2-position": "3",
        "questions-2-text": "And?",
        "questions-2-weight": "1",
        "questions-2-area": top.pk,
        "questions-2-id": "",
    }
    assert administrator.post(page_of(top), form).status_code == 302
    assert [question.code for question in top.questions.all()] == ["top-1", "top-2", "top-3"]


def test_questions_follow_the_code_of_their_area(administrator: Client, draft: Rubric) -> None:
    top = draft.areas.get(code="top")
    assert administrator.post(page_of(top), form_of(administrator, page_of(top)) | {"code": "peak"}).status_code == 302
    assert [question.code for question in top.questions.all()] == ["peak-1", "peak-2"]


def test_a_question_can_be_added_by_itself(administrator: Client, draft: Rubric) -> None:
    base = draft.areas.get(code="base")
    address = reverse("admin:rubric_question_add")
    form = form_of(administrator, address) | {"area": base.pk, "position": 2, "text": "And?"}
    assert administrator.post(address, form).status_code == 302
    assert base.questions.get(position=2).code == "base-2"


def test_a_draft_can_be_started_from_nothing(administrator: Client) -> None:
    address = reverse("admin:rubric_rubric_add")
    form = form_of(administrator, address) | {"code": "new", "version": "1", "name": "New", "source": "Here"}
    assert administrator.post(address, form).status_code == 302
    assert not Rubric.objects.get(code="new").is_published


def test_a_draft_can_be_deleted(administrator: Client, draft: Rubric) -> None:
    address = reverse("admin:rubric_rubric_delete", args=[draft.pk])
    assert administrator.post(address, {"post": "yes"}).status_code == 302
    assert not Rubric.objects.filter(pk=draft.pk).exists()


# ---- Publishing ----


def test_a_complete_draft_is_published_for_good(administrator: Client, draft: Rubric) -> None:
    response = act(administrator, "publish", draft, confirmed="yes")
    assert told(response) == ["Published tiny 2. From now on it can't be changed."]
    assert Rubric.objects.get(pk=draft.pk).is_published
    assert LogEntry.objects.get(object_id=str(draft.pk)).change_message == "Published."


def test_publishing_asks_first(administrator: Client, draft: Rubric, tiny: Rubric) -> None:
    response = act(administrator, "publish", draft)
    text = response.content.decode()
    assert "can't be changed or withdrawn" in text
    assert list(response.context["rubrics"]) == [draft]
    assert not Rubric.objects.get(pk=draft.pk).is_published


def test_what_people_do_to_a_rubric_is_in_the_audit_trail(administrator: Client, draft: Rubric) -> None:
    question = Question.objects.get(area__rubric=draft, code="top-2")
    form = form_of(administrator, page_of(question)) | {"anchors-0-text": "Seen at once"}
    administrator.post(page_of(question), form)
    act(administrator, "copy_as_new_version", draft)
    act(administrator, "publish", draft, confirmed="yes")
    events = AuditEvent.objects.order_by("pk").values_list("action", "subject")
    assert list(events) == [
        ("anchor changed", "top-2 at level 1"),
        ("rubric copied from tiny 2", "tiny 2-draft-1"),
        ("rubric published", "tiny 2"),
    ]


def test_without_its_row_nothing_is_published(
    administrator: Client, draft: Rubric, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_trail(**_: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(AuditEvent.objects, "create", broken_trail)
    with pytest.raises(IntegrityError):
        act(administrator, "publish", draft, confirmed="yes")
    assert not Rubric.objects.get(pk=draft.pk).is_published


def test_an_incomplete_draft_stays_one_and_the_reasons_are_named(administrator: Client, db: None) -> None:
    areas = tuple(area_values(code=f"a{number}", position=number, activities=()) for number in range(1, 9))
    draft = make_rubric(values=rubric_values(areas=areas))
    (text,) = told(act(administrator, "publish", draft))
    message = parse(text)
    assert message.text.startswith("The draft tiny 1 can't be published yet.")
    assert message.one("a")["href"] == f"/admin/rubric/rubric/{draft.pk}/change/"
    lines = [line.text for line in message.all("li")]
    assert lines == [*(f"a{number}: no key activities." for number in range(1, 6)), "And 3 more."]
    assert not Rubric.objects.get(pk=draft.pk).is_published
    assert not LogEntry.objects.exists()


def test_what_is_published_already_is_left_alone(administrator: Client, tiny: Rubric) -> None:
    assert told(act(administrator, "publish", tiny)) == ["Already published: tiny 1."]


# ---- Copying ----


def test_a_published_rubric_is_copied_as_a_draft(administrator: Client, ai_cmm: Rubric) -> None:
    response = act(administrator, "copy_as_new_version", ai_cmm)
    draft = Rubric.objects.get(version="2021-05-draft-1")
    assert told(response)[0].startswith("Copied ai-cmm 2021-05 as the draft ai-cmm 2021-05-draft-1.")
    assert not draft.is_published
    assert replace(draft.to_datatypes(), version="2021-05") == ai_cmm.to_datatypes()
    assert LogEntry.objects.get(object_id=str(draft.pk)).change_message == "Copied from ai-cmm 2021-05."


def test_a_copy_can_be_changed_and_published_beside_its_source(ai_cmm: Rubric) -> None:
    draft = copy_as_draft(ai_cmm, version="2027-01")
    Question.objects.filter(area__rubric=draft, code="secops-5").update(text="Are impact analyses automated?")
    draft.publish()
    assert Rubric.objects.published().filter(code="ai-cmm").count() == 2


def test_each_copy_gets_a_version_of_its_own_that_fits(db: None) -> None:
    original = make_rubric(version="2021-05-and-very-lon")
    versions = [copy_as_draft(original).version for _ in range(11)]
    assert versions[0] == "2021-05-and--draft-1"
    assert len(set(versions)) == 11
    assert max(map(len, versions)) <= 20


def test_a_copy_is_made_whole_or_not_at_all(tiny: Rubric, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(type(Anchor.objects), "bulk_create", fail)
    with pytest.raises(IntegrityError):
        copy_as_draft(tiny)
    assert list(Rubric.objects.filter(code="tiny")) == [tiny]


# ---- Others ----


def test_reviewers_read_rubrics_and_do_no_more(reviewer: Client, tiny: Rubric, draft: Rubric) -> None:
    assert reviewer.get(reverse(LIST)).status_code == 200
    assert reviewer.get(page_of(draft)).status_code == 200
    assert reviewer.post(page_of(draft), {"name": "Forged"}).status_code == 403
    assert reviewer.get(reverse("admin:rubric_rubric_add")).status_code == 403
    for action in ("copy_as_new_version", "publish", "delete_selected"):
        act(reviewer, action, draft)
    assert Rubric.objects.filter(code="tiny").count() == 2
    assert not Rubric.objects.get(pk=draft.pk).is_published


def test_agency_people_are_sent_to_the_sign_in(db: None) -> None:
    assert signed_in(coe_role="").get(reverse(LIST)).status_code == 302


# ---- On a rubric's own page ----


def press(client: Client, rubric: Rubric, label: str) -> Any:
    """Presses one of the buttons at the head of a rubric's page."""
    page = parse(client.get(page_of(rubric)).content.decode())
    (form,) = [form for form in page.all("form") if [button.text for button in form.all("button")] == [label]]
    fields = {field["name"] or "": field["value"] or "" for field in [*form.all("input"), form.one("button")]}
    return client.post(form["action"] or "", fields, follow=True)


def test_a_rubric_is_copied_from_its_own_page(administrator: Client, tiny: Rubric) -> None:
    response = press(administrator, tiny, "Copy as a new version")
    copy = Rubric.objects.drafts().get()
    assert response.redirect_chain == [(page_of(copy), 302)]
    assert told(response)[0].startswith(f"Copied tiny 1 as the draft {copy}.")


def test_publishing_from_its_own_page_asks_first(administrator: Client, draft: Rubric) -> None:
    response = press(administrator, draft, "Publish for good")
    assert "You are about to publish:" in parse(response.content.decode()).text
    assert not Rubric.objects.get(pk=draft.pk).is_published


def test_who_may_not_is_offered_nothing(reviewer: Client, administrator: Client, tiny: Rubric) -> None:
    for client, missing in ((reviewer, "Copy as a new version"), (administrator, "Publish for good")):
        page = parse(client.get(page_of(tiny)).content.decode())
        assert missing not in [button.text for button in page.all("button")]


# ---- What stands in the way is told while a draft is written ----


def save_rubric(client: Client, rubric: Rubric, **changed: Any) -> Any:
    return client.post(page_of(rubric), form_of(client, page_of(rubric)) | changed | {"_continue": "yes"}, follow=True)


def test_a_rule_that_its_levels_cannot_hold_is_refused_when_it_is_saved(administrator: Client, draft: Rubric) -> None:
    levels = draft.levels.count()
    before = draft.max_shortfall
    response = save_rubric(administrator, draft, max_shortfall=9)
    assert response.status_code == 200
    text = parse(response.content.decode()).text
    assert f"The maximum shortfall has to be 0 to {levels - 1} with {levels} levels, not 9." in text
    assert Rubric.objects.get(pk=draft.pk).max_shortfall == before
    save_rubric(administrator, draft, max_shortfall=levels - 1)
    assert Rubric.objects.get(pk=draft.pk).max_shortfall == levels - 1


def test_a_deleted_level_is_answered_with_all_that_is_wrong_now(administrator: Client, draft: Rubric) -> None:
    response = save_rubric(administrator, draft, **{f"levels-{draft.levels.count() - 1}-DELETE": "on"})
    page = parse(response.content.decode())
    lines = [line.text for line in page.one("section", css="open-problems").all("li")]
    assert lines == problems_of_rows(Rubric.objects.get(pk=draft.pk))
    assert len(lines) > 1
    assert "can't be published yet." in told(response)[0]


def test_a_complete_draft_has_no_such_list(administrator: Client, draft: Rubric) -> None:
    assert "Before this draft can be published" not in administrator.get(page_of(draft)).content.decode()
