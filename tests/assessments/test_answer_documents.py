"""Answer documents are read strictly: every fault is one line that names its place."""

import json

import pytest

from assessments.answer_documents import AnswerDocument, AnswerDocumentError, one_line, read_answer_document
from assessments.scoring import NOT_APPLICABLE, UNKNOWN

GOOD = {"rubric": "ai-cmm", "answers": {"peopleops-1": 3, "peopleops-2": "unknown", "secops-3": "not_applicable"}}


def problem_with(data: bytes | str) -> str:
    """The one line that a document is refused with."""
    with pytest.raises(AnswerDocumentError) as caught:
        read_answer_document(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
    text = str(caught.value)
    assert text.isprintable()
    return text


def with_answer(written: str) -> str:
    return f'{{"rubric": "ai-cmm", "answers": {{"peopleops-1": {written}}}}}'


def test_a_document_gives_its_rubric_and_its_answers() -> None:
    assert read_answer_document(json.dumps(GOOD).encode()) == AnswerDocument(
        "ai-cmm", None, {"peopleops-1": 3, "peopleops-2": UNKNOWN, "secops-3": NOT_APPLICABLE}
    )


def test_a_document_may_name_a_version() -> None:
    assert read_answer_document(json.dumps({**GOOD, "version": "2021-05"}).encode()).version == "2021-05"


def test_a_document_may_hold_no_answers() -> None:
    assert read_answer_document(b'{"rubric": "ai-cmm", "answers": {}}').answers == {}


def test_spaces_and_line_ends_around_a_document_are_let_pass() -> None:
    assert read_answer_document(b' \r\n{"rubric":"ai-cmm",\r\n"answers":{}}\r\n').rubric == "ai-cmm"


def test_texts_may_hold_any_unicode() -> None:
    assert read_answer_document('{"rubric": "é\\u00e9", "answers": {}}'.encode()).rubric == "éé"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "document: empty; "),
        (b" \n", "document: empty; "),
        (b"{", "column 2: not JSON: "),
        (b'{"rubric": "ai-cmm" "answers": {}}', "column 21: not JSON: "),
        (b'{"rubric": "ai-cmm",\n "answers": }', "line 2, column 13: not JSON: "),
        (b'{"rubric": "ai-cmm", "answers": {}} {}', "column 37: not JSON: Extra data"),
        (b'{"rubric": "ai-cmm", "answers": {},}', "column "),
        (b"{'rubric': 'ai-cmm'}", "column 2: not JSON: "),
        (b'{"rubric": "a\nb", "answers": {}}', "line 1, column 14: not JSON: Invalid control character"),
        (b'{"rubric": "ai-cmm\xff"}', "byte 19: 0xff is not UTF-8"),
        (b'\xed\xa0\x80{"rubric"}', "byte 1: 0xed is not UTF-8"),
        (b'\xef\xbb\xbf{"rubric": "ai-cmm", "answers": {}}', "byte 1: a byte order mark"),
        ('{"rubric": "ai-cmm", "answers": {}}'.encode("utf-16"), "byte 1: 0xff is not UTF-8"),
    ],
)
def test_what_is_no_json_in_utf8_is_refused_with_its_place(data: bytes, place: str) -> None:
    assert problem_with(data).startswith(place)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("[]", "a list"),
        ("3", "3"),
        ("3.5", "3.5"),
        ("null", "null"),
        ("true", "true"),
        ('"ai-cmm"', '"ai-cmm"'),
        ("NaN", "NaN"),
    ],
)
def test_a_document_that_is_no_object_is_refused(data: str, found: str) -> None:
    assert problem_with(data) == (f'document: {found} stands where an object with "rubric" and "answers" is needed')


@pytest.mark.parametrize("missing", ["rubric", "answers"])
def test_a_missing_key_is_named(missing: str) -> None:
    document = {key: value for key, value in GOOD.items() if key != missing}

    assert problem_with(json.dumps(document)).startswith(f"{missing}: missing; ")


