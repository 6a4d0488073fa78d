"""What `make test`, `make run` and .ci/run promise beyond what they call."""

import subprocess
from pathlib import Path

import pytest

from scripts import chromium, debian, run
from scripts.console import CommandFailed, Stop
from scripts.test import Totals, totals_of
from tests import browsing

ROOT = Path(__file__).resolve().parents[2]


class TestContinuousIntegration:
    @pytest.fixture
    def ci(self, tmp_path):
        """Runs .ci/run from elsewhere, with a `make` that notes what it is asked for and fails at `failing`."""

        def call(failing: str) -> tuple[int, list[str]]:
            make = tmp_path / "make"
            make.write_text(f'#!/bin/sh\necho "$PWD $*"\ntest "$*" != "{failing}"\n')
            make.chmod(0o755)
            done = subprocess.run(
                [ROOT / ".ci" / "run"],
                cwd=tmp_path,
                env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
                capture_output=True,
                text=True,
                check=False,
            )
            return done.returncode, done.stdout.splitlines()

        return call

    @pytest.mark.parametrize(("failing", "status"), [("nothing", 0), ("lint", 1), ("test", 1)])
    def test_lints_and_tests_from_the_root_whatever_fails(self, ci, failing, status):
        assert ci(failing) == (status, [f"{ROOT} lint", f"{ROOT} test"])


class TestTotals:
    def test_each_test_counts_once(self, tmp_path):
        report = tmp_path / "report.xml"
        report.write_text("""
            <testsuites><testsuite>
                <testcase classname="a" name="passes"/>
                <testcase classname="b" name="passes"><system-out/></testcase>
                <testcase classname="a" name="fails and is not cleaned up"><failure/></testcase>
                <testcase classname="a" name="fails and is not cleaned up"><error/></testcase>
                <testcase classname="a" name="cannot be set up"><error/></testcase>
                <testcase classname="a" name="is skipped"><skipped/></testcase>
            </testsuite></testsuites>
        """)
        assert str(totals_of(report)) == "2 passed, 2 failed, 1 skipped"

    def test_parts_add_up(self):
        assert Totals(1, 2, 3) + Totals(10, 20, 30) == Totals(11, 22, 33)


class TestChromium:
    def test_the_one_that_is_named_is_taken(self, monkeypatch):
        monkeypatch.setenv("CHROMIUM", "/bin/sh")
        assert chromium.find() == "/bin/sh"

    def test_the_shell_goes_before_the_whole_browser(self, monkeypatch, tmp_path):
        for name in ("chromium", "chromium-headless-shell"):
            (tmp_path / name).touch(mode=0o755)
        monkeypatch.delenv("CHROMIUM", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert chromium.find() == str(tmp_path / "chromium-headless-shell")

    def test_one_that_is_named_but_missing_is_missing(self, monkeypatch):
        monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
        assert chromium.find() is None

    def test_without_it_tests_are_skipped(self, monkeypatch):
        monkeypatch.delenv("CI", raising=False)
        with pytest.raises(pytest.skip.Exception):
            browsing.missing(chromium.MISSING)

    def test_without_it_they_fail_in_ci(self, monkeypatch):
        monkeypatch.setenv("CI", "true")
        with pytest.raises(pytest.fail.Exception):
            browsing.missing(chromium.MISSING)


class TestInstallingChromium:
    @pytest.fixture(autouse=True)
    def none_here(self, monkeypatch):
        monkeypatch.delenv("CHROMIUM", raising=False)
        monkeypatch.setattr(chromium, "find", lambda: None)
        monkeypatch.setattr(chromium, "playwrights", lambda _: None)

    def test_debian_s_as_root(self, monkeypatch):
        installed: list[str] = []
        monkeypatch.setattr(debian, "can_install", lambda: True)
        monkeypatch.setattr(debian, "install", installed.extend)
        chromium.provide(Path("python"))
        assert installed == ["chromium-headless-shell"]

    def test_playwright_s_own_where_debian_s_cannot_be_had(self, monkeypatch):
        def fail(_: object) -> None:
            raise Stop("E: Unable to locate package")

        commands: list[list[object]] = []
        monkeypatch.setattr(debian, "can_install", lambda: True)
        monkeypatch.setattr(debian, "install", fail)
        monkeypatch.setattr(chromium, "run_quietly", commands.append)
        chromium.provide(Path("python"))
        assert commands == [[Path("python"), "-m", "playwright", "install", "chromium"]]

    def test_playwright_s_own_elsewhere(self, monkeypatch):
        commands: list[list[object]] = []
        monkeypatch.setattr(debian, "can_install", lambda: False)
        monkeypatch.setattr(chromium, "run_quietly", commands.append)
        chromium.provide(Path("python"))
        assert commands == [[Path("python"), "-m", "playwright", "install", "chromium"]]

    def test_where_it_cannot_be_installed_a_loud_line_and_the_set_up_goes_on(self, monkeypatch, capsys):
        def fail(_: object) -> str:
            raise CommandFailed("getaddrinfo ENOTFOUND")

        monkeypatch.setattr(debian, "can_install", lambda: False)
        monkeypatch.setattr(chromium, "run_quietly", fail)
        chromium.provide(Path("python"))
        assert f"! {chromium.MISSING}" in capsys.readouterr().out


class TestRun:
    @pytest.fixture(autouse=True)
    def var(self, monkeypatch, tmp_path):
        monkeypatch.setattr(run, "VAR", tmp_path)
        monkeypatch.delenv("DATABASE_URL")
        return tmp_path

    def test_secrets_are_made_once_and_for_the_owner_only(self, var):
        first, second = run.environment(dev=False), run.environment(dev=False)
        assert [first[name] for name in ("SECRET_KEY", "DEMO_PASSWORD")] == [
            second[name] for name in ("SECRET_KEY", "DEMO_PASSWORD")
        ]
        assert {path.name: oct(path.stat().st_mode & 0o777) for path in var.iterdir()} == {
            "secret_key": "0o600",
            "demo_password": "0o600",
        }

    def test_a_password_from_outside_wins(self, monkeypatch):
        monkeypatch.setenv("DEMO_PASSWORD", "chosen by hand")
        assert run.environment(dev=False)["DEMO_PASSWORD"] == "chosen by hand"

    def test_serves_as_in_production_on_this_machine_only(self):
        assert {"DEBUG": "0", "HTTPS": "0", "HOST": "127.0.0.1"}.items() <= run.environment(dev=False).items()

    def test_a_real_database_is_never_filled_with_demo_data(self, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "postgres://db/aicmm")
        with pytest.raises(Stop, match="unset it"):
            run.environment(dev=False)
