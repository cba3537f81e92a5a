"""Put exceptions off, and take them back."""

from __future__ import annotations

import msgspec

from doorward.core.errors import BadInput
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.snoozes import Snoozed, key_of

MOST_MINUTES = 7 * 24 * 60


class Snooze(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leave an exception out of everybody's inbox for some minutes; 0: show it again."""

    id: str
    minutes: int


class PutOff(msgspec.Struct, frozen=True, kw_only=True):
    """Until when (Unix seconds); now where it is shown again."""

    until_s: int


def do_snooze(desk: Desk, asked: Snooze) -> PutOff:
    """See Snooze."""
    if not 0 <= asked.minutes <= MOST_MINUTES:
        raise BadInput(f"{asked.minutes} minutes", where="minutes", rule=f"0 to {MOST_MINUTES}, a week")
    until_s = desk.now_s + 60 * asked.minutes
    desk.post(Snoozed.fill(1, what=key_of(asked.id), until_s=until_s, by=desk.asker))
    return PutOff(until_s=until_s)


COMMANDS: list[Command] = [Command("inbox.snooze", Snooze, do_snooze)]
