"""What can happen at a doorstep, and where a package is left."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I4, I8, Table


class Outcome(IntEnum):
    """What came of a visit."""

    DELIVERED = 0
    NOT_HOME = 1
    REFUSED = 2
    BAD_ADDRESS = 3
    STORED = 4
    LOCKER_FULL = 5
    NO_ACCESS = 6


class Left(IntEnum):
    """Where it was left, or what proves it."""

    NOWHERE = 0
    IN_HAND = 1
    AT_DOOR = 2
    NEIGHBOUR = 3
    RECEPTION = 4
    SAFE_PLACE = 5
    LOCKER_CELL = 6
    MAILBOX = 7


class Proof(IntEnum):
    """What kind of proof a delivery has."""

    NONE = 0
    PHOTO = 1
    SIGNATURE = 2
    CODE = 3
    CARRIER = 4


class Proofs(Table):
    """Fact (delivery) and table, rows only grow: package, kind (Proof), code (n,) reference number of the proof,
    lat_udeg, lon_udeg where it was taken."""

    package: I8
    kind: I1
    code: I8
    lat_udeg: I4
    lon_udeg: I4
