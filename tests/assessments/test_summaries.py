"""A result for other programs: the radar as a file of its own, the gist as an e-mail that says nothing it shouldn't."""

import email
import html
import re
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone

from aicmm.links import absolute
from assessments import actions
from assessments.models import Assessment, Organization, User
from tests.factories import (
    Agency,
    answer_all,
    client_of,
    make_accepted,
    make_cycle,
    make_returned,
    make_submitted,
)

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"
PAYLOAD = "<script>alert(1)</script>\"'&"
SAFE_STYLES = {
    "background-color", "border", "border-collapse", "color", "font-family", "font-size", "font-weight", "height",
    "line-height", "max-width", "padding", "text-align", "width",
}  # fmt: skip
"""What Outlook, Gmail and Apple Mail all keep."""


def get(person: User, name: str, assessment: Assessment, query: str = "") -> Any:
    response = client_of(person).get(reverse(name, args=[assessment.pk]) + query)
    assert response.status_code == 200
    return response


def parsed(response: Any) -> ElementTree.Element:
    return ElementTree.fromstring(response.content)  # noqa: S314 # ours


def mail(person: User, assessment: Assessment, query: str = "") -> EmailMessage:
    message = email.message_from_bytes(get(person, "summary-mail", assessment, query).content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def accepted(agency: Agency) -> Assessment:
    """The second cycle of a team."""
    before = make_cycle(name="FY2026 Q4", starts_on=timezone.localdate() - timedelta(days=200))
    team = {"organization": agency.organization, "by": agency.lead, "team": "Ice Watch"}
    make_submitted(cycle=before, level=2, **team)
    return make_accepted(cycle=make_cycle(name="FY2027 Q1"), level=3, **team)


# ---- The radar ----


def test_the_radar_is_a_picture_of_its_own(agency: Agency, accepted: Assessment) -> None:
    response = get(agency.viewer, "radar-svg", accepted)
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"] == (
        'attachment; filename="department-of-rivers-ice-watch-fy2027-q1-radar.svg"'
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "'unsafe" not in response["Content-Security-Policy"]
    root = parsed(response)
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    ground = root.find(f"{SVG}rect")
    assert ground is not None
    assert ground.attrib["fill"] == "#ffffff"
    assert [float(ground.attrib[name]) for name in ("x", "y", "width", "height")] == [left, top, width, height]
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert texts[:2] == ["Ice Watch", "Department of Rivers, FY2027 Q1, accepted"]
    assert {"FY2027 Q1, claimed", "Validated by the CoE", "FY2026 Q4"} <= set(texts)
    assert "Public Sans" in root.attrib["font-family"]
    title = root.find(f"{SVG}title")
    assert title is not None
    assert str(title.text).startswith("Radar chart of Ice Watch, FY2027 Q1.")


def test_it_loads_nothing_and_runs_nothing(agency: Agency, accepted: Assessment) -> None:
    content = get(agency.viewer, "radar-svg", accepted).content.decode()
    assert not re.search(
        r"<(script|style|image|use|a|foreignObject|link)\b|href|\son\w+=|style=|class=\"(?!radar)", content
    )
    assert re.findall(r"https?://[^\"]+", content) == ["http://www.w3.org/2000/svg"]


def test_a_radar_of_long_names_keeps_them_within_it(agency: Agency) -> None:
    Organization.objects.filter(pk=agency.organization.pk).update(name="Department of Rivers " * 7)
    assessment = make_submitted(organization=agency.organization, by=agency.lead, team="Ice & <Watch> Team " * 5)
    root = parsed(get(agency.viewer, "radar-svg", assessment))
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert texts[0].startswith("Ice & <Watch>")
    assert any(text.endswith("…") for text in texts[:4])


def test_a_draft_says_that_it_is_provisional(agency: Agency) -> None:
    answer_all(agency.draft, choices={"mlops-1": ""})
    assert ", provisional</text>" in get(agency.lead, "radar-svg", agency.draft).content.decode()
    message = mail(agency.lead, agency.draft)
    assert message["Subject"].startswith("Provisional result: Flood Forecasts, ")
    for kind in ("plain", "html"):
        assert "Provisional: answers can still change" in part(message, kind)
    assert "The result is provisional, and the summary says so." in html.unescape(
        get(agency.lead, "summary", agency.draft).content.decode()
    )


def test_staff_get_what_was_submitted_while_it_is_revised(agency: Agency, reviewer: User) -> None:
    returned = make_returned(organization=agency.organization, by=agency.lead, level=2)
    answer_all(returned, level=5)
    assert "Level 5" in part(mail(agency.lead, returned), "plain")
    assert "Level 5" not in part(mail(reviewer, returned), "plain")
    assert "Level 5" not in get(reviewer, "radar-svg", returned).content.decode()


def test_an_earlier_submission_is_shared_as_such(agency: Agency) -> None:
    returned = make_returned(organization=agency.organization, by=agency.lead, level=2)
    answer_all(returned, level=5)
    content = get(agency.lead, "result", returned, "?submission=1").content.decode()
    for name in ("radar-svg", "summary"):
        assert f'"{reverse(name, args=[returned.pk])}?submission=1"' in content
    assert "Level 2" in get(agency.lead, "radar-svg", returned, "?submission=1").content.decode()
    text = part(mail(agency.lead, returned, "?submission=1"), "plain")
    assert "Level 5" not in text
    assert f"{reverse('result', args=[returned.pk])}?submission=1" in text
    missing = client_of(agency.lead).get(reverse("radar-svg", args=[returned.pk]) + "?submission=9")
    assert missing.status_code == 404


# ---- The e-mail ----


def test_the_mail_is_a_draft_in_both_kinds(agency: Agency, accepted: Assessment) -> None:
    response = get(agency.viewer, "summary-mail", accepted)
    assert response["Content-Type"] == "message/rfc822"
    assert response["Content-Disposition"] == 'attachment; filename="department-of-rivers-ice-watch-fy2027-q1.eml"'
    message = mail(agency.viewer, accepted)
    assert message["X-Unsent"] == "1"
    assert message["Subject"] == "Result: Ice Watch, Department of Rivers, FY2027 Q1"
    assert message["From"] is message["To"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert [kind.get_content_type() for kind in message.iter_parts()] == ["text/plain", "text/html"]


def test_both_kinds_say_the_same(agency: Agency, accepted: Assessment) -> None:
    message = mail(agency.viewer, accepted)
    plain = " ".join(part(message, "plain").split())
    told = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part(message, "html"))).split())
    for text in (
        "All seven areas are at Level 3, Defined.",
        "What moved since FY2026 Q4",
        "MLOps rose from Level 2 to Level 3.",
        "The shortest ways up",
        "Sealed as",
    ):
        assert text in plain, text
        assert text in told, text
    link = absolute(reverse("result", args=[accepted.pk]))
    assert link in plain
    assert link in part(message, "html")


