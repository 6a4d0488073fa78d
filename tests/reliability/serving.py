"""The real application behind gunicorn, as in production, on a free port of this machine; ended by its own handle."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 60.0
DROPPED = ("ALLOWED_HOSTS", "CACHE_URL", "CSRF_TRUSTED_ORIGINS", "EMAIL_URL", "READY_MESSAGE", "TRUSTED_PROXIES")


def until(happens: Callable[[], bool], *, within: float = 20.0, what: str = "what was waited for") -> None:
    """Waits for something; a test that waits in vain fails and says for what."""
    give_up = time.monotonic() + within
    while not happens():
        if time.monotonic() > give_up:
            pytest.fail(f"{what} didn't happen within {within:.0f} s")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A gunicorn on `database`. Its processes are a group of their own, so that none of them can be left behind."""

    def __init__(self, database: str, folder: Path, *, workers: int = 2) -> None:
        self.port = free_port()
        self.log = folder / f"gunicorn-{self.port}.log"
        self.workers_wanted = workers
        self.env = {name: value for name, value in os.environ.items() if name not in DROPPED} | {
            "DATABASE_URL": database,
            "DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": "aicmm.settings",
            "HOST": "127.0.0.1",
            "HTTPS": "0",
            "LOG_LEVEL": "WARNING",
            "PORT": str(self.port),
            "SECRET_KEY": settings.SECRET_KEY,  # the sessions that tests make are signed with it
            "WEB_CONCURRENCY": str(workers),
        }
        self.master: subprocess.Popen[bytes]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.master = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--log-level", "info"],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def workers(self) -> set[int]:
        with suppress(psutil.NoSuchProcess):
            return {child.pid for child in psutil.Process(self.master.pid).children()}
        return set()

    def await_workers(self) -> None:
        def all_there() -> bool:
            if self.master.poll() is not None:
                pytest.fail(f"gunicorn ended with status {self.master.returncode}:\n{self.complaints()}")
            return len(self.workers()) >= self.workers_wanted and self.listens()

        until(all_there, within=STARTS_WITHIN, what="gunicorn with all its workers")

    def listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def complaints(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def kill(self) -> None:
        """Kills the master, and a moment later what is left of its workers, as a service manager does.

        Left alone they would serve those who are connected, and hold the port, for as long as gunicorn is graceful.
        """
        self.master.kill()
        time.sleep(0.3)
        self.end()

    def end(self) -> None:
        """At once and for certain: nobody is being served any more."""
        # Only before the master is waited for is its number, and so its group's, certainly not somebody else's.
        if self.master.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.master.pid, signal.SIGKILL)
            self.master.wait()


@contextmanager
def served(database: str, folder: Path, *, workers: int = 2) -> Iterator[Server]:
    """Serves `database` until the block ends, however it ends."""
    server = Server(database, folder, workers=workers)
    server.start()
    try:
        server.await_workers()
        yield server
    finally:
        server.end()
