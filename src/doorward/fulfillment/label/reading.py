"""From what a scanner hands over to the package: SSCCs read in bulk, and the label that bears their serial.

A scanner's text may begin with a symbology identifier (`]C1`, ISO/IEC 15424), the application identifier 00 (in
brackets where people type it) and FNC1 as the character 29 (GS1 General Specifications, section 7.8).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from doorward.fulfillment.label.sscc import DIGITS
from doorward.tables.packages import Labels

Longs = NDArray[np.int64]
NO_SSCC, BAD_CHECK, ELSEWHERE = -1, -2, -3
"""Instead of a serial: no 18 digits; a wrong check digit; another company's."""
_WEIGHTS = np.tile([3, 1], DIGITS // 2)[: DIGITS - 1]


def cleaned(text: str) -> str:
    """The 18 digits of an SSCC as scanned or typed; whatever else it is, as it stands."""
    if len(text) == DIGITS:
        return text
    text = text.strip()
    text = text[3:] if text[:1] == "]" else text
    text = text.replace("\x1d", "").replace(" ", "").replace("(00)", "00", 1)
    return text[2:] if len(text) == DIGITS + 2 and text[:2] == "00" else text


def serials(texts: Sequence[str], *, extension: int, prefix: str) -> Longs:
    """Serial of each SSCC that our labels may bear, (n,); NO_SSCC, BAD_CHECK or ELSEWHERE for the others."""
    clean = [cleaned(text) for text in texts]
    good = np.array([len(c) == DIGITS and c.isascii() and c.isdigit() for c in clean], np.bool_)
    found = np.full(len(clean), NO_SSCC, np.int64)
    some = np.array([c for c, is_good in zip(clean, good.tolist(), strict=True) if is_good], f"S{DIGITS}")
    digit = some.view(np.uint8).reshape(len(some), DIGITS).astype(np.int64) - ord("0")
    head = np.array([int(d) for d in f"{extension}{prefix}"], np.int64)
    serial = digit[:, len(head) : -1] @ 10 ** np.arange(DIGITS - 2 - len(head), -1, -1, dtype=np.int64)
    serial[(digit[:, : len(head)] != head).any(axis=1)] = ELSEWHERE
    serial[-(digit[:, :-1] @ _WEIGHTS) % 10 != digit[:, -1]] = BAD_CHECK
    found[good] = serial
    return found


def labelled(labels: Labels, serial: Longs, prefix: str) -> Longs:
    """The newest package whose printed label bears each serial, (n,); -1 none. Serials are package numbers, cut to the
    digits that the prefix leaves: a look-up, however many packages there are."""
    room, found = 10 ** (DIGITS - 2 - len(prefix)), np.full(len(serial), -1, np.int64)
    printed = labels.serial
    package = serial + (len(printed) - 1 - serial) // room * room
    open_ = np.flatnonzero((serial >= 0) & (package >= 0))
    while len(open_):
        at = package[open_]
        hit = (printed[at] >= 0) & (printed[at] % room == serial[open_])
        found[open_[hit]] = at[hit]
        open_ = open_[~hit & (at >= room)]
        package[open_] -= room
    return found


def package_of(labels: Labels, text: str, *, extension: int, prefix: str) -> int:
    """The package whose label bears this SSCC; -1 none."""
    return int(labelled(labels, serials([text], extension=extension, prefix=prefix), prefix)[0])
