"""The page on where a team stands: what it shows to whom, in which words, and that what was shown stays so."""

import re
from datetime import timedelta
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from assessments import actions, peer_rows, peers
from assessments.charts import peers_svg
from assessments.models import Assessment, Cycle, Organization, PeerFigures
from assessments.peers import AreaFigures, Basis, Cohort, CohortFigures
from assessments.standing import PeerRow, headline
from assessments.standing import peer_rows as rows_of
from tests.assessments.conftest import AtOnce
from tests.assessments.sheets import full_rubric, small_rubric
from tests.factories import (
    Agency,
    client_of,
    make_assessment,
    make_organization,
    make_past_cycle,
    make_peers,
    make_reviewer,
    make_submitted,
    make_submitted_in_time,
)

SVG = "{http://www.w3.org/2000/svg}"


def address(assessment: Assessment, cohort: str = "") -> str:
    return reverse("peers", args=[assessment.pk]) + (f"?cohort={cohort}" if cohort else "")


def page_of(assessment: Assessment, cohort: str = "") -> str:
    return client_of(assessment.created_by).get(address(assessment, cohort)).content.decode()


def mine(cycle: Cycle, *, kind: str = "bureau", size: str = "small", **fields: Any) -> Assessment:
    organization = make_organization(name="Office of Rivers", kind=kind, size=size)
    return make_submitted_in_time(cycle=cycle, organization=organization, **fields)


@pytest.mark.django_db
class TestThePage:
    def test_it_says_in_a_sentence_where_the_team_stands(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=5, levels=[2])
        assert "In all 7 areas you stand at or above the median of 6 organizations." in page_of(mine(cycle))

    @pytest.mark.parametrize("others", [0, 4])
    def test_with_four_others_or_fewer_it_says_why_there_are_no_figures(self, others: int) -> None:
        cycle = make_past_cycle(name="FY2026 Q1")
        make_peers(cycle=cycle, count=others)
        page = page_of(mine(cycle))
        assert "Fewer than 6 organizations had a result in FY2026 Q1 when" in page
        assert "<svg" not in page.split("<main")[1]

    def test_before_the_due_date_has_ended_it_says_when_figures_appear(self, agency: Agency) -> None:
        make_peers(cycle=agency.draft.cycle, count=6)
        submitted = make_submitted(organization=agency.organization, cycle=agency.draft.cycle)
        page = page_of(submitted)
        assert f"Figures for {submitted.cycle} appear after" in page
        assert not PeerFigures.objects.exists()

    def test_a_draft_that_was_never_submitted_has_nothing_to_compare(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=6)
        page = page_of(make_assessment(cycle=cycle))
        assert "once this assessment has been submitted" in page
        assert "median of" not in page

    def test_a_kind_that_could_be_subtracted_is_withheld(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=6, kind="bureau")
        make_peers(cycle=cycle, count=1, kind="department")
        page = page_of(mine(cycle), "kind")
        assert "Figures of organizations of your kind are not shown." in page
        assert "median of 8 organizations" in page_of(Assessment.objects.get(organization__name="Office of Rivers"))

    def test_kind_and_size_have_figures_of_their_own(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=5, kind="bureau", size="small", levels=[2])
        make_peers(cycle=cycle, count=6, kind="department", size="large", levels=[5])
        assessment = mine(cycle)
        assert "In all 7 areas you stand at or above the median of 6 organizations of your kind." in page_of(
            assessment, "kind"
        )
        assert "of 6 organizations of your size." in page_of(assessment, "size")

    def test_without_a_size_it_says_who_can_set_it_and_shows_the_rest(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=6)
        assessment = mine(cycle, size="")
        page = page_of(assessment, "size")
        assert "Nobody has said yet how large Office of Rivers is." in page
        assert "administrator of the Center of Excellence can set its size" in page
        assert "of 7 organizations." in page_of(assessment)

    def test_an_unknown_cohort_is_not_found(self, agency: Agency) -> None:
        assert client_of(agency.lead).get(address(agency.draft, "friends")).status_code == 404

    def test_the_result_leads_there_once_it_is_sealed(self, agency: Agency) -> None:
        client = client_of(agency.lead)
        assert "/peers/" not in client.get(reverse("result", args=[agency.draft.pk])).content.decode()
        make_submitted(assessment=agency.draft)
        assert address(agency.draft) in client.get(reverse("result", args=[agency.draft.pk])).content.decode()

    def test_names_of_others_are_on_no_page(self) -> None:
        cycle = make_past_cycle()
        others = make_peers(cycle=cycle, count=6)
        page = page_of(mine(cycle))
        assert not [other for other in others if str(other.organization) in page or other.team in page]

    def test_the_coe_sees_it_too(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=6)
        assert "of 7 organizations" in client_of(make_reviewer()).get(address(mine(cycle))).content.decode()

    def test_it_takes_the_same_queries_for_6_organizations_as_for_18(self) -> None:
        numbers = []
        for count in (6, 18):
            cycle = make_past_cycle()
            make_peers(cycle=cycle, count=count)
            organization = make_organization(name=f"Office {count}", kind="bureau", size="small")
            assessment = make_submitted_in_time(cycle=cycle, organization=organization)
            client = client_of(assessment.created_by)
            for _ in ("first", "again"):
                with CaptureQueriesContext(connection) as queries:
                    client.get(address(assessment))
                numbers.append(len(queries))
        assert numbers == [8, 5, 8, 5]


