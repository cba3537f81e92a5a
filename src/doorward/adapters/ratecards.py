"""Read rate-card folders: `card.toml zones.csv rates.csv surcharges.csv areas.csv transit.csv limits.csv`.

Every wrong cell is told by file, row, column, rule and remedy. Rows count as an editor shows them: the header is row 1.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from doorward.core.errors import BadInput
from doorward.core.table import Table
from doorward.tables.cards import (
    CardAreas,
    CardBands,
    CardBook,
    CardRates,
    Cards,
    CardSurcharges,
    CardTransit,
    When,
)

T = TypeVar("T", bound=Table)
Cells = list[tuple[int, dict[str, str]]]
LARGEST = 2**31 - 1
LIMITS = ("max_g", "max_mm", "max_girth_mm", "max_volume_ml", "hazmat")
OF = {"base": 0, "running": 1}


class CardFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`card.toml`; see `tables.cards.Cards` for the meaning of each field."""

    name: str
    invented: bool
    currency: str
    notice: str = ""
    divisor_mm3_g: int = 0
    dim_above_ml: int = 0
    round_g: int = 1
    minimum_c: int = 0
    fuel_bp: int = 0
    surcharge_cap_c: int = -1


def load_cards(folder: Path, names: Sequence[str]) -> CardBook:
    """The named cards (each a folder inside `folder`), in that order; BadInput on the first thing that is wrong."""
    books = [_load(folder / name, number) for number, name in enumerate(names)]
    return CardBook(
        Cards.concat(b.cards for b in books),
        CardBands.concat(b.bands for b in books),
        CardRates.concat(b.rates for b in books),
        CardSurcharges.concat(b.surcharges for b in books),
        CardAreas.concat(b.areas for b in books),
        CardTransit.concat(b.transit for b in books),
    )


def _load(folder: Path, card: int) -> CardBook:
    head = _head(folder / "card.toml")
    bands = _bands(folder / "zones.csv", card)
    zones = np.unique(bands.zone)
    rates = _rates(folder / "rates.csv", card, zones)
    transit = _transit(folder / "transit.csv", card, zones)
    limits = dict.fromkeys(LIMITS[:4], -1) | {"hazmat": 0}
    path = folder / "limits.csv"
    for row, cells in _read(path, ("limit", "value")):
        if cells["limit"] not in LIMITS:
            raise _bad(path, row, "limit", cells["limit"], "a limit is one of " + ", ".join(LIMITS))
        limits[cells["limit"]] = _int(path, row, cells, "value", -1)
    numbers = {
        f: getattr(head, f) for f in Cards.columns if hasattr(head, f) and f not in ("name", "invented")
    }
    cards = Cards.fill(1, name=folder.name, invented=int(head.invented), **numbers, **limits)
    return CardBook(
        cards,
        bands,
        rates,
        _surcharges(folder / "surcharges.csv", card),
        _areas(folder / "areas.csv", card),
        transit,
    )


def _head(path: Path) -> CardFile:
    try:
        head = msgspec.toml.decode(path.read_bytes(), type=CardFile)
    except FileNotFoundError:
        raise BadInput(
            "is missing", where=str(path), remedy="a card is a folder with card.toml and six CSV files"
        ) from None
    except (msgspec.DecodeError, OSError, UnicodeDecodeError) as error:
        raise BadInput(
            str(error), where=str(path), rule="card.toml holds the fields of the card's README"
        ) from None
    rules = (
        ("divisor_mm3_g", head.divisor_mm3_g >= 0, "a divisor is 0 (none) or more"),
        ("round_g", head.round_g >= 1, "weights are rounded up to 1 g or more"),
        ("minimum_c", 0 <= head.minimum_c < LARGEST, "a minimum charge is not negative"),
        ("fuel_bp", 0 <= head.fuel_bp <= 100_000, "fuel lies between 0 and 100000 basis points"),
        ("surcharge_cap_c", head.surcharge_cap_c >= -1, "a cap is -1 (none) or more"),
    )
    for field, good, rule in rules:
        if not good:
            raise BadInput(
                f"{field} is {getattr(head, field)}", where=str(path), rule=rule, remedy=f"mend {field}"
            )
    return head


