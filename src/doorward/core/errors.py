"""Every error doorward raises on purpose.

    DoorwardError
    ├── BadInput        a file or an argument breaks a rule; says what, where, which rule, what to do
    ├── Refused         a rule of the business says no; carries the remark
    ├── Stale           a plan was made for an older generation of what it changes
    ├── Damaged         the journal does not hold what its chain says it holds
    ├── LedgerError     the ledger cannot take this turn, or any
    │   ├── Locked      another process writes this journal
    │   ├── DiskFull    no room; nothing of the uncommitted turns remains, earlier ones stand
    │   ├── SyncFailed  the disk did not confirm a commit: its outcome is unknown, the process must end
    │   └── Poisoned    the tables ran ahead of the journal; reopen to read them anew
    └── PortError       something outside
        ├── Timeout     no answer in time; the outcome is unknown
        ├── Declined    answered no
        └── Broken      answered nonsense

Anything else is our own bug: the turn rolls back and the traceback is kept with it.
"""

from __future__ import annotations


class DoorwardError(Exception):
    """Root of every error raised on purpose."""


class BadInput(DoorwardError):
    """A file or an argument breaks a rule.

    what    what was found, in the user's words
    where   file and row, or the argument's name
    rule    the rule that it breaks
    remedy  what to do about it
    """

    def __init__(self, what: str, *, where: str = "", rule: str = "", remedy: str = "") -> None:
        self.what, self.where, self.rule, self.remedy = what, where, rule, remedy
        parts = [f"{where}: {what}" if where else what]
        if rule:
            parts.append(f"rule: {rule}")
        if remedy:
            parts.append(f"what to do: {remedy}")
        super().__init__("; ".join(parts))


class Refused(DoorwardError):
    """A rule of the business says no."""


class Stale(DoorwardError):
    """A plan was made for an older generation of what it changes."""


class Damaged(DoorwardError):
    """The journal does not hold what its chain says it holds."""


class LedgerError(DoorwardError):
    """The ledger cannot take this turn, or any."""


class Locked(LedgerError):
    """Another process writes this journal."""


class DiskFull(LedgerError):
    """No room on the disk; nothing of the uncommitted turns remains, earlier ones stand."""


class SyncFailed(LedgerError):
    """The disk did not confirm a commit. Its outcome is unknown; never tried again, the process must end."""


class Poisoned(LedgerError):
    """The tables ran ahead of the journal; reopen to read them anew."""


class PortError(DoorwardError):
    """Something outside failed."""


class Timeout(PortError):
    """No answer in time; the outcome is unknown."""


class Declined(PortError):
    """The other side answered no."""


class Broken(PortError):
    """The other side answered something that cannot be understood."""
