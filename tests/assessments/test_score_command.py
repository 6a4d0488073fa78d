"""`manage.py score` keeps its contract with scripts: documents in, results out, one line and status 2 for bad input."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from assessments.scoring import result_to_json, score
from rubric.models import Rubric, published

pytestmark = pytest.mark.django_db

EXAMPLE = {"rubric": "ai-cmm", "answers": {"peopleops-1": 3, "peopleops-2": "unknown", "secops-3": "not_applicable"}}
EMPTY = '{"rubric":"ai-cmm","answers":{}}'


def written(folder: Path, content: str | bytes) -> str:
    """The path of a new file with that content."""
    path = folder / "answers.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("score", *arguments, stdout=output)
    return output.getvalue()


def refused(*arguments: str) -> tuple[str, str]:
    """The one line of error and what was written before it."""
    output = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("score", *arguments, stdout=output)
    assert caught.value.returncode == 2
    assert str(caught.value).isprintable()
    return str(caught.value), output.getvalue()


def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """The command as scripts start it, on the database of the tests."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return subprocess.Popen(
        [sys.executable, "manage.py", "score", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "aicmm.settings", "DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


# ---- One document ----


def test_the_documented_example_is_scored(tmp_path: Path) -> None:
    result = json.loads(run(written(tmp_path, json.dumps(EXAMPLE))))

    assert (result["rubric"], result["version"]) == ("ai-cmm", "2021-05")
    assert [area["area"] for area in result["areas"]] == [
        "peopleops",
        "cloudops",
        "secops",
        "devops",
        "dataops",
        "mlops",
        "aiops",
    ]
    assert result["areas"][0] == {
        "area": "peopleops",
        "level": 1,
        "level_high": 4,
        "score": "1.33",
        "score_high": "4.67",
        "answered": 2,
        "questions": 6,
        "complete": False,
        "next_level": {
            "level": 2,
            "steps": 3,
            "changes": [
                {"question": "peopleops-2", "from": 1, "to": 2},
                {"question": "peopleops-3", "from": 1, "to": 2},
                {"question": "peopleops-4", "from": 1, "to": 2},
            ],
        },
    }
    assert result["foundation_gaps"] == []


def test_a_single_result_is_indented_for_people(tmp_path: Path) -> None:
    assert run(written(tmp_path, EMPTY)).startswith('{\n  "rubric": "ai-cmm",\n')


def test_the_command_writes_what_scoring_says(tmp_path: Path) -> None:
    rubric = published("ai-cmm")
    answers = {code: 1 + number % 2 if number < 9 else 4 for number, code in enumerate(rubric.question_by_code)}

    output = run(written(tmp_path, json.dumps({"rubric": "ai-cmm", "version": "2021-05", "answers": answers})))

    assert json.loads(output) == result_to_json(score(rubric, answers))
    assert json.loads(output)["foundation_gaps"] != []


def test_standard_input_is_read_for_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(EMPTY.encode())))

    assert json.loads(run("-"))["rubric"] == "ai-cmm"


# ---- Bad input ----


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (
            '{"rubric": "ai-cmm", "answers": {"peopleops-1": 7}}',
            "answers.peopleops-1: 7 is not a level; allowed are 1 to",
        ),
        (
            '{"rubric": "ai-cmm", "answers": {"peopleops-1": 0}}',
            "answers.peopleops-1: 0 is not a level; allowed are 1 to",
        ),
        (
            '{"rubric": "ai-cmm", "answers": {"peopleops-1": true}}',
            "answers.peopleops-1: true is not an answer; allowed",
        ),
        (
            '{"rubric": "ai-cmm", "answers": {"peopleops-7": 3}}',
            "answers.peopleops-7: no question of ai-cmm 2021-05; al",
        ),
        (
            '{"rubric": "ai-cmm", "answers": {"x\\n": 3}}',
            r"answers.x\n: no question of ai-cmm 2021-05; allowed are peop",
        ),
        ('{"rubric": "ai-cm", "answers": {}}', 'rubric: "ai-cm" is not published; allowed are ai-cmm'),
        ('{"rubric": "", "answers": {}}', 'rubric: "" is not published; allowed are ai-cmm'),
        ('{"rubric": "ai-cmm\\u0000", "answers": {}}', r'rubric: "ai-cmm\x00" is not published; allowed are ai-cmm'),
        ('{"rubric": "\\ud800", "answers": {}}', r'rubric: "\ud800" is not published; allowed are ai-cmm'),
        (
            '{"rubric": "ai-cmm", "version": "1999", "answers": {}}',
            'version: "1999" is not published; allowed are 2021-05',
        ),
        ("{", "column 2: not JSON: "),
        (b"\xff", "byte 1: 0xff is not UTF-8; "),
        ("", "document: empty; "),
    ],
)
def test_bad_input_is_refused_in_one_line_that_names_the_place(
    tmp_path: Path, content: str | bytes, error: str
) -> None:
    message, output = refused(written(tmp_path, content))

    assert message.startswith(error)
    assert output == ""


