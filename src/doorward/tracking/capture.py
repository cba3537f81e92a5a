"""The command that takes EPCIS events which adapters/epcis_capture.py has read: scans, and a job that tells of them."""

from __future__ import annotations

import msgspec

from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.captures import Captures, EpcisCaptured
from doorward.tracking.commands import Report, report

KIND = "capture"
"""Of the vault's texts: list of `CaptureFault`, row = job."""


class CaptureFault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with an event. index: its place in the list that was sent, from 0."""

    index: int
    field: str
    what: str
    rule: str
    remedy: str


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """Scans as columns, the event that each came from, and the events that are none.

    proceed  take the good ones beside bad ones; else all or none (GS1-Capture-Error-Behaviour)
    """

    org: int
    proceed: bool
    scans: Report
    index: list[int]
    faults: list[CaptureFault]


class CaptureDone(msgspec.Struct, frozen=True, kw_only=True):
    """The job's row, and what came of it."""

    capture: int
    taken: int
    known: int
    faults: list[CaptureFault]


def capture(desk: Desk, asked: Capture) -> CaptureDone:
    """Write down the scans as `tracking.report` does, and the job. The faults of both are one list."""
    taken, known, faults, before = 0, 0, list(asked.faults), len(desk.posted)
    if asked.index and (asked.proceed or not faults):
        heard = report(desk, asked.scans)
        taken, known = heard.taken, heard.known
        faults += [
            CaptureFault(
                index=asked.index[bad.row], field="epcisBody", what=bad.what, rule=bad.rule, remedy=bad.remedy
            )
            for bad in heard.bad
        ]
        if heard.bad and not asked.proceed:
            del desk.posted[before:]
            taken = known = 0
    row = desk.next(Captures)
    desk.post(
        EpcisCaptured.fill(
            1, capture=row, org=asked.org, proceed=asked.proceed, taken=taken, known=known, bad=len(faults),
            by=desk.asker,
        )
    )  # fmt: skip
    if faults:
        desk.keep(KIND, row, msgspec.json.encode(faults))
    return CaptureDone(capture=row, taken=taken, known=known, faults=faults)


CAPTURE_COMMANDS: list[Command] = [Command("tracking.capture", Capture, capture)]
