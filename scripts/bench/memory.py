"""What a web process holds after a thousand mixed requests."""

import json
import uuid
from collections.abc import Iterator

from scripts.bench import servers
from scripts.bench.table import NotMeasured, Row
from scripts.bench.web import Client, save_fields
from scripts.bench.workshop import Database, Workshop

REQUESTS = 1_000
MOST_MEBIBYTES = 120
PDFS = 3


def measure(workshop: Workshop) -> Iterator[Row]:
    database = workshop.sqlite
    with (
        servers.served(database.env(), workers=1) as ours,
        servers.served(database.env(module=servers.FLOOR) | {"FLOOR_MIDDLEWARE": "bare"}, workers=1) as floor,
    ):
        mixed(Client(ours.port, database.content["session"]), database)
        bare = Client(floor.port, database.content["session"])
        for number in range(REQUESTS):
            bare.post(
                f"/update/{database.content['answer']}/", save_fields("x", version=1, save_id="", text=str(number))
            )
        held, least = worker_memory(ours), worker_memory(floor)
    yield Row(
        f"memory (RSS) of a web process after {REQUESTS:,} mixed requests",
        f"{held:.0f} MiB",
        f"≤ {MOST_MEBIBYTES} MiB",
        held <= MOST_MEBIBYTES,
        f"{least:.0f} MiB",
        held / least,
    )


def worker_memory(server: servers.Server) -> float:
    workers = server.workers()
    if not workers:
        raise NotMeasured("there is no /proc here to find a web process in")
    return servers.resident(workers[0])


def mixed(client: Client, database: Database) -> None:
    """What a team does: mostly saving and turning pages, a few PDFs."""
    content = database.content
    start = f"/assessments/{content['longest']}/"
    code = list(content["areas"])[1]
    question = content["areas"][code][0]
    pages = ["/", "/model/", f"/model/{code}/", "/assessments/", start, f"{start}{code}/", f"{start}results/"]
    version = 1
    for number in range(REQUESTS - PDFS):
        if number % 2:
            client.get(pages[number // 2 % len(pages)])
        else:
            fields = save_fields(question, version=version, save_id=str(uuid.uuid4()), text=f"Version {number}.")
            version = json.loads(client.post(f"{start}answers/{question}/", fields))["version"]
    for _ in range(PDFS):
        client.get(f"/assessments/{content['assessment']}/scorecard.pdf")
