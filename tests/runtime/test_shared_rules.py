"""Who promises and who chooses the way read one clock and one price of a broken promise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from doorward.carriers.rules import CarriersRules
from doorward.flex.rules import FlexRules
from doorward.lastmile.rules import LastmileRules
from doorward.promise.rules import PromiseRules
from doorward.runtime.config import load_network, rules_from
from doorward.runtime.problems import BadFile
from doorward.runtime.rules import RULES
from doorward.runtime.shared import SHARED
from doorward.tracking.rules import TrackingRules

NETWORKS = Path(__file__).parents[2] / "networks"


@pytest.mark.parametrize("name", ["metro", "national", "brazil"])
def test_two_rooms_see_alike(name: str) -> None:
    rules = rules_from(load_network(NETWORKS / f"{name}.toml"), RULES)
    rooms = {"carriers": rules[CarriersRules], "promise": rules[PromiseRules], "flex": rules[FlexRules]}
    rooms |= {"tracking": rules[TrackingRules], "lastmile": rules[LastmileRules]}
    for section, (origin, keys) in SHARED.items():
        for theirs, ours in keys.items():
            assert getattr(rooms[section], ours) == getattr(rooms[origin], theirs), (name, ours)


def test_an_evening_that_leaves_before_it_is_planned_is_told() -> None:
    net = load_network(NETWORKS / "metro.toml")
    rooms = {**net.rooms, "promise": {**net.rooms["promise"], "evening_s": 60_000}}
    with pytest.raises(BadFile) as caught:
        rules_from(replace(net, rooms=rooms), RULES)
    (told,) = caught.value.problems
    assert told.where == "[promise]" and told.column == "evening_plan_s"


def test_a_walk_longer_than_its_allowance_is_told_with_both_remedies() -> None:
    net = load_network(NETWORKS / "metro.toml")
    rooms = {**net.rooms, "twin": {"floor": {"most_pm": 120}}}
    with pytest.raises(BadFile) as caught:
        rules_from(replace(net, rooms=rooms), RULES)
    (told,) = caught.value.problems
    assert told.where == "[twin.floor]" and told.column == "most_pm"
    assert "allowance_pm = 120" in told.remedy and "most_pm = 80" in told.remedy
    rooms["fulfillment"] = {**net.rooms.get("fulfillment", {}), "allowance_pm": 120}
    assert rules_from(replace(net, rooms=rooms), RULES)


def test_a_start_beyond_the_calendar_is_told(tmp_path: Path) -> None:
    text = (NETWORKS / "metro.toml").read_text().replace("start = 2026-03-03", "start = 2040-03-03")
    (tmp_path / "late.toml").write_text(text.replace('"cards/', f'"{NETWORKS}/cards/'))
    with pytest.raises(BadFile) as caught:
        load_network(tmp_path / "late.toml")
    assert [(told.where, told.column) for told in caught.value.problems] == [("[network]", "start")]
