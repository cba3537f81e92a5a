"""Emission factors with source and licence.

All are from the UK government's greenhouse gas conversion factors 2025 (DESNZ/DEFRA), Open Government Licence v3.0,
kg CO2e. Well-to-tank (wtt) and tank-to-wheel (ttw) apart, as ISO 14083 asks; a battery vehicle has no ttw, all of its
emissions are upstream. Units here: micrograms CO2e per metre, per watt hour, per gram or per tonne and metre
(1 kg/km = 1,000,000 ug/m; 1 kg/kWh = 1,000,000 ug/Wh; 1 kg/t = 1,000 ug/g; 1 kg/tkm = 1,000,000 ug/(t m)).
"""

from __future__ import annotations

from doorward.tables.footprint import Factors

SOURCE = "UK government GHG conversion factors 2025 (DESNZ/DEFRA)"
LICENCE = "Open Government Licence v3.0"

_ROWS = (
    # name, wtt, ttw, unit, where in the source
    ("van_diesel", 67_060, 278_780, "ug/m", "vans, class III 1.74-3.5 t, diesel, km"),
    ("car_petrol", 45_990, 162_720, "ug/m", "cars by size, average car, petrol, km"),
    ("truck_empty", 151_620, 646_590, "ug/m", "HGV all diesel, all artics, 0 % laden, km"),
    ("truck_full", 251_570, 1_064_140, "ug/m", "HGV all diesel, all artics, 100 % laden, km"),
    (
        "grid",
        245_400,
        0,
        "ug/Wh",
        "UK electricity: generation 0.177 + upstream 0.0459 + losses 0.01853 + their upstream 0.00397",
    ),
    ("board", 1_199_725, 0, "ug/g", "material use, paper and board: board, primary"),
    ("film", 2_916_505, 0, "ug/g", "material use, plastics: average plastic film, primary"),
    ("grid_generation", 177_000, 0, "ug/Wh", "UK electricity: generation alone (a part of `grid`)"),
    ("truck_tkm", 18_230, 78_000, "ug/(t m)", "HGV all diesel, all artics, average laden, tonne.km"),
    ("rigid_empty", 132_070, 550_610, "ug/m", "HGV all diesel, rigid 7.5-17 t, 0 % laden, km"),
    ("rigid_full", 169_810, 706_030, "ug/m", "HGV all diesel, rigid 7.5-17 t, 100 % laden, km"),
    ("rigid_tkm", 92_460, 363_620, "ug/(t m)", "HGV all diesel, rigid 7.5-17 t, average laden, tonne.km"),
    ("light_empty", 110_270, 461_380, "ug/m", "HGV all diesel, rigid 3.5-7.5 t, 0 % laden, km"),
    ("light_full", 129_440, 540_680, "ug/m", "HGV all diesel, rigid 3.5-7.5 t, 100 % laden, km"),
    ("light_tkm", 122_960, 527_610, "ug/(t m)", "HGV all diesel, rigid 3.5-7.5 t, average laden, tonne.km"),
    ("van_tkm", 150_370, 628_490, "ug/(t m)", "vans, class III 1.74-3.5 t, diesel, tonne.km"),
)
NAMES = tuple(row[0] for row in _ROWS)
"""Order of the rows in `Factors`."""


def defra_2025() -> Factors:
    """The set as a table, one row a factor, in the order of NAMES."""
    name, wtt, ttw, unit, where = zip(*_ROWS, strict=True)
    return Factors.fill(
        len(_ROWS),
        name=name,
        wtt_ug=wtt,
        ttw_ug=ttw,
        unit=unit,
        source=[f"{SOURCE}: {each}" for each in where],
        licence=LICENCE,
    )
