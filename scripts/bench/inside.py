"""Measurements inside one process of the application; prints them as JSON.

A process of its own: `python -m scripts.bench.inside WHAT CONTENT`, with the application's settings in the environment;
CONTENT is what `scripts.bench.build` printed.
"""

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any, cast

import django

django.setup()

from django.conf import settings  # noqa: E402 # now that Django is set up
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from aicmm import pdf  # noqa: E402
from aicmm.pdf_protocol import read_frame, write_frame  # noqa: E402
from assessments import charts, reports, results, sealing  # noqa: E402
from assessments.datatypes import ScoredAssessment  # noqa: E402
from assessments.models import Assessment  # noqa: E402
from assessments.scoring import score  # noqa: E402
from scripts.bench.timing import interleaved  # noqa: E402

Content = dict[str, Any]


def sheet_of(pk: str) -> ScoredAssessment:
    return results.live(Assessment.objects.with_names().get(pk=pk))


def queries(content: Content) -> dict[str, int]:
    """How many queries each page takes, with those for session and person, once rubrics are in memory."""
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = content["session"]
    counts = {}
    for path in content["pages"]:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        counts[path] = len(captured)
    return counts


def pure(content: Content) -> dict[str, float]:
    """Seconds for scoring one assessment and for drawing it."""
    sheet = sheet_of(content["assessment"])
    rubric, given = sheet.rubric, sealing.choices(sheet.answers)
    series = [charts.Series(sheet.cycle, sheet.result)]
    compared = [*series, charts.Series("before", sheet.earlier[0].result, kind="comparison")]
    scoring, svg, two = interleaved(
        lambda: score(rubric, given),
        lambda: charts.radar_svg(rubric, series, ident="radar", title="Radar chart."),
        lambda: charts.radar_svg(rubric, compared, ident="radar", title="Radar chart."),
        times=2000,
        warm=50,
    )
    return {"score": scoring, "radar": svg, "radar compared": two}


def kaleido(content: Content) -> float:
    """Seconds for the same radar as an image by kaleido, with a Chromium of its own as it does by default."""
    import kaleido as painter  # type: ignore[import-untyped]  # noqa: PLC0415 # optional
    from plotly.graph_objects import Figure  # noqa: PLC0415 # slow to import

    sheet = sheet_of(content["assessment"])
    figure = Figure(charts.radar_figure(sheet.rubric, [charts.Series(sheet.cycle, sheet.result)]))

    def paint() -> None:
        painter.calc_fig_sync(figure, opts={"format": "png", "width": 700, "height": 500})

    begun = time.perf_counter()
    paint()
    return time.perf_counter() - begun


class Text(HTMLParser):
    """What is to be read in a document, in paragraphs without style."""

    BLOCKS = frozenset({"p", "h1", "h2", "h3", "li", "td", "th", "dt", "dd", "caption", "div", "section", "header"})

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs = [""]
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (the parser's signature)
        self.silent += tag in ("style", "title", "svg")
        if tag in self.BLOCKS:
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("style", "title", "svg")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.paragraphs[-1] += data


def plain(html: str) -> str:
    """The same text without style, pictures or structure."""
    text = Text()
    text.feed(html)
    body = "".join(f"<p>{paragraph}</p>" for paragraph in map(str.strip, text.paragraphs) if paragraph)
    return f'<!DOCTYPE html><html lang="en"><title>Scorecard</title><body>{body}'


def papers(content: Content) -> dict[str, float]:
    """Seconds for a scorecard from rows to PDF, and for WeasyPrint alone on its text, each in a warm process."""
    sheet = sheet_of(content["assessment"])
    html = reports.scorecard_html(sheet)
    text, unstyled = plain(html), re.sub("<style.*?</style>|<svg.*?</svg>", "", html, flags=re.DOTALL)
    with plain_printer() as printer:
        ours, floor, markup, untagged = interleaved(
            lambda: reports.scorecard_pdf(sheet),
            lambda: printed(printer, text),
            lambda: printed(printer, unstyled),
            lambda: printed(printer, html),
            times=content["rounds"],
            warm=1,
        )
    pdf.close()
    return {"ours": ours, "floor": floor, "markup": markup, "untagged": untagged}


def plain_printer() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.bench.floor.printer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def printed(printer: "subprocess.Popen[bytes]", html: str) -> bytes:
    write_frame(cast(Any, printer.stdin), html.encode())
    return read_frame(cast(Any, printer.stdout))


def phases(content: Content) -> dict[str, float]:
    """Seconds that WeasyPrint spends on a scorecard, by phase; see `scripts.bench.phases`."""
    command = [sys.executable, "-m", "scripts.bench.phases", pdf.limits_of_settings().to_json()]
    html = reports.scorecard_html(sheet_of(content["assessment"]))
    told = subprocess.run(command, input=html, stdout=subprocess.PIPE, text=True, check=True).stdout
    return dict(json.loads(told))


def longest(content: Content) -> dict[str, float]:
    """The longest scorecard there can be: seconds, pages' bytes, and the most MiB that its process held."""
    sheet = sheet_of(content["longest"])
    begun = time.perf_counter()
    made = reports.scorecard_pdf(sheet)
    taken = time.perf_counter() - begun
    pdf.close()
    return {
        "seconds": taken,
        "bytes": len(made),
        "mebibytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


MEASURES: dict[str, Callable[[Content], object]] = {
    one.__name__: one for one in (queries, pure, kaleido, papers, phases, longest)
}

if __name__ == "__main__":
    print(json.dumps(MEASURES[sys.argv[1]](json.loads(sys.argv[2]))))
