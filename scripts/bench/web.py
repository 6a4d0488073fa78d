"""Requests over one kept-alive connection, signed in, and fast enough not to be what is measured."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

CSRF = "benchbenchbenchbenchbenchbenchbe"
"""Any 32 letters do: a client shows in its cookie and in its header that both come from the same place."""


class Unexpected(Exception):
    """A reply that no measurement can be made of."""


@dataclass
class Client:
    """A browser's part of the work, on the server at `port` of this machine."""

    port: int
    session: str = ""
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": f"csrftoken={CSRF}; sessionid={self.session}", "X-CSRFToken": CSRF}

    def get(self, path: str, *, expect: int = 200) -> bytes:
        return self._request("GET", path, None, self.headers, expect)

    def post(self, path: str, fields: Mapping[str, str], *, expect: int = 200) -> bytes:
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        return self._request("POST", path, urlencode(fields), headers, expect)

    def _request(self, method: str, path: str, body: str | None, headers: dict[str, str], expect: int) -> bytes:
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The server closes a connection that was idle for longer than its keepalive.
            self._connection.close()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        content = response.read()
        if response.status != expect:
            raise Unexpected(f"{method} {path} answered {response.status}: {content[:300].decode(errors='replace')}")
        return content


def save_fields(code: str, *, version: int, save_id: str, text: str) -> dict[str, str]:
    """What the page's script posts for one answer."""
    return {
        f"{code}-choice": "3",
        f"{code}-reason": "",
        f"{code}-rationale": text,
        f"{code}-evidence-title": "Plan",
        f"{code}-evidence-url": "https://example.gov/plan",
        f"{code}-version": str(version),
        f"{code}-save_id": save_id,
    }
