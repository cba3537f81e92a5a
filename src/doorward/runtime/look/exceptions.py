"""The inbox: what needs a person, grouped as people act on it, worst first.

One line is one thing to look into, however many packages it touches; a package stands in one line only, the first of:
a run that broke down, a building (or partner) that stands still, a late truck, a run with late doors, a floor behind
its cut-off, unassigned packages of a station by cause, packages of a station tried in vain; then what is left with an
open alarm, by the place that holds it: missed cut-offs, late, expected late, silent. What is at risk only by the width
of its arrival interval is no exception.

Worst first is by `cost_c`: what the lateness of its packages is expected to cost (risk.py), at the prices that plans
pay for lateness (`CarriersRules.late_c`, `late_day_c`); of equal ones the nearest breach. An id lasts as long as what
it is about. 0, 0 degrees: it has no place (a partner).
"""

from __future__ import annotations

from doorward.runtime.look import groups
from doorward.runtime.look.groups import Group, Inbox
from doorward.runtime.look.risk import cost_c
from doorward.runtime.look.shapes import Action, Exceptions, ExceptionShape
from doorward.runtime.look.tone import tone
from doorward.runtime.look.view import Longs, View
from doorward.tables.packages import Alarms, Packages, Watch
from doorward.tables.snoozes import Snoozed, key_of

SNOOZE = Action("snooze", "Look again later")
WAKE = Action("wake", "Look at it now")


def exceptions(view: View) -> Exceptions:
    """All that is open now. O(open packages and the stops of runs on the road)."""
    inbox = Inbox(view)
    for gather in groups.ALL:
        gather(inbox)
    put_off = _put_off(view)
    items = [_shape(view, group, put_off.get(key_of(group.id), -1)) for group in inbox.found]
    items.sort(key=lambda item: (-item.cost_c, item.minutes, item.id))
    return Exceptions(view.turn, view.now_s, items)


def _put_off(view: View) -> dict[int, int]:
    """Until when, by key of what is put off now."""
    told = view.table(Snoozed)
    newest = dict(zip(told.what.tolist(), told.until_s.tolist(), strict=True))
    return {what: until_s for what, until_s in newest.items() if until_s > view.now_s}


def _shape(view: View, group: Group, put_off_s: int) -> ExceptionShape:
    packages = view.table(Packages)
    due = packages.due_s[group.package]
    due = due[due >= 0]
    stand = int(view.tones_of(group.package).max(initial=group.stand))
    return ExceptionShape(
        id=group.id,
        kind=group.kind,
        tone=tone(max(stand, group.stand)),
        title=group.title,
        cause=group.cause,
        about=group.about,
        row=group.row,
        site=group.site,
        lat=round(group.lat_udeg * 1e-6, 6),
        lon=round(group.lon_udeg * 1e-6, 6),
        packages=group.package.tolist(),
        count=len(group.package),
        minutes=int((due.min() - view.now_s) // 60) if len(due) else 0,
        cost_c=round(float(cost_c(view, group.package).sum())),
        since_s=group.since_s if group.since_s >= 0 else _alarmed_s(view, group.package),
        actions=[*group.actions, SNOOZE if put_off_s < 0 else WAKE],
        put_off_s=put_off_s,
    )


def _alarmed_s(view: View, package: Longs) -> int:
    """When the first open alarm of these packages was raised; now if none is open."""
    watch, alarms = view.table(Watch), view.table(Alarms)
    known = package[package < len(watch)]
    first = view.now_s
    for column in ("no_scan", "will_be_late", "late", "missed_cutoff"):
        newest = getattr(watch, column)[known]
        newest = newest[newest >= 0]
        first = int(alarms.at_s[newest[alarms.cleared_s[newest] < 0]].min(initial=first))
    return first
