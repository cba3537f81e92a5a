"""Pieces of the page that are text, not drawings: tables, tiles, bars. All text is escaped here, once."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

PALETTE = ("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10")
SHORT = 40
"""Text of so many characters stays on one line in a table."""
Cell = str | int | float | np.integer | np.floating | None


class Raw(str):
    """HTML that was made here, and must not be escaped again."""

    __slots__ = ()


class Bar(NamedTuple):
    """One bar: its name, the lengths of its parts, what stands behind it, and where a mark (a limit, a plan) stands."""

    name: str
    parts: tuple[float, ...]
    words: str
    mark: float = -1.0


def number(value: float) -> str:
    """1234567 -> 1,234,567; small numbers keep two digits."""
    if abs(value) >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def percent(part: float, whole: float, digits: int = 1) -> str:
    """A share as people read it; a dash where there is nothing to divide by."""
    return f"{100 * part / whole:.{digits}f}\u202f%" if whole else "\u2013"


def per_mille(value: int) -> str:
    """A share that a room gives in per mille; -1 is none."""
    return percent(value, 1000) if value >= 0 else "\u2013"


def meter(share: float, words: str = "", kind: str = "c1") -> Raw:
    """A share as a small bar in a table's cell."""
    wide = 100 * min(1.0, max(0.0, share))
    said = words or percent(share, 1, 0)
    return Raw(
        f'<span class="meter"><i class="{kind}" style="width:{wide:.0f}%"></i></span><span>{escape(said)}</span>'
    )


def bars(title: str, rows: Sequence[Bar], names: Sequence[str] = (), kinds: Sequence[str] = PALETTE) -> str:
    """Horizontal bars, of one part or several (`names` explains their colours). Readable as text without style."""
    top = max((max(sum(bar.parts), bar.mark) for bar in rows), default=0.0) or 1.0
    out = []
    for bar in rows:
        track = "".join(
            f'<i class="{kinds[k % len(kinds)]}" style="width:{100 * part / top:.2f}%"></i>'
            for k, part in enumerate(bar.parts)
            if part > 0
        )
        tick = f'<u style="left:{100 * bar.mark / top:.2f}%"></u>' if bar.mark >= 0 else ""
        out.append(
            f'<div class="bar"><span>{escape(bar.name)}</span><span class="track">{track}{tick}</span>'
            f"<b>{escape(bar.words)}</b></div>"
        )
    key = legend(names, kinds) if names else ""
    return f'<figure class="bars"><figcaption>{escape(title)}</figcaption>{"".join(out)}{key}</figure>'


def legend(names: Sequence[str], kinds: Sequence[str] = PALETTE) -> str:
    """Names beside their colours."""
    keys = "".join(
        f'<span class="key"><i class="{kinds[k % len(kinds)]}"></i>{escape(n)}</span>'
        for k, n in enumerate(names)
    )
    return f'<p class="legend">{keys}</p>'


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], empty: str = "None.") -> str:
    """A table that scrolls inside its own box; numbers stand to the right."""
    if not rows:
        return f'<p class="none">{escape(empty)}</p>'
    right = [isinstance(c, (int, float, np.integer, np.floating)) for c in rows[0]]
    top = "".join(
        f'<th class="n">{escape(h)}</th>' if r else f"<th>{escape(h)}</th>"
        for h, r in zip(head, right, strict=True)
    )
    body = "".join(f"<tr>{''.join(_cell(c) for c in row)}</tr>" for row in rows)
    return (
        '<div class="scroll" tabindex="0"><table><thead><tr>'
        f"{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: Cell) -> str:
    if cell is None:
        return '<td class="n">\u2013</td>'
    if isinstance(cell, Raw):
        return f'<td class="m">{cell}</td>'
    if isinstance(cell, str):
        return f'<td class="m">{escape(cell)}</td>' if len(cell) <= SHORT else f"<td>{escape(cell)}</td>"
    return f'<td class="n">{number(float(cell))}</td>'


def tiles(items: Sequence[tuple[str, str, str]]) -> str:
    """Headline figures: (value, unit or words, what it is)."""
    cells = "".join(
        f'<div class="tile"><b>{escape(v)}<small>{escape(u)}</small></b><span>{escape(w)}</span></div>'
        for v, u, w in items
    )
    return f'<div class="tiles">{cells}</div>'


def part(title: str, *bodies: str) -> str:
    """A titled piece of a section."""
    return f'<div class="part"><h3>{escape(title)}</h3>{"".join(bodies)}</div>'


def two(*parts: str) -> str:
    """Pieces side by side where there is room."""
    return f'<div class="two">{"".join(parts)}</div>'


def words(text: str) -> str:
    """A paragraph."""
    return f"<p>{escape(text)}</p>"


def code(text: str) -> Raw:
    """A command to type."""
    return Raw(f"<code>{escape(text)}</code>")
