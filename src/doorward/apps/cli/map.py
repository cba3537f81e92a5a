"""`doorward map build`: an offline map for the control tower, made from an OpenStreetMap extract."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from doorward.adapters.basemap.fallback import area_of
from doorward.adapters.basemap.schema import ATTRIBUTION
from doorward.apps.cli.screen import ERR, answer, grid, progress, shown, teller
from doorward.core.errors import BadInput
from doorward.runtime.config import load_network

app = typer.Typer(help="Maps to show the network on.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `build` a word of its own."""


@app.command(epilog="Example: doorward map build porto.osm.pbf --out basemap.pmtiles")
def build(
    extract: Annotated[
        Path, typer.Argument(metavar="FILE.osm.pbf", help="OpenStreetMap extract of the place.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Where the map goes.")] = Path("basemap.pmtiles"),
    network: Annotated[str, typer.Option("--network", help="Only the area of this network.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Make a vector map (PMTiles) of streets, land, water and places; it needs no internet to be shown."""
    try:
        from doorward.adapters.basemap.build import build as build_map
    except ImportError as error:
        raise BadInput(
            f"{error.name or 'a library'} is missing",
            where="doorward map",
            rule="making maps needs the libraries of the extra `map`",
            remedy="pip install 'doorward[map]'",
        ) from error
    within = None
    if network:
        read = load_network(network)
        within = area_of(read.sites, read.zones)
    with progress() as bar:
        built = build_map(extract, out, teller(bar), within)
    if json:
        answer({**msgspec.to_builtins(built), "attribution": ATTRIBUTION})
        return
    grid(
        "",
        ("written", "MB", "tiles", "largest, kB", "things", "data of"),
        [
            (
                built.path,
                round(built.bytes / 1e6, 2),
                built.tiles,
                built.biggest_tile // 1000,
                built.things,
                built.dated or "unknown date",
            )
        ],
    )
    for count, words in (
        (built.broken, "areas and ways are cut by the extract's edge and left out"),
        (
            built.doubtful,
            "pieces of sea cannot be told from land, because their coast is broken; shown as land",
        ),
        (built.dropped, "of the least shapes left out of crowded tiles"),
    ):
        if count:
            ERR.print(shown(f"{count:,} {words}"))
    ERR.print(f"Show it with the words: {ATTRIBUTION}")
