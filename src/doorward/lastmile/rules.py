"""Settings of the last mile: section [lastmile] of a network file."""

from __future__ import annotations

import msgspec

from doorward.lastmile.board.rules import BoardRules


class LastmileRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When stations sort and plan, what a stop takes, what lateness and waiting are worth."""

    plan_s: tuple[int, ...] = (30_600, 48_600)
    """Second of the local day at which vans are planned (08:30 and 13:30)."""
    keep_fill_pm: int = 900
    """Vans stay for a later wave's packages only if the others bring what must go now at this share of their stops."""
    load_s: int = 1_800
    """From planning to the first departure: pick the route's bags, load the van."""
    loadout_gap_s: int = 1_200
    """The next load-out wave of vans leaves this long after the one before."""
    settle_s: int = (
        5_400  # a station that works again is planned at once, and again after so long: then it has sorted in
    )
    docks: int = 12
    """Vans that a station loads at once."""
    induct_day_h: int = 4
    """A station sorts in its daily capacity within this many hours."""
    share_pool: bool = True
    """True: own and contractors' vans of a station are planned together, whichever way a package was priced on."""
    stop_s: int = 93
    """Handling at a plain door: park, walk, hand over, back; one package. With `access_s` the mean is 100."""
    package_s: int = 20
    """Each further package for the same customer."""
    customer_s: int = 50
    """Each further customer behind the same door (an apartment house)."""
    access_s: tuple[int, int, int, int, int, int] = (20, 45, 0, 120, 15, 45)
    """More for doors with access notes, by bit of tables.orders.Access: gate code, upper floor without a lift, height
    limit, on foot only, dog, sign in. Gate, height, street and desk once a stop, stairs and dog for each customer."""
    access_unknown_s: int = 7
    """More for a door of which no access notes were given: the mean of those that were."""
    locker_s: int = 90
    """Handling at a locker besides its packages."""
    locker_package_s: int = 20
    """Each package put into a locker cell."""
    door_fill_pm: int = 350
    """More packages for one door than this share of the largest vehicle's volume make another stop, per mille."""
    volume_fill_pm: int = 850
    """Share of a vehicle's volume that parcels can fill (they do not tile it), per mille."""
    break_after_s: int = 16_200
    """The break comes before the first leg that begins this long after departure."""
    late_c: int = 500
    """What a broken promise costs, cents a package."""
    late_c_h: int = 300
    """And each hour of lateness, cents a package."""
    skip_c: int = 4_000
    """What it costs to leave a package at the station that is due before the next day's routes, cents."""
    overdue_c: int = 5_000
    """More for each day that it is late already: after a day or two it is worth a van of its own."""
    hurry_c: tuple[int, int, int] = (0, 1_000, 2_000)
    """More for orders by tables.orders.Speed: where not all fit, who asked for today or tomorrow goes first."""
    wait_c: int = 300
    """What it costs to leave a package that may still go on a later day, cents."""
    wait_least_s: int = 14_400
    """A package may wait for the next day if its promise leaves that day's first vans at least this long."""
    hard_windows: bool = False
    """True: a promised window that has not closed before departure must be kept; False: lateness costs money."""
    iterations_stop: int = 12
    """Ruin-and-recreate iterations for each stop ..."""
    iterations_least: int = 4_000
    """... at least ..."""
    iterations_most: int = 60_000
    """... and at most, for each station and wave."""
    near: int = 40
    """Near stops kept of each stop."""
    flex_least_s: int = 3_600
    """A gig block that ends sooner than this is not given packages."""
    flex_load_s: int = 900
    """From a gig driver's check-in to departure."""
    flex_hour_c: int = 1_800
    """What an hour of a gig driver's time counts in planning (the block is paid either way), cents."""
    flex_stops: int = 60
    """Most stops of a gig block."""
    flex_range_m: int = 250_000
    """Farthest a gig driver's route goes."""
    flex_hope_s: int = 1_800
    """Until this long before the day's last plan an open block may still find its driver."""
    rescue_s: int = 900
    """From the news of a breakdown until a spare vehicle leaves."""
    rescue_helpers: int = 6
    """So many vans on the road, those with the nearest next doors, are looked at as helpers of a broken one."""
    rescue_within_s: int = 7_200
    """Helpers must be there this soon: then the broken vehicle is towed away."""
    rescue_again_s: int = 1_800
    """While packages are still aboard, others are looked for again this often."""
    rescue_iterations: int = 2_000
    """Ruin-and-recreate iterations on the combination chosen."""
    tow_s: int = 9_000
    """From a breakdown until what is still aboard is expected back at the station."""
    transfer_s: int = 600
    """Moving the packages from van to van ..."""
    transfer_package_s: int = 4
    """... and for each of them."""
    board: BoardRules = BoardRules()
    """The dispatcher's board."""
