"""Small charts as inline SVG: bars, stacked areas, histograms, lines. No script, no network, readable in print.

Colours are CSS variables of the page, so that charts follow its dark or light dress. Every chart has a title for screen
readers and a table beside it in the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

WIDTH = 720
PALETTE = ("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10")
Numbers = Sequence[float] | NDArray[np.float64] | NDArray[np.int64]


def svg(width: int, height: int, title: str, body: str) -> str:
    """The frame of a chart."""
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}" class="chart">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )


def number(value: float) -> str:
    """1234567 -> 1,234,567; small numbers keep two digits."""
    if abs(value) >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def bars(
    title: str, names: Sequence[str], values: Numbers, *, unit: str = "", marks: Numbers | None = None
) -> str:
    """Horizontal bars, one a name; `marks` draws a tick on each bar (a limit or a plan)."""
    row, left, right = 26, 190, 90
    values = np.asarray(values, float)
    top = (
        max(float(values.max(initial=0)), float(np.max(marks, initial=0)) if marks is not None else 0.0)
        or 1.0
    )
    room = WIDTH - left - right
    parts = []
    for i, (name, value) in enumerate(zip(names, values, strict=True)):
        y = i * row
        wide = room * value / top
        parts.append(f'<text x="{left - 8}" y="{y + 17}" class="end">{escape(name)}</text>')
        parts.append(
            f'<rect x="{left}" y="{y + 4}" width="{wide:.1f}" height="{row - 9}" rx="2" class="c1"/>'
        )
        parts.append(f'<text x="{left + wide + 6:.1f}" y="{y + 17}">{number(value)}{escape(unit)}</text>')
        if marks is not None:
            x = left + room * float(marks[i]) / top
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y + 2}" y2="{y + row - 3}" class="mark"/>')
    return svg(WIDTH, max(1, len(values)) * row + 4, title, "".join(parts))


def columns(
    title: str, values: Numbers, labels: Sequence[str], *, highlight: int = -1, height: int = 190
) -> str:
    """Vertical columns (a histogram); the column `highlight` and those before it are on time."""
    values = np.asarray(values, float)
    n, base, top = len(values), height - 26, float(values.max(initial=0)) or 1.0
    wide = (WIDTH - 60) / max(1, n)
    parts = [
        f'<text x="52" y="14" class="end">{number(top)}</text>',
        f'<text x="52" y="{base}" class="end">0</text>',
    ]
    for i, value in enumerate(values):
        tall = (base - 8) * value / top
        kind = "ok" if i <= highlight else "bad"
        parts.append(
            f'<rect x="{58 + i * wide:.1f}" y="{base - tall:.1f}" width="{max(1.0, wide - 1.5):.1f}" '
            f'height="{tall:.1f}" '
            f'class="{kind if highlight >= 0 else "c1"}"><title>{escape(labels[i])}: {number(value)}</title></rect>'
        )
    step = max(1, n // 12)
    for i in range(0, n, step):
        parts.append(
            f'<text x="{58 + (i + 0.5) * wide:.1f}" y="{height - 8}" class="mid">{escape(labels[i])}</text>'
        )
    return svg(WIDTH, height, title, "".join(parts))


def areas(
    title: str, names: Sequence[str], series: NDArray[np.int64], labels: Sequence[str], *, height: int = 260
) -> str:
    """Stacked areas. series (names, points)."""
    points = series.shape[1]
    upper = np.cumsum(series, axis=0)
    top, base = float(upper[-1].max(initial=0)) or 1.0, height - 26
    x = 58 + (WIDTH - 66) * np.arange(points) / max(1, points - 1)
    y = base - (base - 10) * upper / top
    parts = [
        f'<text x="52" y="18" class="end">{number(top)}</text>',
        f'<text x="52" y="{base}" class="end">0</text>',
    ]
    floor = np.full(points, float(base))
    for k, name in enumerate(names):
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y[k], strict=True))
        back = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[::-1], floor[::-1], strict=True))
        parts.append(
            f'<polygon points="{line} {back}" class="{PALETTE[k % 10]}"><title>{escape(name)}</title></polygon>'
        )
        floor = y[k]
    for i in range(0, points, max(1, points // 10)):
        parts.append(f'<text x="{x[i]:.1f}" y="{height - 8}" class="mid">{escape(labels[i])}</text>')
    return svg(WIDTH, height, title, "".join(parts)) + legend(names)


def legend(names: Sequence[str]) -> str:
    """Names beside their colours."""
    keys = "".join(
        f'<span class="key"><i class="{PALETTE[k % 10]}"></i>{escape(n)}</span>' for k, n in enumerate(names)
    )
    return f'<p class="legend">{keys}</p>'


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """An HTML table; numbers stand to the right."""
    top = "".join(f"<th>{escape(h)}</th>" for h in head)
    body = []
    for row in rows:
        cells = []
        for cell in row:
            if isinstance(cell, (int, float, np.integer, np.floating)):
                cells.append(f'<td class="n">{number(float(cell))}</td>')
            else:
                cells.append(f"<td>{escape(str(cell))}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'


def tiles(items: Sequence[tuple[str, str, str]]) -> str:
    """Headline figures: (value, unit or words, what it is)."""
    return (
        '<div class="tiles">'
        + "".join(
            f'<div class="tile"><b>{escape(v)}<small>{escape(u)}</small></b><span>{escape(w)}</span></div>'
            for v, u, w in items
        )
        + "</div>"
    )
