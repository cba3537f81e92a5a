"""Which packages a partner collects now, and what its messages mean for us.

Pick-up: at a service's time each building hands over what is sorted for it, earliest deadline first, at most the
service's daily capacity; what stays gets a remark.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S
from doorward.tables.doorstep import Left
from doorward.tables.journey import Event, Status
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages, Scanned, Scans
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.ways import Services

I64 = NDArray[np.int64]


def pickups_between(services: Services, after_s: int, now_s: int, utc_offset_s: int) -> tuple[I64, I64]:
    """(service rows, their pick-up times) that fall in (after_s, now_s]; of several days the last."""
    local = now_s + utc_offset_s
    at = local - (local - services.pickup_s.astype(np.int64)) % DAY_S - utc_offset_s
    rows = np.flatnonzero(at > after_s)
    return rows, at[rows]


def collections(
    services: Services, sites: int, outages: Outages, after_s: int, now_s: int, utc_offset_s: int
) -> I64:
    """(sites, services) when each partner collects at each building within (after_s, now_s]; -1 not.

    Nobody collects where the docks stand still, nor a partner that stays away; a round that was missed so is made up
    for when it is over.
    """
    local = now_s + utc_offset_s
    at = local - (local - services.pickup_s.astype(np.int64)) % DAY_S - utc_offset_s
    out = np.where(at > after_s, at, -1)[None].repeat(max(1, sites), axis=0)
    stops = np.isin(outages.what, (What.CLOSED, What.DEPARTURES, What.PICKUPS))
    near = np.flatnonzero(stops & ((outages.until_s < 0) | (outages.until_s > after_s)))
    for blocks in (False, True):  # what is made up for may be held up by another outage
        for k in near.tolist():
            site, service = int(outages.site[k]), int(outages.service[k])
            where = slice(None) if site < 0 else slice(site, site + 1)
            who = slice(None) if service < 0 else slice(service, service + 1)
            from_s, until_s = int(outages.from_s[k]), int(outages.until_s[k])
            stands = until_s < 0 or until_s > now_s
            part = out[where, who]
            if blocks and stands:
                part[part >= from_s] = -1
            elif not blocks and not stands:
                missed = (at[who] >= from_s) & (at[who] < until_s)
                part[:, missed] = until_s
    return out


def plan_handover(
    packages: Packages, services: Services, service: I64, pickup_s: I64, now_s: int, at_s: I64 | None = None
) -> tuple[Scanned, Remarks]:
    """Scans of what the services (rows `service`, at `pickup_s`) collect, and remarks for what stays.

    at_s (sites, services) of `collections` instead, if pick-ups differ by building.
    """
    mine = np.full(len(services) + 1, -1, np.int64)  # the last stands for "own network"
    mine[service] = pickup_s
    row = np.flatnonzero((packages.status == Status.SORTED) & (packages.carrier >= 0))
    when = mine[packages.carrier[row]] if at_s is None else at_s[packages.holder[row], packages.carrier[row]]
    row, when = row[when >= 0], when[when >= 0]
    if len(row) == 0:
        return Scanned.empty(), Remarks.empty()
    site, carrier = packages.holder[row], packages.carrier[row].astype(np.int64)
    order = np.lexsort((row, packages.leave_s[row], site, carrier))
    row, site, carrier, when = row[order], site[order], carrier[order], when[order]
    new = np.r_[True, (site[1:] != site[:-1]) | (carrier[1:] != carrier[:-1])]
    start = np.flatnonzero(new)
    rank = np.arange(len(row)) - np.repeat(start, np.diff(np.r_[start, len(row)]))
    fits = rank < services.capacity[carrier]
    go, stay = row[fits], row[~fits]
    scans = Scanned.fill(
        len(go),
        package=go,
        at_s=when[fits],
        event=int(Event.HANDED_OVER),
        site=site[fits],
        ref=carrier[fits],
        reason=0,
    )
    over = rank[~fits] - services.capacity[carrier[~fits]] + 1
    remarks = Remarks.about(
        Subject.PACKAGE, stay, Reason.NO_CAPACITY, now_s, limit=carrier[~fits], short=over
    )
    return scans, remarks


def handed_at(package: I64, packages: Packages, scans: Scans) -> I64:
    """When each package was handed to its partner: back along its scans to the hand-over; -1 never."""
    at = packages.last_scan[package]
    found = np.full(len(package), -1, np.int64)
    going = np.flatnonzero(at >= 0)
    while len(going):
        hit = scans.event[at[going]] == Event.HANDED_OVER
        found[going[hit]] = scans.at_s[at[going[hit]]]
        going = going[~hit]
        at[going] = scans.prev[at[going]]
        going = going[at[going] >= 0]
    return found


def plan_tracking(
    package: I64, event: NDArray[np.int8], at_s: I64, reason: NDArray[np.int16], packages: Packages
) -> Scanned:
    """Messages (columns of `CarrierEvents`) as scans. A return or a loss is booked to the building that shipped."""
    home = np.isin(event, (Event.RETURN_STARTED, Event.LOST))
    ref = np.where(event == Event.CARRIER_MOVED, packages.carrier[package], -1)
    ref = np.where(event == Event.DELIVERED, int(Left.AT_DOOR), ref)
    return Scanned(
        package=package,
        at_s=at_s,
        event=event,
        site=np.where(home, packages.fc[package], -1),
        ref=ref,
        reason=reason,
    )
