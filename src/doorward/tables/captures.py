"""EPCIS capture jobs: who sent how many events, what came of them. Errors are text in the vault (kind `capture`)."""

from __future__ import annotations

from doorward.core.table import I1, I4, I8, Table


class Captures(Table):
    """Capture jobs, row = job.

    org      (n,)  row in Organisations of who sent it
    at_s     (n,)
    proceed  (n,)  1: good events are kept beside bad ones; 0: all or none
    taken, known, bad  (n,)  scans written down, scans that had been reported before, errors
    """

    org: I4
    at_s: I8
    proceed: I1
    taken: I4
    known: I4
    bad: I4


class EpcisCaptured(Table):
    """Fact (tracking): capture jobs; numbers continue Captures. by: grant, -1 doorward itself."""

    capture: I4
    org: I4
    proceed: I1
    taken: I4
    known: I4
    bad: I4
    by: I8
