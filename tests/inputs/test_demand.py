"""Generated orders: the seed fixes everything, totals are as asked, the tail is long, customers answer by hash."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from doorward.core.errors import BadInput
from doorward.core.geo import crow_m
from doorward.ports.orderbook import OrderBook, merge_lines
from doorward.runtime.config import Network, load_network
from doorward.tables.orders import Access, Speed
from doorward.twin.demand import generate, true_rate_upm
from doorward.twin.demand_catalogue import make_catalogue
from doorward.twin.demand_customers import TwinCustomers, TwinStorefront
from tests.inputs.worlds import small_network, write_network


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return small_network(tmp_path_factory.mktemp("net"))


@pytest.fixture(scope="module")
def metro() -> Network:
    return load_network("metro")


@pytest.fixture(scope="module")
def big(metro: Network) -> OrderBook:
    return generate(metro, 2, 7, 2.5)


def test_the_seed_fixes_everything(net: Network) -> None:
    assert generate(net, 2, 3).digest() == generate(net, 2, 3).digest()
    assert generate(net, 2, 3).digest() != generate(net, 2, 4).digest()


def test_a_day_does_not_depend_on_the_days_after_it(net: Network) -> None:
    one, three = generate(net, 1, 3), generate(net, 3, 3).limited(1)
    assert one.orders.equals(three.orders) and one.lines.equals(three.lines) and one.items.equals(three.items)


def test_access_notes_belong_to_doors_and_have_the_stated_shares(metro: Network, big: OrderBook) -> None:
    orders, rules = big.orders, metro.generator
    place = orders.lat_udeg.astype(np.int64) * 10**9 + orders.lon_udeg
    house, at = np.unique(place, return_inverse=True)
    flats = np.bincount(at)[at] >= 3  # many orders at one place: a house with many doors
    for note, share_pm, among in (
        (Access.GATE_CODE, rules.gate_code_pm, flats),
        (Access.UPSTAIRS, rules.upstairs_pm, flats),
        (Access.HEIGHT_LIMIT, rules.height_limit_pm, np.ones(len(orders), bool)),
        (Access.DOG, rules.dog_pm * (1000 - rules.flats_pm) / 1000, np.ones(len(orders), bool)),
    ):
        has = (orders.access & int(note)) > 0
        assert abs(has[among].mean() - share_pm / 1000) < 0.15 * share_pm / 1000 + 0.003
    gate = (orders.access & int(Access.GATE_CODE)) > 0
    mixed = np.bincount(at, gate) % np.bincount(at) != 0
    assert mixed.sum() < 0.02 * len(house)


def test_orders_are_sound(metro: Network, big: OrderBook) -> None:
    orders, lines, items = big.orders, big.lines, big.items
    assert big.generated and len(items) == 20_000 and len(np.unique(items.name)) == 20_000
    items.check()
    assert np.all(np.diff(orders.at_s) >= 0)
    assert orders.at_s[0] >= big.start_s and orders.at_s[-1] < big.start_s + 2 * 86_400
    assert int(orders.lines.sum()) == len(lines) and lines.units.min() >= 1
    assert orders.lines.min() >= 1 and orders.lines.max() <= 10
    order = np.repeat(np.arange(len(big)), orders.lines)
    assert len(np.unique(order * 20_000 + lines.sku)) == len(lines)  # a SKU stands once in an order
    zones = metro.zones
    far = crow_m(orders.lat_udeg, orders.lon_udeg, zones.lat_udeg[orders.zone], zones.lon_udeg[orders.zone])
    assert np.all(far <= zones.radius_m[orders.zone] + 200)


def test_totals_are_as_asked(metro: Network, big: OrderBook) -> None:
    week = np.array(metro.generator.weekday_pm)
    expected = 20_000 * 2.5 * (week[1] + week[2]) / week.mean()  # a Tuesday and a Wednesday
    assert len(big) == pytest.approx(expected, abs=5 * np.sqrt(expected))
    assert big.orders.lines.mean() == pytest.approx(1.7, abs=0.05)
    share = np.bincount(big.orders.zone, minlength=len(metro.zones)) / len(big)
    assert np.allclose(share, metro.zones.people / metro.zones.people.sum(), atol=0.002)
    hour = np.bincount((big.orders.at_s - big.start_s) % 86_400 // 3600, minlength=24) / len(big)
    assert np.allclose(hour, np.array(metro.generator.hour_pm) / sum(metro.generator.hour_pm), atol=0.005)


def test_the_tail_is_long_and_expected_rates_are_true(metro: Network, big: OrderBook) -> None:
    units = np.bincount(big.lines.sku, weights=big.lines.units, minlength=20_000)
    top = np.sort(units)[::-1]
    assert 0.1 < top[:200].sum() / top.sum() < 0.4 and 0.6 < top[:4000].sum() / top.sum() < 0.9
    catalogue = make_catalogue(metro.catalogue, 7)
    rate = true_rate_upm(catalogue, metro.generator, 2.5)
    week = np.array(metro.generator.weekday_pm)
    expected = rate * 86_400 / 1e6 * (week[1] + week[2]) / week.mean()
    assert units.sum() == pytest.approx(expected.sum(), rel=0.01)
    head = np.argsort(-expected)[:300]
    assert np.corrcoef(units[head], expected[head])[0, 1] > 0.95
    known = big.items.rate_upm[head] / rate[head]
    assert np.std(np.log(known)) == pytest.approx(0.25, abs=0.04)  # what is known beforehand is not the truth


def test_sizes_and_weights_belong_together(big: OrderBook) -> None:
    litres = big.items.volume_ml() / 1000
    assert 0.6 < np.corrcoef(np.log(litres), np.log(big.items.weight_g))[0, 1] < 0.98
    assert np.all(big.items.length_mm >= big.items.width_mm) and np.all(
        big.items.width_mm >= big.items.height_mm
    )
    assert 0 < np.mean(big.items.flags > 0) < 0.5


def test_some_doors_are_shared(big: OrderBook) -> None:
    door = big.orders.lat_udeg.astype(np.int64) * 1_000_000_000 + big.orders.lon_udeg
    _, count = np.unique(door, return_counts=True)
    assert 0.2 < count[count > 1].sum() / len(big) < 0.8


def test_lines_of_an_order_keep_company(metro: Network, big: OrderBook) -> None:
    catalogue = make_catalogue(metro.catalogue, 7)
    first = np.cumsum(big.orders.lines.astype(np.int64)) - big.orders.lines
    two = np.flatnonzero(big.orders.lines >= 2)
    kind = catalogue.category(big.lines.sku.astype(np.int64))
    same = np.mean(kind[first[two]] == kind[first[two] + 1])
    assert same > 0.5  # 0.10 if lines were drawn alone


def test_same_day_is_offered_in_the_morning_only(metro: Network, big: OrderBook) -> None:
    second = (big.orders.at_s - big.start_s) % 86_400
    hurried = second[big.orders.speed == Speed.SAME_DAY]
    assert len(hurried) > 0 and hurried.max() < metro.generator.same_day_until_s


def test_promotions_raise_a_day_and_a_category(tmp_path: Path) -> None:
    swap = (
        "orders_per_day = 3000",
        'orders_per_day = 3000\npromotion = [{ day = 1, orders_pm = 2000, category = "toys" }]',
    )
    promoted = load_network(write_network(tmp_path, swap))
    book = generate(promoted, 2, 1)
    day = (book.orders.at_s - book.start_s) // 86_400
    assert 1.7 < (day == 1).sum() / (day == 0).sum() < 2.2
    toys = np.char.startswith(book.items.name[book.lines.sku].astype(str), "toys")
    of_line = np.repeat(day, book.orders.lines)
    assert toys[of_line == 1].mean() > 2.5 * toys[of_line == 0].mean()
    wrong = load_network(write_network(tmp_path, (swap[0], swap[1].replace("toys", "toyz"))))
    with pytest.raises(BadInput, match="toyz"):
        generate(wrong, 2, 1)


def test_too_many_orders_are_refused(net: Network) -> None:
    with pytest.raises(BadInput, match="orders are asked for"):
        generate(net, 10, 1, 1e6)


def test_merging_equals_the_slow_version() -> None:
    rng = np.random.default_rng(5)
    order = np.sort(rng.integers(0, 200, 900))
    sku, units = rng.integers(0, 4, 900), rng.integers(1, 5, 900)
    slow: dict[tuple[int, int], int] = {}
    for o, s, u in zip(order, sku, units, strict=True):
        slow[int(o), int(s)] = slow.get((int(o), int(s)), 0) + int(u)
    lines, s, u = merge_lines(order, sku, units, 200)
    keys = zip(np.repeat(np.arange(200), lines).tolist(), s.tolist(), strict=True)
    assert list(zip(keys, u.tolist(), strict=True)) == list(slow.items())


def test_the_storefront_hands_out_each_order_once(net: Network) -> None:
    book = generate(net, 1, 3)
    shop = TwinStorefront(book, 3)
    seen, lines = 0, 0
    for now in range(book.start_s, book.start_s + 86_400 + 300, 300):
        new, rows = shop.orders(now - 300, now)
        assert np.all((new.at_s > now - 300) & (new.at_s <= now)) and int(new.lines.sum()) == len(rows)
        seen, lines = seen + len(new), lines + len(rows)
    assert (seen, lines) == (len(book), len(book.lines))


def test_customers_answer_once_and_some_leave(net: Network) -> None:
    book = generate(net, 1, 3)
    shop, order = TwinStorefront(book, 3), np.arange(100_000)
    quoted = np.zeros(100_000, np.int64)
    final = shop.answers(order, quoted, 10_000)
    assert (final == 0).mean() == pytest.approx(0.01, abs=0.002)
    assert (final == -1).mean() == pytest.approx(0.01, abs=0.002)
    soon = shop.answers(order, quoted, 60)
    assert 0.3 < (soon >= 0).mean() < 0.7 and np.all((soon == -1) | (soon == final))
    from dataclasses import replace

    real = TwinStorefront(replace(book, generated=False), 3)
    assert np.all(real.answers(order, quoted, 10_000) == 1)


def test_lockers_are_visited_and_some_packages_come_back() -> None:
    people, package = TwinCustomers(1), np.arange(50_000)
    at = np.full(50_000, 1_000_000)
    visited = people.collected(package, at, 10_000_000)
    assert (visited == -1).mean() == pytest.approx(0.05, abs=0.005)
    wait = visited[visited >= 0] - 1_000_000
    assert wait.min() >= 7_200 and wait.max() <= 216_000
    back = people.sent_back(package, at, 10_000_000)
    assert (back >= 0).mean() == pytest.approx(0.04, abs=0.005)
    early = people.sent_back(package, at, 1_000_000 + 2 * 86_400)
    assert np.all((early == -1) | (early == back)) and early.max() <= 1_000_000 + 2 * 86_400
