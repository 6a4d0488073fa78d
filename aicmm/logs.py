"""Logging that what people type can't break into."""

import logging


class OneLineFormatter(logging.Formatter):
    """Writes a record's message on one line, control characters escaped; only a traceback may follow on more lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        record.message = "".join(c if c.isprintable() else repr(c)[1:-1] for c in record.message)
        return super().formatMessage(record)
