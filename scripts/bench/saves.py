"""Saving one answer, beside a bare view that updates one row."""

import json
import uuid
from collections.abc import Iterator
from itertools import count

from scripts.bench import servers
from scripts.bench.table import Row, against
from scripts.bench.timing import Work, interleaved
from scripts.bench.web import Client, save_fields
from scripts.bench.workshop import Database, Workshop

ROUNDS = 400


def measure(workshop: Workshop) -> Iterator[Row]:
    for database in workshop.databases:
        with (
            servers.served(database.env(), workers=1) as ours,
            servers.served(database.env(module=servers.FLOOR), workers=1) as floor,
            servers.served(database.env(module=servers.FLOOR) | {"FLOOR_MIDDLEWARE": "bare"}, workers=1) as barest,
        ):
            times = interleaved(
                saving(ours, database), updating(floor, database), updating(barest, database), times=ROUNDS
            )
        yield against(f"save one answer, {database.name}", times[0], times[1], most=2.0)
        yield Row(
            "… beside sessions, CSRF and sign-in alone", "", floor=f"{times[2] * 1e3:.1f} ms", ratio=times[0] / times[2]
        )


def saving(server: servers.Server, database: Database) -> Work:
    """A save as the page's script sends it, a new text each time."""
    client = Client(server.port, database.content["session"])
    assessment = database.content["assessment"]
    code = next(iter(database.content["areas"].values()))[0]
    path = f"/assessments/{assessment}/answers/{code}/"
    version = 1
    numbers = count(1)

    def save() -> None:
        nonlocal version
        fields = save_fields(code, version=version, save_id=str(uuid.uuid4()), text=text(next(numbers)))
        version = json.loads(client.post(path, fields))["version"]

    return save


def updating(server: servers.Server, database: Database) -> Work:
    """The same request to the bare view."""
    client = Client(server.port, database.content["session"])
    path = f"/update/{database.content['answer'] + 5}/"
    numbers = count(1)

    def update() -> None:
        client.post(path, save_fields("x", version=1, save_id=str(uuid.uuid4()), text=text(next(numbers))))

    return update


def text(number: int) -> str:
    return f"Version {number}. " + "We keep a list of our models and look through it every quarter. " * 5
