"""An independent check of pallets and bags: their whole life, told by the facts alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from doorward.core.table import Table
from doorward.tables.journey import Event
from doorward.tables.linehaul import Loaded, PalletsBuilt, TripMoved, TripStatus
from doorward.tables.packages import Packages, Palletized, Scanned

FACTS: tuple[type[Table], ...] = (PalletsBuilt, Palletized, Loaded, TripMoved, Scanned)
"""The facts that are read; others may be left out."""


@dataclass
class _Pallet:
    site: int
    dest: int
    packages: int
    volume_ml: int
    weight_g: int
    trip: int = -1
    members: list[int] = field(default_factory=list)
    departed: int = 0


@dataclass
class _Book:
    packages: Packages
    faults: list[str] = field(default_factory=list)
    pallets: list[_Pallet] = field(default_factory=list)
    chute: dict[int, int] = field(default_factory=dict)
    """Site at which a sorted package waits."""
    on: dict[int, int] = field(default_factory=dict)
    """The pallet that a package lies on."""
    left: set[int] = field(default_factory=set)
    """Trips that have left."""


def lint_pallets(
    turns: Iterable[Sequence[Table]], packages: Packages, *, most_ml: int, most_g: int
) -> list[str]:
    """Every breach in words; slow and obvious. turns: the facts of each turn in order; packages: as they ended.

    A pallet is built for one place, of packages that wait at its site and lie on no other; counts, volume and weight
    are those of its packages and within the limits (a single package may be larger); nothing is put on it once closed.
    It goes on one trip, before that leaves; with the trip every package on it departs and arrives at its destination,
    and no package departs without a pallet.
    """
    book = _Book(packages)
    for facts in turns:
        first = len(book.pallets)
        for fact in facts:
            if isinstance(fact, PalletsBuilt):
                _built(book, fact)
            elif isinstance(fact, Palletized):
                _filled(book, fact, first)
            elif isinstance(fact, Loaded):
                _loaded(book, fact)
            elif isinstance(fact, TripMoved):
                moved = zip(fact.trip.tolist(), fact.status.tolist(), strict=True)
                book.left |= {trip for trip, status in moved if status == TripStatus.LEFT}
            elif isinstance(fact, Scanned):
                _scanned(book, fact)
        for number in range(first, len(book.pallets)):
            _closed(book, number, most_ml, most_g)
    for number, pallet in enumerate(book.pallets):
        if pallet.trip in book.left and pallet.departed != len(pallet.members):
            book.faults.append(
                f"pallet {number} left with {pallet.departed} of its {len(pallet.members)} packages"
            )
    return book.faults


def _built(book: _Book, fact: PalletsBuilt) -> None:
    if fact.pallet.tolist() != list(range(len(book.pallets), len(book.pallets) + len(fact))):
        book.faults.append(f"pallet numbers do not continue at {len(book.pallets)}")
    columns = (fact.site, fact.dest, fact.packages, fact.volume_ml, fact.weight_g)
    for site, dest, count, volume, weight in zip(*(c.tolist() for c in columns), strict=True):
        if site == dest or dest < 0:
            book.faults.append(f"pallet {len(book.pallets)} goes nowhere")
        book.pallets.append(_Pallet(site, dest, count, volume, weight))


def _filled(book: _Book, fact: Palletized, first: int) -> None:
    for package, number in zip(fact.package.tolist(), fact.pallet.tolist(), strict=True):
        if not 0 <= number < len(book.pallets):
            book.faults.append(f"package {package} lies on pallet {number}, which was never built")
            continue
        pallet = book.pallets[number]
        if number < first:
            gone = "has left" if pallet.trip in book.left else "was closed"
            book.faults.append(f"package {package} was put on pallet {number}, which {gone}")
        if package in book.on:
            book.faults.append(f"package {package} lies on pallets {book.on[package]} and {number}")
        if book.chute.get(package, -1) != pallet.site:
            book.faults.append(f"package {package} does not wait where pallet {number} is built")
        book.on[package] = number
        pallet.members.append(package)


def _closed(book: _Book, number: int, most_ml: int, most_g: int) -> None:
    pallet, packages = book.pallets[number], book.packages
    volume = weight = 0
    for package in pallet.members:
        weighed = int(packages.packed_g[package])
        volume += int(packages.volume_ml[package])
        weight += weighed if weighed >= 0 else int(packages.weight_g[package])
    if not pallet.members:
        book.faults.append(f"pallet {number} is empty")
    if (len(pallet.members), volume, weight) != (pallet.packages, pallet.volume_ml, pallet.weight_g):
        told = f"{pallet.packages} packages, {pallet.volume_ml} ml, {pallet.weight_g} g"
        book.faults.append(f"pallet {number} says {told}, holds {len(pallet.members)}, {volume}, {weight}")
    if len(pallet.members) > 1 and (volume > most_ml or weight > most_g):
        book.faults.append(f"pallet {number} is over its volume or weight: {volume} ml, {weight} g")


def _loaded(book: _Book, fact: Loaded) -> None:
    for number, trip in zip(fact.pallet.tolist(), fact.trip.tolist(), strict=True):
        pallet = book.pallets[number]
        if pallet.trip >= 0:
            book.faults.append(f"pallet {number} is on trips {pallet.trip} and {trip}")
        if trip in book.left:
            book.faults.append(f"pallet {number} was loaded on trip {trip}, which has left")
        pallet.trip = trip


def _scanned(book: _Book, fact: Scanned) -> None:
    columns = (fact.package, fact.event, fact.site, fact.ref)
    for package, event, site, ref in zip(*(c.tolist() for c in columns), strict=True):
        number = book.on.get(package, -1)
        if event == Event.SORTED:
            book.chute[package] = site
            if number >= 0:
                book.faults.append(f"package {package} is sorted while it lies on pallet {number}")
        elif event == Event.DEPARTED:
            if number < 0 or book.pallets[number].trip != ref:
                book.faults.append(f"package {package} departs on trip {ref} without a pallet there")
            else:
                book.pallets[number].departed += 1
            book.chute.pop(package, None)
        elif event == Event.ARRIVED:
            if number >= 0 and book.pallets[number].dest != site:
                book.faults.append(
                    f"package {package} on pallet {number} arrives at {site}, not where it goes"
                )
            book.on.pop(package, None)
        elif number >= 0:
            book.faults.append(f"package {package} meets event {event} while it lies on pallet {number}")
