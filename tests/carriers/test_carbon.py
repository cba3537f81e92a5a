"""Partners' carbon is that of the cited factors under the assumptions that the rules name."""

from __future__ import annotations

from pathlib import Path

from doorward.carriers.rules import CarriersRules
from doorward.footprint.factors import NAMES, defra_2025

FLOWN = 3  # a third of express kilometres
METRES = (550, 700, 800, 1_750)
AIR_KG_TKM = (0.20515, 1.27835)  # well to tank; tank to wheel with radiative forcing
FILES = ("category_wtt_delivery_vehs_&_freight.csv", "category_freighting_goods.csv")


def of(name: str) -> int:
    row, table = NAMES.index(name), defra_2025()
    return int(table.wtt_ug[row] + table.ttw_ug[row])


def test_the_rules_follow_from_the_factors() -> None:
    rules, truck = CarriersRules(), of("truck_tkm") / 1000
    assert rules.partner_mg == tuple(of("van_diesel") * m // 1000 for m in METRES)
    express = (sum(AIR_KG_TKM) * 1000 + (FLOWN - 1) * truck) / FLOWN
    assert rules.partner_mg_kg_km == tuple(round(x) for x in (truck, truck, express, of("van_tkm") / 1000))


def test_the_flights_are_those_of_the_source(shared_data: Path) -> None:
    for file, value in zip(FILES, AIR_KG_TKM, strict=True):
        path = shared_data / "defra2025" / file
        if path.is_file():
            text = path.read_text(encoding="utf-8-sig")
            lines = [x for x in text.splitlines() if "reight flights" in x and "Short-haul" in x]
            assert any("With RF,tonne.km,kg CO2e," + str(value) in x for x in lines)
