"""What the CoE's list of submissions shows, as files: exactly that, piece by piece."""

import csv
import gc
import io
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import exporting
from assessments.models import Assessment, AuditEvent, State, User
from tests.assessments.exported import LIST, content_of, json_of, rows_of_csv, sheets_of
from tests.factories import (
    Agency,
    client_of,
    make_accepted,
    make_assessment,
    make_cycle,
    make_organization,
    make_returned,
    make_submitted,
)

pytestmark = pytest.mark.django_db

QUEUE = "/admin/assessments/assessment/"
KINDS = ("json", "csv", "xlsx")


def address(kind: str) -> str:
    return reverse(f"export-list-{kind}")


def teams_of(client: Client, kind: str, **query: Any) -> list[str]:
    """The teams in an export, in its order."""
    response = client.get(address(kind), query)
    if kind == "json":
        return [one["team"] for one in json_of(response, LIST)["submissions"]]
    content = content_of(response)
    rows = rows_of_csv(content) if kind == "csv" else sheets_of(content)["Submissions"]
    return list(dict.fromkeys(row["Team"] for row in rows))


def listed(client: Client, **query: Any) -> list[str]:
    return [assessment.team for assessment in client.get(QUEUE, query).context["cl"].result_list]


@pytest.fixture
def client(reviewer: User) -> Client:
    return client_of(reviewer)


@pytest.fixture
def shelf(db: None) -> None:
    """Submissions of all kinds, and a draft that is nobody's to see."""
    rivers = make_organization(name="Rivers")
    make_submitted(team="First", organization=rivers, level=2)
    make_submitted(team="Second", level=5, choices={"secops-1": "unknown"}, rationale="=1+1")
    make_returned(team="Third", organization=rivers)
    make_accepted(team="Fourth", choices={f"mlops-{number}": "not_applicable" for number in range(1, 5)})
    make_assessment(team="Hidden")


# ---- What is in it ----


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "query", [{}, {"state": State.SUBMITTED}, {"q": "rivers"}, {"level_mlops": "none"}, {"o": "1"}, {"q": "nothing"}]
)
def test_an_export_holds_what_the_list_shows_in_its_order(
    client: Client, shelf: None, kind: str, query: dict[str, str]
) -> None:
    assert teams_of(client, kind, **query) == listed(client, **query)


def test_it_holds_all_pages_of_the_list(client: Client, monkeypatch: Any, shelf: None) -> None:
    monkeypatch.setattr(admin.site.get_model_admin(Assessment), "list_per_page", 2)
    assert len(listed(client)) == 2
    assert len(teams_of(client, "json")) == len(teams_of(client, "json", p="2")) == 4


def test_a_list_says_when_and_what_and_how_many(client: Client, shelf: None) -> None:
    document = json_of(client.get(address("json"), {"state": "submitted"}), LIST)
    assert (document["filters"], document["count"]) == ("state=submitted", 2)
    assert {one["flags"] is None for one in document["submissions"]} == {False}


def test_a_list_without_anything_is_valid(client: Client) -> None:
    assert json_of(client.get(address("json")), LIST)["count"] == 0
    assert rows_of_csv(content_of(client.get(address("csv")))) == []
    assert sheets_of(content_of(client.get(address("xlsx"))))["Submissions"] == []


def test_the_csv_of_a_list_has_a_row_for_each_answer(client: Client, shelf: None) -> None:
    rows = rows_of_csv(content_of(client.get(address("csv"))))
    assert len(rows) == 4 * 29
    assert {row["Rationale"] for row in rows if row["Team"] == "Second"} == {"'=1+1"}
    # Also a strict reader finds as many cells in each line as in the heading.
    lines = list(csv.reader(io.StringIO(content_of(client.get(address("csv"))).decode("utf-8-sig")), strict=True))
    assert len({len(line) for line in lines}) == 1


def test_a_query_that_the_list_does_not_understand_leads_back_to_it(client: Client, shelf: None) -> None:
    response = client.get(address("csv"), {"cycle__id__exact": "x"})
    assert (response.status_code, response["Location"].startswith(QUEUE)) == (302, True)
    assert client.get(address("csv"), {"cycle": "9" * 20}).status_code in (200, 302)
    assert client.get(address("csv"), {"created_by__password__startswith": "a"}).status_code == 400


