"""Colours of the ground, dark and light: quiet slate, so that only our own things are loud.

Nothing here is green, amber, red, purple or gold enough to be taken for a status; parks lean towards the teal of slate,
water towards its blue.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Theme = Literal["dark", "light"]


class Palette(NamedTuple):
    """Hex colours, sRGB."""

    land: str
    water: str
    shore: str
    green: str
    built: str
    industrial: str
    building: str
    road: str
    street: str
    main: str
    casing: str
    rail: str
    border: str
    text: str
    faint: str
    halo: str


PALETTES: dict[Theme, Palette] = {
    "dark": Palette(
        land="#171d24",
        water="#0f2233",
        shore="#2b4a62",
        green="#17292a",
        built="#1d242d",
        industrial="#20242f",
        building="#27303a",
        road="#4a5866",
        street="#333f4b",
        main="#5d6e80",
        casing="#11161b",
        rail="#3a4652",
        border="#5c6c7c",
        text="#b9c6d3",
        faint="#8b9aa9",
        halo="#11161b",
    ),
    "light": Palette(
        land="#f1f3f5",
        water="#c6d9e6",
        shore="#97b6ca",
        green="#d9e8df",
        built="#e6eaee",
        industrial="#e2e3ed",
        building="#d5dce2",
        road="#ffffff",
        street="#ffffff",
        main="#ffffff",
        casing="#b4bfc9",
        rail="#b5c0ca",
        border="#8291a0",
        text="#3b4855",
        faint="#4d5b68",
        halo="#f7f9fa",
    ),
}
