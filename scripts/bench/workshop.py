"""What measurements share: a folder on a real disk, and databases that are filled when the first one asks."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts import postgres
from scripts.bench import servers
from scripts.bench.table import NotMeasured
from scripts.console import ROOT, VAR, say

EDITORS = 1000


@dataclass(frozen=True)
class Database:
    """A filled database: its address, and what `scripts.bench.build` said is in it."""

    name: str
    address: str
    content: dict[str, Any]

    def env(self, *, module: str = servers.OURS) -> dict[str, str]:
        return servers.settings(self.address, module=module)

    def run(self, *command: str) -> str:
        """Runs one of our Python modules on this database and returns what it prints."""
        return run(self.env(), *command)


@dataclass(frozen=True)
class Workshop:
    folder: Path

    @cached_property
    def sqlite(self) -> Database:
        return filled("SQLite", f"sqlite:///{self.folder / 'bench.sqlite3'}")

    @cached_property
    def postgresql(self) -> Database:
        return filled("PostgreSQL", postgres.start(durable=True))

    @property
    def databases(self) -> Iterator[Database]:
        yield self.sqlite
        yield self.postgresql


@contextmanager
def workshop() -> Iterator[Workshop]:
    """Its folder is in var/, since /tmp may be memory, where nothing has to be written to a disk."""
    VAR.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=VAR))
    try:
        yield Workshop(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def filled(name: str, address: str) -> Database:
    say(f"• Filling a database: {name} …")
    printed = run(servers.settings(address), "scripts.bench.build", str(EDITORS))
    return Database(name, address, json.loads(printed.splitlines()[-1]))


def run(env: dict[str, str], module: str, *arguments: str) -> str:
    """What a Python module prints; `NotMeasured` with its last words where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip() or f"status {done.returncode}").splitlines()
        raise NotMeasured(f"{module} failed: {words[-1]}")
    return done.stdout
