"""The table of contents of a report, and whether it takes one."""

from dataclasses import dataclass

MOST_PAGES = 6
"""A report that may be longer has a table of contents."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading to find: `anchor` is the id it has in the document."""

    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The entries in reading order."""

    entries: tuple[Entry, ...]

    @property
    def columns(self) -> tuple[tuple[Entry, ...], ...]:
        """Two columns, of which the first is never the shorter one."""
        half = -(-len(self.entries) // 2)
        return self.entries[:half], self.entries[half:]


LINES = 40
"""A page holds more lines than that, so that a report of seven pages is never taken for one of six; a shorter one may
have a table of contents as well."""


def is_long(lines: int) -> bool:
    """Whether a report of about so many lines may have more than `MOST_PAGES`."""
    return lines > MOST_PAGES * LINES
