"""The chain of hashes over the audit trail: what is hashed, and where a chain breaks. Standard library only.

Each event carries the SHA-256 of its own content (`content_hash`), the hash of the event before it (`previous_hash`, ""
for the first), and the SHA-256 of the two texts together (`hash`). docs/audit.md says it for outsiders.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FIRST = ""
"""What the first event has in place of the hash of one before."""


@dataclass(frozen=True, slots=True)
class Link:
    """One event: its number in the trail, its content as `canonical` takes it, and its three hashes."""

    number: int
    content: Mapping[str, Any]
    content_hash: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found: how many links were good, the hash of the last of them, and the first fault.

    `head_at` is the number of the link that has the hash which was noted elsewhere; None where there is none.
    """

    links: int
    head: str
    fault: str = ""
    head_at: int | None = None


def canonical(content: Mapping[str, Any]) -> str:
    """The one JSON text of a content: keys in order, no spaces, nothing escaped that need not be."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def content_hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def linked(previous_hash: str, content: str) -> str:
    """The hash of an event from the one before it and its content's; the database's triggers make the same."""
    return hashlib.sha256(f"{previous_hash}{content}".encode()).hexdigest()


def walk(links: Iterable[Link], *, number_of: Callable[[str], int | None], noted: str = "") -> Verdict:
    """Follow the chain, oldest first, to its end or to the first link that doesn't hold.

    `number_of` finds the number of the event with a hash, anywhere; it is asked at a fault only.
    """
    before: Link | None = None
    count, head_at = 0, None
    for link in links:
        fault = _fault(link, before, number_of)
        if fault:
            return Verdict(count, before.hash if before else FIRST, fault, head_at)
        if link.hash == noted:
            head_at = link.number
        before, count = link, count + 1
    return Verdict(count, before.hash if before else FIRST, head_at=head_at)


def _fault(link: Link, before: Link | None, number_of: Callable[[str], int | None]) -> str:
    """What is wrong with a link, as a sentence; empty for one that holds."""
    if content_hash(link.content) != link.content_hash:
        return f"Row {link.number}: its content was changed."
    if linked(link.previous_hash, link.content_hash) != link.hash:
        return f"Row {link.number}: its hash isn't that of its content and the row it was chained to."
    if link.previous_hash == (before.hash if before else FIRST):
        return ""
    chained_to = number_of(link.previous_hash)
    if chained_to is not None:
        return f"Row {link.number}: the order was changed; it was chained to what is row {chained_to} now."
    if before is None:
        return f"Row {link.number}: the rows before it are missing."
    if link.previous_hash == FIRST:
        return f"Row {link.number}: the order was changed; it was the first row once."
    return f"Row {link.number}: rows before it are missing, or row {before.number} was replaced."
