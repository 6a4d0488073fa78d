"""The radar as inline SVG.

Presentation attributes only: the strict CSP admits no `style`. Only what browsers and WeasyPrint draw alike: no marker
elements, no patterns (seams in PDF viewers), no `dominant-baseline`. Hatching is lines clipped to the band.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from assessments.charts.colours import GRID, HATCH, INK, LEVEL_COLOURS, MUTED, WHITE
from assessments.charts.geometry import Line, Point, RadarLayout, Series, SeriesGeometry, level_text, radar_geometry
from assessments.charts.labels import LEVEL_SIZE, NAME_SIZE, Label
from assessments.charts.styles import SeriesStyle, series_styles
from assessments.charts.text import FONT, escaped, flow, number, text_width, wrap
from rubric.datatypes import Rubric

_LEGEND_SIZE: Final = 13.0
_LEGEND_LINE: Final = 20.0
_SWATCH: Final = 30.0
_HEADING_SIZES: Final = (18.0, 13.0)
_HEADING_LINES: Final = 2
_MARGIN: Final = 16.0


def radar_svg(
    rubric: Rubric, series: Sequence[Series], *, ident: str, title: str, heading: tuple[str, str] | None = None
) -> str:
    """A stand-alone `<svg>`; `ident` is unique on the page, `title` says in words what the picture shows.

    With a `heading`, a line in bold and one below it, it is a picture for other documents: on white, with a margin.
    """
    geometry = radar_geometry(rubric, series)
    layout = geometry.layout
    styles = series_styles(series)
    drawn = list(zip(geometry.series, styles, strict=True))
    mains = [pair for pair in drawn if pair[0].series.kind == "main"]
    others = [pair for pair in drawn if pair[0].series.kind != "main"]
    banded = any(one.bands for one, _ in mains)
    legend, legend_height = _legend(layout, [(one.series.label, style) for one, style in drawn], banded)
    ident = escaped(ident)
    left, top, width, height = layout.box
    height += legend_height
    head = ""
    if heading:
        left, width = left - _MARGIN, width + 2 * _MARGIN
        head, above = _heading(heading, left, top, width)
        top, height = top - above, height + above + _MARGIN
        head = _ground(left, top, width, height) + head
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="radar" role="img" aria-labelledby="{ident}-title" '
        f'viewBox="{number(left)} {number(top)} {number(width)} {number(height)}" '
        f'width="{number(width)}" height="{number(height)}" overflow="visible" font-family="{FONT}">'
        f'<title id="{ident}-title">{escaped(title)}</title>{head}',
        _backdrop(layout),
    ]
    parts += [_band(one, layout, f"{ident}-band-{index}") for index, (one, _) in enumerate(mains) if one.bands]
    parts += [_area(one) for one, _ in mains]
    parts += [_outline(one.lines, style) for one, style in mains + others]
    parts.append(_ring_numbers(layout))
    parts += [_markers(one.markers, style) for one, style in reversed(others)]
    parts += [_markers(one.markers, style) for one, style in mains]
    parts += [_levels(layout, geometry.labelled), legend, "</svg>"]
    return "".join(parts)


def _ground(left: float, top: float, width: float, height: float) -> str:
    place = f'x="{number(left)}" y="{number(top)}" width="{number(width)}" height="{number(height)}"'
    return f'<rect {place} fill="{WHITE}"/>'


def _heading(heading: tuple[str, str], left: float, bottom: float, width: float) -> tuple[str, float]:
    """What the picture is called, above `bottom`, and the height that takes."""
    lines = [
        (line, size, weight)
        for text, size, weight in zip(heading, _HEADING_SIZES, (700, 400), strict=True)
        for line in wrap(text, size, width - 2 * _MARGIN, _HEADING_LINES)
    ]
    height = _MARGIN + sum(size * 1.35 for _, size, _ in lines) + 8
    y, drawn = bottom - height + _MARGIN, []
    for line, size, weight in lines:
        y += size * 1.35
        place = f'x="{number(left + _MARGIN)}" y="{number(y - size * 0.3)}"'
        drawn.append(f'<text {place} font-size="{number(size)}" font-weight="{weight}">{escaped(line)}</text>')
    return f'<g fill="{INK}">{"".join(drawn)}</g>', height


@lru_cache(maxsize=64)
def _backdrop(layout: RadarLayout) -> str:
    """Rings, axes and area names: the same for every result."""
    rings = "".join(_path([axis[level] for axis in layout.points], closed=True) for level in range(1, layout.top))
    edge = _path([axis[layout.top] for axis in layout.points], closed=True)
    axes = "".join(f"M0 0L{axis[layout.top].xy}" for axis in layout.points)
    leaders = "".join(
        "M" + "L".join(f"{number(x)} {number(y)}" for x, y in label.leader) for label in layout.labels if label.leader
    )
    return (
        f'<g fill="none" stroke="{GRID}"><path d="{rings}{axes}"/><path d="{leaders}"/>'
        f'<path d="{edge}" stroke="{MUTED}"/></g>' + "".join(_name(label) for label in layout.labels)
    )


def _name(label: Label) -> str:
    lines = "".join(
        f'<text x="{number(label.x)}" y="{number(y)}">{escaped(line)}</text>'
        for line, y in zip(label.lines, label.baselines, strict=False)
    )
    return f'<g font-size="{number(NAME_SIZE)}" font-weight="700" fill="{INK}" text-anchor="{label.anchor}">{lines}</g>'


@lru_cache(maxsize=64)
def _level_places(layout: RadarLayout) -> tuple[str, ...]:
    """The start of each axis's level text."""
    return tuple(
        f'<text text-anchor="{label.anchor}" x="{number(label.x)}" y="{number(label.baselines[-1])}">'
        for label in layout.labels
    )


