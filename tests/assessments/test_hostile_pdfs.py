"""Files that are made to break whoever reads them: each ends in a sentence, in bounded time and memory."""

import json
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from aicmm import bounded
from assessments import paper_reader, sealed, sealing, verifying
from assessments.datatypes import ScoredAssessment
from tests.assessments import forging
from tests.assessments.sheets import make_sheet

UNPACKED = 400 * 1024 * 1024


@pytest.fixture(scope="module")
def sheet() -> ScoredAssessment:
    return forging.sealed_anew(make_sheet())


@pytest.fixture(scope="module")
def paper(sheet: ScoredAssessment) -> bytes:
    return forging.printed(sheet)


def why_not(content: bytes) -> str:
    """Why nothing can be said of a file."""
    with pytest.raises(verifying.NotChecked) as refusal:
        verifying.read(content)
    return str(refusal.value)


def alterations(content: bytes) -> str:
    return "; ".join(verifying.read(content).alterations)


def blank(**options: Any) -> bytes:
    """A PDF of one empty page."""
    with pikepdf.new() as file:
        file.add_blank_page()
        return forging.saved(file, **options)


def test_the_sheet_by_itself_agrees(paper: bytes, sheet: ScoredAssessment) -> None:
    reading = verifying.read(paper)
    assert sheet.seal
    assert (reading.code, reading.sha256) == (sheet.seal.code, sheet.seal.sha256)
    assert (reading.alterations, reading.notes, reading.areas) == ((), (), 7)


# ---- PDFs ----