@pytest.mark.django_db
class TestWhoCounts:
    def test_an_organization_counts_once_with_the_median_of_its_teams(self) -> None:
        cycle = make_past_cycle()
        organization = make_organization()
        for level in (1, 4, 5):
            assessment = make_submitted_in_time(cycle=cycle, organization=organization, level=level)
        (peer,) = peer_rows.peers_of(assessment)
        assert set(peer.levels.values()) == {4}

    def test_the_newest_submission_in_time_counts_and_later_ones_do_not(self) -> None:
        cycle = make_past_cycle()
        assessment = make_submitted_in_time(cycle=cycle, level=2)
        for level, at in ((3, cycle.closes_at - timedelta(seconds=1)), (5, cycle.closes_at)):
            actions.return_(assessment=assessment, by=make_reviewer(), comment="Again.")
            make_submitted(assessment=Assessment.objects.get(pk=assessment.pk), level=level, at=at)
        (peer,) = peer_rows.peers_of(assessment)
        assert set(peer.levels.values()) == {3}
        assert set(peer_rows.sealed_levels(assessment).values()) == {5}

    def test_drafts_other_cycles_and_late_submissions_do_not_count(self) -> None:
        cycle = make_past_cycle()
        make_assessment(cycle=cycle)
        make_submitted_in_time(cycle=make_past_cycle())
        make_submitted(cycle=cycle)
        assert peer_rows.peers_of(make_assessment(cycle=cycle)) == ()

    def test_what_the_coe_validated_is_not_mixed_in(self) -> None:
        cycle = make_past_cycle()
        assessment = make_submitted_in_time(cycle=cycle, level=3)
        assessment.scorecards.get().areas.update(validated_level=1)
        (peer,) = peer_rows.peers_of(assessment)
        assert set(peer.levels.values()) == {3}


@pytest.mark.django_db
class TestFiguresStayAsTheyWereShown:
    def test_whatever_comes_or_changes_afterwards(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=11, kind="bureau", size="small")
        assessment = mine(cycle, kind="bureau")
        before = peer_rows.peer_table(assessment)
        make_peers(cycle=cycle, count=6, kind="department", levels=[5])
        Organization.objects.update(size="large")
        Organization.objects.filter(assessments=assessment).update(kind="independent")
        assert peer_rows.peer_table(Assessment.objects.get(pk=assessment.pk)) == before

    def test_before_a_due_date_that_was_put_off_none_are_shown(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=6)
        assessment = mine(cycle)
        assert "of 7 organizations" in page_of(assessment)
        due = timezone.localdate() + timedelta(days=30)
        Cycle.objects.update(due_on=due)
        page = page_of(Assessment.objects.get(pk=assessment.pk))
        assert "of 7 organizations" not in page
        assert f"appear after {date_format(due, 'F j, Y')}" in page

    def test_each_due_date_has_its_own(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=6)
        assessment = mine(cycle)
        make_submitted(cycle=cycle, at=cycle.closes_at + timedelta(hours=1))
        first = peer_rows.peer_table(assessment, Random(1))
        organizations = []
        for due in (cycle.due_on + timedelta(days=1), cycle.due_on):
            Cycle.objects.update(due_on=due)
            table = peer_rows.peer_table(Assessment.objects.get(pk=assessment.pk), Random(2))
            assert table is not None
            organizations.append(table.shown[0].organizations)
        assert organizations == [8, 7]
        assert table == first

    def test_each_look_sees_the_first_one_s_lot(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=20, levels=[1, 2, 3, 4, 5])
        assessment = mine(cycle)
        tables = [peer_rows.peer_table(assessment, Random(seed)) for seed in range(5)]
        assert all(table == tables[0] for table in tables)

    def test_nothing_is_kept_while_nothing_is_shown(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=4)
        assessment = mine(cycle)
        page_of(assessment)
        assert not PeerFigures.objects.exists()
        make_peers(cycle=cycle, count=1)
        assert "of 6 organizations" in page_of(assessment)

    def test_nothing_kept_tells_of_a_single_organization(self) -> None:
        cycle = make_past_cycle()
        make_peers(cycle=cycle, count=6)
        page_of(mine(cycle))
        document = PeerFigures.objects.get().document
        assert set(document) == {"shown", "withheld"}
        assert all(row["organizations"] - row["counted"] >= 3 for row in document["shown"])


