"""Whatever people ask for, nobody comes to have more than whoever let them in."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.access import commands as access
from doorward.access.rights import holds, packages_seen, runs_seen, scopes
from doorward.access.state import FOLDS
from doorward.core.errors import BadInput, Refused
from doorward.ledger.desk import Desk
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, Stops, Vehicles
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.people import ROLE_SCOPES, Grants, Organisations, OrgKind, Principal, Role, Scope

NOW_S = 1_000_000


class World:
    """A state, and commands given to it one after the other."""

    def __init__(self) -> None:
        self.state = State()
        self.now_s = NOW_S
        self.made = 0

    def do(self, name: str, asked: object, asker: int = -1) -> access.Made | access.Nothing:
        command = next(c for c in access.COMMANDS if c.name == name)
        desk = Desk(
            state=self.state, world=None, rules={}, seed=0, utc_offset_s=0, now_s=self.now_s, after_s=self.now_s,
            asker=asker,
        )  # type: ignore[arg-type]  # fmt: skip
        answer = command.work(desk, asked)
        for fact in desk.posted:
            FOLDS[type(fact)](self.state, fact, self.now_s)
        return answer

    def digest(self) -> str:
        self.made += 1
        return f"{self.made:064x}"


def started() -> World:
    world = World()
    world.do("access.start", access.Start(name="Operator", digest=world.digest()))
    for kind in ("shipper", "shipper", "contractor", "carrier"):
        world.do("access.make_organisation", access.MakeOrganisation(name=kind, kind=kind), asker=0)
    return world


ROLES = [role.name.lower() for role in Role]
SCOPES = [scope.name for scope in Scope if scope.name]
steps = st.lists(
    st.tuples(
        st.sampled_from(["user", "key", "session", "revoke", "org", "password", "erase"]),
        st.integers(0, 30), st.integers(0, 6), st.sampled_from(ROLES), st.lists(st.sampled_from(SCOPES), max_size=3),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=60)
@given(steps)
def test_no_grant_has_more_than_its_maker(plan: list[tuple[str, int, int, str, list[str]]]) -> None:
    world = started()
    for number, (what, who, org, role, names) in enumerate(plan):
        count = world.state.count(Grants)
        asker = who % count
        asked: dict[str, tuple[str, object]] = {
            "user": ("make_user", access.MakeUser(org=org, role=role, email=f"a{number}@example.org")),
            "key": (
                "make_key",
                access.MakeKey(org=org, role=role, label="k", digest=world.digest(), scopes=names),
            ),
            "session": (
                "open_session",
                access.OpenSession(grant=asker, digest=world.digest(), ends_s=NOW_S + 9),
            ),
            "revoke": ("revoke", access.Revoke(grant=org % count)),
            "org": ("make_organisation", access.MakeOrganisation(name="n", kind="shipper")),
            "password": ("set_password", access.SetPassword(grant=org % count, hashed="h")),
            "erase": ("erase", access.Erase(kind="user", row=org % count)),
        }
        name, body = asked[what]
        before = world.state.table(Grants)
        valid = holds(before, asker, world.now_s)
        try:
            world.do(f"access.{name}", body, asker=-1 if what == "session" else asker)
        except (BadInput, Refused):
            continue
        assert valid, "who was revoked does nothing any more"
        if what == "org":
            assert Scope.ORGANISATIONS in scopes(before, asker)
    grants = world.state.table(Grants)
    for row in range(1, len(grants)):
        if grants.kind[row] == Principal.SESSION:
            assert scopes(grants, row) == scopes(grants, int(grants.about[row]))
            continue
        maker = int(grants.maker[row])
        assert scopes(grants, row) & ~scopes(grants, maker) == 0
        assert scopes(grants, row) & ~ROLE_SCOPES[Role(int(grants.role[row]))] == 0
        foreign = grants.org[row] != grants.org[maker]
        assert not foreign or Scope.ORGANISATIONS in scopes(grants, maker)


def test_a_session_ends_with_its_user_and_with_the_password() -> None:
    world = started()
    user = world.do(
        "access.make_user", access.MakeUser(org=0, role="planner", email="a@example.org"), asker=0
    )
    sessions = []
    for _ in range(2):
        asked = access.OpenSession(grant=user.row, digest=world.digest(), ends_s=NOW_S + 100)  # type: ignore[union-attr]
        sessions.append(world.do("access.open_session", asked).row)  # type: ignore[union-attr]
    grants = world.state.table(Grants)
    assert all(holds(grants, row, NOW_S) for row in sessions) and not holds(grants, sessions[0], NOW_S + 100)
    world.do("access.set_password", access.SetPassword(grant=user.row, hashed="new"), asker=sessions[0])  # type: ignore[union-attr]
    assert not any(holds(world.state.table(Grants), row, NOW_S) for row in sessions)
    asked = access.OpenSession(grant=user.row, digest=world.digest(), ends_s=NOW_S + 100)  # type: ignore[union-attr]
    third = world.do("access.open_session", asked).row  # type: ignore[union-attr]
    world.do("access.revoke", access.Revoke(grant=user.row), asker=0)  # type: ignore[union-attr]
    assert not holds(world.state.table(Grants), third, NOW_S)


def test_the_operator_is_made_once() -> None:
    world = started()
    try:
        world.do("access.start", access.Start(name="Another", digest=world.digest()))
    except Refused as error:
        assert "already" in str(error)
    else:
        raise AssertionError("a second operator")
    assert world.state.table(Organisations).kind[0] == OrgKind.OPERATOR


def test_a_contractor_sees_its_own_runs_and_what_is_on_them_only() -> None:
    world = started()
    world.state.load(Vehicles.fill(6, name=[f"v{i}" for i in range(6)]))
    world.do("access.give_vehicles", access.GiveVehicles(vehicles=[1, 4], org=3), asker=0)
    world.state.load(Runs.fill(7, vehicle=[0, 1, 2, 4, 4, -1, 5], status=0))
    world.state.load(Stops.fill(7, run=np.arange(7), package=np.arange(7)))
    world.state.load(Orders.fill(8, shop=[1, 1, 2, 2, -1, 1, 1, 1]))
    world.state.load(Packages.fill(8, order=np.arange(8), stop=[0, 1, 2, 3, 4, 5, 6, -1]))
    assert runs_seen(world.state, 3).tolist() == [False, True, False, True, True, False, False]
    assert runs_seen(world.state, 0).all() and not runs_seen(world.state, 1).any()
    rows = np.arange(8)
    assert packages_seen(world.state, 3, rows).nonzero()[0].tolist() == [1, 3, 4]
    assert packages_seen(world.state, 2, rows).nonzero()[0].tolist() == [2, 3]
    world.do("access.give_vehicles", access.GiveVehicles(vehicles=[4], org=-1), asker=0)
    assert runs_seen(world.state, 3).nonzero()[0].tolist() == [1]