def _bands(path: Path, card: int) -> CardBands:
    def rule(row: int, cells: dict[str, str]) -> dict[str, int]:
        return {
            "card": card,
            "from_m": _int(path, row, cells, "from_m", 0),
            "to_m": _int(path, row, cells, "to_m", 1),
            "zone": _int(path, row, cells, "zone", 0, 32_000),
        }

    table = _table(path, CardBands, ("from_m", "to_m", "zone"), rule)
    want = 0
    for row in range(len(table)):
        if table.from_m[row] != want or table.to_m[row] <= want:
            raise _bad(
                path,
                row + 2,
                "from_m",
                str(table.from_m[row]),
                f"bands ascend without gaps; this one starts at {want}",
            )
        want = int(table.to_m[row])
    return table


def _rates(path: Path, card: int, zones: np.ndarray[tuple[int], np.dtype[np.int16]]) -> CardRates:
    def rule(row: int, cells: dict[str, str]) -> dict[str, int]:
        return {
            "card": card,
            "zone": _int(path, row, cells, "zone", 0, 32_000),
            "up_to_g": _int(path, row, cells, "up_to_g", 1),
            "cents": _int(path, row, cells, "cents", 0),
        }

    table = _table(path, CardRates, ("zone", "up_to_g", "cents"), rule)
    odd = ~np.isin(table.zone, zones)
    if odd.any():
        row = int(np.argmax(odd))
        raise _bad(path, row + 2, "zone", str(table.zone[row]), "every zone stands in zones.csv")
    table = table.take(np.lexsort((table.up_to_g, table.zone)))
    steps = np.unique(table.up_to_g)
    whole = len(table) == len(zones) * len(steps) and bool(
        (table.up_to_g.reshape(len(zones), -1) == steps).all() and (np.diff(table.zone) >= 0).all()
    )
    if not whole or not np.array_equal(np.unique(table.zone), zones):
        raise BadInput(
            f"{len(table)} rates for {len(zones)} zones and {len(steps)} weight steps",
            where=str(path),
            rule="every zone has one rate for every weight step",
            remedy="add the missing rows, delete those that stand twice",
        )
    return table


def _transit(path: Path, card: int, zones: np.ndarray[tuple[int], np.dtype[np.int16]]) -> CardTransit:
    def rule(row: int, cells: dict[str, str]) -> dict[str, int]:
        p50, p90 = _int(path, row, cells, "p50_h", 1, 10_000), _int(path, row, cells, "p90_h", 1, 10_000)
        if p90 <= p50:
            raise _bad(path, row, "p90_h", str(p90), "the ninth decile lies above the median")
        return {
            "card": card,
            "zone": _int(path, row, cells, "zone", 0, 32_000),
            "p50_s": p50 * 3600,
            "p90_s": p90 * 3600,
        }

    table = _table(path, CardTransit, ("zone", "p50_h", "p90_h"), rule)
    twice = len(np.unique(table.zone)) < len(table)
    if twice or not np.isin(table.zone, zones).all():
        raise BadInput(
            "a zone stands twice or not in zones.csv",
            where=str(path),
            rule="one row a zone",
            remedy="mend the zone column",
        )
    return table


