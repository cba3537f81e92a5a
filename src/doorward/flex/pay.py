"""Pay statements to the cent, never below an active pay rule, each line explained."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import HOUR_S
from doorward.flex.rules import FlexRules, PayRule
from doorward.tables.flex import Statements

Longs = NDArray[np.int64]


class Worked(NamedTuple):
    """What blocks came to; all (n,). called_off: came in vain; engaged_s then counts from the start to the call-off."""

    block: Longs
    driver: Longs
    pay_c: Longs
    block_s: Longs
    engaged_s: Longs
    wait_s: Longs
    dist_m: Longs
    car_mc_m: Longs
    tip_c: Longs
    called_off: NDArray[np.bool_]


def active_rules(rules: FlexRules) -> list[tuple[int, PayRule]]:
    """Row and rule of the pay rules in force."""
    return [(row, each) for row, each in enumerate(rules.pay_rules) if each.name in rules.active]


def floor_c(rule: PayRule, minutes_s: Longs, dist_m: Longs) -> Longs:
    """What a rule asks at least, rounded up to the cent; minutes in seconds."""
    thousandths = -(-rule.per_minute_mc * minutes_s // 60) + rule.per_metre_mc * dist_m
    return np.asarray(np.maximum(rule.least_c, -(-thousandths // 1000)), np.int64)


def rule_seconds(rule: PayRule, worked: Worked) -> Longs:
    """The seconds that a rule pays for."""
    if not rule.whole_block:
        return worked.engaged_s
    return np.where(worked.called_off, worked.engaged_s, np.maximum(worked.block_s, worked.engaged_s))


def base_pay_c(length_s: int, rules: FlexRules) -> int:
    """Posted pay before surge of a block: the network's rate, or what the pay rules ask for its minutes if more."""
    least = [
        int(floor_c(rule, np.array([length_s]), np.zeros(1, np.int64))[0]) for _, rule in active_rules(rules)
    ]
    return max([-(-rules.base_c_h * length_s // HOUR_S), *least])


def statements(worked: Worked, rules: FlexRules) -> Statements:
    """One row a block: base + mileage + wait + top-up + tip = total; total - tip is at least every active rule's floor.

    A driver who came in vain has no base but `idle_pm` of the posted pay as wait. `rule`: row of the rule that asks for
    most; -1 if none is active.
    """
    base = np.where(worked.called_off, 0, worked.pay_c)
    mileage = -(-worked.dist_m * worked.car_mc_m // 1000)
    extra_s = np.maximum(0, worked.wait_s - rules.wait_free_s)
    wait = -(-extra_s * rules.wait_mc_min // 60_000)
    wait = np.where(worked.called_off, -(-worked.pay_c * rules.idle_pm // 1000), wait)
    least, bound = np.zeros(len(base), np.int64), np.full(len(base), -1)
    for row, rule in active_rules(rules):
        asked = floor_c(rule, rule_seconds(rule, worked), worked.dist_m)
        bound = np.where((asked > least) | (bound < 0), row, bound)
        least = np.maximum(least, asked)
    topup = np.maximum(0, least - base - mileage - wait)
    return Statements.fill(
        len(base),
        block=worked.block,
        driver=worked.driver,
        base_c=base,
        mileage_c=mileage,
        wait_c=wait,
        topup_c=topup,
        tip_c=worked.tip_c,
        total_c=base + mileage + wait + topup + worked.tip_c,
        rule=bound,
    )


def explain(
    statement: Statements, row: int, rules: FlexRules, before_surge_c: int = -1
) -> list[tuple[str, int]]:
    """The lines of one statement as (words, cents); the last is the total, the others add up to it.

    before_surge_c: the block's base pay (`Blocks.base_c`), so that surge has a line of its own; -1 not known
    """
    rule = int(statement.rule[row])
    name = rules.pay_rules[rule].name if rule >= 0 else "none"
    posted = int(statement.base_c[row])
    base = min(posted, before_surge_c) if before_surge_c >= 0 else posted
    lines = [
        ("base pay of the block" if before_surge_c >= 0 else "posted pay of the block", base),
        ("surge over base pay", posted - base),
        ("mileage of the own car", int(statement.mileage_c[row])),
        ("waiting at the station", int(statement.wait_c[row])),
        (f"top-up to the floor of pay rule {name!r}", int(statement.topup_c[row])),
        ("tips from customers, all of them", int(statement.tip_c[row])),
    ]
    return [*(line for line in lines if line[1]), ("total", int(statement.total_c[row]))]
