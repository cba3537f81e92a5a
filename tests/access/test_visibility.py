"""Nothing outside the mask is ever reachable: against a slow, obvious reading of the rules, on random networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.access.rights import FIELDS, orders_seen, packages_seen, parts_seen, redacted, runs_seen
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.people import EVERY_PART, Organisations, OrgKind, Part, Responsible, Serving

KINDS = [
    OrgKind.OPERATOR,
    OrgKind.SHIPPER,
    OrgKind.SHIPPER,
    *[OrgKind.CONTRACTOR] * 2,
    *[OrgKind.CARRIER] * 2,
]
ORGS = range(len(KINDS))
ON_THE_WAY = {Status.PLANNED, Status.RELEASED, Status.PICKED, Status.PACKED, Status.SORTED, Status.MOVING,
              Status.ARRIVED, Status.READY, Status.OUT, Status.FAILED, Status.WITH_CARRIER}  # fmt: skip


def network(seed: int) -> State:
    """Random orders, packages, runs; some vehicles and services that nobody was given, some rows without any."""
    draw = np.random.default_rng(seed)
    state, n, runs, stops = State(), 60, 12, 40
    state.append(Organisations.fill(len(KINDS), kind=[int(k) for k in KINDS]))
    state.append(Orders.fill(30, shop=draw.integers(-1, 3, 30)))
    state.append(Responsible.fill(4, org=draw.choice([-1, 3, 4], 4)))
    state.append(Serving.fill(2, org=draw.choice([-1, 5, 6], 2)))
    state.append(Runs.fill(runs, vehicle=draw.integers(-1, 6, runs), status=draw.integers(0, 4, runs)))
    state.append(Stops.fill(stops, run=draw.integers(0, runs, stops)))
    columns = {"stop": draw.integers(-1, stops, n), "carrier": draw.integers(-1, 4, n)}
    state.append(
        Packages.fill(n, order=draw.integers(0, 30, n), status=draw.integers(0, len(Status), n), **columns)
    )
    return state


def at(column: np.ndarray, row: int) -> int:
    """The value of a row; -1 where there is none."""
    return int(column[row]) if 0 <= row < len(column) else -1


def parts_slowly(state: State, org: int, package: int) -> Part:
    """What README.md says, one package at a time."""
    packages, runs = state.table(Packages), state.table(Runs)
    status = Status(int(packages.status[package]))
    if KINDS[org] == OrgKind.OPERATOR:
        return EVERY_PART
    if KINDS[org] == OrgKind.SHIPPER:
        return EVERY_PART if state.table(Orders).shop[packages.order[package]] == org else Part(0)
    if KINDS[org] == OrgKind.CARRIER:
        mine = at(state.table(Serving).org, int(packages.carrier[package])) == org
        given_ = Part.NAME | Part.STREET | Part.TOWN | Part.PHONE
        return given_ if mine and status == Status.WITH_CARRIER else Part(0)
    run = at(state.table(Stops).run, int(packages.stop[package]))
    if run < 0 or at(state.table(Responsible).org, int(runs.vehicle[run])) != org or status not in ON_THE_WAY:
        return Part(0)
    planned = Part.NAME | Part.STREET | Part.TOWN | Part.NOTE
    stage = {RunStatus.PLANNED: planned, RunStatus.LEFT: planned | Part.PHONE}
    return stage.get(RunStatus(int(runs.status[run])), Part(0))


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_masks_are_what_the_rules_say(seed: int) -> None:
    state = network(seed)
    rows, orders = np.arange(state.count(Packages)), np.arange(state.count(Orders))
    shop, runs = state.table(Orders).shop, state.table(Runs)
    for org in ORGS:
        parts = parts_seen(state, org, rows).tolist()
        assert parts == [parts_slowly(state, org, package) for package in rows.tolist()]
        assert packages_seen(state, org, rows).tolist() == [bits > 0 for bits in parts]
        shuffled = np.random.default_rng(seed).permutation(rows)
        assert (parts_seen(state, org, shuffled) == np.array(parts)[shuffled]).all()
        sees_orders = [org == 0 or (KINDS[org] == OrgKind.SHIPPER and each == org) for each in shop.tolist()]
        assert orders_seen(state, org, orders).tolist() == sees_orders
        owner = [at(state.table(Responsible).org, vehicle) for vehicle in runs.vehicle.tolist()]
        assert runs_seen(state, org).tolist() == [
            org == 0 or (KINDS[org] == OrgKind.CONTRACTOR and each == org) for each in owner
        ]


@given(st.integers(0, 10**6))
def test_two_of_a_kind_never_see_the_same_package(seed: int) -> None:
    state = network(seed)
    rows = np.arange(state.count(Packages))
    for one, other in ((1, 2), (3, 4), (5, 6)):
        assert not (packages_seen(state, one, rows) & packages_seen(state, other, rows)).any()


def test_a_network_without_packages() -> None:
    none = np.zeros(0, np.int64)
    assert all(len(parts_seen(network(1), org, none)) == 0 for org in ORGS)
    assert len(packages_seen(State(), 0, none)) == 0


@given(
    st.dictionaries(st.sampled_from([*FIELDS, "secret", "door_code"]), st.text(min_size=1)),
    st.integers(0, 63),
)
def test_a_field_passes_with_its_part_only(recipient: dict[str, str], bits: int) -> None:
    seen = redacted(recipient, Part(bits))
    assert seen.items() <= recipient.items()
    for name in recipient:
        assert (name in seen) == (name in FIELDS and bool(FIELDS[name] & Part(bits)))


def test_every_field_of_a_recipient_is_some_part() -> None:
    reading = pytest.importorskip("doorward.apps.api.orders_in")
    assert set(reading.RecipientIn.__struct_fields__) == set(FIELDS)
