"""What the board is asked, and what it answers. Times are Unix seconds, money cents, places in a run count from 0."""

from __future__ import annotations

import msgspec

from doorward.core.errors import Refused


class Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what is asked."""


class Move(Struct, frozen=True):
    """Put these packages' doors on a run, one after the other.

    place  before which of its doors to do, counted without those that are moved; -1: each where it costs least
    force  also if promises are broken by it that are kept now
    """

    packages: list[int]
    run: int
    place: int = -1
    force: bool = False


class TakeOff(Struct, frozen=True):
    """Take these packages' doors off their runs: back to the pool."""

    packages: list[int]


class Put(Struct, frozen=True):
    """Put packages of the pool on a run; run -1: on whichever run of their station costs least. See Move."""

    packages: list[int]
    run: int = -1
    place: int = -1
    force: bool = False


class Lock(Struct, frozen=True):
    """Lock (or with on false unlock) packages' stops and whole runs against optimising."""

    packages: list[int] = []
    runs: list[int] = []
    on: bool = True


class Swap(Struct, frozen=True):
    """Exchange the vehicles of two runs that have not left."""

    run: int
    other: int
    force: bool = False


class Open(Struct, frozen=True):
    """A new run on a free vehicle, with packages of the pool or of runs that have not left, each where it costs least.

    start_s  when it leaves; -1 as soon as it is loaded and its shift begins
    """

    vehicle: int
    packages: list[int]
    start_s: int = -1
    force: bool = False


class Start(Struct, frozen=True):
    """Let a run leave at another time."""

    run: int
    start_s: int
    force: bool = False


class Service(Struct, frozen=True):
    """Take a vehicle out of service, or bring it back. release: what it was to bring goes back to the pool."""

    vehicle: int
    out: bool = True
    release: bool = False


class Rechoose(Struct, frozen=True):
    """Let the way of packages that lie at their station be chosen anew, without the one that they have."""

    packages: list[int]


class Survey(Struct, frozen=True):
    """Ask what a plan for some runs would start from. runs: none for all of the station that have not left; pool:
    packages; whole_pool: all that may go today."""

    station: int
    runs: list[int] = []
    pool: list[int] = []
    whole_pool: bool = False


class Surveyed(msgspec.Struct, frozen=True, kw_only=True):
    """What it starts from: the moment, the runs (done: doors that each has done) and packages that take part, seed of
    the search, driving time factor by quarter of an hour from local midnight."""

    station: int
    now_s: int
    midnight_s: int
    runs: list[int]
    done: list[int]
    pool: list[int]
    seed: int
    pace: list[float]


class Weights(Struct, frozen=True):
    """What counts how much: factors of the cost of kilometres, hours and lateness, and cents for a kilogram of CO2e."""

    km: float = 1.0
    hours: float = 1.0
    lateness: float = 1.0
    co2_c_kg: float = 0.0


class Unserved(msgspec.Struct, frozen=True, kw_only=True):
    """Packages of one door that stay in the pool, and why: limit is the name of a Reason, vehicle the nearest to taking
    them, short what it lacks."""

    packages: list[int]
    limit: str
    short: int
    unit: str
    vehicle: int
    words: str


class Propose(Struct, frozen=True):
    """Keep a plan as a proposal: for each run its doors to be, as lists of packages. done: doors that it had done when
    the plan was made; the rest as in Plan."""

    station: int
    runs: list[int]
    done: list[int]
    doors: list[list[list[int]]]
    unassigned: list[Unserved] = []
    seed: int = 0
    iterations: int = 0
    seconds: float = 0.0
    before_c: int = 0
    after_c: int = 0
    weights: Weights = Weights()


class Accept(Struct, frozen=True):
    """Take a proposal."""

    proposal: int


class Discard(Struct, frozen=True):
    """Drop a proposal."""

    proposal: int


class Undo(Struct, frozen=True):
    """Undo the newest edit of a station that holds. edit: only if it is this one; -1 whichever."""

    station: int
    edit: int = -1


class Redo(Struct, frozen=True):
    """Do again what was undone last, if nothing else was edited since."""

    station: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """A run's plan (of a run on the road: what is left of it), or the sum of several.

    time_s  from departure to return; late_s, late_doors: by promise, of the last package at each door
    """

    doors: int = 0
    packages: int = 0
    dist_m: int = 0
    time_s: int = 0
    late_s: int = 0
    late_doors: int = 0
    co2_mg: int = 0
    cost_c: int = 0
    volume_ml: int = 0
    weight_g: int = 0

    def plus(self, other: Totals) -> Totals:
        """The sum of both."""
        return Totals(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})

    def minus(self, other: Totals) -> Totals:
        """What this has more than the other."""
        return Totals(**{name: getattr(self, name) - getattr(other, name) for name in self.__struct_fields__})


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One door of a run: packages in one stop, planned arrival, and how late the last of them is; 0 in time."""

    seq: int
    packages: list[int]
    plan_s: int
    service_s: int
    late_s: int
    locked: bool


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that is broken. limit: name of the Reason; short by how many `unit`; package -1: the run as a whole

    start_s  a departure at which it would fit; -1 none would do, or it is not a matter of time
    soft     force overrules it: a promise
    """

    run: int
    vehicle: int
    block: int
    limit: str
    short: int
    unit: str
    package: int = -1
    start_s: int = -1
    soft: bool = False
    words: str = ""


class RunChange(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to one run. run -1: a new one; into -1: dissolved (or, in a proposal, not numbered yet)."""

    run: int
    into: int
    vehicle: int
    block: int
    depart_s: int
    back_s: int
    before: Totals
    after: Totals
    visits: list[Visit]
    moved: int
    broken: list[Misfit]


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """A door that would be moved: from a run (-1 the pool) and its place there, to a run and its place there."""

    packages: list[int]
    run: int
    place: int
    to_run: int
    to_place: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal. Nothing is changed until it is accepted.

    state    open, accepted (by `edit`), discarded, expired; stale: `why` says what has happened since
    before_c, after_c  what the search minimised: fixed cost, hours, metres, lateness, and what stays in the pool
    moved    doors that change their run, or their place among those that stay on it; assigned: packages from the pool
    iterations, seconds  of the search
    """

    proposal: int
    station: int
    state: str
    at_s: int
    expires_s: int
    runs: list[RunChange]
    before: Totals
    after: Totals
    before_c: int
    after_c: int
    moved: list[Shift]
    assigned: list[int]
    unassigned: list[Unserved]
    seed: int
    iterations: int
    seconds: float
    weights: Weights
    edit: int = -1
    why: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit did: edit -1 nothing. pool: packages that went there, with what would make them fit somewhere."""

    edit: int
    runs: list[RunChange] = []
    before: Totals = Totals()
    after: Totals = Totals()
    moved: int = 0
    pool: list[int] = []
    fits: list[Misfit] = []
    proposal: int = -1


class Unfit(Refused):
    """An edit breaks limits; says which, by how much, and what would have fit."""

    def __init__(self, misfits: list[Misfit], what: str) -> None:
        self.misfits = misfits
        hard = [each.words for each in misfits if not each.soft]
        soft = [each.words for each in misfits if each.soft]
        more = "; forced, it would be done all the same" if soft and not hard else ""
        super().__init__(f"{what}: {'; '.join(hard + soft)}{more}")
