"""Components whose text is kept: the same as included ones, made once for the same values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.safestring import mark_safe

from assessments.templatetags import kept

BADGE = "components/level_badge.html"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    kept._pieces.cache_clear()
    yield
    kept._pieces.cache_clear()


def printed(tag: str, **values: Any) -> str:
    return Template(f"{{% load kept %}}{{% {tag} %}}").render(Context(values))


@pytest.mark.parametrize("number", [1, 5, None])
@pytest.mark.parametrize("name", ["Defined", "", "<b>&"])
def test_it_prints_what_the_include_prints(number: int | None, name: str) -> None:
    rest = f'"{BADGE}" with number=number name=name large=True only'
    for _ in range(2):
        assert printed(f"kept {rest}", number=number, name=name) == printed(f"include {rest}", number=number, name=name)


def test_the_same_values_are_printed_once() -> None:
    for name in ("Defined", "Defined", "Managed"):
        printed(f'kept "{BADGE}" with number=3 name=name only', name=name)
    assert (kept._pieces.cache_info().misses, kept._pieces.cache_info().hits) == (2, 1)


def test_text_is_escaped_unless_it_was_marked_as_safe_this_time() -> None:
    tag = f'kept "{BADGE}" with number=1 name=name only'
    assert "<i>x</i>" in printed(tag, name=mark_safe("<i>x</i>"))
    assert "&lt;i&gt;x&lt;/i&gt;" in printed(tag, name="<i>x</i>")
    assert "<i>x</i>" in printed(tag, name=mark_safe("<i>x</i>"))


def test_one_and_true_are_two_values() -> None:
    tag = 'kept "components/progress.html" with answered=answered total=2 label="A" only'
    assert "True of 2" in printed(tag, answered=True)
    assert "1 of 2" in printed(tag, answered=1)


def test_objects_count_by_what_is_in_them() -> None:
    @dataclass(frozen=True)
    class Link:
        url: str

    tag = f'kept "{BADGE}" with number=1 name=link.url only'
    assert "one" in printed(tag, link=Link("one"))
    assert "two" in printed(tag, link=Link("two"))


def test_nothing_of_the_page_around_it_is_printed() -> None:
    assert "leaked" not in printed(f'kept "{BADGE}" with number=1 only', name="leaked")


def test_what_could_depend_on_the_page_around_it_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="only"):
        printed(f'kept "{BADGE}" with number=1')


def test_a_value_that_can_change_is_refused() -> None:
    with pytest.raises(TypeError):
        printed(f'kept "{BADGE}" with number=1 name=name only', name=["a list"])


# ---- Fresh values ----

ROW = "components/evidence_row.html"


def row(title: object) -> str:
    tag = f'kept "{ROW}" with code="mlops-1" number=1 fresh_title=title fresh_url=url only'
    return printed(tag, title=title, url="https://example.gov/")


def test_a_fresh_value_is_printed_as_the_include_prints_it() -> None:
    rest = f'"{ROW}" with code="mlops-1" number=1 fresh_title=title fresh_url=url only'
    for title in ("Log", "", "<b>&\"'", mark_safe("<i>safe</i>"), 3, None):
        values = {"title": title, "url": "https://example.gov/?a=1&b=2"}
        assert printed(f"kept {rest}", **values) == printed(f"include {rest}", **values)


def test_fresh_values_are_no_part_of_what_is_kept() -> None:
    assert "First secret" in row("First secret")
    second = row("Second")
    assert "Second" in second
    assert "First secret" not in second
    assert (kept._pieces.cache_info().misses, kept._pieces.cache_info().hits) == (1, 1)


def test_a_fresh_value_that_looks_like_a_place_stays_text() -> None:
    assert "fresh_url" in row("fresh_url")
    assert row("\x00fresh_url\x00").count("https://example.gov/") == 1


def test_a_fresh_value_may_be_of_any_kind() -> None:
    assert "a list" in row(["a list"])
