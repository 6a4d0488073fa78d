"""Programs of ours that take what strangers send: each run in a process of its own, with a limit on time and memory."""

import os
import subprocess
import sys
import threading
from pathlib import Path

SECONDS = 20
MEBIBYTES = 384
PLACES = 2
"""How many may run at once for one web process; the rest of its threads serve the rest of the application."""

PASSED_ON = ("DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PATH")
"""What a program needs of the environment. Secrets and addresses of databases stay here."""

_places = threading.BoundedSemaphore(PLACES)


class Exceeded(Exception):
    """The program took more time or memory than it may, or it ended by itself."""


class Busy(Exception):
    """As many run as may."""


def run(module: str, content: bytes, *, seconds: int = SECONDS, mebibytes: int = MEBIBYTES) -> bytes:
    """What `python -m module seconds mebibytes` makes of `content`. The program keeps the limits, and for the case that
    it doesn't it is ended soon after."""
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        done = subprocess.run(  # noqa: S603 our own program
            [sys.executable, "-m", module, str(seconds), str(mebibytes)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parent.parent,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            timeout=2 * seconds,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise Exceeded from error
    finally:
        _places.release()
    return done.stdout
