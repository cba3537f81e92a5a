"""Charts as inline SVG: columns, stacked areas, heat strips. No script, no network, readable in print.

Colours are classes of the page's style, so that charts follow its dark or light dress. Every chart has a title for
screen readers, and stands in a box of its own that scrolls on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from doorward.runtime.report.html import PALETTE, legend, number

WIDTH = 1040
LEFT = 56
Numbers = Sequence[float] | NDArray[np.float64] | NDArray[np.int64]


def svg(height: int, title: str, body: str) -> str:
    """The frame of a chart."""
    return (
        f'<figure class="plot"><figcaption>{escape(title)}</figcaption><div class="scroll" tabindex="0">'
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" class="chart"><title>{escape(title)}</title>{body}</svg>'
        "</div></figure>"
    )


def nice(top: float) -> float:
    """The next round number at or above `top`: 1, 2, 2.5 or 5 times a power of ten."""
    if top <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(top))
    return float(next(k * power for k in (1, 2, 2.5, 5, 10) if k * power >= top * 0.9999))


def _grid(top: float, base: int, height: int) -> str:
    """Lines at quarters of the axis, and their numbers."""
    parts = []
    for k in range(5):
        y = base - (base - 12) * k / 4
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" class="rule"/>')
        if k % 2 == 0:
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" class="end">{number(top * k / 4)}</text>')
    return "".join(parts)


def columns(
    title: str,
    values: Numbers,
    labels: Sequence[str],
    kinds: Sequence[str],
    *,
    height: int = 220,
    every: int = 0,
) -> str:
    """Vertical columns (a histogram); `kinds` gives the class of each column."""
    values = np.asarray(values, float)
    n, base, top = len(values), height - 30, nice(float(values.max(initial=0)))
    wide = (WIDTH - LEFT) / max(1, n)
    parts = [_grid(top, base, height)]
    for i, value in enumerate(values):
        tall = (base - 12) * value / top
        if value:
            tall = max(1.5, tall)
        parts.append(
            f'<rect x="{LEFT + i * wide + 1:.1f}" y="{base - tall:.1f}" width="{max(1.0, wide - 2):.1f}" '
            f'height="{tall:.1f}" rx="2" class="{kinds[i]}"><title>{escape(labels[i])}: {number(value)}</title></rect>'
        )
    for i in range(0, n, every or max(1, n // 12)):
        parts.append(
            f'<text x="{LEFT + (i + 0.5) * wide:.1f}" y="{height - 9}" class="mid">{escape(labels[i])}</text>'
        )
    return svg(height, title, "".join(parts))


def areas(
    title: str,
    names: Sequence[str],
    series: NDArray[np.int64],
    ticks: Sequence[tuple[int, str]],
    *,
    height: int = 280,
) -> str:
    """Stacked areas. series (names, points); ticks (point, label); labels that begin with "day" get a line."""
    points = series.shape[1]
    upper = np.cumsum(series, axis=0)
    top, base = nice(float(upper[-1].max(initial=0))) if len(upper) else 1.0, height - 30
    x = LEFT + (WIDTH - LEFT) * np.arange(points) / max(1, points - 1)
    y = base - (base - 12) * upper / top
    parts = [_grid(top, base, height)]
    floor = np.full(points, float(base))
    for k, name in enumerate(names):
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y[k], strict=True))
        back = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[::-1], floor[::-1], strict=True))
        most = number(float(series[k].max(initial=0)))
        parts.append(
            f'<polygon points="{line} {back}" class="area {PALETTE[k % 10]}">'
            f"<title>{escape(name)}, at most {most}</title></polygon>"
        )
        floor = y[k]
    for i, label in ticks:
        if label.startswith("day"):
            parts.append(f'<line x1="{x[i]:.1f}" x2="{x[i]:.1f}" y1="12" y2="{base}" class="dayline"/>')
        side = "start" if i == 0 else "mid"
        parts.append(f'<text x="{x[i]:.1f}" y="{height - 9}" class="{side}">{escape(label)}</text>')
    return svg(height, title, "".join(parts)) + legend(names)


def heat(
    title: str, names: Sequence[str], shares: NDArray[np.float64], ticks: Sequence[tuple[int, str]]
) -> str:
    """Strips of cells, one row a name, one cell an hour: the fuller, the stronger; over 100 % in the late colour."""
    rows, hours = shares.shape
    left, row = 200, 26
    wide = (WIDTH - left) / max(1, hours)
    parts = []
    for r, name in enumerate(names):
        y = r * row
        parts.append(f'<text x="{left - 10}" y="{y + 17}" class="end">{escape(name)}</text>')
        parts.append(
            f'<rect x="{left}" y="{y + 2}" width="{WIDTH - left}" height="{row - 4}" class="cell0"/>'
        )
        for h in np.flatnonzero(shares[r] > 0).tolist():
            share = float(shares[r, h])
            kind = "bad" if share > 1.005 else "c1"
            parts.append(
                f'<rect x="{left + h * wide:.1f}" y="{y + 2}" width="{wide:.2f}" height="{row - 4}" class="{kind}" '
                f'fill-opacity="{0.12 + 0.88 * min(1.0, share):.2f}">'
                f"<title>hour {h}: {100 * share:.0f} %</title></rect>"
            )
    for i, label in ticks:
        at = left + i * wide
        side = "start" if i == 0 else "mid"
        parts.append(f'<text x="{at:.1f}" y="{rows * row + 18}" class="{side}">{escape(label)}</text>')
    return svg(rows * row + 26, title, "".join(parts))