def _levels(layout: RadarLayout, labelled: SeriesGeometry | None) -> str:
    """Each area's level, in words, under its name."""
    if labelled is None:
        return ""
    texts = [
        f"{place}{level_text(area)}</text>" for place, area in zip(_level_places(layout), labelled.areas, strict=True)
    ]
    return f'<g font-size="{number(LEVEL_SIZE)}" fill="{INK}">{"".join(texts)}</g>'


@lru_cache(maxsize=64)
def _ring_numbers(layout: RadarLayout) -> str:
    """1 to N to the left of the first axis, each on its ring, with a halo that keeps lines beneath it apart."""
    texts = "".join(
        f'<text x="-7" y="{number(4 - radius)}">{level}</text>' for level, radius in enumerate(layout.rings, start=1)
    )
    return (
        f'<g font-size="11.5" fill="{INK}" text-anchor="end">'
        f'<g stroke="{WHITE}" stroke-width="3" stroke-opacity=".85" stroke-linejoin="round">{texts}</g>{texts}</g>'
    )


@lru_cache(maxsize=64)
def _hatching(layout: RadarLayout) -> str:
    """Diagonals over the whole drawing, to be clipped."""
    reach, step = round(layout.radius), 6
    return "".join(f"M{x} {reach}l{2 * reach} {-2 * reach}" for x in range(-3 * reach, reach, step))


def _band(one: SeriesGeometry, layout: RadarLayout, ident: str) -> str:
    shape = "".join([_path(band, closed=True) for band in one.bands])
    edge = "".join([_path(line.points, line.closed) for line in one.band_lines])
    return (
        f'<clipPath id="{ident}"><path d="{shape}"/></clipPath><path d="{shape}" fill="{LEVEL_COLOURS[0].fill}" '
        f'fill-opacity=".5"/><path d="{_hatching(layout)}" clip-path="url(#{ident})" fill="none" stroke="{HATCH}" '
        f'stroke-width=".8"/><path d="{edge}" fill="none" stroke="{HATCH}" stroke-width="1.25"/>'
    )


def _area(one: SeriesGeometry) -> str:
    shape = "".join([_path(fill, closed=True) for fill in one.fills])
    return f'<path d="{shape}" fill="{LEVEL_COLOURS[1].fill}" fill-opacity=".6"/>'


def _outline(lines: Sequence[Line], style: SeriesStyle) -> str:
    path = "".join([_path(line.points, line.closed) for line in lines])
    return f'<path d="{path}" fill="none" stroke-linejoin="round" {style.line}/>'


def _markers(points: Sequence[Point], style: SeriesStyle) -> str:
    start = f'<path d="{style.marker}" transform="translate('
    shapes = "".join([f'{start}{point.xy})"/>' for point in points])
    return f'<g fill="{style.marker_fill}" stroke="{style.colour}" stroke-width="1.5">{shapes}</g>'


def _path(points: Sequence[Point], closed: bool) -> str:
    return f"M{'L'.join([point.xy for point in points])}{'z' if closed else ''}"


def _legend(layout: RadarLayout, entries: Sequence[tuple[str, SeriesStyle]], banded: bool) -> tuple[str, float]:
    """What each line, and the hatching, stands for; and its height. Empty for one series without a band."""
    if len(entries) < 2:
        entries = []
    left, top, width, height = layout.box
    room = width - 16
    swatches = [_line_swatch(style) for _, style in entries] + [_band_swatch()] * banded
    texts = [label for label, _ in entries] + ["Could be up to"] * banded
    if not texts:
        return "", 0.0
    texts = ["".join(wrap(text, _LEGEND_SIZE, room - _SWATCH - 6, 1)) for text in texts]
    widths = [_SWATCH + 6 + text_width(text, _LEGEND_SIZE) for text in texts]
    pieces, last = [], 0
    for swatch, text, (x, last) in zip(swatches, texts, flow(widths, room, 16), strict=True):
        y = top + height + _LEGEND_LINE * (last + 0.5)
        pieces.append(
            f'<g transform="translate({number(left + 8 + x)} {number(y)})">{swatch}'
            f'<text x="{number(_SWATCH + 6)}" y="4.5">{escaped(text)}</text></g>'
        )
    return f'<g font-size="{number(_LEGEND_SIZE)}" fill="{INK}">{"".join(pieces)}</g>', _LEGEND_LINE * (last + 1) + 6


def _line_swatch(style: SeriesStyle) -> str:
    return (
        f'<path d="M0 0H{number(_SWATCH)}" {style.line}/><path d="{style.marker}" '
        f'transform="translate({number(_SWATCH / 2)} 0)" fill="{style.marker_fill}" stroke="{style.colour}" '
        'stroke-width="1.5"/>'
    )


def _band_swatch() -> str:
    strokes = "".join(f"M{x} 6l12-12" for x in range(0, int(_SWATCH) - 11, 6))
    return (
        f'<path d="M0-6H{number(_SWATCH)}V6H0z" fill="{LEVEL_COLOURS[0].fill}" fill-opacity=".5" stroke="{HATCH}"/>'
        f'<path d="{strokes}" fill="none" stroke="{HATCH}" stroke-width=".8"/>'
    )
