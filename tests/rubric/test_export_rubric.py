"""The command that prints a rubric, for scripts that rely on its form."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from rubric.models import Rubric
from tests.rubric.factories import make_rubric


def exported(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("export_rubric", *arguments, stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def test_it_prints_the_whole_rubric_from_the_bottom_of_the_stack_up(tiny: Rubric) -> None:
    assert exported("tiny") == {
        "code": "tiny",
        "version": "1",
        "name": "Tiny Model",
        "source": "A page",
        "required_share": 60,
        "max_shortfall": 1,
        "levels": [
            {"number": 1, "name": "Name 1", "scope": "Individual Project"},
            {"number": 2, "name": "Name 2", "scope": "Team Project"},
            {"number": 3, "name": "Name 3", "scope": "Program"},
        ],
        "areas": [area_document("base", 1, questions=1), area_document("top", 2, questions=2)],
    }


def area_document(code: str, position: int, *, questions: int) -> dict[str, Any]:
    return {
        "code": code,
        "name": code.title(),
        "position": position,
        "summary": f"What {code} is for.",
        "descriptors": [f"{code} looks like 1", f"{code} looks like 2", f"{code} looks like 3"],
        "activities": [f"Do {code}"],
        "questions": [
            {
                "code": f"{code}-{number}",
                "text": f"How is {code}-{number}?",
                "weight": 1,
                "anchors": [f"{code}-{number} at 1", f"{code}-{number} at 2", f"{code}-{number} at 3"],
            }
            for number in range(1, questions + 1)
        ],
    }


def test_it_prints_letters_as_they_are(ai_cmm: Rubric) -> None:
    out = io.StringIO()
    call_command("export_rubric", "ai-cmm", stdout=out)
    assert "staff’s" in out.getvalue()


def test_it_prints_the_newest_version_unless_told(tiny: Rubric) -> None:
    make_rubric(version="2", published=True)
    assert exported("tiny")["version"] == "2"
    assert exported("tiny", "--version", "1")["version"] == "1"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nope"], "No rubric nope is published; there is ai-cmm 2021-05."),
        (["ai-cmm", "--version", "2020"], "No rubric ai-cmm 2020 is published; there is ai-cmm 2021-05."),
    ],
)
def test_an_unknown_rubric_is_answered_in_one_sentence(ai_cmm: Rubric, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("export_rubric", *arguments)
    assert str(refusal.value) == sentence
    assert refusal.value.returncode == 2


def test_a_draft_is_not_exported(draft: Rubric) -> None:
    with pytest.raises(CommandError):
        call_command("export_rubric", "tiny")


def test_from_a_shell_the_exit_status_is_2_and_nothing_is_printed(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment = {"DEBUG": "1", "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}", "PATH": "/usr/bin:/bin"}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "rubric", "-v0"], cwd=root, env=environment, check=True)
    run = subprocess.run(
        [*manage, "export_rubric", "nope"], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.strip() == "CommandError: No rubric nope is published; there is none yet."
