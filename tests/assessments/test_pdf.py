"""Where PDFs are made: a process of its own, with limits, that no request leaves and that never outlives its parent."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from aicmm import pdf
from rubric.reports import table_pdf

from . import pdf_checks

ROOT = Path(__file__).parents[2]
ENDLESS = "word " * 2_000_000


def page(body: str) -> str:
    return f"<!DOCTYPE html><html lang='en'><head><title>Title</title></head><body>{body}</body></html>"


@pytest.fixture(autouse=True)
def _patience(settings: Settings) -> None:
    """A busy machine isn't what is tested."""
    settings.PDF_SECONDS = 60


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody on this machine who would notice a request."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def worker_pids(parent: int) -> set[int]:
    """The processes that make PDFs for `parent`."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    lines = (line.split(None, 2) for line in listed.splitlines())
    return {int(pid) for pid, ppid, args in lines if int(ppid) == parent and "aicmm.pdf_worker" in args}


def is_running(pid: int) -> bool:
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(listed.strip()) and not listed.startswith("Z")


def eventually(condition: object) -> bool:
    assert callable(condition)
    for _ in range(100):
        if condition():
            return True
        time.sleep(0.1)
    return False


# ---- What it reads ----


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:{port}/",
        "HTTP://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/x",
        "//127.0.0.1:{port}/x",
        "asset://127.0.0.1:{port}/x",
        "asset:///../../aicmm/settings.py",
        "asset:///%2e%2e/%2e%2e/aicmm/settings.py",
        "asset:////etc/passwd",
        "/etc/passwd",
        "gopher://127.0.0.1:{port}/",
    ],
)
def test_it_reads_its_own_assets_only(listener: socket.socket, address: str) -> None:
    address = address.format(port=listener.getsockname()[1])
    made = pdf.made(
        page(
            f"<link rel='stylesheet' href='{address}'><link rel='attachment' href='{address}'>"
            f"<style>@font-face {{ font-family: F; src: url({address}) }} p {{ background: url({address}) }}</style>"
            f"<p>before</p><img src='{address}' alt='a picture'><p>after</p>"
        )
    )
    assert len(made.problems) >= 3
    text = pdf_checks.text_of(made.body)
    assert "before" in text
    assert "after" in text
    assert "root:" not in text
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_it_reads_what_stands_in_the_document() -> None:
    dot = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    assert pdf.made(page(f"<img src='{dot}' alt='a dot'>")).problems == ()


def test_its_complaints_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    pdf.render(page("<img src='https://nowhere.example/' alt='a picture'>"))
    assert "documents read their own assets only, not https://nowhere.example/" in caplog.text


# ---- The same again ----


def test_the_same_html_is_the_same_file_whichever_process_makes_it() -> None:
    html = page("<h1>Heading</h1><p>Text <b>bold</b> <i>italic</i></p><ul><li>one</li></ul>")
    first = pdf.render(html)
    assert pdf.render(html) == first
    pdf.close()
    assert pdf.render(html) == first


def test_threads_take_turns() -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda number: pdf.render(page(f"<p>Number {number}</p>")), range(12)))
    assert [pdf_checks.text_of(content) for content in made] == [f"Number {number}" for number in range(12)]
    assert len(worker_pids(os.getpid())) == 1


# ---- Limits ----


def test_what_takes_too_long_is_stopped_and_the_next_one_is_made(settings: Settings) -> None:
    settings.PDF_SECONDS = 0.5
    with pytest.raises(pdf.PdfFailed, match="took too long"):
        pdf.render(page(ENDLESS))
    assert worker_pids(os.getpid()) == set()
    assert pdf.render(page("<p>next</p>")).startswith(b"%PDF")


def test_what_takes_too_much_memory_is_stopped_and_the_next_one_is_made(settings: Settings) -> None:
    settings.PDF_MEBIBYTES = 120
    with pytest.raises(pdf.PdfFailed, match="took more memory"):
        pdf.render(page(ENDLESS))
    assert pdf.render(page("<p>next</p>")).startswith(b"%PDF")


def test_who_waits_too_long_for_a_turn_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PDF_SECONDS = 0.05
    started, over = threading.Event(), threading.Event()

    def occupy(*_: object) -> None:
        started.set()
        over.wait(30)
        raise pdf.PdfFailed("enough")

    monkeypatch.setattr(pdf._Worker, "make", occupy)
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(pdf.render, page("<p>first</p>"))
        started.wait(30)
        with pytest.raises(pdf.PdfFailed, match="Too many PDFs"):
            pdf.render(page("<p>second</p>"))
        over.set()
        assert isinstance(busy.exception(), pdf.PdfFailed)


def test_one_waits_and_whoever_comes_then_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A web process has four threads: two are left for everything that is no PDF."""
    started, over = threading.Semaphore(0), threading.Event()
    acquire = pdf._Desk._wait_and_ask

    def take_long(desk: pdf._Desk, *document: Any) -> pdf.Reply:
        started.release()
        over.wait(30)
        return acquire(desk, *document)

    monkeypatch.setattr(pdf._Desk, "_wait_and_ask", take_long)
    with ThreadPoolExecutor(2) as pool:
        served = [pool.submit(pdf.render, page(f"<p>{number}</p>")) for number in range(2)]
        for _ in served:
            assert started.acquire(timeout=30)
        for _ in range(14):
            with pytest.raises(pdf.PdfFailed, match="Too many PDFs"):
                pdf.render(page("<p>another</p>"))
        over.set()
        assert [one.result(timeout=60)[:4] for one in served] == [b"%PDF"] * 2
    assert pdf.render(page("<p>and the next</p>")).startswith(b"%PDF")


