"""What happened, in words: a package by its scans and remarks, an order by its making and its lines.

The scans are read by runtime/history.py, O(the package's own). A remark stands where it was made; its why is the limit
that bound and what would have made it fit. What the tables do not date (a promise, its answer) stands at the order's
own second. `turn` is -1: tables do not know their turns, the journal does.
"""

from __future__ import annotations

import numpy as np

from doorward.runtime.history import package_history
from doorward.runtime.look.network import site_name
from doorward.runtime.look.shapes_pages import Moment
from doorward.runtime.look.view import Longs, View
from doorward.runtime.look.words import fits_words, line_word, reason_words, when
from doorward.tables.items import Items
from doorward.tables.orders import Lines, Orders, OrderStatus
from doorward.tables.promises import Promises
from doorward.tables.remarks import Remarks, Subject


def package_moments(view: View, package: int) -> list[Moment]:
    """The story of one package, oldest first."""
    scans = [
        Moment(m["at_s"], m["words"], m["where"], m["who"], m["reason"], -1)
        for m in package_history(view.state, package)
    ]
    return _with_remarks(view, scans, _remarks(view, Subject.PACKAGE, package))


def order_moments(view: View, order: int, lines: Longs) -> list[Moment]:
    """The story of one order and its lines (rows of Lines), without those of its packages; oldest first."""
    orders = view.table(Orders)
    placed, due = int(orders.at_s[order]), int(orders.due_s[order])
    status, reason = OrderStatus(int(orders.status[order])), reason_words(int(orders.reason[order]))
    story = [Moment(placed, "placed", "", "the customer", "", -1)]
    if due >= 0:
        where = site_name(view, int(orders.promise_fc[order]))
        story.append(Moment(placed, f"promised by {when(view, due)}", where, "", _promise(view, order), -1))
    if status in ANSWERS:
        who = "the customer" if status is OrderStatus.ACCEPTED else ""
        story.append(Moment(placed, ANSWERS[status], "", who, reason, -1))
    rows, items = view.table(Lines), view.table(Items)
    for place, n in enumerate(lines.tolist(), start=1):
        sku = int(rows.sku[n])
        item = str(items.name[sku]) if sku < len(items) else f"SKU {sku}"
        words = f"{rows.units[n]} of {item} {line_word(int(rows.status[n]))}"
        at_s, why = max(placed, int(rows.since_s[n])), reason_words(int(rows.reason[n]))
        story.append(Moment(at_s, words, site_name(view, int(rows.fc[n])), f"line {place}", why, -1))
    remarks = [
        _remarks(view, Subject.ORDER, order),
        *(_remarks(view, Subject.LINE, n) for n in lines.tolist()),
    ]
    return _with_remarks(view, story, np.concatenate(remarks))


ANSWERS = {
    OrderStatus.ACCEPTED: "accepted",
    OrderStatus.REFUSED: "refused",
    OrderStatus.EXPIRED: "expired without an answer",
}


def _promise(view: View, order: int) -> str:
    """How a promise was made, in words."""
    promises = view.table(Promises)
    if order >= len(promises) or promises.quantile_pm[order] < 0:
        return ""
    words = f"kept with {promises.quantile_pm[order] / 10:g} % or more"
    if promises.margin_s[order] > 0:
        words += f"; {promises.margin_s[order] // 60} min of safety after the planned time"
    if promises.parts[order] > 1:
        words += f"; composed from {promises.parts[order]} buildings"
    return words


def _remarks(view: View, subject: Subject, row: int) -> Longs:
    remarks = view.table(Remarks)
    return np.flatnonzero((remarks.row == row) & (remarks.subject == subject))


def _with_remarks(view: View, story: list[Moment], rows: Longs) -> list[Moment]:
    """The story and these remarks in order of time; a remark that only repeats a scan's reason is left out."""
    remarks = view.table(Remarks)
    told = {(m.at_s, m.why) for m in story}
    for row in rows.tolist():
        at_s, words = int(remarks.at_s[row]), reason_words(int(remarks.reason[row]))
        if (at_s, words) not in told:
            told.add((at_s, words))
            story.append(Moment(at_s, words, "", "", fits_words(view, row), -1))
    return sorted(story, key=lambda m: m.at_s)
