"""Somebody who writes answers over HTTP as the page's script does, and remembers what became of each save."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from tests.factories import answer_fields

CSRF = "reliability" * 3  # a token has 32 characters; that cookie and header agree is what counts
HANGS = 20.0
"""Seconds after which a request counts as hanging, and fails its test."""


class Hanging(AssertionError):
    """A request that got no reply and no error."""


@dataclass(frozen=True)
class Reply:
    """What came back. `status` is 0 where the connection broke before a whole reply was there."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0

    @property
    def document(self) -> Any:
        return json.loads(self.body)


class Browser:
    """One kept-alive connection to the application at `port`, with a session cookie if signed in."""

    def __init__(self, port: int, session: str = "") -> None:
        self.headers = {
            "Cookie": f"csrftoken={CSRF[:32]}" + (f"; sessionid={session}" if session else ""),
            "X-CSRFToken": CSRF[:32],
        }
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANGS)

    def close(self) -> None:
        self.connection.close()

    def get(self, path: str) -> Reply:
        return self._request("GET", path, None, self.headers)

    def post(self, path: str, fields: Mapping[str, Any]) -> Reply:
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        return self._request("POST", path, urlencode(fields, doseq=True), headers)

    def _request(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Reply:
        begun = time.monotonic()
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            content = response.read()
        except TimeoutError as error:
            self.connection.close()
            raise Hanging(f"{method} {path} got no reply within {HANGS:.0f} s") from error
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return Reply(0, seconds=time.monotonic() - begun)
        if response.will_close:
            self.connection.close()
        return Reply(response.status, dict(response.headers), content, time.monotonic() - begun)


@dataclass(frozen=True)
class Save:
    """One save as it is sent; sent again it is the same save."""

    code: str
    text: str
    version: int
    save_id: UUID = field(default_factory=uuid4)

    @property
    def fields(self) -> dict[str, Any]:
        evidence = [(self.text, "https://example.gov/plan")]
        return answer_fields(
            self.code, rationale=self.text, evidence=evidence, version=self.version, save_id=self.save_id
        )


@dataclass
class Writer:
    """A person at the page of one assessment. `seen` is the newest version and text of each answer they know of."""

    name: str
    browser: Browser
    assessment: UUID
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)
    acknowledged: list[tuple[Save, int]] = field(default_factory=list)
    unknown: list[Save] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def type(self, code: str, text: str) -> Save:
        """What typing `text` makes the page send."""
        return Save(code, text, self.seen.get(code, (0, ""))[0])

    def send(self, save: Save) -> Reply:
        reply = self.browser.post(f"/assessments/{self.assessment}/answers/{save.code}/", save.fields)
        self.replies.append(reply)
        if reply.status == 200:
            version = reply.document["version"]
            self.acknowledged.append((save, version))
            stored = reply.document.get("stored")
            self.seen[save.code] = (version, stored["rationale"] if stored else save.text)
        return reply

    def deliver(self, save: Save, *, pause: float = 0.05, within: float = 90.0) -> Reply:
        """Sends until there is an answer that is neither a broken connection nor a 503, as the page's script does."""
        give_up = time.monotonic() + within
        while (reply := self.send(save)).status in (0, 503):
            self.unknown.append(save)
            assert time.monotonic() < give_up, f"{save} could not be delivered"
            time.sleep(pause)
        return reply

    @property
    def slowest(self) -> float:
        return max((reply.seconds for reply in self.replies), default=0.0)
