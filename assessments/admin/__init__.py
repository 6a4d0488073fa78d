"""The admin: where CoE staff review submissions and look after organizations and people."""

from . import level_columns, people, records, review, trail

__all__ = ["level_columns", "people", "records", "review", "trail"]