@pytest.mark.parametrize("length", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_ends_early(paper: bytes, length: float) -> None:
    assert why_not(paper[: int(len(paper) * length)])


def test_a_file_with_nothing_attached() -> None:
    assert "No sealed answers are embedded" in why_not(blank())


def test_a_file_with_something_else_attached(paper: bytes) -> None:
    assert "No sealed answers are embedded" in why_not(forging.with_attachment(paper, b"{}", name="other.json"))


def test_an_encrypted_file(paper: bytes) -> None:
    with pikepdf.open(BytesIO(paper)) as file:
        for user in ("", "secret"):
            content = forging.saved(file, encryption=pikepdf.Encryption(owner="owner", user=user))
            assert why_not(content) == "The PDF is encrypted. None that is made here is."


def test_an_attachment_that_unpacks_to_much_more_than_any_of_ours(paper: bytes) -> None:
    with pikepdf.open(BytesIO(forging.with_attachment(paper, b"{}"))) as file:
        stream = file.attachments["scorecard.json"].get_file().obj
        stream.write(bomb(), filter=pikepdf.Name.FlateDecode)
        content = forging.saved(file, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert len(content) < 1024 * 1024
    assert "damaged" in why_not(content)


def test_a_page_that_unpacks_to_much_more_than_any_of_ours(paper: bytes) -> None:
    with pikepdf.open(BytesIO(paper)) as file:
        page: Any = file.pages[0]
        page.Contents = file.make_stream(b"")
        page.Contents.write(bomb(), filter=pikepdf.Name.FlateDecode)
        content = forging.saved(file, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    reading = verifying.read(content)
    assert "the text of page 1 can't be read" in reading.notes


def bomb() -> bytes:
    """Blanks that were packed, and packed well."""
    packer = zlib.compressobj(9)
    chunk = b" " * (1024 * 1024)
    return b"".join(packer.compress(chunk) for _ in range(UNPACKED // len(chunk))) + packer.flush()


def test_thousands_of_attachments(paper: bytes) -> None:
    with pikepdf.open(BytesIO(paper)) as file:
        spec = file.make_indirect(pikepdf.AttachedFileSpec(file, b"{}", filename="scorecard.json").obj)
        names = [part for number in range(20_000) for part in (pikepdf.String(f"{number:05}"), spec)]
        file.Root.Names.EmbeddedFiles = pikepdf.Dictionary(Names=pikepdf.Array(names))
        assert "more than one attachment" in alterations(forging.saved(file))


def test_two_attachments_of_our_name(paper: bytes, sheet: ScoredAssessment) -> None:
    twice = forging.with_attachment(paper, sheet.document.encode(), times=2)
    assert alterations(twice) == (
        "the embedded answers aren't a sealed document: more than one attachment is named scorecard.json"
    )


def test_a_page_tree_that_leads_back_to_itself(paper: bytes) -> None:
    with pikepdf.open(BytesIO(paper)) as file:
        file.Root.Pages.Kids.append(file.Root.Pages)
        content = forging.saved(file)
    assert why_not(content)


def test_objects_nested_deeper_than_anyone_reads() -> None:
    deep = b"[" * 50_000 + b"]" * 50_000
    body = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/Names " + deep + b">>\nendobj\ntrailer<</Root 1 0 R>>\n"
    assert "damaged" in why_not(body)


def test_more_pages_than_any_of_ours(paper: bytes) -> None:
    with pikepdf.open(BytesIO(paper)) as file:
        for _ in range(paper_reader.MOST_PAGES):
            file.add_blank_page()
        assert "more than 200 pages" in why_not(forging.saved(file))


def test_what_takes_too_long_is_ended(paper: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded.run, "__kwdefaults__", {"seconds": 0, "mebibytes": 384})
    assert why_not(paper) == verifying.TOO_MUCH


def test_places_are_given_back_after_a_failure(paper: bytes) -> None:
    for _ in range(bounded.PLACES + 1):
        assert why_not(b"%PDF-")
    assert verifying.read(paper).code


def test_the_reader_gets_no_secret() -> None:
    assert not {"SECRET_KEY", "DATABASE_URL", "EMAIL_URL"} & set(bounded.PASSED_ON)


# ---- What is attached ----


def wrong(document: bytes) -> str:
    with pytest.raises(sealed.NotASealedDocument) as refusal:
        sealed.read(document)
    return str(refusal.value)


def test_a_wrong_attachment_is_an_alteration(paper: bytes) -> None:
    assert "isn't" not in alterations(paper)
    found = alterations(forging.with_attachment(paper, b'{"answers":[]}'))
    assert found == ("the embedded answers aren't a sealed document: not an object with the keys of a sealed document")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":1,"a":1}', "a key stands more than once"),
        (b'{"a":NaN}', "a number that isn't whole"),
        (b'{"a":1e400}', "a number that isn't whole"),
        (b'{"a":' + b"9" * 5000 + b"}", "a number of more than 20 digits"),
        (b"[]", "not an object"),
        (b'"\\ud800"', "not an object"),
    ],
)
def test_json_that_is_none_of_ours(document: bytes, reason: str) -> None:
    assert reason in wrong(document)


def put(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Sets what stands at a path such as "rubric.areas.0.code"."""

    def edit(content: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = content
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[int(last) if isinstance(place, list) else last] = value

    return edit


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("format", 2, "format: not 1"),
        ("format", True, "format: not 1"),
        ("answers", {}, "answers: not a list"),
        ("answers", [], "answers: not one for each question"),
        ("answers.0", 3, "answers[0]: not an answer"),
        ("answers.0.choice", 6, "is not a level"),
        ("answers.0.choice", True, "is not a level"),
        ("answers.0.choice", [], "is not a level"),
        ("answers.0.question", "other", "answers: not one for each question"),
        ("answers.0.rationale", None, "rationale: not a text"),
        ("answers.0.answered_at", "yesterday", "answered_at: no moment"),
        ("answers.0.evidence", [{"title": 1, "url": ""}], "evidence: not a list of links"),
        ("sealed_at", None, "sealed_at: no moment"),
        ("sealed_at", "2026-11-23", "without its time zone"),
        ("sequence", "1", "sequence: not a whole number"),
        ("people", "Lee", "people: not a list of names"),
        ("organization", [], "organization: not a text"),
        ("rubric", None, "rubric: not an object"),
        ("rubric.levels", [], "rubric.levels: not a list of objects"),
        ("rubric.levels.0.number", 7, "rubric.levels: not numbered from 1"),
        ("rubric.required_share", 0, "rubric.required_share: not a percentage"),
        ("rubric.max_shortfall", 10**9, "rubric.max_shortfall: not a whole number from 0 to 10,000"),
        ("rubric.areas.0.code", "cloudops", "a code stands more than once"),
        ("rubric.areas.0.descriptors", [], "not 5 texts"),
        ("rubric.areas.0.questions.0.weight", 0, "weight: less than 1"),
        ("rubric.areas.0.questions.0.weight", 1.5, "a number that isn't whole"),
        ("rubric.areas.0.questions.0.anchors", [1, 2, 3, 4, 5], "not a list of texts"),
    ],
)
def test_a_document_with_one_thing_wrong(sheet: ScoredAssessment, path: str, value: object, reason: str) -> None:
    assert reason in wrong(forging.edited(sheet.document, put(path, value)))


def test_a_document_in_another_form(sheet: ScoredAssessment) -> None:
    spaced = json.dumps(json.loads(sheet.document), ensure_ascii=False, sort_keys=True)
    assert "canonical form" in wrong(spaced.encode())


@pytest.mark.parametrize("value", [None, [], {}, {"areas": 3}, {"areas": [[], 1, {"area": []}]}])
def test_a_result_of_any_shape_is_not_what_the_answers_give(sheet: ScoredAssessment, value: object) -> None:
    one = sealed.read(forging.edited(sheet.document, put("result", value)))
    assert sealed.disagreements(one) == ["the embedded result isn't what the embedded answers give"]


def test_weights_that_would_take_for_ever_to_score_are_ended(paper: bytes, sheet: ScoredAssessment) -> None:
    """The shortest way up is found among sums of weights, of which a hostile rubric can have any number."""

    def many(content: dict[str, Any]) -> None:
        area = content["rubric"]["areas"][0]
        first = area["questions"][0]
        area["questions"] += [first | {"code": f"more-{n}", "weight": 5000 + 7 * n % 4999} for n in range(3000)]
        answer = content["answers"][5]
        content["answers"][6:6] = [answer | {"question": f"more-{n}"} for n in range(3000)]

    content = forging.with_attachment(paper, forging.edited(sheet.document, many))
    assert why_not(content) == verifying.TOO_MUCH


def test_a_rubric_comes_back_from_its_document(sheet: ScoredAssessment) -> None:
    one = sealed.read(sheet.document.encode())
    again = forging.sealed_anew(one.sheet)
    assert again.document == sheet.document
    assert sealing.digest(again.document) == one.seal.sha256


def test_what_is_said_of_a_hostile_file_is_short(paper: bytes, sheet: ScoredAssessment) -> None:
    content = forging.edited(sheet.document, put("organization", "x" * 100_000))
    reading = verifying.read(forging.with_attachment(paper, content))
    assert all(len(text) < 400 for text in (*reading.alterations, *reading.notes))
