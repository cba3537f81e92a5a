"""Commands of the hooks room about shops that send us orders: connections, their secrets, orders that were rejected.

Here and not in the access room: a shop's webhooks are no principal with scopes, they are a signed channel with a secret
in the vault, the mirror image of an endpoint.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from doorward.core.errors import BadInput, Refused
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.people import Grants, Organisations, OrgKind, Principal, Scope
from doorward.tables.shops import (
    Connected,
    ConnectionKeyed,
    Connections,
    Disconnected,
    OrderRejected,
    Rejects,
    RejectSettled,
    ShopKind,
)

SHOP, REJECT = "shop", "reject"
"""Of the vault's texts: `KeptShop`, row = connection; `KeptReject`, row = reject."""
MOST = 50
"""Connections of one organisation that hold."""
ShopSecret = Annotated[str, Meta(min_length=16, max_length=256)]
SpeedName = Literal["standard", "next_day", "same_day"]


class KeptShop(msgspec.Struct, frozen=True, kw_only=True):
    """What the vault keeps of a connection. prefix: before each reference; speeds: by the shop's name of a method."""

    secret: str
    label: str = ""
    prefix: str = ""
    speeds: dict[str, SpeedName] = {}


class RejectFault(msgspec.Struct, frozen=True):
    """One thing that is wrong with an order; as in problem documents."""

    detail: str
    field: str = ""
    rule: str = ""
    remedy: str = ""


class KeptReject(msgspec.Struct, frozen=True, kw_only=True):
    """What the vault keeps of a reject: no name and no address. topic: of the webhook that brought it."""

    ref: str
    topic: str
    faults: list[RejectFault]


class Connect(msgspec.Struct, frozen=True, kw_only=True):
    """secret: the shop's, or drawn by who asks. prefix: so that references of two shops of one organisation differ."""

    org: int
    kind: Literal["shopify", "woocommerce"]
    secret: ShopSecret
    label: Annotated[str, Meta(max_length=200)] = ""
    prefix: Annotated[str, Meta(max_length=20)] = ""
    speeds: Annotated[dict[str, SpeedName], Meta(max_length=50)] = {}


class KeyConnection(msgspec.Struct, frozen=True, kw_only=True):
    """Another secret."""

    connection: int
    secret: ShopSecret


class Disconnect(msgspec.Struct, frozen=True, kw_only=True):
    """Take nothing more from there."""

    connection: int


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """An order that could not be taken. done: nothing is left to do about it."""

    connection: int
    ref: str
    topic: str
    faults: list[RejectFault]
    done: bool = False


class Settle(msgspec.Struct, frozen=True, kw_only=True):
    """A reject that was taken after all, or called off."""

    reject: int


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The row of the connection or the reject."""

    row: int


def rejects_of(connection: int) -> str:
    """Where references of a connection's rejected orders are unique."""
    return f"reject/{connection}"


def connect(desk: Desk, asked: Connect) -> Row:
    """A new connection of a shipper or the operator."""
    over(desk, asked.org, Scope.HOOKS | Scope.ORDERS_WRITE)
    kinds = desk.table(Organisations).kind
    if not 0 <= asked.org < len(kinds) or kinds[asked.org] not in (OrgKind.OPERATOR, OrgKind.SHIPPER):
        raise BadInput(
            f"organisation {asked.org} places no orders", where="org", rule="the operator or a shipper"
        )
    connections = desk.table(Connections)
    mine = [
        row for row in range(len(connections))
        if connections.org[row] == asked.org and connections.ended_s[row] < 0
    ]  # fmt: skip
    if len(mine) >= MOST:
        raise Refused(f"an organisation has at most {MOST} connections; what to do: end one")
    if any(_kept(desk, row).prefix == asked.prefix for row in mine):
        raise BadInput(
            f"another connection has the prefix {asked.prefix!r}", where="prefix",
            rule="orders of two shops may bear the same number", remedy="give this one another prefix",
        )  # fmt: skip
    row, kind = len(connections), ShopKind[asked.kind.upper()]
    desk.post(Connected.fill(1, connection=row, org=asked.org, kind=kind, by=desk.asker))
    speeds = {name.strip().lower(): speed for name, speed in asked.speeds.items()}
    _keep(desk, row, KeptShop(secret=asked.secret, label=asked.label, prefix=asked.prefix, speeds=speeds))
    return Row(row=row)