def test_the_list_offers_the_files_with_its_own_query(client: Client, shelf: None) -> None:
    page = client.get(QUEUE, {"state": "submitted", "q": "a&b", "p": "1"}).content.decode()
    for kind in KINDS:
        assert f'href="{address(kind)}?state=submitted&amp;q=a%26b"' in page


def test_a_workbook_of_too_many_is_refused_with_a_way_out(client: Client, shelf: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "XLSX_LIMIT", 3)
    response = client.get(address("xlsx"), {"o": "1"}, follow=True)
    assert response.redirect_chain == [(f"{QUEUE}?o=1", 302)]
    assert "CSV or JSON" in str(next(iter(response.context["messages"])))
    assert len(teams_of(client, "xlsx", state="submitted")) == 2
    assert len(teams_of(client, "json")) == 4


# ---- How it is read ----


def many(count: int) -> None:
    organization, cycle = make_organization(), make_cycle()
    for _ in range(count):
        make_submitted(
            organization=organization, cycle=cycle, rationale="We do.", evidence=[("A", "https://a.example")]
        )


def queries_of(client: Client, kind: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        content_of(client.get(address(kind)))
    return len(captured)


@pytest.mark.parametrize("kind", KINDS)
def test_queries_count_by_chunks_not_by_rows(client: Client, monkeypatch: Any, kind: str) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 4)
    many(1)
    first = queries_of(client, kind)
    many(3)
    assert queries_of(client, kind) == first
    many(4)
    assert queries_of(client, kind) <= first + 6


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_it_is_read_as_it_is_sent(client: Client, monkeypatch: Any, kind: str) -> None:
    """When the first piece is on its way, only the first few submissions have been read."""
    monkeypatch.setattr(exporting, "CHUNK", 2)
    many(6)
    read: list[int] = []
    whole = exporting._submission
    monkeypatch.setattr(exporting, "_submission", lambda *a, **k: (read.append(1), whole(*a, **k))[1])
    pieces: Iterator[bytes] = iter(client.get(address(kind)))
    next(pieces)
    assert len(read) == 0
    next(pieces)
    assert len(read) == 1
    rest = list(pieces)
    assert len(read) == 6
    assert max(map(len, rest)) < 60_000


def test_no_more_documents_are_held_than_one_chunk_has(client: Client, monkeypatch: Any) -> None:
    """However long the list: the number of sealed documents that are alive at once stays the same."""
    monkeypatch.setattr(exporting, "CHUNK", 2)
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    most = [0]
    whole = exporting._submission

    def counted(scorecard: Any, *rest: Any, **more: Any) -> Any:
        alive.add(scorecard)
        gc.collect()
        most[0] = max(most[0], len(alive))
        return whole(scorecard, *rest, **more)

    monkeypatch.setattr(exporting, "_submission", counted)
    many(7)
    content_of(client.get(address("json")))
    assert most[0] <= 2 * exporting.CHUNK


# ---- Who may ----


@pytest.mark.parametrize("kind", KINDS)
def test_only_reviewers_export_lists(agency: Agency, administrator: User, client: Client, kind: str) -> None:
    make_submitted(organization=agency.organization, by=agency.lead)
    for person in (agency.viewer, agency.contributor, agency.lead):
        assert client_of(person).get(address(kind)).status_code == 403
    assert Client().get(address(kind)).status_code == 302
    for one in (client, client_of(administrator)):
        content_of(one.get(address(kind)))


def test_an_export_leaves_an_audit_row(client: Client, reviewer: User, shelf: None) -> None:
    content_of(client.get(address("csv"), {"state": "submitted"}))
    event = AuditEvent.objects.get(action="submissions exported")
    assert (event.actor, event.assessment) == (reviewer, None)
    assert event.detail == {"format": "csv", "count": 2, "filters": "state=submitted"}


@pytest.mark.parametrize("kind", KINDS)
def test_who_only_asks_whether_there_is_a_file_has_taken_none(client: Client, kind: str) -> None:
    submitted = make_submitted()
    for there in (address(kind), reverse(f"export-{kind}", args=[submitted.pk])):
        assert content_of(client.head(there)) == b""
    assert not AuditEvent.objects.filter(action="submissions exported").exists()
