"""Whatever sequence of commands is given by whomever, nobody ends up with more than those who made them had."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.access.state import FOLDS
from doorward.core.errors import DoorwardError
from doorward.ledger.ledger import Ledger
from doorward.tables.people import ALL, ROLES_OF, Organisations, OrgKind, Principal, Role, Scope
from tests.access.office import START_S, Office, as_lists, office, reference

ROWS = st.integers(0, 7)
PLACES = [*[(0, "admin")] * 3, (0, "planner"), (0, "viewer"), (1, "shipper"), (2, "shipper"), (3, "contractor"),
          (4, "carrier"), (1, "admin"), (5, "viewer"), (-1, "admin")]  # fmt: skip
"""(organisation, role): mostly such as there are, so that only a rule of rights can refuse."""
PLACE = st.sampled_from(PLACES)
ENDS = st.sampled_from([-1, -1, START_S + 50, START_S + 400, START_S + 9_000])
SCOPES = st.one_of(
    st.just([]), st.lists(st.sampled_from([scope.name for scope in Scope]), max_size=3, unique=True)
)
EMAILS = st.integers(0, 50).map(lambda n: f"person-{n}@example.org")
HASHED = st.sampled_from(["", "hash"])
PARTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "make_key": {"place": PLACE, "label": st.just("k"), "scopes": SCOPES, "ends_s": ENDS},
    "make_user": {"place": PLACE, "email": EMAILS, "hashed": HASHED},
    "revoke": {"grant": ROWS},
    "open_session": {"grant": ROWS, "ends_s": ENDS},
    "make_link": {"order": st.integers(-1, 4), "ends_s": ENDS},
    "set_password": {"grant": ROWS, "hashed": st.just("hash")},
    "erase": {"kind": st.sampled_from(["user", "recipient"]), "row": ROWS},
    "add_passkey": {"name": st.just("p"), "credential": st.sampled_from(["AAAA", "BBBB", "CCCC"]),
                    "public_key": st.just("pQEC"), "count": st.integers(0, 2)},
    "enter_by_passkey": {"passkey": st.integers(-1, 2), "count": st.integers(0, 5), "ends_s": ENDS},
    "remove_passkey": {"passkey": st.integers(-1, 2)},
    "make_organisation": {"name": st.just("x"), "kind": st.sampled_from(["shipper", "contractor", "operator"])},
    "give_vehicles": {"vehicles": st.lists(st.integers(0, 3), min_size=1, max_size=2), "org": st.integers(-1, 5)},
}  # fmt: skip
SECRET_OF = ("make_key", "open_session", "make_link", "enter_by_passkey")
BY_DOORWARD = ("open_session", "enter_by_passkey")
"""Asked by the service itself, which checked who it is; whoever is said to ask does not matter."""
NAMES = st.sampled_from([*["make_key"] * 6, *["make_user"] * 2, *["revoke"] * 4, *PARTS])
STEP_OF = {
    name: st.tuples(
        st.just(name), st.integers(0, 7), st.fixed_dictionaries(parts), st.sampled_from([0, 0, 30, 200])
    )
    for name, parts in PARTS.items()
}
"""Made once: making strategies anew for every step took longer than the steps."""
STEPS = NAMES.flatmap(STEP_OF.__getitem__)
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where a journal costs no disk: what is asked here has nothing to do with one."""


def person(at: Office, row: int) -> int:
    """Who is behind a session; itself otherwise."""
    grants = at.grants
    return int(grants.about[row]) if grants.kind[row] == Principal.SESSION else row


def stands(at: Office, row: int) -> bool:
    """Slow and obvious: neither it nor who is behind it was revoked or has ended."""
    grants = at.grants
    return row < len(grants) and all(
        grants.revoked_s[each] < 0 and not 0 <= grants.ends_s[each] <= at.now_s
        for each in {row, person(at, row)}
    )


def must_be_no_more(at: Office, row: int) -> None:
    """A new grant beside its maker."""
    grants = at.grants
    maker, kind = int(grants.maker[row]), Principal(int(grants.kind[row]))
    if kind == Principal.SESSION:
        assert grants.scopes[row] == 0 and grants.org[row] == grants.org[grants.about[row]]
        return
    have = Scope(int(grants.scopes[person(at, maker)]))
    if kind == Principal.LINK:
        assert grants.scopes[row] == 0 and grants.ends_s[row] > at.now_s and Scope.ORDERS_READ in have
        return
    assert not Scope(int(grants.scopes[row])) & ~have
    assert Scope.ORGANISATIONS in have or grants.org[row] == grants.org[maker]
    assert Scope.ORGANISATIONS in have or Scope.PEOPLE in have
    org_kind = OrgKind(int(at.ledger.table(Organisations).kind[grants.org[row]]))
    assert Role(int(grants.role[row])) in ROLES_OF[org_kind]
    last_s = int(grants.ends_s[person(at, maker)])
    assert last_s < 0 or 0 <= grants.ends_s[row] <= last_s


@settings(max_examples=120)
@given(st.lists(STEPS, min_size=12, max_size=30))
def test_nobody_ever_has_more_than_their_maker(steps: list[tuple[str, int, dict[str, Any], int]]) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        with office(Path(folder), commits=False) as at:
            at.key(0, 1, "shipper")
            at.session(at.user(0, 0, "admin", "a@example.org"))
            at.key(0, 0, "admin", ends_s=START_S + 300, scopes=["PEOPLE", "ORDERS_READ", "ORDERS_WRITE"])
            at.key(0, 0, "admin", ends_s=START_S + 600)
            for name, asker, asked, later_s in steps:
                at.now_s += later_s
                before, stood = at.grants, [stands(at, row) for row in range(len(at.grants))]
                revoked, turn = before.revoked_s.copy(), at.ledger.at
                asks = asker % len(before)
                if "place" in asked:
                    org, role = asked["place"]
                    asked = {"org": org, "role": role, **{k: v for k, v in asked.items() if k != "place"}}
                if name in SECRET_OF:
                    asked = {**asked, "digest": at.digest()}
                try:
                    at.do(name, asks, **asked)
                except DoorwardError:
                    assert at.ledger.at == turn
                    continue
                if not stood[asks] and name not in BY_DOORWARD:
                    assert at.ledger.at == turn or (name, asked["grant"]) == ("revoke", asks)
                for row in range(len(before), len(at.grants)):
                    must_be_no_more(at, row)
                assert (at.grants.revoked_s[: len(revoked)][revoked >= 0] == revoked[revoked >= 0]).all()
                assert any(at.grants.scopes[row] == ALL and stands(at, row) for row in range(len(at.grants)))
            at.ledger.commit()
            tables = as_lists(at.ledger)
        with Ledger.open(folder, FOLDS, reference(), read_only=True) as again:
            assert as_lists(again) == tables
