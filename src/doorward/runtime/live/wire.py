"""What API processes and the writer say to each other: frames of MessagePack over a local socket.

A frame is its length (4 bytes, little endian) and a message. Up: `Ask` gives a command, `Steer` moves the twin's clock,
`Watch` asks for figures. Down: `Done` or `Failed` for each of them, and `News` to everybody at every commit and change
of the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from doorward.core.errors import BadInput, DiskFull, DoorwardError, Refused, Stale

MOST_BYTES = 64 << 20
"""A longer frame ends the connection: it is no message of ours."""
HEAD = 4


NOTHING = msgspec.Raw(b"\xc0")


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """Do this command. key: names it (the same key twice is one command); asker: row in Grants, -1 doorward itself;
    trace: the span that asks (ports.tracing.Span.carried)."""

    id: int
    name: str
    body: msgspec.Raw
    key: str = ""
    asker: int = -1
    trace: str = ""


class Steer(msgspec.Struct, frozen=True, tag="steer"):
    """Move the twin's clock. verb: speed, pause, go, step, until;  value: the speed, or the second to be at."""

    id: int
    verb: str
    value: float = 0.0


class Watch(msgspec.Struct, frozen=True, tag="watch"):
    """Tell your figures (figures.Figures)."""

    id: int


class Done(msgspec.Struct, frozen=True, tag="done"):
    """It is durable. turn: where it stands;  again: the key was known, this is the first answer."""

    id: int
    turn: int
    body: msgspec.Raw
    again: bool = False


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It was not done. kind: bad_input, refused, stale, disk_full, unknown, broken; the rest as errors.BadInput.

    misfits: limits that an edit would break, if that is why
    """

    id: int
    kind: str
    what: str
    where: str = ""
    rule: str = ""
    remedy: str = ""
    misfits: msgspec.Raw = NOTHING


class ClockShape(msgspec.Struct, frozen=True, kw_only=True):
    """What time the network has.

    mode     twin or live;  now_s: what the tables show;  clock_s: what the clock says, ahead of now_s while catching up
    wall_s   when this was said, by the machine's clock: a reader goes on from there at `speed`, unless paused
    """

    mode: str
    now_s: float
    clock_s: float
    speed: float
    paused: bool
    behind_s: float
    next_s: int
    wall_s: float
    start_s: int
    turn: int


class News(msgspec.Struct, frozen=True, tag="news"):
    """A new head is durable, or the clock was moved."""

    turn: int
    clock: ClockShape


Up = Ask | Steer | Watch
Down = Done | Failed | News

_up: msgspec.msgpack.Decoder[Up] = msgspec.msgpack.Decoder(Up)
_down: msgspec.msgpack.Decoder[Down] = msgspec.msgpack.Decoder(Down)
_encode = msgspec.msgpack.Encoder().encode


def frame(message: Up | Down) -> bytes:
    """A message as it goes over the socket."""
    body = _encode(message)
    return len(body).to_bytes(HEAD, "little") + body


def read_up(body: bytes | memoryview) -> Up:
    """A message to the writer."""
    return _up.decode(body)


def read_down(body: bytes | memoryview) -> Down:
    """A message from the writer."""
    return _down.decode(body)


def frames(buffer: bytearray) -> Iterator[bytes]:
    """Whole frames at the front of a buffer, taken out of it. Raises BadInput at one that is too long."""
    at = 0
    while len(buffer) - at >= HEAD:
        size = int.from_bytes(buffer[at : at + HEAD], "little")
        if size > MOST_BYTES:
            raise BadInput(f"a frame of {size} bytes", rule=f"at most {MOST_BYTES}")
        if len(buffer) - at - HEAD < size:
            break
        yield bytes(memoryview(buffer)[at + HEAD : at + HEAD + size])
        at += HEAD + size
    del buffer[:at]


def failure(id: int, error: Exception) -> Failed:
    """An error as an answer. What is none of ours is told without its text: that stays in the log."""
    match error:
        case BadInput():
            return Failed(id, "bad_input", error.what, error.where, error.rule, error.remedy)
        case Refused():
            return Failed(id, "refused", str(error), misfits=packed(getattr(error, "misfits", None)))
        case Stale():
            return Failed(id, "stale", str(error), remedy="read it anew and ask again")
        case DiskFull():
            return Failed(id, "disk_full", "no room on the disk", remedy="make room; nothing was changed")
        case OverflowError():
            return Failed(id, "bad_input", "a number out of range", rule="numbers of 64 bits")
        case DoorwardError():
            return Failed(id, "broken", str(error))
        case _:
            return Failed(id, "broken", "doorward has a bug there", remedy="the log of the writer says more")


def packed(answer: Any) -> msgspec.Raw:
    """A command's answer, or its argument."""
    return msgspec.Raw(_encode(answer))
