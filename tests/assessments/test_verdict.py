"""Claimed and validated levels, side by side on the result, in the radar and on paper; and who sees them when."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from aicmm import pdf
from assessments import actions, charts, pictures, reports, results
from assessments.actions import AreaEntry, CommentEntry, ReviewEntry
from assessments.datatypes import ScoredAssessment
from assessments.models import Assessment, Review, User
from assessments.narrative import narrative
from tests.assessments import pdf_checks
from tests.factories import Agency, client_of, make_past_cycle, make_reviewer, make_submitted
from tests.uswds.markup import parse

pytestmark = pytest.mark.django_db

FOUND = ReviewEntry(
    areas={"secops": AreaEntry(2, "The <log> is not kept.")},
    comments={"secops-2": CommentEntry("Link the log.", wants_evidence=True)},
)


@pytest.fixture
def accepted(agency: Agency) -> Assessment:
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    actions.accept(assessment=assessment, by=make_reviewer(name="Rhea Viewer"), entry=FOUND)
    return assessment


def sheet_of(assessment: Assessment) -> ScoredAssessment:
    sealed = results.sealed(assessment.scorecards.latest("sequence"))
    return results.with_verdict(sealed, Review.objects.of(assessment).with_rows(), remarks=True)


def text_of(client: Client, name: str, assessment: Assessment) -> str:
    return parse(client.get(reverse(name, args=[assessment.pk])).content.decode()).text


def test_members_see_both_levels_and_why(agency: Agency, accepted: Assessment) -> None:
    for member in (agency.viewer, agency.contributor, agency.lead):
        text = text_of(client_of(member), "result", accepted)
        assert "finds another level than claimed: SecOps at Level 2, claimed Level 3." in text
        assert "Level 2, Repeatable" in text
        assert "The <log> is not kept." in text


def test_each_area_says_what_was_validated(accepted: Assessment, agency: Agency) -> None:
    shown = parse(client_of(agency.viewer).get(reverse("result", args=[accepted.pk])).content.decode())
    other, same = shown.by_id("secops").text, shown.by_id("mlops").text
    assert "Validated by the Center of Excellence: Level 2, Repeatable." in other
    assert "Validated by the Center of Excellence: Level 3, Defined." in same
    figures = shown.one("table", css="figures-table")
    assert [head.text for head in figures.all("th", scope="col")] == ["Area", "Claimed", "Score", "Answered"]


def test_where_nothing_was_validated_a_level_is_just_a_level(agency: Agency) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    shown = parse(client_of(agency.viewer).get(reverse("result", args=[assessment.pk])).content.decode())
    figures = shown.one("table", css="figures-table")
    assert [head.text for head in figures.all("th", scope="col")] == ["Area", "Level", "Score", "Answered"]


def test_the_claimed_result_stays_as_it_was_sealed(accepted: Assessment) -> None:
    sheet = sheet_of(accepted)
    assert {area.area: area.level for area in sheet.result.areas}["secops"] == 3
    assert sheet.verdict is not None
    assert (sheet.verdict.levels["secops"], sheet.verdict.levels["mlops"]) == (2, 3)
    assert sheet.verdict.reasons == {"secops": "The <log> is not kept."}


def test_the_pictures_show_them_apart(accepted: Assessment) -> None:
    sheet = sheet_of(accepted)
    drawn = pictures.pictures(sheet, narrative(sheet), ident="x")
    assert [(one.kind, one.label) for one in drawn.series] == [
        ("main", f"{sheet.cycle}, claimed"),
        ("validated", "Validated by the CoE"),
    ]
    assert "Validated, where it differs" in drawn.strip
    assert "Validated by the CoE" in drawn.radar
    names: Any = charts.radar_figure(sheet.rubric, drawn.series)["data"]
    assert [trace["name"] for trace in names if "name" in trace][-2:] == [
        "Validated by the CoE",
        f"{sheet.cycle}, claimed",
    ]


def test_the_paper_says_who_found_what(accepted: Assessment) -> None:
    html = reports.scorecard_html(sheet_of(accepted))
    assert "Accepted by Rhea Viewer of the Center of Excellence on" in html
    assert "Validated by the Center of Excellence: Level 2, Repeatable." in html
    assert "The &lt;log&gt; is not kept." in html
    assert "The Center of Excellence: Link the log. Evidence asked for." in html


def test_before_a_decision_nothing_is_said_of_it(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "render", lambda html, **_: html.encode())
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    actions.save_review(assessment=assessment, by=make_reviewer(), entry=FOUND)
    client = client_of(agency.lead)
    for name in ("result", "assessment", "scorecard-pdf"):
        content = client.get(reverse(name, args=[assessment.pk])).content.decode()
        assert "alidated" not in content
        assert "not kept" not in content


def test_a_returned_one_shows_the_levels_that_the_reviewer_chose(agency: Agency) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    actions.return_(assessment=assessment, by=make_reviewer(), entry=FOUND)
    page = client_of(agency.lead).get(reverse("result", args=[assessment.pk]), {"submission": 1})
    text = parse(page.content.decode()).text
    assert "SecOps at Level 2, claimed Level 3." in text
    sheet = sheet_of(assessment)
    assert sheet.verdict is not None
    assert sheet.verdict.levels == {"secops": 2}


def test_only_accepted_levels_are_called_validated(agency: Agency, accepted: Assessment) -> None:
    returned = make_submitted(organization=agency.organization, by=agency.lead)
    actions.return_(assessment=returned, by=make_reviewer(), entry=FOUND)
    for assessment, word, other in ((accepted, "Validated", "Found"), (returned, "Found", "Validated")):
        page = client_of(agency.lead).get(reverse("result", args=[assessment.pk]), {"submission": 1})
        html = reports.scorecard_html(sheet_of(assessment))
        shown = parse(page.content.decode())
        assert f"Claimed and {word.lower()}" in [heading.text for heading in shown.all("h2")]
        assert word in [head.text for head in shown.all("th", scope="col")]
        for content in (page.content.decode(), pdf_checks.with_drawings(html)):
            assert f"{word} by the CoE" in content
            assert f"{word}, where it differs" in content
            assert not re.search(rf"\b{other}\b", content)
        assert f'<th scope="row">{word}</th>' in html
        assert f"{word} by the Center of Excellence: Level 2, Repeatable." in html


def test_other_levels_stand_right_below_the_headline(agency: Agency, accepted: Assessment) -> None:
    shown = parse(client_of(agency.viewer).get(reverse("result", args=[accepted.pk])).content.decode())
    paragraphs = [paragraph.text for paragraph in shown.one("main").all("p")]
    headline = paragraphs.index(shown.one("p", css="usa-intro").text)
    assert paragraphs[headline + 1] == (
        "The Center of Excellence finds another level than claimed: SecOps at Level 2, claimed Level 3."
    )


def test_steps_and_foundations_say_once_that_they_go_by_the_levels_claimed(
    agency: Agency, accepted: Assessment
) -> None:
    page = text_of(client_of(agency.viewer), "result", accepted)
    told = "Steps and foundations go by the levels claimed. The Center of Excellence validated SecOps at Level 2."
    assert page.count(told) == 1
    assert page.index("Area by area") < page.index(told) < page.index("The fewest steps to")


def test_where_the_coe_finds_the_levels_as_claimed_steps_need_no_such_word(agency: Agency) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    client = client_of(agency.lead)
    assert "by the levels claimed" not in text_of(client, "result", assessment)
    actions.accept(assessment=assessment, by=make_reviewer())
    assert "by the levels claimed" not in text_of(client, "result", assessment)


def test_what_moved_is_about_claimed_levels_and_says_so_beside_others(agency: Agency) -> None:
    earlier = make_past_cycle()
    make_submitted(organization=agency.organization, by=agency.lead, team="Gauges", cycle=earlier, level=2)
    assessment = make_submitted(organization=agency.organization, by=agency.lead, team="Gauges")
    plain, claimed = f"What moved since {earlier}", f"What moved since {earlier}, as claimed"

    def heads() -> list[str]:
        page = client_of(agency.lead).get(reverse("result", args=[assessment.pk])).content.decode()
        return [head.text for head in parse(page).all("h2")]

    def paper() -> str:
        return reports.scorecard_html(sheet_of(assessment))

    assert plain in heads()
    assert f"What moved is told since {earlier}." in paper()
    actions.accept(assessment=assessment, by=make_reviewer(), entry=FOUND)
    assert claimed in heads()
    assert f"What moved is told since {earlier}, as claimed." in paper()
    text = text_of(client_of(agency.lead), "result", assessment)
    assert f"Since {earlier}, as claimed: SecOps rose from Level 2 to Level 3." in text


def test_the_paper_has_the_whole_comment_in_its_lines(agency: Agency) -> None:
    comment = "Dear team,\n" + "w" * 3900 + "\n<Thanks> to all."
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    actions.accept(assessment=assessment, by=make_reviewer(name="Rhea Viewer"), comment=comment)
    sheet = sheet_of(assessment)
    heads = parse(reports.scorecard_html(sheet)).all("h2")
    (said,) = [head.parent for head in heads if head.text == "What the Center of Excellence says"]
    assert said is not None
    assert "Accepted by Rhea Viewer on" in said.text
    assert "&lt;Thanks&gt; to all." in reports.scorecard_html(sheet)
    assert said.one("p", css="text").raw.replace("\u200b", "") == comment
    made = pdf.made(reports.scorecard_html(sheet))
    assert made.problems == ()
    assert pdf_checks.ua_problems(made.body) == []
    text = pdf_checks.text_of(made.body)
    assert text.count("w") >= 3900
    assert "to all." in text


def test_without_a_comment_the_paper_has_no_place_for_it(accepted: Assessment) -> None:
    assert "What the Center of Excellence says" not in reports.scorecard_html(sheet_of(accepted))


def test_while_a_second_look_is_open_only_the_first_reviewer_sees_what_was_found(
    agency: Agency, reviewer: User, settings: Any
) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    actions.accept(assessment=assessment, by=reviewer, entry=FOUND)
    another = make_reviewer()
    assert "not kept" in text_of(client_of(reviewer), "result", assessment)
    assert "not kept" in text_of(client_of(agency.lead), "result", assessment)
    assert "not kept" not in text_of(client_of(another), "result", assessment)
    levels = {row.area: AreaEntry(3) for row in assessment.scorecards.get().areas.all()}
    actions.save_second_look(
        scorecard=assessment.scorecards.get(), by=another, entry=ReviewEntry(areas=levels), complete=True
    )
    assert "not kept" in text_of(client_of(another), "result", assessment)


def test_the_result_page_stays_within_its_queries(
    agency: Agency, accepted: Assessment, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(agency.viewer)
    with django_assert_max_num_queries(8):
        client.get(reverse("result", args=[accepted.pk]))
