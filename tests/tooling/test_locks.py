"""The locks hold versions and hashes, and nothing that ties them to a registry or a machine."""

import json
import re
from pathlib import Path

import pytest

from scripts.lock import addresses

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([\w.\[\]-]+)==([^\s;]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
class TestPython:
    def test_names_no_address(self, lock):
        assert addresses(lock.read_text()) == []

    def test_has_hashes_for_every_package(self, lock):
        entries = re.split(r"^(?=[a-z])", lock.read_text(), flags=re.MULTILINE)[1:]
        assert entries
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    "line", ["--index-url x", "--extra-index-url x", "a @ file:///a", "--find-links /a", "# https://x"]
)
def test_an_address_is_seen(line):
    assert addresses(f"asgiref==1\n{line}\n")


def test_what_is_tested_is_what_is_served():
    dev = pins("dev")
    assert {name: dev.get(name) for name in pins("base")} == pins("base")


def test_node_packages_name_no_address_and_have_hashes():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    del packages[""]
    assert [path for path, package in packages.items() if "resolved" in package] == []
    assert [path for path, package in packages.items() if not package.get("link") and "integrity" not in package] == []