def _surcharges(path: Path, card: int) -> CardSurcharges:
    columns = (
        "code", "when", "lo", "hi", "from_md", "to_md", "amount_c", "bp", "of", "fuelled", "group", "cap_c",
    )  # fmt: skip

    def rule(row: int, cells: dict[str, str]) -> dict[str, int | str]:
        when, of = cells["when"].upper(), cells["of"]
        if when not in When.__members__:
            raise _bad(path, row, "when", cells["when"], "one of " + ", ".join(w.name.lower() for w in When))
        if of not in OF:
            raise _bad(path, row, "of", of, "base or running")
        found: dict[str, int | str] = {
            "card": card,
            "code": cells["code"],
            "when": int(When[when]),
            "of": OF[of],
        }
        for column, least, most in (
            ("lo", 0, LARGEST), ("hi", 0, LARGEST), ("from_md", -1, 1231), ("to_md", -1, 1231),
            ("amount_c", 0, LARGEST), ("bp", 0, 100_000), ("fuelled", 0, 1), ("group", -1, 32_000),
            ("cap_c", -1, LARGEST),
        ):  # fmt: skip
            found[column] = _int(path, row, cells, column, least, most)
        if (found["from_md"] == -1) != (found["to_md"] == -1):
            raise _bad(path, row, "to_md", cells["to_md"], "both dates are given or both are -1")
        return found

    table = _table(path, CardSurcharges, columns, rule, may_be_empty=True)
    for group in np.unique(table.group[table.group >= 0]):
        rows = np.flatnonzero(table.group == group)
        if rows[-1] - rows[0] + 1 != len(rows):
            raise _bad(path, int(rows[-1]) + 2, "group", str(group), "rows of a group stand together")
    return table


def _areas(path: Path, card: int) -> CardAreas:
    def rule(row: int, cells: dict[str, str]) -> dict[str, int]:
        return {
            "card": card,
            "region": _int(path, row, cells, "region", -1, 32_000),
            "rural": _int(path, row, cells, "rural", -1, 1),
            "area": _int(path, row, cells, "area", -1, 100),
        }

    return _table(path, CardAreas, ("region", "rural", "area"), rule, may_be_empty=True)


def _table(
    path: Path,
    kind: type[T],
    columns: Sequence[str],
    rule: Callable[[int, dict[str, str]], dict[str, int]]
    | Callable[[int, dict[str, str]], dict[str, int | str]],
    *,
    may_be_empty: bool = False,
) -> T:
    found = [rule(row, cells) for row, cells in _read(path, columns)]
    if not found and not may_be_empty:
        raise BadInput("has no rows", where=str(path), rule="at least one row", remedy="fill it")
    return kind(**{c: np.array([f[c] for f in found], d) for c, d in kind.columns.items()})


def _read(path: Path, columns: Sequence[str]) -> Cells:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))
    except FileNotFoundError:
        raise BadInput(
            "is missing", where=str(path), remedy=f"a CSV file with columns {','.join(columns)}"
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(str(error), where=str(path), rule="a CSV file in UTF-8") from None
    header = [c.strip() for c in rows[0]] if rows else []
    if header != list(columns):
        raise BadInput(
            f"columns are {','.join(header)}", where=f"{path} row 1", rule=f"columns are {','.join(columns)}",
            remedy="mend the first row",
        )  # fmt: skip
    cells: Cells = []
    for row, line in enumerate(rows[1:], 2):
        if not line:
            continue
        if len(line) != len(columns):
            raise BadInput(
                f"{len(line)} cells", where=f"{path} row {row}", rule=f"{len(columns)} cells in every row"
            )
        cells.append((row, {c: v.strip() for c, v in zip(columns, line, strict=True)}))
    return cells


def _int(path: Path, row: int, cells: dict[str, str], column: str, least: int, most: int = LARGEST) -> int:
    try:
        value = int(cells[column])
    except ValueError:
        raise _bad(path, row, column, cells[column], "a whole number") from None
    if not least <= value <= most:
        raise _bad(path, row, column, cells[column], f"between {least} and {most}")
    return value


def _bad(path: Path, row: int, column: str, value: str, rule: str) -> BadInput:
    return BadInput(
        f"{column} is {value!r}", where=f"{path} row {row}", rule=rule, remedy=f"mend column {column}"
    )