@pytest.mark.django_db(transaction=True)
def test_two_who_look_first_at_once_see_the_same(at_once: AtOnce) -> None:
    cycle = make_past_cycle()
    make_peers(cycle=cycle, count=12, levels=[1, 2, 3, 4, 5])
    assessment = mine(cycle)
    tables = at_once(*(lambda: peer_rows.peer_table(Assessment.objects.get(pk=assessment.pk)) for _ in range(4)))
    assert all(table == tables[0] for table in tables)
    assert PeerFigures.objects.count() == 1


# ---- Words and picture ----


def found(*, organizations: int = 23, basis: Basis = Basis.ALL, **areas: AreaFigures) -> CohortFigures:
    return CohortFigures(Cohort(basis), organizations, organizations - 3, areas)


ONLY = "Area 1, the only area that can be compared"


def said(level: int | None, figures: AreaFigures) -> PeerRow:
    (row,) = rows_of(small_rubric(areas=1), {"area1": level}, found(area1=figures))
    return row


@pytest.mark.parametrize(
    ("level", "figures", "place", "share"),
    [
        (1, AreaFigures(2, 3, 4), "Below the middle half", "Three quarters or more"),
        (2, AreaFigures(2, 3, 4), "Below the median", "Three quarters or more"),
        (3, AreaFigures(2, 3, 4), "At the median", "More than half"),
        (4, AreaFigures(2, 3, 4), "Above the median", "Half or fewer"),
        (5, AreaFigures(2, 3, 4), "Above the middle half", "A quarter or fewer"),
        (2, AreaFigures(1, 3, 4), "Below the median", "More than half"),
        (2, AreaFigures(2, 2, 2), "At the median", "Three quarters or more"),
        (1, AreaFigures(median=2), "Below the median", "More than half"),
        (3, AreaFigures(median=2), "Above the median", "Half or fewer"),
        (3, AreaFigures(), "–", "–"),
        (None, AreaFigures(2, 3, 4), "You are not rated", "–"),
    ],
)
def test_a_place_in_words(level: int | None, figures: AreaFigures, place: str, share: str) -> None:
    row = said(level, figures)
    assert (row.place, row.share) == (place, share)


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        ((3, 3, 3), "In all 3 areas you stand at or above the median of 23 organizations."),
        ((3, 3, 1), "In 2 of 3 areas you stand at or above the median of 23 organizations."),
        ((1, 1, 3), "In 1 of 3 areas you stand at or above the median of 23 organizations."),
        ((1, 1, 1), "In all 3 areas you stand below the median of 23 organizations."),
        ((3, 1, None), "In 1 of 2 areas that can be compared you stand at or above the median of 23 organizations."),
        ((1, 1, None), "In all 2 areas that can be compared you stand below the median of 23 organizations."),
        (
            (3, None, None),
            "In Area 1, the only area that can be compared, you stand at or above the median of 23 organizations.",
        ),
        (
            (1, None, None),
            "In Area 1, the only area that can be compared, you stand below the median of 23 organizations.",
        ),
        ((None, None, None), "No area can be compared with the 23 organizations."),
    ],
)
def test_the_sentence(levels: tuple[int | None, ...], sentence: str) -> None:
    areas = {f"area{n}": AreaFigures(1, 2, 3) for n in (1, 2, 3)}
    own = {f"area{n}": level for n, level in enumerate(levels, start=1)}
    rows = rows_of(small_rubric(), own, found(**areas))
    assert headline(rows, found(**areas)) == sentence


