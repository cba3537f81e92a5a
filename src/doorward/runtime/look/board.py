"""The dispatcher's board of a station: what stands on no run and why, and its runs that are planned or on the road."""

from __future__ import annotations

import numpy as np

from doorward.runtime.look.doors import degrees, places
from doorward.runtime.look.groups import standing_remark
from doorward.runtime.look.runs import run_details
from doorward.runtime.look.shapes_pages import Board, Unassigned
from doorward.runtime.look.station import must_be
from doorward.runtime.look.tone import tone_list
from doorward.runtime.look.view import Longs, View
from doorward.runtime.look.words import fits_words, reason_words
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.packages import Packages
from doorward.tables.remarks import Remarks
from doorward.tables.sites import SiteKind
from doorward.tables.ways import Way


def board(view: View, station: int) -> Board:
    """The board of one station; the pool by promise. Raises BadInput if it is none."""
    must_be(view, station, SiteKind.STATION, "delivery station")
    runs, packages = view.table(Runs), view.table(Packages)
    pool = view.unassigned[packages.station[view.unassigned] == station]
    live = np.isin(runs.status, (RunStatus.PLANNED, RunStatus.LEFT, RunStatus.BROKEN)) & (
        runs.station == station
    )
    return Board(
        turn=view.turn,
        now_s=view.now_s,
        station=station,
        unassigned=unassigned_shapes(view, pool[np.lexsort((pool, packages.due_s[pool]))]),
        runs=run_details(view, np.flatnonzero(live)),
    )


def unassigned_shapes(view: View, row: Longs) -> list[Unassigned]:
    """These packages as the pool shows them. why: the newest remark since they came to the station."""
    packages, remarks = view.table(Packages), view.table(Remarks)
    tones, remark = tone_list(view.tones_of(row)), standing_remark(view, row).tolist()
    lat_udeg, lon_udeg = places(view, row)
    lat, lon = degrees(lat_udeg), degrees(lon_udeg)
    weight = np.where(packages.packed_g[row] >= 0, packages.packed_g[row], packages.weight_g[row])
    found = []
    for k, n in enumerate(row.tolist()):
        way, told = int(packages.way[n]), remark[k] >= 0
        found.append(
            Unassigned(
                package=n,
                order=int(packages.order[n]),
                station=int(packages.station[n]),
                way=Way(way).name.lower() if way >= 0 else "",
                lat=lat[k],
                lon=lon[k],
                due_lo_s=int(packages.due_lo_s[n]),
                due_s=int(packages.due_s[n]),
                weight_g=int(weight[k]),
                volume_ml=int(packages.volume_ml[n]),
                tone=tones[k],
                why=reason_words(int(remarks.reason[remark[k]])) if told else "",
                fits=fits_words(view, remark[k]) if told else "",
            )
        )
    return found
