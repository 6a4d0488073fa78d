"""The audit trail for its readers: found, read and taken along; signing in and where things come from."""

import ast
import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aicmm.auditing import AuditedAdmin
from assessments import chain, membership, trail
from assessments.actions import record
from assessments.admin.trail import BoundedPaginator
from assessments.models import AuditEvent, User
from tests.factories import (
    PASSWORD,
    Agency,
    answer_fields,
    client_of,
    make_accepted,
    make_assessment,
    make_member,
    make_membership,
    make_organization,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/assessments/auditevent/"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def chained_at_once(db: None) -> None:
    """What happens at a commit happens at each insert, since these tests are taken back before one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS assessments_auditevent_chain IMMEDIATE")


@pytest.fixture
def staff(administrator: User) -> Client:
    return client_of(administrator)


def page_of(event: AuditEvent) -> str:
    return f"{LIST}{event.pk}/change/"


def text_of(reply: Any) -> str:
    return b"".join(reply).decode() if reply.streaming else reply.content.decode()


def found(staff: Client, **filters: Any) -> list[str]:
    """The subjects in the list, from the newest."""
    reply = staff.get(LIST, filters)
    assert reply.status_code == 200, reply["Location"]
    return [event.subject for event in reply.context["cl"].result_list]


def note(subject: str, *, action: str = "thing done", by: User | None = None, **more: Any) -> AuditEvent:
    record(action, by=by, subject=subject, **more)
    return AuditEvent.objects.latest("pk")


# ---- Finding ----


def test_the_newest_stands_first(staff: Client) -> None:
    note("first", at=timezone.now())
    note("second", at=timezone.now() - timedelta(days=400))
    assert found(staff) == ["second", "first"]


def test_it_is_searched_by_person_team_subject_and_assessment(staff: Client) -> None:
    person = make_user(name="Ann Other", email="ann@agency.example")
    assessment = make_assessment(team="Flood Forecasts", by=person)
    note("by her", by=person)
    note("about it", assessment=assessment)
    note("something else")
    assert found(staff, q="Ann Other") == ["by her", ""]
    assert found(staff, q="ann@agency.example") == ["by her", ""]
    assert found(staff, q="flood") == ["about it", ""]
    assert found(staff, q="something") == ["something else"]
    assert found(staff, q=f" {assessment.pk} ") == ["about it", ""]
    assert found(staff, q=str(assessment.pk).replace("-", "")) == ["about it", ""]
    assert found(staff, q="nothing at all") == []


def test_it_is_filtered_by_kind_action_organization_person_and_period(staff: Client) -> None:
    person, organization = make_user(name="Ann Other"), make_organization()
    note("signs in", action="signed in", by=person)
    note("fails", action="sign-in failed")
    note("joins", action="person invited", organization=organization)
    note("long ago", at=datetime(2020, 2, 29, 23, 30, tzinfo=UTC))
    assert found(staff, kind="sign-ins") == ["fails", "signs in"]
    assert found(staff, kind="people") == ["joins"]
    assert found(staff, kind="unheard of") == ["long ago", "joins", "fails", "signs in"]
    assert found(staff, action__exact="signed in") == ["signs in"]
    assert found(staff, actor__id__exact=person.pk) == ["signs in"]
    assert found(staff, person="ann oth") == ["signs in"]
    assert found(staff, organization__id__exact=organization.pk) == ["joins"]
    assert found(staff, until="2020-02-29") == ["long ago"]
    assert found(staff, until="2020-02-28") == []
    assert found(staff, **{"from": "2020-02-29", "until": "2020-02-29"}) == ["long ago"]
    assert found(staff, **{"from": "2020-03-01", "kind": "sign-ins", "person": "ann"}) == ["signs in"]


def test_reviews_are_all_that_reviewers_do(staff: Client) -> None:
    actions = ["submission claimed", "review noted", "second look ended", "assessment returned", "assessment accepted"]
    for action in [*actions, "assessment submitted", "submissions exported"]:
        note(action, action=action)
    assert sorted(found(staff, kind="reviews")) == sorted(actions)
    assert "assessment returned" in found(staff, kind="assessments")


def test_a_submissions_history_names_claims_and_second_looks_without_what_they_say(staff: Client) -> None:
    submitted = make_submitted()
    other = make_submitted(team="Another")
    note("", action="submission claimed", assessment=submitted, claimed_by=[None, "claims@coe.example"])
    note("First look", action="review noted", assessment=submitted, changes={"level": [None, "noted"]})
    note("", action="second look ended", assessment=submitted, changes={"level": [None, "Only the second sees"]})
    note("", action="submission released", assessment=other)
    page = text_of(staff.get(f"/admin/assessments/assessment/{submitted.pk}/history/"))
    assert page.index("Assessment submitted") < page.index("Submission claimed") < page.index("Second look ended")
    for kept_out in ("Submission released", "claims@coe.example", "noted", "Only the second sees"):
        assert kept_out not in page


def test_a_day_that_is_none_is_refused_and_kept_out(staff: Client) -> None:
    assert staff.get(LIST, {"from": "yesterday"})["Location"].endswith("?e=1")


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_the_first_and_the_last_day_there_are_filter_as_others_do(staff: Client, zone: str) -> None:
    note("now")
    with override_settings(TIME_ZONE=zone):
        assert found(staff, **{"from": "0001-01-01", "until": "9999-12-31"}) == ["now"]
        assert found(staff, **{"from": "9999-12-31"}) == []
        assert found(staff, until="0001-01-01") == []
        assert staff.get("/admin/audit/export.csv", {"from": "0001-01-01", "until": "9999-12-31"}).status_code == 200


def test_the_list_follows_the_chain_not_the_numbers(staff: Client) -> None:
    event = note("second number, first place")
    AuditEvent(pk=event.pk - 1000, action="thing done", subject="first number, second place").save(force_insert=True)
    assert found(staff) == ["first number, second place", "second number, first place"]


def test_a_filter_that_is_typed_keeps_the_others(staff: Client) -> None:
    page = text_of(staff.get(LIST, {"kind": "people", "q": "<b>x", "person": '"><b>'}))
    assert '<input type="hidden" name="kind" value="people">' in page
    assert '<input type="hidden" name="q" value="&lt;b&gt;x">' in page
    assert 'name="person" value="&quot;&gt;&lt;b&gt;"' in page
    assert "<b>" not in page


def literal_actions() -> Iterator[str]:
    """Every action that is written out in the code."""
    for file in (ROOT / "assessments").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            name = getattr(getattr(call, "func", None), "id", "")
            if isinstance(call, ast.Call) and name == "record" and call.args:
                action = call.args[0]
                first = action.values[0] if isinstance(action, ast.JoinedStr) else action
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def test_each_action_is_of_one_kind() -> None:
    words = [word for _, words in trail.KINDS.values() for word in words]
    assert len(words) == len(set(words))
    tables = [its for its in admin.site._registry.values() if isinstance(its, AuditedAdmin)]
    models = {model for its in tables for model in [its.model, *(inline.model for inline in its.inlines)]}
    changed = [f"{model._meta.verbose_name} added" for model in models]
    actions = [*literal_actions(), *changed]
    assert len(actions) > 20
    assert [action for action in actions if action.split()[0] not in words] == []


# ---- Without work that grows with it ----


def queries(staff: Client, address: str, **fields: Any) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert staff.get(address, fields).status_code == 200
    return len(asked)


def test_list_and_event_take_the_same_queries_however_long_the_trail_is(staff: Client) -> None:
    make_accepted()
    queries(staff, LIST)
    before = queries(staff, LIST), queries(staff, page_of(AuditEvent.objects.latest("pk")))
    for _ in range(3):
        make_accepted()
    assert (queries(staff, LIST), queries(staff, page_of(AuditEvent.objects.latest("pk")))) == before == (5, 4)


def test_a_long_trail_is_not_counted_to_its_end(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedPaginator, "most", 150)
    for number in range(160):
        note(f"thing {number}")
    with CaptureQueriesContext(connection) as asked:
        page = text_of(staff.get(LIST))
    assert "The newest 150 of more events" in page
    counts = [query["sql"] for query in asked.captured_queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 151" in sql for sql in counts)
    assert "Show counts" not in page
    assert len(found(staff, p=2)) == 50
    assert staff.get(LIST, {"p": 3}).status_code == 302


# ---- Reading one ----


def test_before_and_after_stand_side_by_side() -> None:
    detail = {
        "version": 4,
        "role": ["viewer", None],
        "levels": {"secops": 3, "mlops": None},
        "changes": {
            "choice": ["", "3"],
            "evidence": [[], [["Plan", "https://example.gov"], ["Log", "https://example.gov/log"]]],
            "secops": [None, [3, "Because"]],
            "wants": [False, True],
        },
    }
    assert [(change.name, change.before, change.after) for change in trail.changes(detail)] == [
        ("role", "viewer", "–"),
        ("choice", "–", "3"),
        ("evidence", "–", "Plan, https://example.gov\nLog, https://example.gov/log"),
        ("secops", "–", "3, Because"),
        ("wants", "no", "yes"),
    ]
    assert [(note.name, note.text) for note in trail.notes(detail)] == [
        ("version", "4"),
        ("levels", "secops: 3\nmlops: –"),
    ]


def test_an_events_page_shows_who_what_and_where_from(agency: Agency, staff: Client) -> None:
    address = reverse("save-answer", args=[agency.draft.pk, "mlops-1"])
    client_of(agency.lead).post(address, answer_fields("mlops-1", rationale="<b>Text</b>"), REMOTE_ADDR="203.0.113.7")
    event = AuditEvent.objects.get(action="answer saved")
    page = text_of(staff.get(page_of(event)))
    assert '<td class="typed">–</td><td class="typed">&lt;b&gt;Text&lt;/b&gt;</td>' in page
    for shown in (agency.lead.email, "203.0.113.7", event.hash, event.previous_hash, "mlops-1", "Before and after"):
        assert shown in page
    assert "{" not in re.sub(r"<script.*?</script>", "", page, flags=re.S)


def test_an_event_leads_to_its_object(staff: Client) -> None:
    draft, submitted = make_assessment(), make_submitted()
    member = make_membership()
    membership.set_role(member=make_membership(organization=member.organization), role="viewer", by=member.user)
    role = AuditEvent.objects.get(action="role set")
    started = AuditEvent.objects.get(assessment=draft)
    sealed = AuditEvent.objects.get(assessment=submitted, action="assessment submitted")
    assert trail.object_link(sealed) == f"/admin/assessments/assessment/{submitted.pk}/change/"
    assert trail.object_link(started) == "", "A draft is its team's own"
    assert trail.object_link(role) == f"/admin/assessments/membership/{role.object_id}/change/"
    assert staff.get(trail.object_link(role)).status_code == 200
    assert trail.object_link(note("", action="audit trail exported")) == ""
    for event in (started, sealed, role):
        assert staff.get(page_of(event)).status_code == 200


def test_an_organization_that_is_gone_is_still_told(staff: Client) -> None:
    organization = make_organization()
    lead = make_member(organization=organization)
    membership.invite(organization=organization, email="a@agency.example", role="viewer", by=lead)
    organization.delete()
    event = AuditEvent.objects.get(action="person invited")
    assert event.organization_id
    for address in (LIST, page_of(event)):
        assert f"No. {event.organization_id}, deleted" in text_of(staff.get(address))
    assert AuditEvent.objects.select_related("organization").get(pk=event.pk).organization is None


# ---- Taking it along ----

CSV, JSON_LINES = "/admin/audit/export.csv", "/admin/audit/export.jsonl"
PAYLOADS = [
    '=HYPERLINK("http://evil.example")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "<script>alert(1)</script>",
    'a "quoted", one\nand two',
]


def rows_of(reply: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(reply).removeprefix("\ufeff"), newline="")))


def lines_of(reply: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text_of(reply).split("\n") if line]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_is_a_formula_whatever_was_typed(staff: Client, payload: str) -> None:
    person = make_user(name=payload)
    note(payload, by=person, organization=make_organization(name=payload), changes={payload: [payload, payload]})
    (row,) = rows_of(staff.get(CSV))
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert row["Subject"].removeprefix("'") == row["Who"].removeprefix("'") == payload
    (line,) = lines_of(staff.get(JSON_LINES, {"q": payload}))
    assert line["content"]["subject"] == payload


def test_a_csv_says_what_the_list_shows(agency: Agency, staff: Client) -> None:
    address = reverse("save-answer", args=[agency.draft.pk, "mlops-1"])
    client_of(agency.lead).post(address, answer_fields("mlops-1", rationale="Text"))
    reply = staff.get(CSV, {"kind": "answers"})
    assert reply["Content-Disposition"].endswith('.csv"')
    assert reply["Cache-Control"] == "private, no-store"
    (row,) = rows_of(reply)
    assert (row["Who"], row["What"], row["Subject"]) == (agency.lead.name, "answer saved", "mlops-1")
    assert row["Before and after"] == "choice: – → 3\nrationale: – → Text"
    assert row["From"] == "127.0.0.1"


@pytest.mark.parametrize("address", [CSV, JSON_LINES])
def test_an_export_is_filtered_as_the_list_is(staff: Client, address: str) -> None:
    note("signs in", action="signed in", at=datetime(2020, 1, 1, tzinfo=UTC))
    note("something else")
    shown = text_of(staff.get(address, {"kind": "sign-ins", "until": "2020-12-31", "q": "sign", "p": "1"}))
    assert "signs in" in shown
    assert "something else" not in shown
    assert staff.get(address, {"until": "never"}).status_code == 400
    assert staff.get(address, {"at__year": "99999"}).status_code == 400
    assert staff.get(address, {"at__gte": "0001-01-01T00:00:00+23:59"}).status_code == 400
    assert staff.get(address, {"organization": "9" * 20}).status_code in (200, 400)
    assert staff.get(address, {"actor__password__startswith": "a"}).status_code == 400


@pytest.mark.parametrize("address", [CSV, JSON_LINES])
def test_an_export_is_an_event_and_not_in_itself(staff: Client, administrator: User, address: str) -> None:
    note("before")
    reply = staff.get(address, {"q": "before"})
    note("before, but while it is sent")
    assert "while it is sent" not in text_of(reply)
    event = AuditEvent.objects.get(action="audit trail exported")
    assert (event.actor, event.detail) == (administrator, {"filters": {"q": "before"}})


@pytest.mark.parametrize("address", [CSV, JSON_LINES])
def test_an_export_is_for_administrators(agency: Agency, reviewer: User, address: str) -> None:
    assert client_of(reviewer).get(address).status_code == 403
    assert client_of(agency.lead).get(address).status_code == 403
    assert Client().get(address)["Location"].startswith("/accounts/login/")
    assert not AuditEvent.objects.filter(action="audit trail exported").exists()


@pytest.mark.parametrize("address", [CSV, JSON_LINES])
def test_an_export_is_read_in_batches_while_it_is_sent(staff: Client, address: str) -> None:
    def asked_for(rows: int) -> int:
        events = [AuditEvent(action=f"thing {number}") for number in range(rows)]
        for event in events:
            event.content_hash = chain.content_hash(event.content)
        AuditEvent.objects.bulk_create(events)
        with CaptureQueriesContext(connection) as asked:
            parts = list(staff.get(address))
        assert len(parts) >= rows / trail.CHUNK
        return len(asked)

    few = asked_for(100)
    assert asked_for(4000) == few + 2


def test_an_outsider_verifies_an_export_with_the_recipe_of_the_documentation(staff: Client, tmp_path: Path) -> None:
    make_accepted(rationale="Größe ≥ “1”\u2028\nsecond line")
    recipe = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "audit.md").read_text(), re.S)
    assert recipe
    script, export = tmp_path / "verify.py", tmp_path / "audit.jsonl"
    script.write_text(recipe.group(1))

    def outcome(text: str) -> subprocess.CompletedProcess[str]:
        export.write_text(text)
        return subprocess.run([sys.executable, script, export], capture_output=True, text=True, check=False)

    exported = text_of(staff.get(JSON_LINES))
    newest = AuditEvent.objects.get(action="assessment accepted").hash
    assert newest in outcome(exported).stdout
    lines = exported.splitlines(keepends=True)
    assert outcome(exported.replace("assessment submitted", "assessment returned")).returncode == 1
    assert outcome("".join([lines[0], *lines[2:]])).returncode == 1


# ---- Where it came from ----


def source_of(staff: Client, **headers: str) -> str:
    staff.get(CSV, **headers)  # type: ignore[arg-type]
    return AuditEvent.objects.latest("pk").source


def test_an_address_that_a_client_claims_counts_for_nothing(staff: Client) -> None:
    assert source_of(staff, REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR="198.51.100.1") == "203.0.113.7"


def test_behind_a_trusted_proxy_the_address_is_the_one_it_saw(staff: Client) -> None:
    with override_settings(TRUSTED_PROXIES=1, ALLAUTH_TRUSTED_PROXY_COUNT=1):
        said = "198.51.100.1, 203.0.113.7"
        assert source_of(staff, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=said) == "203.0.113.7"
        assert source_of(staff, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="2001:db8::7") == "2001:db8::7"
    with override_settings(TRUSTED_PROXIES=2, ALLAUTH_TRUSTED_PROXY_COUNT=2):
        assert source_of(staff, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1") == "10.0.0.1"
        assert source_of(staff, REMOTE_ADDR="10.0.0.1") == "10.0.0.1"


def test_an_address_that_is_none_is_not_kept(staff: Client) -> None:
    with override_settings(TRUSTED_PROXIES=1, ALLAUTH_TRUSTED_PROXY_COUNT=1):
        assert source_of(staff, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="<script>") == "10.0.0.1"


def test_what_a_command_does_comes_from_nowhere() -> None:
    assert note("by a command").source == ""


# ---- Signing in and out ----

SIGN_IN = "/accounts/login/"


@pytest.fixture
def person() -> User:
    return make_user(email="ann@agency.example", password=PASSWORD)


def newest() -> tuple[str, User | None, str, str]:
    event = AuditEvent.objects.latest("pk")
    return event.action, event.actor, event.subject, event.object_id


def test_signing_in_and_out_leave_a_row_each(person: User) -> None:
    browser = Client()
    browser.post(SIGN_IN, {"login": person.email, "password": PASSWORD})
    assert newest() == ("signed in", person, person.email, str(person.pk))
    browser.post("/accounts/logout/")
    assert newest() == ("signed out", person, person.email, str(person.pk))
    assert AuditEvent.objects.count() == 2
    Client().post("/accounts/logout/")
    assert AuditEvent.objects.count() == 2


def test_a_wrong_password_leaves_a_row_about_the_account(person: User) -> None:
    Client().post(SIGN_IN, {"login": "Ann@agency.example", "password": "not the password"}, REMOTE_ADDR="203.0.113.7")
    assert newest() == ("sign-in failed", None, person.email, str(person.pk))
    assert AuditEvent.objects.get().source == "203.0.113.7"


def test_an_unknown_address_is_not_kept_but_that_somebody_tried() -> None:
    Client().post(SIGN_IN, {"login": "my-password@agency.example", "password": "not the password"})
    assert newest() == ("sign-in failed", None, "an address without an account", "")


def test_nobody_fills_the_trail_with_tries(person: User) -> None:
    for number in range(30):
        Client().post(SIGN_IN, {"login": person.email, "password": f"wrong {number}"})
    assert AuditEvent.objects.count() <= 10


def test_a_password_changed_or_reset_leaves_a_row_without_it(person: User, mailoutbox: list[Any]) -> None:
    browser, new = client_of(person), "an entirely different phrase"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    browser.post("/accounts/password/change/", fields)
    assert newest() == ("password changed", person, person.email, str(person.pk))
    person.refresh_from_db()
    assert person.check_password(new)
    Client().post("/accounts/password/reset/", {"email": person.email})
    link = re.search(r"/accounts/password/reset/key/\S+", mailoutbox[-1].body)
    assert link
    guest = Client()
    form = guest.get(link.group(), follow=True).redirect_chain[-1][0]
    guest.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert "password reset" in AuditEvent.objects.values_list("action", flat=True)
    written = str([(event.subject, event.detail) for event in AuditEvent.objects.all()])
    assert new not in written
    assert PASSWORD not in written


def test_the_admin_sends_people_to_the_one_page_for_their_password(staff: Client) -> None:
    assert staff.get("/admin/password_change/")["Location"] == "/accounts/password/change/"