def test_the_sentence_says_whom_it_compares_with() -> None:
    figures = {f"area{n}": AreaFigures(1, 2, 3) for n in (1, 2, 3)}
    own = {"area1": 3, "area2": 3, "area3": 1}
    for basis, whom in ((Basis.KIND, "of your kind."), (Basis.SIZE, "of your size.")):
        of_some = found(basis=basis, **figures)
        assert headline(rows_of(small_rubric(), own, of_some), of_some).endswith(whom)


def test_shares_in_words_hold_for_every_distribution() -> None:
    """The quarters are told from quartiles alone; here each is counted."""
    least = {"Three quarters or more": (0.75, 1), "More than half": (0.5001, 1)}
    most = {"Half or fewer": (0, 0.5), "A quarter or fewer": (0, 0.25)}
    random = Random(4)
    for _ in range(2000):
        levels = [random.randint(1, 5) for _ in range(random.randint(3, 12))]
        level = random.randint(1, 5)
        share = sum(other >= level for other in levels) / len(levels)
        low, high = (least | most)[said(level, peers._area_figures(levels)).share]
        assert low <= share <= high


def drawn() -> tuple[tuple[PeerRow, ...], ElementTree.Element]:
    rubric = full_rubric()
    codes = [area.code for area in rubric.areas]
    figures = [
        AreaFigures(1, 2, 3),
        AreaFigures(2, 2, 2),
        AreaFigures(3, 4, 5),
        AreaFigures(median=3),
        AreaFigures(),
        AreaFigures(1, 1, 4),
        AreaFigures(5, 5, 5),
    ]
    own = dict(zip(codes, (2, 1, 5, 3, 4, None, 2), strict=True))
    rows = rows_of(rubric, own, found(**dict(zip(codes, figures, strict=True))))
    return rows, ElementTree.fromstring(peers_svg(rubric, rows, ident="peers", title="Where <you> stand."))  # noqa: S314 (our own)


def test_the_picture_shows_what_the_table_says() -> None:
    """Read back from the drawing: band, median and own level of each row, by where they stand on the scale."""
    rows, svg = drawn()
    bars = [group for group in svg.findall(f"{SVG}g") if group.get("transform", "").startswith("translate(4 ")]
    step = 352 / 5
    read = []
    for bar in bars:
        band = bar.find(f"{SVG}path[@stroke='#2c608a']")
        left, width = (0.0, 0.0)
        if band is not None:
            match = re.match(r"M([\d.]+) 0h([\d.]+)", band.get("d", ""))
            assert match
            left, width = map(float, match.groups())
        signs = {
            "you" if sign.find(f"{SVG}circle") is not None else "median": int(
                float(sign.get("transform", "").removeprefix("translate(").split()[0]) // step + 1
            )
            for sign in bar.findall(f"{SVG}g")
        }
        low = round(left / step) + 1 if width else None
        high = round((left + width) / step) if width else None
        read.append((signs.get("you"), low, signs.get("median"), high))
    assert read == [(row.level, row.figures.low, row.figures.median, row.figures.high) for row in rows]


def test_the_picture_names_itself_and_says_each_row_in_words() -> None:
    rows, svg = drawn()
    title = svg.find(f"{SVG}title")
    assert title is not None
    assert title.text == "Where <you> stand."
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert [row.name for row in rows if row.name not in texts] == []
    assert {"you 2, median 2", "you: not rated, median 1", "you 4, no median", "Middle half"} <= set(texts)


def test_the_key_has_only_what_is_drawn() -> None:
    rubric = small_rubric()
    rows = rows_of(rubric, {"area1": 2}, found(area1=AreaFigures(median=3)))
    picture = peers_svg(rubric, rows, ident="p", title="t")
    assert "Median" in picture
    assert "Middle half" not in picture
