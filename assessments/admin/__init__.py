"""The admin: where CoE staff review submissions and look after organizations and people."""

from . import people, records, review, trail

__all__ = ["people", "records", "review", "trail"]