def test_an_unknown_key_is_refused_with_those_allowed() -> None:
    assert problem_with(json.dumps({**GOOD, "verison": "2021-05"})) == (
        'verison: unknown key; allowed are "rubric", "version" and "answers"'
    )


@pytest.mark.parametrize("key", ["rubric", "version"])
@pytest.mark.parametrize(
    ("written", "found"),
    [("null", "null"), ("3", "3"), ("1.50", "1.50"), ("true", "true"), ("[1]", "a list"), ('{"a": 1}', "an object")],
)
def test_a_rubric_and_a_version_are_texts(key: str, written: str, found: str) -> None:
    document = {"rubric": '"ai-cmm"', "version": '"2021-05"', "answers": "{}", key: written}
    data = ", ".join(f'"{name}": {value}' for name, value in document.items())

    assert problem_with(f"{{{data}}}") == f"{key}: {found} is not a text; allowed is a text"


@pytest.mark.parametrize(("written", "found"), [("null", "null"), ("[]", "a list"), ('"x"', '"x"'), ("1", "1")])
def test_answers_are_an_object(written: str, found: str) -> None:
    assert problem_with(f'{{"rubric": "ai-cmm", "answers": {written}}}').startswith(f"answers: {found} is not an ob")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("null", "null"),
        ("true", "true"),
        ("false", "false"),
        ("3.0", "3.0"),
        ("3e0", "3e0"),
        ("1e999", "1e999"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("-Infinity", "-Infinity"),
        ('"3"', '"3"'),
        ('"Unknown"', '"Unknown"'),
        ('""', '""'),
        ("[3]", "a list"),
        ("[[NaN]]", "a list"),
        ('{"level": 3}', "an object"),
        ("9" * 10_000, "9" * 60 + "…"),
        ('"' + "x" * 10_000 + '"', '"' + "x" * 60 + '…"'),
        (r'"\u001b[31m\nred\u202e"', r'"\x1b[31m\nred\u202e"'),
        (r'"\ud800"', r'"\ud800"'),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_answer_of_a_wrong_type_is_refused_with_its_question(written: str, found: str) -> None:
    assert problem_with(with_answer(written)) == (
        f"answers.peopleops-1: {found} is not an answer; "
        'allowed are a level as a whole number, "unknown" and "not_applicable"'
    )


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ('{"rubric": "ai-cmm", "rubric": "ai-cmm", "answers": {}}', "rubric"),
        ('{"rubric": "ai-cmm", "answers": {"a": 1, "b": 2, "b": 2, "a": 1}}', "answers.b"),
        ('{"rubric": "ai-cmm", "answers": {"dataops-1": 1, "d\\u0061taops-1": 1}}', "answers.dataops-1"),
    ],
)
def test_a_key_that_stands_twice_is_refused(data: str, place: str) -> None:
    assert problem_with(data) == f"{place}: stands more than once; a key is allowed once"


def test_a_key_that_stands_twice_deeper_down_does_not_slip_through() -> None:
    assert problem_with(with_answer('{"a": 1, "a": 1}')).startswith("answers.peopleops-1: an object is not an answer")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_document_nested_beyond_measure_is_refused(opening: str) -> None:
    assert problem_with(opening * 100_000).startswith("document: nested too deeply; ")
    assert problem_with(with_answer(opening * 100_000)).startswith("document: nested too deeply; ")


def test_a_key_with_control_characters_stays_on_one_line() -> None:
    data = json.dumps({"rubric": "ai-cmm", "answers": {"a\nline 2: all is well\r\x1b[2K\u2028": None}})

    assert problem_with(data).startswith(r"answers.a\nline 2: all is well\r\x1b[2K\u2028: null is not an answer")


def test_one_line_leaves_printable_text_as_it_is() -> None:
    assert one_line("DataOps, “é” 3.0 – \\n") == "DataOps, “é” 3.0 – \\n"
    assert one_line("\x00\t\x7f\x85\xa0") == r"\x00\t\x7f\x85\xa0"
