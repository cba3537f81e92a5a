"""An independent look at blocks and pay statements."""

from __future__ import annotations

import numpy as np

from doorward.flex.pay import Worked
from doorward.flex.plan import NewBlocks, Outlook
from doorward.flex.rules import FlexRules
from doorward.tables.flex import Statements


def lint_blocks(new: NewBlocks, outlook: Outlook, earliest_s: int, rules: FlexRules) -> None:
    """Raise AssertionError naming what is wrong with blocks to be opened."""
    length = new.end_s - new.start_s
    assert len(new.start_s) <= rules.most_blocks, "more blocks than a station may open at once"
    assert np.isin(length, rules.lengths_s).all(), "a block of a length that is not allowed"
    assert (new.start_s >= earliest_s).all(), "a block that begins too early"
    assert (new.need >= 1).all(), "a block for nothing"
    assert (new.need * outlook.package_ml <= max(outlook.car_ml, outlook.package_ml) + 1).all(), (
        "too much for a car"
    )


def lint_statements(sheet: Statements, worked: Worked, rules: FlexRules) -> None:
    """Raise AssertionError naming what is wrong with pay statements; the floors are worked out row by row."""
    parts = sheet.base_c + sheet.mileage_c + sheet.wait_c + sheet.topup_c + sheet.tip_c
    assert (parts == sheet.total_c).all(), "a statement that does not add up"
    for column in ("base_c", "mileage_c", "wait_c", "topup_c", "tip_c"):
        assert (getattr(sheet, column) >= 0).all(), f"{column} below nothing"
    for row in range(len(sheet)):
        for rule in rules.pay_rules:
            if rule.name not in rules.active:
                continue
            seconds = int(worked.engaged_s[row])
            if rule.whole_block and not worked.called_off[row]:
                seconds = max(seconds, int(worked.block_s[row]))
            asked_mc = rule.per_minute_mc * seconds / 60 + rule.per_metre_mc * int(worked.dist_m[row])
            got_c = int(sheet.total_c[row]) - int(sheet.tip_c[row])
            assert got_c >= max(rule.least_c, asked_mc / 1000) - 1e-6, f"below pay rule {rule.name}"
