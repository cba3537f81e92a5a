"""What was promised at which safety, and the safety margins learnt from what became of promises."""

from __future__ import annotations

from doorward.core.table import I2, I4, I8, Table


class Promises(Table):
    """How each order's promise was made, row = order; -1 where there is none.

    klass        (n,)  lane class, see Margins
    quantile_pm  (n,)  stated share of promises kept, per mille
    margin_s     (n,)  safety that stood between the planned time at the door and the promise
    parts        (n,)  buildings it was composed from; more than 1 is a split
    leave_s      (n,)  the last pick-up of the partner service that still holds it; -1 own network
    first_hold   (n,)  first of its rows in Holds;  holds (n,) how many; 0 or -1 none
    """

    klass: I4
    quantile_pm: I2
    margin_s: I4
    parts: I2
    leave_s: I8
    first_hold: I8
    holds: I2


class Margins(Table):
    """Safety margin of each lane class, row = class.

    Classes: 0 .. sites - 1 own network by delivery station (row in Sites); sites .. 2 sites - 1 the stations' evenings;
    then partner services, `bands` of distance each: 2 sites + service * bands + band.

    margin_s  (n,)  seconds added to the planned time at the door
    seen      (n,)  packages learnt from;  kept (n,) of these, offered at the door in time
    scans     (n,)  rows of Scans read when this class last moved
    """

    margin_s: I4
    seen: I8
    kept: I8
    scans: I8


# ---- facts -----------------------------------------------------------------------------------------------------


class MarginMoved(Table):
    """Fact (promise): margins of classes after what was learnt; columns as in Margins. New classes continue it."""

    klass: I4
    margin_s: I4
    seen: I8
    kept: I8
    scans: I8
