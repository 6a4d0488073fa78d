from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.scene import Scene, database_url, make_scene
from tests.reliability.serving import Server, served


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return make_scene()


@pytest.fixture
def server(scene: Scene, tmp_path: Path) -> Iterator[Server]:
    """The application on the test's own database, with production's settings."""
    with served(database_url(), tmp_path) as server:
        yield server