def key(desk: Desk, asked: KeyConnection) -> Row:
    """The new secret alone verifies from now on."""
    kept = _known(desk, asked.connection)
    _keep(desk, asked.connection, msgspec.structs.replace(kept, secret=asked.secret))
    desk.post(ConnectionKeyed.fill(1, connection=asked.connection, by=desk.asker))
    return Row(row=asked.connection)


def disconnect(desk: Desk, asked: Disconnect) -> Row:
    """Nothing is taken from there any more; the secret is forgotten. Doing it twice is doing it once."""
    if _exists(desk, asked.connection) and desk.table(Connections).ended_s[asked.connection] >= 0:
        return Row(row=asked.connection)
    kept = _known(desk, asked.connection)
    _keep(desk, asked.connection, msgspec.structs.replace(kept, secret=""))
    desk.post(Disconnected.fill(1, connection=asked.connection, by=desk.asker))
    return Row(row=asked.connection)


def reject(desk: Desk, asked: Reject) -> Row:
    """Write down that an order could not be taken; an order has one row however often it comes."""
    _exists(desk, asked.connection)
    scope = rejects_of(asked.connection)
    row = desk.vault.find(scope, [asked.ref])[0] if desk.vault is not None else -1
    if row < 0:
        row = desk.next(Rejects)
        desk.refer(scope, asked.ref, row)
    desk.post(OrderRejected.fill(1, reject=row, connection=asked.connection, done=asked.done))
    kept = KeptReject(ref=asked.ref, topic=asked.topic, faults=asked.faults)
    desk.keep(REJECT, row, msgspec.json.encode(kept))
    return Row(row=row)


def settle(desk: Desk, asked: Settle) -> Row:
    """Nothing is left to do about a reject."""
    if not 0 <= asked.reject < desk.next(Rejects):
        raise BadInput(f"no reject {asked.reject}", where="reject")
    if desk.table(Rejects).done_s[asked.reject] < 0:
        desk.post(RejectSettled.fill(1, reject=asked.reject))
    return Row(row=asked.reject)


# ---- inside ----------------------------------------------------------------------------------------------------


def over(desk: Desk, org: int, scope: Scope = Scope.HOOKS) -> None:
    """Refused unless the asker holds, has the scope, and is of that organisation or of the operator."""
    if desk.asker < 0:
        return
    grants, row = desk.table(Grants), desk.asker
    own = int(grants.about[row]) if grants.kind[row] == Principal.SESSION else row
    ended = any(grants.revoked_s[each] >= 0 or 0 <= grants.ends_s[each] <= desk.now_s for each in (row, own))
    may = scope in Scope(int(grants.scopes[own])) and int(grants.org[own]) in (0, org)
    if ended or not may:
        names = " and ".join(each.name or "" for each in Scope if each in scope)
        raise Refused(f"only for one's own organisation, and with the scope {names}")


def _exists(desk: Desk, connection: int) -> bool:
    if not 0 <= connection < desk.next(Connections):
        raise BadInput(f"no connection {connection}", where="connection")
    return True


def _known(desk: Desk, connection: int) -> KeptShop:
    """What is kept of a connection that holds and that the asker may change."""
    _exists(desk, connection)
    connections = desk.table(Connections)
    over(desk, int(connections.org[connection]), Scope.HOOKS | Scope.ORDERS_WRITE)
    if connections.ended_s[connection] >= 0:
        raise Refused(f"connection {connection} has ended; what to do: make a new one")
    return _kept(desk, connection)


def _kept(desk: Desk, connection: int) -> KeptShop:
    body = desk.vault.read(SHOP, connection) if desk.vault is not None else None
    return msgspec.json.decode(body, type=KeptShop) if body else KeptShop(secret="")


def _keep(desk: Desk, connection: int, shop: KeptShop) -> None:
    desk.keep(SHOP, connection, msgspec.json.encode(shop))


SHOP_COMMANDS: list[Command] = [
    Command("hooks.connect", Connect, connect),
    Command("hooks.key_connection", KeyConnection, key),
    Command("hooks.disconnect", Disconnect, disconnect),
    Command("hooks.reject", Reject, reject),
    Command("hooks.settle", Settle, settle),
]
