"""Rates are exact to the cent, and a wrong card is told by file, row, column and remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from doorward.adapters.ratecards import load_cards
from doorward.carriers.cards.plan import month_day, rate, rater, receipt, sorted_sizes
from doorward.core.errors import BadInput
from doorward.core.seed import generator
from doorward.tables.cards import zone_numbers
from tests.carriers.oracle import SlowCard, random_card
from tests.carriers.world import CARDS

EXAMPLES = ("post", "regional", "express", "courier", "br_post", "br_carrier")


def parcels(rng: np.random.Generator, n: int) -> tuple[np.ndarray, ...]:
    sides = np.exp(rng.normal(5.5, 0.8, (3, n))).astype(np.int32) + 1
    grams = np.minimum(np.exp(rng.normal(7.2, 1.5, n)).astype(np.int64) + 1, 90_000)
    day = rng.integers(19_000, 20_500, n)
    return sides, grams, rng.integers(0, 3_500_000, n), rng.integers(-1, 4, n).astype(np.int8), day


def both(folder: Path, names: tuple[str, ...], seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """(fast, slow) cents of n random parcels, each on one of the cards in turn."""
    rng = generator(seed, "test/parcels")
    sides, grams, far, area, day = parcels(rng, n)
    home, md = rng.integers(0, 2, n).astype(np.int8), month_day(day)
    book = load_cards(folder, names)
    zones = zone_numbers(book.bands, len(names), far)
    places = np.broadcast_to(area, (len(names), n))
    fast = rate(rater(book), sorted_sizes(*sides), grams, np.arange(n), np.arange(n), md, zones, places, home)
    slow = np.full(n, -9)
    cards = [SlowCard(folder / name) for name in names]
    for i in range(n):
        k = i % len(names)
        slow[i] = cards[k].cents(
            sides[:, i], int(grams[i]), int(far[i]), int(area[i]), int(md[i]), int(home[i])
        )
    return fast[np.arange(n), np.arange(n) % len(names)], slow


def test_random_cards_equal_the_slow_reading(tmp_path: Path) -> None:
    rng = generator(3, "test/cards")
    names = tuple(f"c{k}" for k in range(40))
    for name in names:
        random_card(tmp_path / name, rng)
    fast, slow = both(tmp_path, names, 5, 20_000)
    assert (slow >= 0).mean() > 0.3
    np.testing.assert_array_equal(fast, slow)


def test_example_cards_equal_the_slow_reading() -> None:
    fast, slow = both(CARDS, EXAMPLES, 6, 3_000)
    np.testing.assert_array_equal(fast, slow)


def test_a_rate_by_hand() -> None:
    """Express, zone 1, 2,300 g in 400 x 300 x 250 mm on a June day: 30 l / 5,000 = 6,000 g; 980 + 120 * 6^0.85."""
    book = load_cards(CARDS, ["express"])
    size = np.array([400, 300, 250])
    lines = receipt(book, 0, size, 2_300, 1, 0, 615)
    base = round(980 + 120 * 6**0.85)
    assert lines == [("base rate", base), ("RESIDENTIAL", 345), ("fuel", round((base + 345) * 0.1925))]


def test_examples_say_that_they_are_invented() -> None:
    assert load_cards(CARDS, EXAMPLES).cards.invented.all()
    assert all("Invented example" in (CARDS / n / "card.toml").read_text() for n in EXAMPLES)


def test_month_and_day() -> None:
    days = np.array([0, 31, 59, 19_723, 19_782, 20_088])  # 2024-01-01, 2024-02-29, 2024-12-31
    assert month_day(days).tolist() == [101, 201, 301, 101, 229, 1231]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("rates.csv", "1,100,362", "1,100,-5", "rates.csv row 2: cents is '-5'"),
        ("rates.csv", "1,100,362\n", "", "every zone has one rate for every weight step"),
        (
            "rates.csv",
            "zone,up_to_g,cents",
            "zone,weight,cents",
            "rates.csv row 1: columns are zone,weight,cents",
        ),
        ("zones.csv", "80000,240000,2", "90000,240000,2", "zones.csv row 3: from_m is '90000'"),
        ("transit.csv", "1,44,66", "1,44,40", "transit.csv row 2: p90_h is '40'"),
        ("surcharges.csv", "longest_mm,560", "length,560", "surcharges.csv row 2: when is 'length'"),
        ("limits.csv", "max_g", "most_g", "limits.csv row 2: limit is 'most_g'"),
        ("card.toml", "round_g = 50", "round_g = 0", "round_g is 0"),
        ("card.toml", "round_g = 50", 'round_g = "x"', "round_g"),
        ("card.toml", "round_g = 50", "rounding = 50", "rounding"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, file: str, old: str, new: str, told: str) -> None:
    target = tmp_path / "post"
    target.mkdir()
    for path in (CARDS / "post").iterdir():
        text = path.read_text()
        if path.name == file:
            assert old in text
            text = text.replace(old, new, 1)
        (target / path.name).write_text(text)
    with pytest.raises(BadInput) as caught:
        load_cards(tmp_path, ["post"])
    assert told in str(caught.value)


def test_a_missing_card_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is missing"):
        load_cards(tmp_path, ["nobody"])
