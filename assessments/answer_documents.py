"""Answers as a JSON document, read strictly: what `manage.py score` takes. The form is described in docs/scoring.md.

Nothing is guessed and nothing passed over, since a key that is misspelt or given twice would quietly change a level.
Whether codes and levels fit the rubric is for `assessments.scoring.check_answers` to say. No Django here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn, cast

from assessments.scoring import NOT_APPLICABLE, UNKNOWN, Answer

_KEYS: Final = ("rubric", "version", "answers")
_ALLOWED_ANSWERS: Final = f'allowed are a level as a whole number, "{UNKNOWN}" and "{NOT_APPLICABLE}"'
_MOST_DIGITS: Final = 20
_MOST_ECHOED: Final = 60


class AnswerDocumentError(Exception):
    """A document that can't be read. Its text is one printable line: the place, what is wrong, what is allowed."""

    def __init__(self, text: str) -> None:
        super().__init__(one_line(text))


@dataclass(frozen=True, slots=True)
class AnswerDocument:
    """What a document says: `version` is None where it leaves the choice to the reader."""

    rubric: str
    version: str | None
    answers: Mapping[str, Answer]


def read_answer_document(data: bytes) -> AnswerDocument:
    """Read one document; `AnswerDocumentError` names the first place where it isn't as it must be."""
    document = _parse(_decode(data))
    if not isinstance(document, _Object):
        _refuse("document", f'{_shown(document)} stands where an object with "rubric" and "answers" is needed')
    _refuse_repeated(document, "")
    for key in document:
        if key not in _KEYS:
            _refuse(_shortened(key), f"unknown key; allowed are {_list(_KEYS)}")
    version = _text(document, "version") if "version" in document else None
    return AnswerDocument(_text(document, "rubric"), version, _answers(document))


def one_line(text: str) -> str:
    """`text` with everything escaped that isn't printable, so that it can neither break a line nor steer a terminal."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


class _Object(dict[str, object]):
    """An object as read, with the first key that stands in it twice."""

    repeated: str | None = None


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that is nowhere allowed, as written: 3.0, 1e2, NaN or one of far too many digits."""

    written: str


def _object(pairs: list[tuple[str, object]]) -> _Object:
    result = _Object()
    for key, value in pairs:
        if key in result and result.repeated is None:
            result.repeated = key
        result[key] = value
    return result


def _whole_number(written: str) -> int | _Number:
    return int(written) if len(written) <= _MOST_DIGITS else _Number(written)


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole_number, parse_float=_Number, parse_constant=_Number
)


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(f"byte {error.start + 1}", f"0x{data[error.start]:02x} is not UTF-8; allowed is JSON in UTF-8")
    if text.startswith("\ufeff"):
        _refuse("byte 1", "a byte order mark; allowed is JSON in UTF-8 without one")
    if not text.strip():
        _refuse("document", 'empty; an object with "rubric" and "answers" is needed')
    return text


def _parse(text: str) -> object:
    try:
        return _decoder.decode(text)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if "\n" in text.rstrip() else ""
        _refuse(f"{line}column {error.colno}", f"not JSON: {error.msg}")
    except RecursionError:
        _refuse("document", "nested too deeply; allowed are an object and, in it, the object of answers")


def _text(document: _Object, key: str) -> str:
    if key not in document:
        _refuse(key, "missing; a text is needed")
    value = document[key]
    if not isinstance(value, str):
        _refuse(key, f"{_shown(value)} is not a text; allowed is a text")
    return value


def _answers(document: _Object) -> Mapping[str, Answer]:
    if "answers" not in document:
        _refuse("answers", "missing; an object of question codes with their answers is needed")
    answers = document["answers"]
    if not isinstance(answers, _Object):
        _refuse("answers", f"{_shown(answers)} is not an object; allowed is one of question codes with their answers")
    _refuse_repeated(answers, "answers.")
    for code, answer in answers.items():
        if type(answer) is not int and answer not in (UNKNOWN, NOT_APPLICABLE):
            _refuse(f"answers.{_shortened(code)}", f"{_shown(answer)} is not an answer; {_ALLOWED_ANSWERS}")
    return cast(Mapping[str, Answer], answers)


def _refuse_repeated(value: _Object, path: str) -> None:
    if value.repeated is not None:
        _refuse(f"{path}{_shortened(value.repeated)}", "stands more than once; a key is allowed once")


def _refuse(place: str, problem: str) -> NoReturn:
    raise AnswerDocumentError(f"{place}: {problem}")


def _shown(value: object) -> str:
    """A value as the document has it; of a list or an object only that it is one."""
    if isinstance(value, _Number):
        return _shortened(value.written)
    if isinstance(value, _Object):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f'"{_shortened(value)}"'
    return json.dumps(value)


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_ECHOED else f"{text[:_MOST_ECHOED]}…"


def _list(keys: tuple[str, ...]) -> str:
    quoted = [f'"{key}"' for key in keys]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"
