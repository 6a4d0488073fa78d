"""Scoring and drawing, which no request waits for long."""

import importlib.util
import json
from collections.abc import Iterator

from scripts import chromium
from scripts.bench import workshop as workshops
from scripts.bench.table import Row, Skipped, duration
from scripts.bench.workshop import Workshop

SCORE, RADAR = 150e-6, 100e-6


def measure(workshop: Workshop) -> Iterator[Row]:
    database = workshop.sqlite
    times = json.loads(database.run("scripts.bench.inside", "pure", json.dumps({**database.content, "editors": []})))
    yield Row("score one assessment", duration(times["score"], "µs"), duration(SCORE, "µs"), times["score"] <= SCORE)
    yield Row("radar as SVG", duration(times["radar"], "µs"), duration(RADAR, "µs"), times["radar"] <= RADAR)
    yield Row("… with last cycle's beside it", duration(times["radar compared"], "µs"))


def measure_kaleido(workshop: Workshop) -> Iterator[Row]:
    """What the same picture costs as an image of a Plotly figure."""
    browser = chromium.find()
    if importlib.util.find_spec("kaleido") is None or browser is None:
        raise Skipped("the radar by kaleido: kaleido (the extra “bench”) or a Chromium is missing")
    database = workshop.sqlite
    env = database.env() | {"BROWSER_PATH": browser}
    seconds = json.loads(
        workshops.run(env, "scripts.bench.inside", "kaleido", json.dumps({**database.content, "editors": []}))
    )
    yield Row("the same radar by kaleido", duration(seconds, "s"))
