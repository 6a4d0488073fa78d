"""A thousand editors at once, a save every ten seconds each, on two cores."""

import json
import subprocess
import sys
from collections.abc import Iterator

from scripts.bench import servers
from scripts.bench.table import NotMeasured, Row
from scripts.bench.workshop import EDITORS, Workshop
from scripts.console import ROOT

EVERY = 10.0
SECONDS = 20.0
MOST_P95 = 0.250


def measure(workshop: Workshop) -> Iterator[Row]:
    rate = EDITORS / EVERY
    for database in workshop.databases:
        with servers.served(database.env()) as server:
            told = subprocess.run(
                [sys.executable, "-m", "scripts.bench.load", str(server.port), str(rate), str(SECONDS)],
                cwd=ROOT,
                input=json.dumps(database.content["editors"]),
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
        if told.returncode:
            raise NotMeasured(f"the load generator ended with status {told.returncode}")
        load = json.loads(told.stdout)
        yield Row(
            f"{EDITORS:,} editors, {rate:.0f} saves a second, {database.name}: p95",
            f"{load['p95'] * 1e3:.0f} ms",
            f"≤ {MOST_P95 * 1e3:.0f} ms, none failed",
            load["p95"] <= MOST_P95 and not load["failed"],
        )
        yield Row(
            f"… median, slowest; failed of {load['sent']:,}",
            f"{load['p50'] * 1e3:.0f} ms, {load['slowest'] * 1e3:.0f} ms; {load['failed']}",
        )
