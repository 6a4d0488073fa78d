"""Servers to be measured: gunicorn as in production, on a free port of this machine, ended by its own handle."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.table import NotMeasured
from scripts.console import ROOT

OURS = "aicmm.settings"
FLOOR = "scripts.bench.floor.settings"
STARTS_WITHIN = 60.0


def settings(database: str, *, module: str = OURS) -> dict[str, str]:
    """The environment of a process that runs the application: production's settings, without https."""
    dropped = ("ALLOWED_HOSTS", "CACHE_URL", "CSRF_TRUSTED_ORIGINS", "EMAIL_URL", "STORAGE_URL", "TRUSTED_PROXIES")
    return {name: value for name, value in os.environ.items() if name not in dropped} | {
        "DATABASE_URL": database,
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": module,
        "HTTPS": "0",
        "LOG_LEVEL": "ERROR",
        "SECRET_KEY": "only-for-measurements",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    """A gunicorn at `port`; `process` is its master."""

    port: int
    process: "subprocess.Popen[bytes]"

    def workers(self) -> list[int]:
        return children(self.process.pid)


@contextmanager
def served(env: Mapping[str, str], *, workers: int = 2) -> Iterator[Server]:
    """Serves until the block ends."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--log-level", "error"],
        cwd=ROOT,
        env={**env, "HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": str(workers)},
        stdin=subprocess.DEVNULL,
    )
    try:
        await_port(port, process)
        yield Server(port, process)
    finally:
        end(process)


def await_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Returns once something listens there. `NotMeasured` where the process ends before, or takes too long."""
    give_up = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise NotMeasured(f"the server ended with status {process.returncode} while it started")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise NotMeasured(f"the server didn't listen within {STARTS_WITHIN:.0f} s")


def end(process: "subprocess.Popen[bytes]", *, by: signal.Signals = signal.SIGTERM) -> None:
    process.send_signal(by)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def children(pid: int) -> list[int]:
    """The processes that this one has started and that still run; empty where there is no /proc."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def resident(pid: int) -> float:
    """What a process holds in memory, in MiB, shared pages counted in full (VmRSS)."""
    return _status(pid, "VmRSS")


def _status(pid: int, name: str) -> float:
    try:
        content = Path(f"/proc/{pid}/status").read_text()
    except OSError as error:
        raise NotMeasured("there is no /proc here to read a process's memory from") from error
    (kibibytes,) = (line.split()[1] for line in content.splitlines() if line.startswith(f"{name}:"))
    return int(kibibytes) / 1024
