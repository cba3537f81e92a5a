"""Packages, what is in them, and their scans."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I2, I4, I8, Table


class Packages(Table):
    """Packages, row = package number, in the order they were planned.

    order      (n,)
    fc         (n,)  building that ships it
    box        (n,)  row in Boxes
    units      (n,)  pieces inside
    weight_g   (n,)  planned: pieces + box;  packed_g (n,) as weighed, -1 before packing
    length_mm, width_mm, height_mm (n,)  outside
    volume_ml  (n,)  outside
    void_pm    (n,)  empty share of the inside of a box, per mille; -1 in a mailer, which takes its content's shape
    value_c    (n,)
    flags      (n,)  union of the items' flags
    way        (n,)  Way; -1 not chosen yet
    carrier    (n,)  row in Services (partner carrier's service); -1 own network
    station    (n,)  delivery station of its last mile; -1 partner carrier
    locker     (n,)  Site of kind LOCKER; -1 to the door
    next_site  (n,)  the site it is being sorted to; -1 not decided
    leave_s    (n,)  it must leave the FC by then for the promise to hold
    due_lo_s, due_s  (n,)  promised window
    status     (n,)  journey.Status
    holder_kind, holder  (n,)  journey.Holder and the row in its table: the one place where it is
    wave       (n,)  row in Waves; -1
    pallet     (n,)  row in Pallets; -1
    stop       (n,)  row in Stops of its current or last run; -1
    attempts   (n,)  failed attempts at the door
    eta_lo_s, eta_hi_s, eta_at_s  (n,)  arrival interval and when it was computed; -1 none
    bill_c     (n,)  what the chosen way is billed at, cents
    co2_mg     (n,)  expected CO2e of the way as quoted
    released_s, ended_s (n,)  -1 before
    last_scan  (n,)  row in Scans of the newest scan
    task       (n,)  row in PickTasks; -1 not released yet
    """

    order: I8
    fc: I4
    box: I2
    units: I4
    weight_g: I4
    packed_g: I4
    length_mm: I4
    width_mm: I4
    height_mm: I4
    volume_ml: I8
    void_pm: I2
    value_c: I8
    flags: I1
    way: I1
    carrier: I4
    station: I4
    locker: I4
    next_site: I4
    leave_s: I8
    due_lo_s: I8
    due_s: I8
    status: I1
    holder_kind: I1
    holder: I8
    wave: I4
    pallet: I4
    stop: I8
    attempts: I1
    eta_lo_s: I8
    eta_hi_s: I8
    eta_at_s: I8
    bill_c: I4
    co2_mg: I8
    released_s: I8
    ended_s: I8
    last_scan: I8
    task: I8


class Contents(Table):
    """What is in a package: rows grouped by package, ascending.

    package, line, sku, units  (n,)
    """

    package: I8
    line: I8
    sku: I4
    units: I4


class Scans(Table):
    """Every hand-over of every package, in the order they became known.

    package (n,)
    at_s    (n,)  when it happened (not later than the turn that tells of it)
    event   (n,)  journey.Event
    site    (n,)  Site where it happened; -1 on the road or at a door
    ref     (n,)  row in the table of the event's holder (trip, run, carrier service ...) or of the wave/pallet
    reason  (n,)  Reason; 0 none
    prev    (n,)  row of the package's scan before this one; -1 first. The history of one package is a walk along prev
    """

    package: I8
    at_s: I8
    event: I1
    site: I4
    ref: I8
    reason: I2
    prev: I8


class Waves(Table):
    """Waves: work released to a floor together.

    fc (n,);  released_s (n,);  cutoff_s (n,) when its packages must be staged;  packages (n,);  walk_m (n,) metres
    """

    fc: I4
    released_s: I8
    cutoff_s: I8
    packages: I4
    walk_m: I8


class PickTasks(Table):
    """Work orders to the floor, one row a package, row = task number.

    package, wave, fc (n,)
    method   (n,)  0 picker walk, 1 goods-to-person
    batch    (n,)  batch (cart) within the wave
    start_s  (n,)  planned start of its batch
    pick_s, pack_s, sort_s  (n,)  planned finish of picking, packing and sorting (by the rates of the floor)
    """

    package: I8
    wave: I4
    fc: I4
    method: I1
    batch: I4
    start_s: I8
    pick_s: I8
    pack_s: I8
    sort_s: I8


# ---- facts -----------------------------------------------------------------------------------------------------


class Scanned(Table):
    """Fact (every room of the journey): packages changed hands. One fact for all stages; `event` says which.

    `ref` by event: RELEASED wave; SORTED pallet (-1 at a chute, see Palletized); DEPARTED trip;
    OUT_FOR_DELIVERY and TRANSFERRED run; HANDED_OVER and CARRIER_MOVED row in Services; DELIVERED where it was left
    (doorstep.Left); STORED locker site; else -1. `site` is the new holder for events whose holder is a SITE.
    """

    package: I8
    at_s: I8
    event: I1
    site: I4
    ref: I8
    reason: I2


class Cartonized(Table):
    """Fact (fulfillment): packages were planned; numbers continue Packages (the PLANNED scan is folded with it)."""

    package: I8
    order: I8
    fc: I4
    box: I2
    units: I4
    weight_g: I4
    length_mm: I4
    width_mm: I4
    height_mm: I4
    volume_ml: I8
    void_pm: I2
    value_c: I8
    flags: I1
    due_lo_s: I8
    due_s: I8


class Boxed(Table):
    """Fact (fulfillment): what goes into them; rows grouped by package. Their lines become BOXED."""

    package: I8
    line: I8
    sku: I4
    units: I4


class Unboxed(Table):
    """Fact (fulfillment): rows of Contents were taken out of their packages (short, damaged): units become 0 there, and
    the package's units, weight and value fall. A package left empty must get a CANCELLED scan in the same turn.

    left (n,) units that stay in the row after all (a line spread over packages, some of its units found); else 0
    """

    content: I8
    left: I4


class WaveReleased(Table):
    """Fact (fulfillment): waves began; numbers continue Waves."""

    wave: I4
    fc: I4
    released_s: I8
    cutoff_s: I8
    packages: I4
    walk_m: I8


class TasksPlanned(Table):
    """Fact (fulfillment): work orders to the floor; rows continue PickTasks."""

    package: I8
    wave: I4
    fc: I4
    method: I1
    batch: I4
    start_s: I8
    pick_s: I8
    pack_s: I8
    sort_s: I8


class Palletized(Table):
    """Fact (fulfillment, linehaul): SORTED packages that waited at a chute (pallet -1) lie on a closed pallet now.
    `Packages.pallet` is set, and `Packages.next_site` becomes the pallet's destination."""

    package: I8
    pallet: I4


class Weighed(Table):
    """Fact (fulfillment): weight at the packing station, and the label's SSCC serial (see fulfillment/label)."""

    package: I8
    packed_g: I4
    serial: I8


class EtaSet(Table):
    """Fact (tracking): a new arrival interval."""

    package: I8
    lo_s: I8
    hi_s: I8


class Labels(Table):
    """SSCC serial of each package, row = package: its own number once its label is printed; -1 before."""

    serial: I8


class Alarm(IntEnum):
    """Exceptions that are raised before, or as soon as, something goes wrong."""

    NO_SCAN = 0
    WILL_BE_LATE = 1
    LATE = 2
    MISSED_CUTOFF = 3


class Alarms(Table):
    """Fact (tracking) and table, row = alarm: a package needs a look. Never two open ones of a kind for one package.

    kind (n,) Alarm; at_s (n,) raised
    minutes (n,) NO_SCAN: since the scan was due by plan; WILL_BE_LATE: to the promise; LATE: since it, told negative;
                 MISSED_CUTOFF: to the promise (negative: past)
    scan  (n,) the package's newest scan then: the cause, and why it is not raised again for the same one
    limit (n,) what was passed: NO_SCAN minutes allowed; WILL_BE_LATE chance per mille; MISSED_CUTOFF minutes since
    cleared_s (n,) when it no longer held; -1 open
    """

    package: I8
    kind: I1
    at_s: I8
    minutes: I4
    scan: I8
    limit: I4
    cleared_s: I8


class AlarmsCleared(Table):
    """Fact (tracking): rows of Alarms that no longer hold: the scan came, the chance fell, the journey ended."""

    alarm: I8


class Watch(Table):
    """Open alarms of each package, row = package: bit k of `raised` = Alarm k; newest Alarms row by kind, -1 none."""

    raised: I1
    no_scan: I8
    will_be_late: I8
    late: I8
    missed_cutoff: I8


class Arrivals(Table):
    """Arrivals counted by how far they lay from what they are measured from, row = cell x bin (see tracking/odds)."""

    seen: I4


class Gaps(Table):
    """Scans counted by how long after their planned time they came, row = cell x bin (see tracking/silence)."""

    seen: I4


class ArrivalsSeen(Table):
    """Fact (tracking): n more arrivals in these rows of Arrivals."""

    row: I4
    n: I4


class GapsSeen(Table):
    """Fact (tracking): n more scans in these rows of Gaps."""

    row: I4
    n: I4


class Heard(Table):
    """One row. scans (1,) rows of Scans that the counts of Arrivals and Gaps have read; at_s (1,) when."""

    scans: I8
    at_s: I8


class HeardTo(Table):
    """Fact (tracking): columns as in Heard."""

    scans: I8
    at_s: I8


class EtaScales(Table):
    """How wide arrival intervals on the road must be, learnt from arrivals; row = Way.

    scale_pm (n,) factor on the half width, per mille; seen, kept (n,) arrivals judged, and inside what was told
    scans    (n,) rows of Scans read when this row last moved
    """

    scale_pm: I4
    seen: I8
    kept: I8
    scans: I8


class EtaScaled(Table):
    """Fact (tracking): factors of some ways after an hour's arrivals; columns as in EtaScales."""

    way: I1
    scale_pm: I4
    seen: I8
    kept: I8
    scans: I8
