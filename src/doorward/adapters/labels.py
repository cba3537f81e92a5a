"""The shipping labels of a run as one ZPL II file: a label printer takes it as it is, in package order."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from doorward.core.errors import BadInput
from doorward.fulfillment.label.sscc import sscc18
from doorward.fulfillment.label.zpl import Label, label_zpl
from doorward.ledger.drafts import whole
from doorward.ledger.state import State
from doorward.tables.orders import Orders
from doorward.tables.packages import Labels, Packages
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Way


def write_labels(
    state: State, path: Path, utc_offset_s: int, prefix: str, extension: int, package: int = -1
) -> int:
    """Write the labels of all packages that have passed the scale, or of one; returns how many."""
    printed = np.flatnonzero(state.table(Labels).serial >= 0)
    if package >= 0:
        printed = printed[printed == package]
        if len(printed) == 0:
            raise BadInput(
                f"package {package} has no label",
                where="--package",
                rule="a label is printed when a package has passed the scale",
                remedy="`doorward track` says how far it has come",
            )
    with whole(path) as draft, draft.open("w", encoding="ascii") as file:
        for row in printed.tolist():
            file.write(label_zpl(label_of(state, row, utc_offset_s, prefix, extension)))
    return len(printed)


def label_of(state: State, package: int, utc_offset_s: int, prefix: str, extension: int) -> Label:
    """What stands on one package's label; `package` has a serial."""
    packages, sites = state.table(Packages), state.table(Sites)
    station, way = int(packages.station[package]), Way(int(packages.way[package]))
    zone = int(state.table(Orders).zone[packages.order[package]])
    due = datetime.fromtimestamp(int(packages.due_s[package]) + utc_offset_s, UTC)
    return Label(
        sscc=sscc18(int(state.table(Labels).serial[package]), extension=extension, prefix=prefix),
        building=str(sites.name[packages.fc[package]]),
        station=str(sites.name[station]) if station >= 0 else way.name,
        zone=str(state.table(Zones).name[zone]),
        route=f"WAVE {packages.wave[package]}",
        way=way.name,
        due=f"{due:%Y-%m-%d %H:%M}",
        weight_g=int(packages.packed_g[package]),
        package=package,
    )
