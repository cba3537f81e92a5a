"""A package with its whole story: where it is, who brings it, why so, and when it comes."""

from __future__ import annotations

import numpy as np

from doorward.core.errors import BadInput
from doorward.fulfillment.label.sscc import sscc18
from doorward.fulfillment.rules import FulfillmentRules
from doorward.runtime.history import bill_words
from doorward.runtime.look.shapes import Tone
from doorward.runtime.look.shapes_pages import PackageShape
from doorward.runtime.look.story import package_moments
from doorward.runtime.look.tone import tone_list
from doorward.runtime.look.view import OPEN, Longs, View
from doorward.runtime.look.words import stage_word
from doorward.tables.fleet import Stops
from doorward.tables.footprint import PackageFootprint
from doorward.tables.items import Boxes
from doorward.tables.orders import Orders
from doorward.tables.packages import Labels, Packages
from doorward.tables.ways import Services, Way

GRAMS = tuple(c for c in PackageFootprint.columns if c.endswith("_mg"))


def package_shape(view: View, package: int, shop: int | None = None) -> PackageShape:
    """One package. Raises BadInput if there is none of that number (or not for this shop)."""
    packages, orders = view.table(Packages), view.table(Orders)
    known = 0 <= package < len(packages)
    if not known or (shop is not None and int(orders.shop[packages.order[package]]) != shop):
        raise BadInput(
            f"no package {package}", where="package", rule="the number of a package", remedy="GET /search"
        )
    return package_shapes(view, np.array([package], np.int64))[0]


def package_shapes(view: View, row: Longs) -> list[PackageShape]:
    """These packages, in this order."""
    tones = tone_list(view.tones_of(row))
    return [_shape(view, int(n), tones[k]) for k, n in enumerate(row)]


def _shape(view: View, package: int, tone: Tone) -> PackageShape:
    packages, stops, boxes = view.table(Packages), view.table(Stops), view.table(Boxes)
    p = {name: int(getattr(packages, name)[package]) for name in packages.columns}
    stop, box = p["stop"], p["box"]
    return PackageShape(
        package=package,
        sscc=sscc(view, package),
        order=p["order"],
        status=stage_word(p["status"]),
        tone=tone,
        way=Way(p["way"]).name.lower() if p["way"] >= 0 else "",
        why_way=bill_words(view.state, package, view.frame.currency),
        carrier=str(view.table(Services).name[p["carrier"]]) if p["carrier"] >= 0 else "",
        fc=p["fc"],
        station=p["station"],
        run=int(stops.run[stop]) if stop >= 0 else -1,
        seq=int(stops.seq[stop]) if stop >= 0 else -1,
        stops_before=stops_before(view, package),
        box=str(boxes.name[box]) if 0 <= box < len(boxes) else "own packaging",
        weight_g=p["packed_g"] if p["packed_g"] >= 0 else p["weight_g"],
        board_g=int(boxes.board_g[box]) if 0 <= box < len(boxes) else 0,
        value_c=p["value_c"],
        bill_c=p["bill_c"],
        co2_g=_co2_g(view, package, p["co2_mg"]),
        due_lo_s=p["due_lo_s"],
        due_s=p["due_s"],
        eta_lo_s=p["eta_lo_s"],
        eta_hi_s=p["eta_hi_s"],
        eta_at_s=p["eta_at_s"],
        attempts=p["attempts"],
        story=package_moments(view, package),
    )


def sscc(view: View, package: int) -> str:
    """The SSCC-18 on its label; empty before it has one."""
    labels, rules = view.table(Labels), view.rule(FulfillmentRules)
    serial = int(labels.serial[package]) if package < len(labels) else -1
    return sscc18(serial, extension=rules.sscc_extension, prefix=rules.sscc_prefix) if serial >= 0 else ""


def stops_before(view: View, package: int) -> int:
    """Doors still to be visited before its own on its run; -1 it is not on a run, or was visited."""
    packages, stops = view.table(Packages), view.table(Stops)
    stop = int(packages.stop[package])
    if stop < 0 or stops.done_s[stop] >= 0 or not OPEN[packages.status[package]]:
        return -1
    rows, _ = view.stops_of(stops.run[stop : stop + 1].astype(np.int64))
    ahead = rows[(stops.seq[rows] < stops.seq[stop]) & (stops.done_s[rows] < 0)]
    ahead = ahead[packages.stop[stops.package[ahead]] == ahead]
    return len(np.unique(stops.seq[ahead]))


def _co2_g(view: View, package: int, quoted_mg: int) -> int:
    """What the footprint ledger gave it once it has ended, before that what its way was quoted at; -1 neither."""
    prints = view.table(PackageFootprint)
    if package < len(prints) and not OPEN[view.table(Packages).status[package]]:
        return round(sum(int(getattr(prints, name)[package]) for name in GRAMS) / 1000)
    return round(quoted_mg / 1000) if quoted_mg >= 0 else -1
