"""What differs between two states of the same answers."""

from assessments.changes import Change, changed_since
from assessments.datatypes import EvidenceLink, GivenAnswer

ONE = GivenAnswer("secops-1", 3, rationale="We log it.")
TWO = GivenAnswer("secops-2", 2)


def test_the_same_answers_have_no_changes() -> None:
    assert changed_since({"secops-1": ONE}, {"secops-1": ONE}) == ()


def test_who_saved_and_when_is_no_change() -> None:
    again = GivenAnswer("secops-1", 3, rationale="We log it.", answered_by="Ann", version=7)
    assert changed_since({"secops-1": ONE}, {"secops-1": again}) == ()


def test_each_part_that_differs_is_named() -> None:
    after = GivenAnswer("secops-1", "not_applicable", "No systems.", "", (EvidenceLink("Log", "https://a.example/"),))
    assert changed_since({"secops-1": ONE, "secops-2": TWO}, {"secops-1": after, "secops-2": TWO}) == (
        Change("secops-1", ONE, after, ("level", "reason", "rationale", "evidence")),
    )


def test_what_was_not_there_was_unanswered() -> None:
    (change,) = changed_since({}, {"secops-2": TWO})
    assert (change.before, change.parts) == (GivenAnswer("secops-2"), ("level",))
