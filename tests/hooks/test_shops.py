"""Connections to shops: who may make them, what is forgotten, and one reject an order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from doorward.core.errors import BadInput, Refused
from doorward.hooks import shops
from doorward.hooks.state import FOLDS
from doorward.ledger.desk import Desk
from doorward.ledger.ledger import Ledger
from doorward.tables.people import ROLE_SCOPES, Grants, Organisations, OrgKind, Principal, Role, Scope
from doorward.tables.shops import Connections, Rejects

ADMIN, BLUE, RED, VIEWER, HOOKS_ONLY = range(5)


class Office:
    """A ledger, and commands given to it. Organisations: 0 operator, 1 and 2 shippers, 3 a contractor."""

    def __init__(self, folder: Path) -> None:
        roles = [Role.ADMIN, Role.SHIPPER, Role.SHIPPER, Role.VIEWER]
        bits = [int(ROLE_SCOPES[role]) for role in roles] + [int(Scope.HOOKS)]
        people = Grants.fill(
            5, kind=Principal.KEY, org=[0, 1, 2, 0, 1], role=[*roles, Role.SHIPPER], scopes=bits,
            revoked_s=-1, ends_s=-1,
        )  # fmt: skip
        kinds = [OrgKind.OPERATOR, OrgKind.SHIPPER, OrgKind.SHIPPER, OrgKind.CONTRACTOR]
        self.ledger = Ledger.open(folder, FOLDS, [Organisations.fill(4, kind=kinds), people])
        self.now_s = 1_000

    def do(self, name: str, asked: object, asker: int = ADMIN) -> int:
        """The row of what was made."""
        self.now_s += 1
        command = next(c for c in shops.SHOP_COMMANDS if c.name == f"hooks.{name}")
        desk = Desk(
            state=self.ledger.state, world=None, rules={}, seed=0, utc_offset_s=0, now_s=self.now_s,
            after_s=0, asker=asker, vault=self.ledger.vault,
        )  # type: ignore[arg-type]  # fmt: skip
        answer = command.work(desk, asked)
        self.ledger.post(command.name, self.now_s, desk.posted, notes=desk.notes)
        self.ledger.commit()
        return int(answer.row)

    def kept(self, row: int) -> shops.KeptShop:
        """What the vault has of a connection."""
        return msgspec.json.decode(self.ledger.vault.read(shops.SHOP, row) or b"", type=shops.KeptShop)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.ledger.close()


def asked(org: int, prefix: str = "") -> shops.Connect:
    return shops.Connect(
        org=org, kind="shopify", secret="s" * 32, prefix=prefix, speeds={" Fast ": "same_day"}
    )


def test_who_may_connect_a_shop(at: Office) -> None:
    for asker, org in ((BLUE, 2), (BLUE, 0), (VIEWER, 0), (HOOKS_ONLY, 1)):
        with pytest.raises(Refused):
            at.do("connect", asked(org), asker)
    with pytest.raises(BadInput, match="places no orders"):
        at.do("connect", asked(3))
    mine = at.do("connect", asked(1), BLUE)
    assert at.kept(mine).speeds == {"fast": "same_day"}
    with pytest.raises(Refused):
        at.do("disconnect", shops.Disconnect(connection=mine), RED)
    with pytest.raises(BadInput):
        at.do("disconnect", shops.Disconnect(connection=mine + 1), RED)


def test_two_shops_of_an_organisation_have_two_prefixes(at: Office) -> None:
    first = at.do("connect", asked(1))
    with pytest.raises(BadInput, match="prefix"):
        at.do("connect", asked(1))
    at.do("connect", asked(2))
    at.do("connect", asked(1, "eu-"))
    at.do("disconnect", shops.Disconnect(connection=first))
    at.do("connect", asked(1))


def test_an_ended_connection_has_no_secret(at: Office) -> None:
    row = at.do("connect", asked(1))
    at.do("key_connection", shops.KeyConnection(connection=row, secret="t" * 32), BLUE)
    assert at.kept(row).secret == "t" * 32
    at.do("disconnect", shops.Disconnect(connection=row), BLUE)
    at.do("disconnect", shops.Disconnect(connection=row), BLUE)
    assert at.kept(row).secret == "" and at.ledger.table(Connections).ended_s[row] >= 0
    with pytest.raises(Refused, match="ended"):
        at.do("key_connection", shops.KeyConnection(connection=row, secret="u" * 32), BLUE)


def test_an_order_has_one_reject_however_often_it_comes(at: Office) -> None:
    one, two = at.do("connect", asked(1)), at.do("connect", asked(2))

    def reject(connection: int, ref: str, done: bool = False) -> int:
        fault = shops.RejectFault("no article 'X'")
        body = shops.Reject(connection=connection, ref=ref, topic="orders/create", faults=[fault], done=done)
        return at.do("reject", body, -1)

    rows = [reject(one, "#1"), reject(one, "#2"), reject(two, "#1"), reject(one, "#1")]
    assert rows == [0, 1, 2, 0]
    table = at.ledger.table(Rejects)
    assert table.connection.tolist() == [one, one, two] and table.times.tolist() == [2, 1, 1]
    assert (table.done_s < 0).all()
    at.do("settle", shops.Settle(reject=1), -1)
    assert reject(one, "#1", done=True) == 0
    assert (at.ledger.table(Rejects).done_s >= 0).tolist() == [True, True, False]
    with pytest.raises(BadInput):
        at.do("settle", shops.Settle(reject=3), -1)
