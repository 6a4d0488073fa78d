"""What tests of assessments share: two agencies, the CoE's people, and doing things at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from assessments.models import User
from tests.factories import Agency, make_administrator, make_agency, make_reviewer

AtOnce = Callable[..., list[Any]]


@pytest.fixture
def agency(db: None) -> Agency:
    return make_agency(name="Department of Rivers", team="Flood Forecasts")


@pytest.fixture
def other(db: None) -> Agency:
    """Another agency, whose people are outsiders to the first."""
    return make_agency(name="Department of Hills", team="Slope Watch")


@pytest.fixture
def reviewer(db: None) -> User:
    return make_reviewer(name="Rita Review")


@pytest.fixture
def administrator(db: None) -> User:
    return make_administrator(name="Adam Admin")


@pytest.fixture
def at_once(transactional_db: None) -> AtOnce:
    """Runs functions in threads that start at the same moment, each on a connection of its own; gives their results."""

    def run(*functions: Callable[[], Any]) -> list[Any]:
        start = threading.Barrier(len(functions))

        def one(function: Callable[[], Any]) -> Any:
            try:
                start.wait(timeout=20)
                return function()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as pool:
            return [future.result(timeout=60) for future in [pool.submit(one, function) for function in functions]]

    return run
