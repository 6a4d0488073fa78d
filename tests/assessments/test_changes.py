"""Which answers differ between two moments."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assessments.changes import AnswerChange, changed_since
from assessments.datatypes import EvidenceLink, GivenAnswer

LOG = EvidenceLink("Log", "https://example.gov/log")
BEFORE = GivenAnswer("secops-1", 3, rationale="We keep a log.", evidence=(LOG,))


def changed(before: GivenAnswer, after: GivenAnswer) -> tuple[AnswerChange, ...]:
    return changed_since({"secops-1": before}, {"secops-1": after})


def test_the_same_answers_have_no_changes() -> None:
    assert changed(BEFORE, BEFORE) == ()


def test_who_answered_and_when_is_no_change() -> None:
    again = replace(BEFORE, answered_by="Carl", answered_at=datetime(2027, 1, 1, tzinfo=UTC), version=7)
    assert changed(BEFORE, again) == ()


@pytest.mark.parametrize(
    ("after", "parts"),
    [
        (replace(BEFORE, choice=4), ("choice",)),
        (replace(BEFORE, choice=None), ("choice",)),
        (replace(BEFORE, choice="not_applicable", reason="We run nothing."), ("choice", "reason")),
        (replace(BEFORE, rationale=""), ("rationale",)),
        (replace(BEFORE, evidence=()), ("evidence",)),
        (replace(BEFORE, evidence=(LOG, LOG)), ("evidence",)),
        (GivenAnswer("secops-1", 4, "Why", "Because", ()), ("choice", "reason", "rationale", "evidence")),
    ],
)
def test_a_change_names_the_parts_that_differ(after: GivenAnswer, parts: tuple[str, ...]) -> None:
    assert changed(BEFORE, after) == (AnswerChange("secops-1", BEFORE, after, parts),)


def test_changes_stand_in_the_order_of_the_later_answers() -> None:
    before = {code: GivenAnswer(code, 1) for code in ("a", "b", "c")}
    after = {code: GivenAnswer(code, 2) for code in ("c", "a")} | {"b": GivenAnswer("b", 1)}
    assert [change.question for change in changed_since(before, after)] == ["c", "a"]


def test_a_question_that_is_in_one_of_them_only_counts_as_unanswered_in_the_other() -> None:
    (gone,) = changed_since({"a": GivenAnswer("a", 2)}, {})
    assert (gone.before.choice, gone.after, gone.parts) == (2, GivenAnswer("a"), ("choice",))
    (new,) = changed_since({}, {"a": GivenAnswer("a", 2)})
    assert (new.before, new.after.choice) == (GivenAnswer("a"), 2)
    assert changed_since({}, {"a": GivenAnswer("a")}) == ()
