"""The basemap: a style for the network, and tiles where a map file was built (`doorward map build`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get
from litestar.params import QueryParameter

from doorward.adapters.basemap.fallback import network_style
from doorward.adapters.basemap.style import style
from doorward.adapters.basemap.tiles import HEADERS, Tiles
from doorward.apps.api.live import Live
from doorward.apps.api.own import own_network
from doorward.apps.api.problems import missing
from doorward.apps.api.reading import Looking
from doorward.apps.api.who import Who
from doorward.runtime.look.cells import Cells, cells, doors_of
from doorward.runtime.look.network import network_shape
from doorward.runtime.look.tone import TONES, package_tones
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Watch
from doorward.tables.sites import Sites

MAP_FILE = "basemap.pmtiles"


class Basemap:
    """The map file of a network's folder, if there is one."""

    def __init__(self, live: Live) -> None:
        path: Path = live.replica.where.root / MAP_FILE
        self.tiles = Tiles(path) if path.is_file() else None
        self.invented = live.replica.where.settings.generated


@get("/map/style.json", opt={"scope": "RUNS_READ"}, summary="The map's style")
async def map_style(
    request: Request[Any, Any, Any],
    looking: Looking,
    who: Who,
    basemap: Basemap,
    theme: Literal["dark", "light"] = "dark",
) -> Response[bytes]:
    """MapLibre style: over the map file's tiles, or drawn from the network's own zones and lanes."""
    if basemap.tiles is not None:
        url = f"{request.base_url}api/v1/map/tiles/{{z}}/{{x}}/{{y}}.mvt?v={basemap.tiles.etag}"
        made = style(theme, url, box=basemap.tiles.box, dated=basemap.tiles.dated)
    else:
        view = looking.now()
        made = network_style(own_network(who, view.state, network_shape(view)), theme, island=basemap.invented)
    return Response(
        msgspec.json.encode(made),
        media_type="application/json",
        headers={"Cache-Control": "private, max-age=300"},
    )


@get("/map/tiles/{z:int}/{x:int}/{y:str}", opt={"scope": "RUNS_READ"}, summary="A tile")
async def map_tile(z: int, x: int, y: str, basemap: Basemap) -> Response[bytes]:
    """Mapbox Vector Tile, gzipped; `y` ends in .mvt."""
    row = y.removesuffix(".mvt")
    found = basemap.tiles.tile(z, x, int(row)) if basemap.tiles is not None and row.isdecimal() else None
    if found is None:
        raise missing(f"tile {z}/{x}/{y}")
    return Response(found, media_type="application/vnd.mapbox-vector-tile", headers=HEADERS)


@get("/cells", opt={"scope": "NETWORK_READ"}, summary="Open packages by hexagon")
async def cells_(
    request: Request[Any, Any, Any], looking: Looking, zoom: Annotated[int, QueryParameter(ge=0, le=22)] = 10,
    at: Annotated[int | None, QueryParameter(name="at", required=False)] = None,
) -> Response[Cells]:  # fmt: skip
    """For maps seen from far away: how many doors wait there, how many of them late."""

    def shape(view: Any) -> Cells:
        packages = view.table(Packages)
        row = view.open
        doors = doors_of(packages, view.table(Orders), view.table(Sites), row)
        return cells(
            view.turn,
            view.now_s,
            doors,
            package_tones(packages, view.table(Watch), row, view.now_s),
            TONES,
            zoom,
        )

    return await looking.answer(request, at, ("cells", zoom), shape)


ROUTES = [map_style, map_tile, cells_]