def test_a_rubric_that_is_not_published_yet_is_refused(tmp_path: Path) -> None:
    Rubric.objects.create(code="draft", version="1", name="Draft", source="Us")

    message, _ = refused(written(tmp_path, '{"rubric": "draft", "answers": {}}'))

    assert message == 'rubric: "draft" is not published; allowed are ai-cmm'


@pytest.mark.parametrize("mode", [(), ("--lines",)])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, mode: tuple[str, ...]) -> None:
    missing = str(tmp_path / "missing\n.json")

    assert refused(missing, *mode)[0].startswith(rf"{tmp_path}/missing\n.json: No such file or directory; ")
    assert refused(str(tmp_path), *mode)[0].startswith(f"{tmp_path}: Is a directory; ")


def test_closed_standard_input_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    assert refused("-")[0].startswith("-: standard input is closed; ")


# ---- Line by line ----


def test_each_line_gives_one_compact_line(tmp_path: Path) -> None:
    output = run(written(tmp_path, f"{EMPTY}\n{json.dumps(EXAMPLE)}\r\n{EMPTY}\n"), "--lines")

    first, second, third = output.splitlines()
    assert first == third
    assert ", " not in first
    assert json.loads(second)["areas"][0]["answered"] == 2


def test_the_last_line_needs_no_line_end(tmp_path: Path) -> None:
    assert len(run(written(tmp_path, f"{EMPTY}\n{EMPTY}"), "--lines").splitlines()) == 2


def test_no_lines_give_no_results(tmp_path: Path) -> None:
    assert run(written(tmp_path, ""), "--lines") == ""


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ("", "line 3: document: empty; "),
        ("   ", "line 3: document: empty; "),
        ('{"rubric": "ai-cmm" 3}', "line 3: column 21: not JSON: "),
        ('{"rubric": "ai-cmm", "answers": {"aiops-1": 9}}', "line 3: answers.aiops-1: 9 is not a level; "),
        ('{"rubric": "x", "answers": {}}', 'line 3: rubric: "x" is not published; '),
    ],
)
def test_a_bad_line_is_named_after_the_good_ones_before_it_are_written(tmp_path: Path, bad: str, error: str) -> None:
    message, output = refused(written(tmp_path, f"{EMPTY}\n{EMPTY}\n{bad}\n{EMPTY}\n"), "--lines")

    assert message.startswith(error)
    assert len(output.splitlines()) == 2


def test_many_lines_take_one_look_at_the_database(tmp_path: Path, django_assert_num_queries: Any) -> None:
    published("ai-cmm")
    path = written(tmp_path, f"{EMPTY}\n" * 50)

    with django_assert_num_queries(1):
        run(path, "--lines")


# ---- As scripts see it ----


def test_scripts_see_exit_status_2_and_one_line_on_standard_error() -> None:
    process = start("-", "--lines")

    output, errors = process.communicate(f'{EMPTY}\n{{"rubric": "ai-cmm", "answers": {{"aiops-1": 9}}}}\n{EMPTY}\n')

    assert process.returncode == 2
    assert len(output.splitlines()) == 1
    assert errors == (
        'CommandError: line 2: answers.aiops-1: 9 is not a level; allowed are 1 to 5, "unknown" and "not_applicable"\n'
    )


def test_scripts_get_each_result_before_they_send_the_next_line() -> None:
    with start("-", "--lines") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):
            process.stdin.write(f"{EMPTY}\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["rubric"] == "ai-cmm"
        process.stdin.close()

    assert process.returncode == 0


def test_a_reader_that_goes_away_ends_the_command_without_a_word(tmp_path: Path) -> None:
    with start(written(tmp_path, f"{EMPTY}\n" * 1000), "--lines") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()

    assert errors == ""
    assert process.returncode == 141
