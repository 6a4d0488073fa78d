"""The scorecard as PDF."""

import json
from collections.abc import Iterator

from scripts.bench import servers
from scripts.bench.table import Row, against, duration
from scripts.bench.timing import interleaved
from scripts.bench.web import Client
from scripts.bench.workshop import Workshop

ROUNDS, AGAIN = 5, 200
MOST_MEBIBYTES = 256


def measure(workshop: Workshop) -> Iterator[Row]:
    content = {**workshop.sqlite.content, "editors": [], "rounds": ROUNDS}
    times = json.loads(workshop.sqlite.run("scripts.bench.inside", "papers", json.dumps(content)))
    yield against("scorecard PDF, first time", times["ours"], times["floor"], most=1.3, shown="s")
    yield against("… beside its markup, without style or tags", times["ours"], times["markup"], most=1.3, shown="s")
    ratio = times["ours"] / times["untagged"]
    yield Row("… beside the same with style, untagged", "", floor=duration(times["untagged"], "s"), ratio=ratio)


def measure_phases(workshop: Workshop) -> Iterator[Row]:
    """Where that time goes."""
    content = {**workshop.sqlite.content, "editors": []}
    phases: dict[str, float] = json.loads(workshop.sqlite.run("scripts.bench.inside", "phases", json.dumps(content)))
    yield from (Row(f"… of it {phase}", duration(seconds, "s")) for phase, seconds in phases.items())


def measure_again(workshop: Workshop) -> Iterator[Row]:
    """A sealed scorecard from the store, beside its file."""
    database, file = workshop.sqlite, workshop.folder / "scorecard.pdf"
    ours_env = database.env() | {"MEDIA_ROOT": str(workshop.folder / "files")}
    floor_env = database.env(module=servers.FLOOR) | {"FLOOR_PAPER": str(file)}
    with servers.served(ours_env, workers=1) as ours, servers.served(floor_env, workers=1) as floor:
        stored = Client(ours.port, database.content["session"])
        static = Client(floor.port, database.content["session"])
        path = f"/assessments/{database.content['waiting']}/scorecard.pdf"
        file.write_bytes(stored.get(path))
        times = interleaved(lambda: stored.get(path), lambda: static.get("/paper/"), times=AGAIN)
    yield against("scorecard PDF, again", *times, most=1.5)


def measure_longest(workshop: Workshop) -> Iterator[Row]:
    """The longest texts allowed: 29 rationales of 4,000 characters, and ten links to each."""
    content = {**workshop.sqlite.content, "editors": []}
    longest = json.loads(workshop.sqlite.run("scripts.bench.inside", "longest", json.dumps(content)))
    held = longest["mebibytes"]
    yield Row(
        "memory of the PDF process, longest scorecard",
        f"{held:.0f} MiB",
        f"≤ {MOST_MEBIBYTES} MiB",
        held <= MOST_MEBIBYTES,
    )
    yield Row("… seconds that it took", duration(longest["seconds"], "s"))
