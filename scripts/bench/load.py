"""Saves at a fixed rate, whether the server keeps up or not: `python -m scripts.bench.load PORT RATE SECONDS`.

Standard input names the editors; the figures are printed as JSON. Each save has a connection of its own, as from a
browser whose person typed for longer than the server's keepalive. Its time counts from when it was due, so that a
server that falls behind can't slow its own measurement down.
"""

import asyncio
import json
import sys
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from scripts.bench.timing import percentile
from scripts.bench.web import CSRF, save_fields

GIVEN_UP_AFTER = 30.0
TEXT = "We keep a list of our models and look through it every quarter. " * 5


@dataclass
class Editor:
    session: str
    assessment: str
    code: str
    version: int = 0
    saves: int = 0

    def request(self) -> bytes:
        self.saves += 1
        fields = save_fields(
            self.code, version=self.version, save_id=str(uuid.uuid4()), text=f"Version {self.saves}. {TEXT}"
        )
        body = urlencode(fields).encode()
        head = (
            f"POST /assessments/{self.assessment}/answers/{self.code}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Cookie: csrftoken={CSRF}; sessionid={self.session}\r\nX-CSRFToken: {CSRF}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def save(self, port: int, due: float) -> float | None:
        """Seconds from when the save was due to its acknowledgement; None where there was none."""
        try:
            async with asyncio.timeout(GIVEN_UP_AFTER):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(self.request())
                reply = await reader.read()
                writer.close()
        except (OSError, TimeoutError):
            return None
        head, _, body = reply.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            return None
        self.version = json.loads(body)["version"]
        return time.perf_counter() - due


async def run(port: int, rate: float, seconds: float, editors: list[Editor]) -> dict[str, Any]:
    begun = time.perf_counter() + 0.1
    tasks = []
    for number in range(int(rate * seconds)):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(editors[number % len(editors)].save(port, due)))
    taken = await asyncio.gather(*tasks)
    saved = [one for one in taken if one is not None]
    figures = {"p50": percentile(saved, 0.5), "p95": percentile(saved, 0.95), "slowest": max(saved)} if saved else {}
    nothing = {"p50": GIVEN_UP_AFTER, "p95": GIVEN_UP_AFTER, "slowest": GIVEN_UP_AFTER}
    return {"sent": len(taken), "failed": len(taken) - len(saved), **(figures or nothing)}


def main() -> None:
    port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    editors = [Editor(**one) for one in json.load(sys.stdin)]
    print(json.dumps(asyncio.run(run(port, rate, seconds, editors))))


if __name__ == "__main__":
    main()