class Looked(HTMLParser):
    """What a mail consists of."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def of(self, name: str) -> list[str]:
        return [value for attribute, value in self.attributes if attribute == name]


def test_mail_programs_keep_all_of_it_and_load_nothing(agency: Agency, accepted: Assessment) -> None:
    looked = Looked(part(mail(agency.viewer, accepted), "html"))
    assert looked.tags == {"table", "tr", "th", "td", "a"}
    assert {name for name, _ in looked.attributes} <= {
        "role", "width", "height", "cellpadding", "cellspacing", "border", "style", "align", "scope", "bgcolor", "href",
    }  # fmt: skip
    styles = {rule.split(":")[0] for style in looked.of("style") for rule in style.split(";")}
    assert styles <= SAFE_STYLES
    assert max(int(width) for width in looked.of("width")) <= 600
    (link,) = looked.of("href")
    assert link == absolute(reverse("result", args=[accepted.pk]))


def test_levels_are_cells_in_their_colours(agency: Agency, accepted: Assessment) -> None:
    colours = Looked(part(mail(agency.viewer, accepted), "html")).of("bgcolor")
    assert len(colours) == 7 * 5
    assert colours[:5] == ["#d9e8f6", "#aacdec", "#4f97d1", "#ffffff", "#ffffff"]


def test_what_people_typed_is_text_in_every_kind(agency: Agency) -> None:
    Organization.objects.filter(pk=agency.organization.pk).update(name=PAYLOAD)
    assessment = make_submitted(organization=agency.organization, by=agency.lead, team=PAYLOAD, rationale=PAYLOAD)
    message = mail(agency.viewer, assessment)
    assert PAYLOAD in part(message, "plain")
    assert "<script" not in part(message, "html")
    assert html.escape(PAYLOAD) in part(message, "html")
    content = get(agency.viewer, "summary", assessment).content.decode()
    assert PAYLOAD not in content
    assert "<script>" not in get(agency.viewer, "radar-svg", assessment).content.decode()


def test_no_name_makes_a_header_of_its_own(agency: Agency) -> None:
    """Names are one line by their forms; the mail doesn't rely on it."""
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    name = "Ice\r\nBcc: all@agency.example\r\n\r\nHello\u2028Watch"
    Assessment.objects.filter(pk=assessment.pk).update(team=name)
    message = mail(agency.viewer, assessment)
    assert message["Bcc"] is None
    assert set(message.keys()) == {"Subject", "X-Unsent", "MIME-Version", "Content-Type"}
    assert "Ice Bcc: all@agency.example Hello Watch" in message["Subject"]


