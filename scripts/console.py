"""How the scripts speak: one line a step, the time it took, and one sentence when they have to stop."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
LOG = VAR / "log" / "setup.log"
HEARTBEAT = 10.0

OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|Name or service not known|name resolution"
    r"|Network is unreachable|Connection refused|ProxyError|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ENETUNREACH"
    r"|Temporary failure resolving|Could not resolve",
    re.IGNORECASE,
)


class Stop(Exception):
    """Nothing more can be done; the message is one sentence that says what happened and what to do."""


class CommandFailed(Exception):
    """A command ended with an error; `output` is what it printed."""

    def __init__(self, output: str) -> None:
        super().__init__(output)
        self.output = output


def say(text: str) -> None:
    print(text, flush=True)


def seconds(since: float) -> str:
    return f"{time.monotonic() - since:.1f} s"


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announces a step that takes time, and says when it is done."""
    say(f"• {title} …")
    begun = time.monotonic()
    yield
    say(f"  done in {seconds(begun)}")


def run_quietly(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    progress: Callable[[str], bool] | None = None,
    unit: str = "",
) -> str:
    """Runs a command with its output in the log only, and returns that output; a sign of life every ten seconds.

    `progress` tells which lines of the output count as one `unit` done. Raises CommandFailed.
    """
    LOG.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    begun = told = time.monotonic()
    counted = 0
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(map(str, command))}\n")
        log.flush()
        with subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                log.write(line)
                lines.append(line)
                counted += progress is not None and progress(line)
                if time.monotonic() - told > HEARTBEAT:
                    told = time.monotonic()
                    say(f"  … {told - begun:.0f} s" + (f", {counted} {unit}" if counted else ""))
    output = "".join(lines)
    if process.returncode:
        raise CommandFailed(output)
    return output


def stop_for(error: CommandFailed, what: str) -> Stop:
    """One sentence for a command that failed, after the end of what it printed."""
    if "No space left on device" in error.output:
        return Stop(f"The disk is full while {what}: free some space, then run make again.")
    if OFFLINE.search(error.output):
        return Stop(f"No network while {what}: connect (or set the proxy), then run make again; details in {LOG}.")
    for line in error.output.splitlines()[-15:]:
        print(f"  | {line}", file=sys.stderr)
    return Stop(f"Something failed while {what}: see the lines above and {LOG}, then run make again.")


def running(main: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Runs a script's main; a Stop becomes its one sentence and status 1."""
    try:
        return main(arguments)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
