"""Logging that what people type can't break into."""

import logging
from copy import copy

from aicmm.unlisted import without_tokens


class OneLineFormatter(logging.Formatter):
    """Writes a record's message on one line, control characters escaped; only a traceback may follow on more lines.

    Nothing of it has the token of an address that is a secret.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        record.message = "".join(c if c.isprintable() else repr(c)[1:-1] for c in record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """A request that was refused is no error here: where in the code that happened would hide those that are."""
        if 400 <= getattr(record, "status_code", 0) < 500:
            record = copy(record)
            record.exc_info = record.exc_text = None
        return without_tokens(super().format(record))