@pytest.mark.parametrize(
    "word", ["=?utf-8?q?a=0D=0ABcc:_all=40agency.example=0D=0A=0D=0AHello?=", "==?utf-8?b?QQpCY2M6IHg?="]
)
def test_a_name_written_as_mail_headers_are_is_no_header_either(agency: Agency, word: str) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead, team=word)
    message = mail(agency.viewer, assessment)
    assert set(message.keys()) == {"Subject", "X-Unsent", "MIME-Version", "Content-Type"}
    assert word.replace("=?", "= ?") in message["Subject"]
    assert word in part(message, "plain")


def test_names_of_other_alphabets_arrive(agency: Agency) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead, team="Éislaf 氷 Watch 🧊")
    message = mail(agency.viewer, assessment)
    assert "Éislaf 氷 Watch 🧊" in message["Subject"]
    assert "Éislaf 氷 Watch 🧊" in part(message, "html")


def test_the_page_shows_it_before_it_is_sent(agency: Agency, accepted: Assessment) -> None:
    response = get(agency.viewer, "summary", accepted)
    content = response.content.decode()
    assert reverse("summary-mail", args=[accepted.pk]) in content
    assert "style=" not in content.split("summary-html")[0]
    assert response.context["subject"] == "Result: Ice Watch, Department of Rivers, FY2027 Q1"
    assert response.context["text"] in html.unescape(content)


def test_without_an_earlier_cycle_nothing_is_said_to_have_moved(agency: Agency) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead, level=5)
    for kind in ("plain", "html"):
        told = part(mail(agency.viewer, assessment), kind)
        assert "What moved" not in told
        assert "The shortest ways up" not in told


def test_of_a_first_cycle_with_other_levels_nothing_is_said_to_have_moved_either(
    agency: Agency, reviewer: User
) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead, level=5)
    entry = actions.ReviewEntry(areas={"mlops": actions.AreaEntry(2, "No log.")})
    actions.accept(assessment=assessment, by=reviewer, entry=entry)
    for kind in ("plain", "html"):
        told = part(mail(agency.viewer, assessment), kind)
        assert "finds another level" in told
        assert "What moved" not in told


def test_the_result_offers_the_radar_without_a_script_and_the_figures_beside(
    agency: Agency, accepted: Assessment
) -> None:
    content = get(agency.viewer, "result", accepted).content.decode()
    assert f'href="{reverse("radar-svg", args=[accepted.pk])}"' in content
    assert f'href="{reverse("export-xlsx", args=[accepted.pk])}"' in content
    assert f'href="{reverse("summary", args=[accepted.pk])}"' in content
