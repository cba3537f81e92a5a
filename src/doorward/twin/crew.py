"""The twin's gig drivers: what they answer to offers, whether they come, what customers tip.

Acceptance is a logistic in the log of hourly pay over what the driver thinks an hour is worth, distance from home to
the station, hour of the day, notice, and hours already taken in the last seven days (pay is the strongest factor in
Cinar et al. 2023, arXiv 2305.01317). A part of the taste belongs to driver and block, so that asking the same driver
again at the same pay does not help; the rest is luck of the offer. The figures are a model: no public data tell them.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.hours import hour_of_day
from doorward.core.seed import below, normal, uniform
from doorward.core.units import DAY_S, HOUR_S, MINUTE_S
from doorward.tables.flex import BlockMoved, Blocks, BlockStatus, Drivers, OfferAnswered, Offers
from doorward.tables.sites import Sites


class CrewRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The twin's gig drivers."""

    worth_c_h: int = 2300
    """Hourly pay at which an average offer is taken half of the time, cents."""
    pay_weight_pm: int = 6000
    """Logistic weight of ln(pay / worth), thousandths."""
    km_weight_pm: int = 60
    """Disutility of a kilometre between home and station, thousandths."""
    odd_hours_pm: int = 700
    """Disutility of a block that begins before 7 or after 19 o'clock, thousandths."""
    short_notice_pm: int = 600
    """Disutility of notice shorter than two hours, thousandths."""
    hour_weight_pm: int = 60
    """Disutility of each hour already taken within seven days, thousandths."""
    taste_pm: int = 800
    """Standard deviation of what belongs to driver and block, thousandths."""
    answer_s: int = 420
    """Mean time until an answer (exponential)."""
    expires_s: int = 2700
    """An offer without a yes is refused or expired after this time at the latest."""
    forfeit_pm: int = 35
    """Mean share of claimed blocks given back; the most reliable drivers half of it, the least two and a half times."""
    noshow_pm: int = 18
    """Mean share of claimed blocks nobody comes for, likewise."""
    checkin_early_s: int = 900
    """Drivers check in this long before the start on average."""
    grace_s: int = 900
    """Who is not there this long after the start does not come."""
    tip_pm: int = 25
    """Share of packages that are tipped, per mille."""
    tip_c: int = 300
    """Mean tip, cents."""


