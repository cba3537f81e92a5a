"""What goods-to-person stations and their robots do together: a closed queueing network.

A robot's round: fetch a pod, carry it to a station, wait there behind other robots, have it picked from, carry it
back. Stations are single servers, each with its own queue, all alike and visited at random; the rest of the round
waits for nobody. Mean value analysis (Reiser and Lavenberg 1980, "Mean-value analysis of closed multichain queuing
networks", JACM 27) is exact for it if the time at a station is exponential, whatever the distribution of the time
away. That is careful: a real picker's time varies less, and a dispatcher picks the shorter queue. Such networks are
usual for robotic mobile fulfilment: Lamballais, Roy and de Koster (2017), "Estimating performance in a robotic mobile
fulfillment system", EJOR 256; here without classes of stock and replenishment. Bounds: Denning and Buzen (1978), "The
operational analysis of queueing network models".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from doorward.core.units import HOUR_S

Count = Annotated[int, Meta(ge=1, le=10**9, description="a whole number of at least 1")]
Seconds = Annotated[float, Meta(ge=0, le=3600, description="seconds, 0 to 3600")]


class Presenting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[goods_to_person]` of a network file: pods, robots and the work at a station.

    Figures usual for robots that drive under shelves; what a building really does belongs in the network file.
    """

    robot_mms: Count = 1_300  # mean speed, loaded or not, mm/s
    lift_s: Seconds = 3.0  # lifting a pod, and the same for setting it down
    turn_s: Seconds = 2.5  # a quarter turn on the spot
    turns: Count = 6  # quarter turns in a round
    detour_pm: Count = 1_250  # one-way lanes and giving way, against the rectangular distance, per mille
    pod_dm2: Count = 200  # floor of a pod with its share of the lanes, square decimetres
    ready_pm: Count = 900  # robots that are not charging or in repair, per mille
    visit_s: Seconds = 5.0  # one pod leaves a station and the next moves in
    piece_s: Seconds = 7.0  # a person takes a piece and puts it to its package
    pieces_pm: Count = 1_800  # pieces taken from a pod while it stands there, per mille


def round_m(pods: int, rules: Presenting) -> float:
    """Mean metres of a robot's round in a field twice as wide as deep, stations along its long side.

    From the place of the last pod to the next pod's, (W + D) / 3 between two random places; to a random station and
    back, 2 (W / 3 + D / 2), rectangular: W + 4/3 D in all.
    """
    deep = (pods * rules.pod_dm2 / 100.0 / 2.0) ** 0.5
    return float((2.0 + 4.0 / 3.0) * deep * rules.detour_pm / 1000.0)


def away_s(pods: int, rules: Presenting) -> float:
    """Mean seconds that a robot is away from the stations in a round: driving, turning, lifting and setting down."""
    drive = round_m(pods, rules) * 1000.0 / max(1, rules.robot_mms)
    return drive + rules.turns * rules.turn_s + 2.0 * rules.lift_s


def stand_s(rules: Presenting) -> float:
    """Mean seconds that a station gives to one pod."""
    return max(0.1, rules.visit_s + rules.piece_s * rules.pieces_pm / 1000.0)


def ready(robots: int, rules: Presenting) -> int:
    """Robots that drive, on the average; at least one of those there are."""
    return min(robots, max(1, robots * rules.ready_pm // 1000))


def visits_s(stations: int, robots: int, away: float, stand: float) -> float:
    """Pods presented in a second by `robots` (those that drive) at `stations`; O(robots). No robot, no pod."""
    if stations < 1 or robots < 1:
        return 0.0
    queue, rate = 0.0, 0.0
    for n in range(1, robots + 1):
        wait = stand * (1.0 + queue / stations)  # who arrives finds what one robot fewer would leave there
        rate = n / (away + wait)
        queue = rate * wait
    return rate


def bounds_s(stations: int, robots: int, away: float, stand: float) -> tuple[float, float]:
    """What the stations alone, and the robots alone (never waiting), would present in a second."""
    return stations / stand, robots / (away + stand)


def goods_uph(stations: int, robots: int, pods: int, rules: Presenting) -> int:
    """Units an hour that stations and robots do together: `Floors.goods_uph`, which plan, promise and twin read.

    stations, robots: all there are; pods: shelves in the field. 0 without stations or robots.
    """
    rate = visits_s(stations, ready(robots, rules), away_s(pods, rules), stand_s(rules))
    return int(rate * rules.pieces_pm / 1000.0 * HOUR_S)


def enough(uph: int, pods: int, rules: Presenting, busy_pm: int = 850) -> tuple[int, int]:
    """(stations, robots) that do `uph`: stations used `busy_pm` of the time, and the fewest robots for them."""
    each = HOUR_S * rules.pieces_pm / 1000.0 / stand_s(rules) * busy_pm / 1000.0
    stations = max(1, -int(-uph // each))
    robots = 1
    while goods_uph(stations, robots, pods, rules) < uph:
        robots += 1
    return stations, robots
