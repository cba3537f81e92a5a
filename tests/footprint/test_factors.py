"""The factors in code are those of the source, and nothing in the repository is under a licence that forbids it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from doorward.footprint.factors import LICENCE, NAMES, defra_2025

VAN = "Class III (1.74 to 3.5 tonnes)"
FILES = {
    "vehicles": "category_managed_assets_vehicles.csv",
    "freight": "category_freighting_goods.csv",
    "wtt freight": "category_wtt_delivery_vehs_&_freight.csv",
    "land": "category_business_travel_land.csv",
    "wtt land": "category_wtt_pass_vehs_&_travel_land.csv",
    "material": "category_material_use.csv",
    "losses": "category_transmission_and_distribution.csv",
    "wtt grid": "category_wtt_uk_electricity.csv",
    "all": "scope_3.csv",
}
KG_PER_KM, KG_PER_KWH, KG_PER_T, KG_PER_TKM = 1e6, 1e6, 1e3, 1e6


def factor_of(folder: Path, file: str, *words: str) -> float:
    """The one value in kg CO2e whose row has all these words as cells."""
    with (folder / FILES[file]).open(encoding="utf-8-sig", newline="") as lines:
        rows = [r for r in csv.reader(lines) if r[-2] == "kg CO2e" and set(words) <= set(r) and r[-1]]
    values = {float(r[-1]) for r in rows}
    assert len(values) == 1, f"{file} {words}: {rows}"
    return values.pop()


@pytest.fixture
def defra(shared_data: Path) -> Path:
    folder = shared_data / "defra2025"
    if not folder.is_dir():
        pytest.skip("DEFRA 2025 not at hand")
    return folder


def known(name: str) -> tuple[int, int]:
    row, table = NAMES.index(name), defra_2025()
    return int(table.wtt_ug[row]), int(table.ttw_ug[row])


def test_vehicles_are_those_of_defra(defra: Path) -> None:
    artics = ("HGV (all diesel)", "All artics")
    wtt_artics = ("WTT- HGV (all diesel)", "All artics")
    for name, laden, unit, scale in (
        ("truck_empty", "0% Laden", "km", KG_PER_KM),
        ("truck_full", "100% Laden", "km", KG_PER_KM),
        ("truck_tkm", "Average laden", "tonne.km", KG_PER_TKM),
    ):
        source = (
            factor_of(defra, "wtt freight", *wtt_artics, laden, unit),
            factor_of(defra, "freight", *artics, laden, unit),
        )
        assert known(name) == pytest.approx([each * scale for each in source], abs=0.5)
    van = (
        factor_of(defra, "wtt freight", "WTT- vans", VAN, "Diesel", "km"),
        factor_of(defra, "vehicles", "Managed vans", VAN, "Diesel", "km"),
    )
    assert known("van_diesel") == pytest.approx([each * KG_PER_KM for each in van], abs=0.5)
    car = (
        factor_of(defra, "wtt land", "WTT- cars (by size)", "Average car", "Petrol", "km"),
        factor_of(defra, "land", "Cars (by size)", "Average car", "Petrol", "km"),
    )
    assert known("car_petrol") == pytest.approx([each * KG_PER_KM for each in car], abs=0.5)


@pytest.mark.parametrize(
    ("name", "body"), [("rigid", "Rigid (>7.5 tonnes-17 tonnes)"), ("light", "Rigid (>3.5 - 7.5 tonnes)")]
)
def test_smaller_trucks_are_those_of_defra(defra: Path, name: str, body: str) -> None:
    for load, laden, unit, scale in (
        ("empty", "0% Laden", "km", KG_PER_KM),
        ("full", "100% Laden", "km", KG_PER_KM),
        ("tkm", "Average laden", "tonne.km", KG_PER_TKM),
    ):
        source = (
            factor_of(defra, "wtt freight", "WTT- HGV (all diesel)", body, laden, unit),
            factor_of(defra, "freight", "HGV (all diesel)", body, laden, unit),
        )
        assert known(f"{name}_{load}") == pytest.approx([each * scale for each in source], abs=0.5)


def test_a_place_on_a_van_is_that_of_defra(defra: Path) -> None:
    source = (
        factor_of(defra, "wtt freight", "WTT- vans", VAN, "Diesel", "tonne.km"),
        factor_of(defra, "freight", "Vans", VAN, "Diesel", "tonne.km"),
    )
    assert known("van_tkm") == pytest.approx([each * KG_PER_TKM for each in source], abs=0.5)


def test_electricity_is_generation_upstream_and_losses(defra: Path) -> None:
    generation = factor_of(defra, "all", "Electricity generated", "Electricity: UK", "kWh")
    upstream = factor_of(defra, "wtt grid", "WTT- UK electricity (generation)")
    losses = factor_of(defra, "losses", "T&D- UK electricity")
    of_losses = factor_of(defra, "wtt grid", "WTT- UK electricity (T&D)")
    assert known("grid_generation") == (round(generation * KG_PER_KWH), 0)
    assert known("grid") == (round((generation + upstream + losses + of_losses) * KG_PER_KWH), 0)


def test_packaging_is_primary_material(defra: Path) -> None:
    primary = "Primary material production"
    board = factor_of(defra, "material", "Paper and board: board", primary)
    film = factor_of(defra, "material", "Plastics: average plastic film", primary)
    assert sum(known("board")) == pytest.approx(board * KG_PER_T, abs=0.5)
    assert sum(known("film")) == pytest.approx(film * KG_PER_T, abs=0.5)


def test_every_factor_names_its_source_and_a_free_licence() -> None:
    table = defra_2025()
    assert (table.licence == LICENCE).all() and "Open Government" in LICENCE
    assert all(len(source) > 40 for source in table.source)
    assert not any("GLEC" in text for text in (*table.source, *table.name)), (
        "GLEC's tables may not be shipped"
    )