class TwinCrew:
    """`ports.crew.Crew` by seed."""

    def __init__(self, seed: int, sites: Sites, utc_offset_s: int, rules: CrewRules | None = None) -> None:
        self.seed, self.utc_offset_s, self.rules = seed, utc_offset_s, rules or CrewRules()
        self.lat, self.lon = sites.lat_udeg, sites.lon_udeg

    def answers(
        self, offers: Offers, offer: NDArray[np.int64], blocks: Blocks, drivers: Drivers, now_s: int
    ) -> OfferAnswered:
        """Answers by now to these open offers: 1 yes, 2 no."""
        if len(offer) == 0:
            return OfferAnswered.empty()
        rules, at_s = self.rules, offers.at_s[offer]
        block, driver = offers.block[offer], offers.driver[offer]
        yes = below(self.seed, "crew/accept", self._inclination(offers, offer, blocks, drivers), offer)
        think = -rules.answer_s * np.log1p(-uniform(self.seed, "crew/think", offer))
        answer_s = at_s + np.minimum(np.ceil(think).astype(np.int64) + 20, rules.expires_s)
        started = blocks.start_s[block] <= now_s
        due = (answer_s <= now_s) | started
        answer = np.where(yes & ~(started & (answer_s > now_s)), 1, 2)
        order = np.flatnonzero(due)
        order = order[np.lexsort((driver[order], answer_s[order]))]
        return OfferAnswered(offer=offer[order], answer=answer[order])

    def _inclination(
        self, offers: Offers, offer: NDArray[np.int64], blocks: Blocks, drivers: Drivers
    ) -> NDArray[np.float64]:
        """Chance of a yes of each offer."""
        rules = self.rules
        block, driver = offers.block[offer], offers.driver[offer]
        start_s, end_s = blocks.start_s[block], blocks.end_s[block]
        hourly_c = offers.pay_c[offer] * HOUR_S / np.maximum(1, end_s - start_s)
        station = blocks.station[block]
        km = (
            crow_m(drivers.lat_udeg[driver], drivers.lon_udeg[driver], self.lat[station], self.lon[station])
            / 1e3
        )
        hour = hour_of_day(start_s, self.utc_offset_s)
        taken_h = recent_hours(blocks, driver, start_s)
        score = rules.pay_weight_pm * np.log(np.maximum(1.0, hourly_c) / rules.worth_c_h)
        score -= rules.km_weight_pm * km + rules.hour_weight_pm * taken_h
        score -= np.where((hour < 7) | (hour >= 19), rules.odd_hours_pm, 0)
        score -= np.where(start_s - offers.at_s[offer] < 2 * HOUR_S, rules.short_notice_pm, 0)
        score += rules.taste_pm * normal(self.seed, "crew/taste", driver, block)
        return np.asarray(1.0 / (1.0 + np.exp(-score / 1000.0)))

    def attendance(self, blocks: Blocks, block: NDArray[np.int64], now_s: int) -> BlockMoved:
        """Of these claimed blocks: given back (OPEN, driver -1), checked in, or nobody came."""
        if len(block) == 0:
            return BlockMoved.empty()
        rules = self.rules
        driver, start_s, claimed_s = blocks.driver[block], blocks.start_s[block], blocks.claimed_s[block]
        key = ("crew/luck", block, driver, claimed_s)
        luck, when = uniform(self.seed, *key), uniform(self.seed, "crew/when", *key[1:])
        forfeit_pm, noshow_pm = self._unreliability(driver)
        forfeits = luck < forfeit_pm / 1000
        missing = ~forfeits & (luck < (forfeit_pm + noshow_pm) / 1000)
        # second thoughts come anywhere between the claim and ten minutes before the start
        notice_s = np.maximum(0, start_s - 10 * MINUTE_S - claimed_s)
        back_s = claimed_s + (when * notice_s).astype(np.int64)
        spread = np.clip(normal(self.seed, "crew/early", *key[1:]), -2.0, 2.0)
        early_s = (rules.checkin_early_s * (1 + 0.4 * spread)).astype(np.int64)
        here_s = np.maximum(claimed_s + 5 * MINUTE_S, start_s - early_s)
        at_s = np.where(forfeits, back_s, np.where(missing, start_s + rules.grace_s, here_s))
        status = np.where(
            forfeits, BlockStatus.OPEN, np.where(missing, BlockStatus.NO_SHOW, BlockStatus.CHECKED_IN)
        )
        due = np.flatnonzero(at_s <= now_s)
        due = due[np.lexsort((block[due], at_s[due]))]
        return BlockMoved(
            block=block[due].astype(np.int32),
            driver=np.where(forfeits[due], -1, driver[due]),
            status=status[due],
        )

    def _unreliability(self, driver: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Per mille of forfeits and of no-shows by each driver's nature, which is what standing comes to show."""
        nature = uniform(self.seed, "crew/nature", driver)
        factor = 0.5 + 2.0 * nature**3
        return self.rules.forfeit_pm * factor, self.rules.noshow_pm * factor

    def tips(
        self, block: NDArray[np.int64], driver: NDArray[np.int32], packages: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Cents given for each block: the expected count of tips, rounded up or down by luck, times a drawn mean."""
        expected = packages * self.rules.tip_pm / 1000.0
        count = np.floor(expected + uniform(self.seed, "crew/tips", block, driver))
        size = self.rules.tip_c * (0.5 + uniform(self.seed, "crew/tip", block, driver))
        return np.asarray(np.rint(count * size), np.int64)


def recent_hours(
    blocks: Blocks, driver: NDArray[np.int32], start_s: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Hours of blocks that each driver holds or has worked within the seven days before `start_s`'s earliest."""
    since = int(start_s.min()) - 7 * DAY_S
    held = np.flatnonzero((blocks.driver >= 0) & (blocks.start_s >= since))
    length = (blocks.end_s[held] - blocks.start_s[held]) / HOUR_S
    size = int(max(driver.max(), blocks.driver[held].max(initial=0))) + 1
    return np.asarray(np.bincount(blocks.driver[held], length, size)[driver])
