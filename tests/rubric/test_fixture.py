"""The AI CMM as it is loaded: the model's words as the source has them, and our anchors by our rules."""

import html
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.core.management import call_command

from rubric.datatypes import Anchor, Rubric
from rubric.models import Rubric as Row

FIXTURE = Path(__file__).parents[2] / "fixtures" / "ai_cmm.yaml"
STACK = ["peopleops", "cloudops", "secops", "devops", "dataops", "mlops", "aiops"]
VAGUE = re.compile(r"\b(adequate|appropriate|effective|good|robust|some|mostly)(ly)?\b", re.IGNORECASE)


@pytest.fixture
def model(ai_cmm: Row) -> Rubric:
    return ai_cmm.to_datatypes()


def anchors(model: Rubric) -> list[tuple[str, Anchor]]:
    return [(code, anchor) for code, question in model.question_by_code.items() for anchor in question.anchors]


# ---- What there is ----


def test_it_holds_the_whole_model(model: Rubric) -> None:
    assert len(model.areas) == 7
    assert len(model.levels) == 5
    assert sum(len(area.descriptors) for area in model.areas) == 35
    assert sum(len(area.activities) for area in model.areas) == 26
    assert len(model.question_by_code) == 29
    assert len(anchors(model)) == 145
    assert sum(bool(question.evidence_hint) for question in model.question_by_code.values()) == 29


def test_it_says_what_it_is(model: Rubric, ai_cmm: Row) -> None:
    assert (model.code, model.version, model.name) == ("ai-cmm", "2021-05", "AI Capability Maturity Model")
    assert model.source == "AI Capability Maturity Model, Operational maturity areas (module 6-3), updated May 7, 2021"
    assert (model.required_share, model.max_shortfall) == (60, 1)
    assert {question.weight for question in model.question_by_code.values()} == {1}
    assert ai_cmm.publication.published_at.isoformat() == "2021-05-07T12:30:13+00:00"


def test_the_areas_stand_as_the_model_stacks_them(model: Rubric) -> None:
    assert [area.code for area in model.areas] == STACK
    assert [area.position for area in model.areas] == [1, 2, 3, 4, 5, 6, 7]


def test_questions_are_numbered_in_their_area(model: Rubric) -> None:
    for area in model.areas:
        assert [question.code for question in area.questions] == [
            f"{area.code}-{number}" for number in range(1, len(area.questions) + 1)
        ]


def test_loading_it_again_changes_nothing(ai_cmm: Row) -> None:
    before = every_row()
    call_command("loaddata", "ai_cmm", verbosity=0)
    assert every_row() == before


def every_row() -> dict[str, list[dict[str, object]]]:
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("rubric").get_models()
    }


def test_the_file_reads_like_the_model() -> None:
    records = yaml.safe_load(FIXTURE.read_text())
    assert all("pk" not in record for record in records)
    kinds = [record["model"].removeprefix("rubric.") for record in records]
    assert kinds[:6] == ["rubric"] + ["level"] * 5
    assert kinds[-1] == "publication"
    assert [record["fields"]["code"] for record in records if record["model"] == "rubric.area"] == STACK
    for place, kind in enumerate(kinds):
        if kind == "question":
            assert kinds[place + 1 : place + 6] == ["anchor"] * 5
            assert [record["fields"]["level"] for record in records[place + 1 : place + 6]] == [1, 2, 3, 4, 5]
    assert max(map(len, FIXTURE.read_text().splitlines())) <= 120


# ---- The model's words, by a second reading of the source ----


@cache
def source() -> str:
    return (Path(__file__).parent / "source.md").read_text()


def tidy(text: str) -> str:
    return " ".join(html.unescape(text).split())


def lines_after(heading: str, section: str) -> list[str]:
    """The list under a heading, up to the next one."""
    found: list[str] = []
    lines = section.splitlines()
    for line in lines[lines.index(f"### {heading}") + 1 :]:
        if line.startswith("#"):
            break
        if line.startswith("- "):
            found.append(tidy(line.removeprefix("- ")))
    return found


def section_of(name: str) -> str:
    return source().partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def table_rows() -> dict[str, list[str]]:
    body = source().partition("<tbody>")[2].partition("</tbody>")[0]
    found = {}
    for row in body.split("</tr>"):
        cells = [tidy(cell.partition(">")[2]) for cell in re.split(r"<td|</td>", row)[1::2]]
        if cells:
            found[cells[-6]] = cells[-5:]
    return found


def test_summaries_are_the_models(model: Rubric) -> None:
    listed = [tidy(line) for line in source().splitlines() if line.startswith("- **")]
    assert listed == [f"- **{area.name}:** {area.summary}" for area in model.areas]


def test_levels_and_scopes_are_the_models(model: Rubric) -> None:
    heads = [tidy(cell) for cell in re.findall(r"<td[^>]*>([^<]*)</td>", source().partition("</thead>")[0])]
    assert heads[:5] == [f"Level {level.number}" for level in model.levels]
    assert heads[5:] == [f"{level.name} {level.scope}" for level in model.levels]


@pytest.mark.parametrize("code", STACK)
def test_every_text_of_an_area_is_the_models(model: Rubric, code: str) -> None:
    area = model.area_by_code[code]
    section = section_of(area.name)
    introduction, _, rest = section.partition("{: .intro }")
    body = rest.partition("### Key Activities")[0].strip()
    assert area.introduction == tidy(introduction)
    assert area.body.split("\n\n") == [tidy(paragraph) for paragraph in re.split(r"\n\s*\n", body)]
    assert list(area.descriptors) == table_rows()[area.name]
    assert list(area.activities) == lines_after("Key Activities", section)
    assert [question.text for question in area.questions] == lines_after("Key Questions", section)


@pytest.mark.parametrize(
    "oddity",
    [
        "within the pipeline' Container security",
        "Training id'd",
        "T&E synthesis",
        "Do you understand staff’s training",
        "Are impact analyses to emerging threats are automated and integrated",
        "We focus Intentionally on",
    ],
)
def test_odd_wording_stays(model: Rubric, oddity: str) -> None:
    assert oddity in "\n".join(words_of(model))


def words_of(model: Rubric) -> Iterable[str]:
    for area in model.areas:
        yield from (area.summary, area.introduction, area.body, *area.descriptors, *area.activities)
        yield from (question.text for question in area.questions)


# ---- Our anchors ----


def test_anchors_have_12_to_30_words(model: Rubric) -> None:
    lengths = {(code, anchor.level): len(anchor.text.split()) for code, anchor in anchors(model)}
    assert {place: length for place, length in lengths.items() if not 12 <= length <= 30} == {}


def test_anchors_name_facts_and_no_vague_words(model: Rubric) -> None:
    assert [(code, anchor) for code, anchor in anchors(model) if VAGUE.search(anchor.text)] == []


def test_no_anchor_is_used_twice(model: Rubric) -> None:
    counted = Counter(anchor.text.casefold() for _, anchor in anchors(model))
    assert [text for text, count in counted.items() if count > 1] == []


def test_anchors_and_evidence_are_whole_sentences(model: Rubric) -> None:
    ours = [anchor.text for _, anchor in anchors(model)]
    ours += [question.evidence_hint for question in model.question_by_code.values()]
    assert [text for text in ours if not (text[0].isupper() and text.endswith(".") and text == tidy(text))] == []


def test_the_models_words_and_ours_are_never_the_same(model: Rubric) -> None:
    assert set(words_of(model)).isdisjoint(anchor.text for _, anchor in anchors(model))
