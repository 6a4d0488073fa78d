"""How gunicorn serves, in production and in `make run`, by HOST, PORT, WEB_CONCURRENCY and WEB_THREADS."""

import os
import socket
import struct
from pathlib import Path
from typing import Any

from django.urls import get_resolver
from gunicorn.glogging import Logger

from aicmm.unlisted import leave_out_tokens

wsgi_app = "aicmm.wsgi:application"
bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104 # inside a container

# Threads, because requests wait for the database and for PDFs; few processes, because each takes its memory.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Loaded once and shared by all workers: quicker to start, smaller in memory.
preload_app = True

# The longest an honest request takes is a PDF; who is being served when it stops is served to the end.
timeout = 60
graceful_timeout = 30
keepalive = 5

# Whom to believe about X-Forwarded-* is decided in one place: TRUSTED_PROXIES in aicmm/settings.py.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}

# The heartbeat file of a worker must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True


class LoggerWithoutTokens(Logger):  # type: ignore[misc]
    """gunicorn's own, for its errors and, where `GUNICORN_CMD_ARGS` asks for one, the log of requests."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.addFilter(leave_out_tokens)


logger_class = LoggerWithoutTokens

SILENCE = 10
"""So many seconds without a byte end a connection. One that sends slowly is for the proxy to end: docs/deploy.md."""


def end_silent_connections(listener: socket.socket) -> None:
    """Set the limit, in the kernel, where gunicorn has none: connections have it from the socket that accepts them."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", SILENCE, 0))


def when_ready(server: Any) -> None:
    """Loads what the first request would have to wait for, once for all workers; then says that all is ready."""
    _ = get_resolver().url_patterns
    for listener in server.LISTENERS:
        end_silent_connections(listener.sock)
    if message := os.environ.get("READY_MESSAGE"):
        print(message, flush=True)  # noqa: T201
