"""Lists of the admin and addresses written by hand: none breaks one, none asks what the lists' own links don't."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from assessments.models import AuditEvent, User
from tests.factories import client_of, make_invitation, make_submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(administrator: User) -> Client:
    make_submitted()
    make_invitation()
    return client_of(administrator)


OURS = [model for model in admin.site._registry if model._meta.app_label in ("assessments", "rubric")]


def address(model: str) -> str:
    app = "rubric" if model in {found._meta.model_name for found in apps.get_app_config("rubric").get_models()} else ""
    return reverse(f"admin:{app or 'assessments'}_{model}_changelist")


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        ("assessment", "team"),
        ("auditevent", "subject"),
        ("auditevent", "detail"),
        ("organization", "name"),
        ("user", "email"),
        ("rubric", "name"),
        ("assessment", "q"),
    ],
)
def test_a_value_no_database_takes_shows_the_whole_list(client: Client, model: str, lookup: str) -> None:
    response = client.get(address(model), {lookup: "\x00"})
    assert response.status_code in (200, 302)
    if response.status_code == 302:
        assert response["Location"] == f"{address(model)}?e=1"


@pytest.mark.parametrize("model", ["assessment", "auditevent"])
@pytest.mark.parametrize("value", ["9" * 20, "-1", "9" * 5000])
def test_a_number_no_database_takes_shows_the_whole_list_or_none(client: Client, model: str, value: str) -> None:
    make_submitted()
    response = client.get(address(model), {"organization": value})
    assert (response.status_code, response.get("Location")) in [(200, None), (302, f"{address(model)}?e=1")]


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        ("assessment", "team__regex"),
        ("assessment", "organization__name__iregex"),
        ("scorecard", "document__regex"),
        ("scorecard", "document__contains"),
        ("auditevent", "detail__changes__choice"),
        ("user", "name__regex"),
        ("rubric", "name__regex"),
    ],
)
def test_patterns_and_parts_of_texts_are_not_asked_for(client: Client, model: str, lookup: str) -> None:
    assert client.get(address(model), {lookup: "(((("}).status_code == 400


@pytest.mark.parametrize("model", OURS)
def test_every_link_on_a_list_leads_to_a_list(client: Client, model: Any) -> None:
    """Its filters, its dates and its columns."""
    where = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    page = client.get(where)
    assert page.status_code == 200
    cl = page.context["cl"]
    queries = [
        choice["query_string"] for spec in cl.filter_specs for choice in spec.choices(cl) if "query_string" in choice
    ]
    if cl.date_hierarchy:
        at = AuditEvent.objects.latest("id").at
        queries += [f"?at__year={at.year}&at__month={at.month}&at__day={at.day}", f"?at__year={at.year}"]
    for query in queries[:25]:
        assert client.get(f"{where}{query}").status_code == 200, query


@pytest.mark.parametrize("key", ["x", "1\x00", "\x00", "9" * 30, "-" + "9" * 30, "9" * 5000, ""])
@pytest.mark.parametrize("model", OURS)
def test_an_action_on_a_row_that_can_be_none_does_nothing(client: Client, model: Any, key: str) -> None:
    there = address(model._meta.model_name)
    response = client.get(there)
    offered = [name for name, _ in response.context["cl"].model_admin.get_action_choices(response.wsgi_request, [])]
    for action in offered:
        reply = client.post(there, {"action": action, "_selected_action": ["1", key]}, follow=True)
        assert reply.redirect_chain == [(there, 302)]
        assert "Nothing was done: " in reply.content.decode()


def test_an_action_keeps_how_the_list_is_narrowed(client: Client) -> None:
    there = f"{address('membership')}?role__exact=lead"
    response = client.post(there, {"action": "delete_selected", "_selected_action": "x"})
    assert response["Location"] == there


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("page", ["assessment", "auditevent", "cycle", "rubric"])
def test_the_pages_know_no_other_methods(client: Client, page: str, method: str) -> None:
    model = next(model for model in OURS if model._meta.model_name == page)
    row = model._default_manager.latest("pk")
    for there in (address(page), reverse(f"admin:{model._meta.app_label}_{page}_change", args=[row.pk])):
        assert getattr(client, method)(there).status_code == 405
        assert client.head(there).status_code == 200
