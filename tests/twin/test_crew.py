"""The twin's drivers: more pay, more yes; told once, in time; the shares wanted."""

from __future__ import annotations

import numpy as np

from doorward.tables.flex import Blocks, BlockStatus, Drivers, Offers
from doorward.tables.sites import Sites
from doorward.twin.crew import CrewRules, TwinCrew

N = 4000
ROW = np.arange(N)
DAY_S = 86_400
SITES = Sites.fill(1, name=np.array(["s"], object), lat_udeg=0, lon_udeg=0)
DRIVERS = Drivers.fill(
    N, station=0, lat_udeg=ROW * 10, lon_udeg=0, standing_pm=800, blocks=9, noshows=0, forfeits=0
)


def blocks_of(status: BlockStatus, claimed_s: int = -1) -> Blocks:
    start = DAY_S + 10 * 3600
    return Blocks.fill(
        N, station=0, start_s=start, end_s=start + 14_400, pay_c=9000, base_c=9000, status=int(status),
        driver=ROW if status == BlockStatus.CLAIMED else -1, claimed_s=claimed_s,
    )  # fmt: skip


def yes_share(pay_c: int, seed: int = 1) -> float:
    offers = Offers.fill(N, block=ROW, driver=ROW, pay_c=pay_c, at_s=0, answer=0)
    told = TwinCrew(seed, SITES, 0).answers(offers, ROW, blocks_of(BlockStatus.OPEN), DRIVERS, 10_000)
    assert sorted(told.offer.tolist()) == ROW.tolist(), "by then everybody has answered"
    return float((told.answer == 1).mean())


def test_more_pay_more_yes() -> None:
    shares = [yes_share(pay) for pay in (6000, 8000, 9000, 11_000, 14_000)]
    assert shares == sorted(shares) and shares[0] < 0.2 and shares[-1] > 0.8


def test_answers_trickle_in_and_do_not_change() -> None:
    crew, blocks = TwinCrew(1, SITES, 0), blocks_of(BlockStatus.OPEN)
    offers = Offers.fill(N, block=ROW, driver=ROW, pay_c=9000, at_s=0, answer=0)
    seen: dict[int, int] = {}
    for now_s in range(300, 3300, 300):
        rest = np.array([row for row in ROW.tolist() if row not in seen], np.int64)
        told = crew.answers(offers, rest, blocks, DRIVERS, now_s)
        seen |= dict(zip(told.offer.tolist(), told.answer.tolist(), strict=True))
        if now_s == 600:
            assert 0.5 < len(seen) / N < 0.9
    at_once = crew.answers(offers, ROW, blocks, DRIVERS, 10_000)
    assert seen == dict(zip(at_once.offer.tolist(), at_once.answer.tolist(), strict=True))


def test_some_give_back_some_do_not_come_most_check_in_before_the_start() -> None:
    crew, blocks = TwinCrew(1, SITES, 0), blocks_of(BlockStatus.CLAIMED, claimed_s=3600)
    start_s = int(blocks.start_s[0])
    told = crew.attendance(blocks, ROW, start_s + 3600)
    share = np.bincount(told.status, minlength=7) / N
    assert len(told) == N
    assert 0.025 < share[BlockStatus.OPEN] < 0.05 and 0.012 < share[BlockStatus.NO_SHOW] < 0.03
    early = crew.attendance(blocks, ROW, start_s)
    assert (early.status == BlockStatus.CHECKED_IN).sum() > 0.9 * N
    assert (early.status != BlockStatus.NO_SHOW).all(), "nobody is missed before the start"
    assert (told.driver[told.status == BlockStatus.OPEN] == -1).all()
    assert len(crew.attendance(blocks, ROW, 3600)) < 10


def test_tips_are_small_and_never_negative() -> None:
    tips = TwinCrew(1, SITES, 0, CrewRules(tip_pm=25, tip_c=300)).tips(ROW, ROW, np.full(N, 40))
    assert (tips >= 0).all() and 200 < tips.mean() < 400
