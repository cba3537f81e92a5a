"""Items (the catalogue) and boxes (the carton suite)."""

from __future__ import annotations

import numpy as np

from doorward.core.table import I1, I4, I8, Table, Text

FRAGILE, HAZMAT, UPRIGHT = 1, 2, 4
"""Bits of `Items.flags`."""


class Items(Table):
    """What is sold; a SKU's number is its row.

    name                            (n,)  reference of the seller
    weight_g                        (n,)  one piece; at least 1
    length_mm, width_mm, height_mm  (n,)  one piece, longest first
    value_c                         (n,)  price of one piece
    rate_upm                        (n,)  expected demand of the whole network, pieces per million seconds; -1 unknown
    flags                           (n,)  FRAGILE | HAZMAT | UPRIGHT
    """

    name: Text
    weight_g: I4
    length_mm: I4
    width_mm: I4
    height_mm: I4
    value_c: I8
    rate_upm: I8
    flags: I1

    def check(self) -> None:
        self.must("weight_g", self.weight_g >= 1, "a piece weighs at least one gram")
        self.must("height_mm", self.height_mm >= 1, "a piece has three sizes of at least one millimetre")
        self.must(
            "length_mm",
            (self.length_mm >= self.width_mm) & (self.width_mm >= self.height_mm),
            "longest first",
        )

    def volume_ml(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Millilitres of one piece, rounded up."""
        return -(-self.length_mm.astype(np.int64) * self.width_mm * self.height_mm // 1000)


class Boxes(Table):
    """The suite of cartons and bags, smallest first.

    length_mm, width_mm, height_mm  (n,)  inside
    max_g     (n,)  what it carries
    board_g   (n,)  paper board of the empty box
    film_g    (n,)  plastic film
    cost_c    (n,)
    soft      (n,)  1: a mailer, as thick as what is in it, height_mm at most; else a box
    """

    name: Text
    length_mm: I4
    width_mm: I4
    height_mm: I4
    max_g: I4
    board_g: I4
    film_g: I4
    cost_c: I4
    soft: I1
