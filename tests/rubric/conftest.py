from collections.abc import Iterator

import pytest

from rubric.models import Rubric, forget_published
from rubric.reports import table_pdf as made_table
from tests.rubric.factories import make_rubric


@pytest.fixture(autouse=True)
def nothing_in_memory() -> Iterator[None]:
    """What a test published is taken back with it, so it must not stay in memory."""
    forget_published()
    made_table.cache_clear()
    yield
    forget_published()
    made_table.cache_clear()


@pytest.fixture
def ai_cmm(db: None) -> Rubric:
    return Rubric.objects.get(code="ai-cmm", version="2021-05")


@pytest.fixture
def draft(db: None) -> Rubric:
    return make_rubric(code="tiny", version="2")


@pytest.fixture
def tiny(db: None) -> Rubric:
    """A small published rubric."""
    return make_rubric(code="tiny", version="1", published=True)
