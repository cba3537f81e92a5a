"""`[[outages]]` and `[[storm]]` of a network file or of a change: names and times turned into rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from doorward.core.errors import BadInput
from doorward.runtime.moments import moment
from doorward.runtime.network_file import Outage
from doorward.runtime.network_file import Storm as StormRow
from doorward.runtime.problems import Problems
from doorward.tables.outages import Outages, PlannedOutages, What
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.ways import Services
from doorward.twin.weather import Storm


def make_outages(
    problems: Problems,
    rows: Sequence[Outage],
    sites: Sites,
    services: Services,
    start_s: int,
    utc_offset_s: int,
    section: str = "outages",
) -> tuple[Outages, PlannedOutages]:
    """(all, those announced beforehand) with times counted from the local midnight `start_s`."""
    made: list[tuple[int, int, int, int, int]] = []
    told: list[bool] = []
    for i, each in enumerate(rows):
        where = f"[[{section}]] {i + 1}"
        site = _row(problems, where, "site", each.site, sites.name, sites.kind != SiteKind.LOCKER)
        partner = each.carrier if each.carrier != "all" else ""
        service = _row(problems, where, "carrier", partner, services.name, np.ones(len(services), bool))
        if not each.site and not each.carrier:
            rule = "an outage names a building (site) or a partner (carrier)"
            problems.add(where, "site", "neither site nor carrier", rule, "name one")
        what = What.PICKUPS if each.carrier else What[each.what.upper()]
        if what is What.PICKING and site >= 0 and sites.kind[site] != SiteKind.FC:
            rule = "only fulfillment centers pick"
            problems.add(where, "what", f"picking at {each.site}", rule, "choose sorting or closed")
        span = _span(problems, where, each, start_s, utc_offset_s)
        if span:
            made.append((site, service, int(what), *span))
            told.append(each.announced)
    table = np.array(made, np.int64).reshape(-1, 5).T
    names = ("site", "service", "what", "from_s", "until_s")
    columns: dict[str, NDArray[np.int64]] = dict(zip(names, table, strict=True))
    known = np.array(told, bool)
    every = Outages.fill(len(made), **columns)
    return every, PlannedOutages.fill(int(known.sum()), **{name: c[known] for name, c in columns.items()})


def make_storms(
    problems: Problems,
    rows: Sequence[StormRow],
    regions: Sequence[str],
    start_s: int,
    utc_offset_s: int,
    section: str = "storm",
) -> list[Storm]:
    """Storms with times counted from the local midnight `start_s`; units as in WeatherHours."""
    made = []
    names = np.array(regions, object)
    for i, each in enumerate(rows):
        where = f"[[{section}]] {i + 1}"
        region = _row(problems, where, "region", each.region, names, np.ones(len(names), bool))
        span = _span(problems, where, each, start_s, utc_offset_s)
        given = (each.rain_mm_h, each.snow_mm_h, each.wind_m_s, each.gust_m_s)
        if all(figure is None for figure in given):
            rule = "a storm has rain_mm_h, snow_mm_h, wind_m_s or gust_m_s"
            problems.add(where, "", "no weather", rule, "give one of them")
        falls, wind, gust = each.snow_mm_h if each.snow_mm_h is not None else given[0], *given[2:]
        um, wind_mms, gust_mms = (-1 if v is None else round(v * 1000) for v in (falls, wind, gust))
        if span:
            made.append(
                Storm(region, *span, um, wind_mms, gust_mms, each.snow_mm_h is not None, each.forecast)
            )
    return made


def _span(
    problems: Problems, where: str, each: Outage | StormRow, start_s: int, utc_offset_s: int
) -> tuple[int, int] | None:
    """(from, until) in Unix seconds; None if it cannot be read."""
    times = []
    for key, text in (("from", each.start), ("until", each.until)):
        try:
            times.append(moment(text, start_s, utc_offset_s, where))
        except BadInput as error:
            problems.add(where, key, f"cannot read {text!r}", str(error.rule), "write it so")
    if len(times) < 2:
        return None
    if times[0] >= times[1]:
        rule = "it begins before it ends"
        problems.add(where, "until", f"{each.start} to {each.until}", rule, "correct the times")
    return times[0], times[1]


def _row(
    problems: Problems,
    where: str,
    key: str,
    name: str,
    names: NDArray[np.object_],
    fits: NDArray[np.bool_],
) -> int:
    """Row of a name; -1 for none."""
    if not name:
        return -1
    found = np.flatnonzero((names == name) & fits)
    if not len(found):
        known = ", ".join(str(n) for n in names[fits][:12])
        problems.add(where, key, f"no {name!r}", f"names here are {known}", "correct the name")
        return -1
    return int(found[0])