@pytest.mark.django_db
def test_who_is_told_that_it_is_busy_is_told_when_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    table_pdf.cache_clear()  # another test may have had it made
    monkeypatch.setattr(pdf._desk, "_places", threading.BoundedSemaphore(1))
    with pdf._desk._places:
        response = Client().get(reverse("model-pdf"))
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "Too many PDFs" in response.content.decode()


def test_a_process_that_was_ended_from_outside_is_replaced() -> None:
    pdf.render(page("<p>first</p>"))
    (pid,) = worker_pids(os.getpid())
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not is_running(pid))
    assert pdf.render(page("<p>second</p>")).startswith(b"%PDF")


def test_a_process_is_replaced_after_so_many_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf.render(page("<p>first</p>"))
    before = worker_pids(os.getpid())
    monkeypatch.setattr(pdf, "MOST_RENDERS", 1)
    pdf.render(page("<p>second</p>"))
    assert worker_pids(os.getpid()).isdisjoint(before)


def test_without_its_libraries_a_person_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf.close()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(pdf.PdfUnavailable, match="a library or program it needs for them is missing"):
        pdf.render(page("<p>first</p>"))
    assert worker_pids(os.getpid()) == set()


def test_secrets_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf.close()
    monkeypatch.setenv("SECRET_KEY", "very secret")
    pdf.render(page("<p>first</p>"))
    (pid,) = worker_pids(os.getpid())
    environment = Path(f"/proc/{pid}/environ")
    if not environment.exists():
        pytest.skip("this system doesn't show environments")
    assert b"very secret" not in environment.read_bytes()


# ---- Beginning and end ----


def python(program: str) -> "subprocess.Popen[str]":
    """A web process of its own; `program` prints what the test wants to know."""
    setup = (
        "import os, sys, time\n"
        "from django.conf import settings\n"
        "settings.configure(STATICFILES_DIRS=[], STATIC_ROOT=None, PDF_SECONDS=30, PDF_MEBIBYTES=512)\n"
        "from aicmm import pdf\n"
        "html = '<html lang=en><title>t</title><p>text'\n"
    )
    return subprocess.Popen([sys.executable, "-c", setup + program], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_the_web_process_stays_small() -> None:
    with python("from assessments import reports\nprint('weasyprint' in sys.modules)") as process:
        assert process.communicate()[0] == "False\n"


def test_nothing_is_left_when_the_web_process_is_killed() -> None:
    with python("pdf.render(html)\nprint(pdf._desk._worker.process.pid, flush=True)\ntime.sleep(60)") as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        assert is_running(worker)
        process.kill()
    assert eventually(lambda: not is_running(worker))


def test_nothing_is_left_when_the_web_process_ends() -> None:
    with python("pdf.render(html)\nprint(pdf._desk._worker.process.pid, pdf._desk._worker._folder)") as process:
        pid, folder = process.communicate()[0].split()
    assert process.returncode == 0
    assert not is_running(int(pid))
    assert not Path(folder).exists()


def test_a_web_process_that_forks_after_a_first_pdf_still_makes_them() -> None:
    program = (
        "first = pdf.render(html)\n"
        "pid = os.fork()\n"
        "same = pdf.render(html) == first\n"
        "if pid == 0:\n"
        "    pdf.close()\n"
        "    os._exit(0 if same else 1)\n"
        "print(os.waitpid(pid, 0)[1], same)\n"
    )
    with python(program) as process:
        assert process.communicate()[0] == "0 True\n"
