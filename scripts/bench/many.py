"""What the CoE's pages cost over 100,000 submissions, beside the same pages over 1,000."""

import json
from collections.abc import Iterator

from scripts import postgres
from scripts.bench import servers
from scripts.bench.table import Row, against
from scripts.bench.timing import interleaved
from scripts.bench.web import Client
from scripts.bench.workshop import Database, Workshop, run
from scripts.console import say

FEW, MANY = 1_000, 100_000
ORGANIZATIONS = {FEW: 50, MANY: 500}
"""More submissions come from more organizations; either way a page of the map is full."""
ROUNDS = 40
MOST = 1.5


def pages(cycle: int) -> dict[str, str]:
    queue = "/admin/assessments/assessment/"
    return {
        "CoE queue": queue,
        "… what waits": f"{queue}?queue=waiting",
        "… of a cycle, by an area's level": f"{queue}?cycle__id__exact={cycle}&level_mlops=3",
        "… behind a figure of the portfolio": f"{queue}?cycle__id__exact={cycle}&counted=claimed.hold.mlops-2.0",
        "portfolio page": "/admin/portfolio/",
        "… validated levels": "/admin/portfolio/?basis=validated",
    }


def measure(workshop: Workshop) -> Iterator[Row]:
    for name in ("SQLite", "PostgreSQL"):
        few, many = (filled(workshop, name, size) for size in (FEW, MANY))
        yield from measure_pages(name, few, many)


def filled(workshop: Workshop, name: str, size: int) -> Database:
    say(f"• Filling a database with {size:,} submissions: {name} …")
    sqlite = f"sqlite:///{workshop.folder / f'many-{size}.sqlite3'}"
    address = sqlite if name == "SQLite" else postgres.start()
    printed = run(servers.settings(address), "scripts.bench.many_build", str(size), str(ORGANIZATIONS[size]))
    return Database(name, address, json.loads(printed.splitlines()[-1]))


def measure_pages(name: str, few: Database, many: Database) -> Iterator[Row]:
    with servers.served(many.env(), workers=1) as ours, servers.served(few.env(), workers=1) as floor:
        for page in pages(0):
            yield from measure_page(name, page, (few, floor.port), (many, ours.port))


def measure_page(name: str, page: str, few: tuple[Database, int], many: tuple[Database, int]) -> Iterator[Row]:
    """A row for the queries of a page, where it is the first of its kind, and one for its time."""
    (floor, floor_port), (ours, ours_port) = few, many
    paths = [pages(database.content["cycle"])[page] for database in (ours, floor)]
    here, there = Client(ours_port, ours.content["session"]), Client(floor_port, floor.content["session"])
    counts = [
        json.loads(database.run("scripts.bench.inside", "queries", json.dumps({**database.content, "pages": [path]})))
        for database, path in zip((ours, floor), paths, strict=True)
    ]
    asked, least = (count[path] for count, path in zip(counts, paths, strict=True))
    times = interleaved(lambda: here.get(paths[0]), lambda: there.get(paths[1]), times=ROUNDS)
    row = against(f"{page}, {MANY:,} submissions beside {FEW:,}, {name}", *times, most=MOST)
    yield row
    yield Row(f"… its queries, beside {FEW:,}", str(asked), "the same", asked == least, str(least))
