"""The pages of an assessment: their queries, and their time beside a static page of equal size."""

import json
from collections.abc import Iterator

from scripts.bench import servers
from scripts.bench.table import Row, against
from scripts.bench.timing import interleaved
from scripts.bench.web import Client
from scripts.bench.workshop import Database, Workshop

ROUNDS = 100
MOST_QUERIES = 8


def paths(database: Database) -> dict[str, str]:
    """The three pages that are opened most; of the areas the one with the most questions."""
    start = f"/assessments/{database.content['assessment']}/"
    areas: dict[str, list[str]] = database.content["areas"]
    largest = max(areas, key=lambda code: len(areas[code]))
    return {
        "overview": start,
        f"area page ({len(areas[largest])} questions)": f"{start}{largest}/",
        "results page": f"{start}results/",
    }


def measure(workshop: Workshop) -> Iterator[Row]:
    database = workshop.sqlite
    pages = paths(database)
    content = {"session": database.content["session"], "pages": list(pages.values())}
    counts = json.loads(database.run("scripts.bench.inside", "queries", json.dumps(content)))
    for name, path in pages.items():
        yield Row(f"{name}, queries", str(counts[path]), f"≤ {MOST_QUERIES}", counts[path] <= MOST_QUERIES)
    floors = workshop.folder / "pages"
    floors.mkdir(exist_ok=True)
    floor_env = database.env(module=servers.FLOOR) | {"FLOOR_PAGES": str(floors)}
    with servers.served(database.env(), workers=1) as ours, servers.served(floor_env, workers=1) as floor:
        for number, (name, path) in enumerate(pages.items()):
            page = Client(ours.port, database.content["session"])
            static = Client(floor.port, database.content["session"])
            # Nothing in it is a template's business, so that it is printed as it stands.
            (floors / f"page-{number}.html").write_bytes(page.get(path).replace(b"{", b"(").replace(b"}", b")"))
            times = interleaved(
                lambda page=page, path=path: page.get(path),  # type: ignore[misc]
                lambda static=static, number=number: static.get(f"/page/page-{number}/"),  # type: ignore[misc]
                times=ROUNDS,
            )
            yield against(name, *times, most=3.0)
