"""Messages leave after the commit, in order, at least once; messages from outside are taken once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from doorward.core.errors import Damaged, Refused, Timeout
from doorward.ledger import inbox
from doorward.ledger import outbox as outboxes
from doorward.ledger.inbox import Receipt
from doorward.ledger.journal import Journal
from doorward.ledger.ledger import Ledger
from doorward.ledger.outbox import Message, Outbox
from doorward.ledger.state import State
from tests.faults.disk import MODES, Disk
from tests.faults.history import EAGER, NAME
from tests.ledger.small import FOLDS, REFERENCE, Appeared


class Outside:
    """Takes messages, stops after some."""

    def __init__(self, patience: int = 10**9) -> None:
        self.taken: list[Message] = []
        self.patience = patience

    def __call__(self, message: Message) -> None:
        if len(self.taken) >= self.patience:
            raise Timeout("no answer")
        self.taken.append(message)


def sms(number: int) -> Message:
    return Message("sms", f"m{number}", b"your parcel %d" % number)


def filled(folder: Path, messages: int = 5) -> Ledger:
    ledger = Ledger.open(folder, FOLDS, REFERENCE)
    for number in range(messages):
        fact = Appeared(thing=[number], place=[0])
        ledger.post("a.b", number, [fact], send=[sms(number), Message("ups", f"u{number}", b"")])
    return ledger


def test_they_leave_after_the_commit_in_order(tmp_path: Path) -> None:
    with filled(tmp_path) as ledger:
        box, outside = Outbox(ledger.journal), Outside()
        assert box.waiting() == {}
        with pytest.raises(ValueError, match="messages leave after it"):
            box.deliver("sms", outside)
        ledger.commit()
        assert box.waiting() == {"sms": 5, "ups": 5}
        assert box.deliver("sms", outside) == 5
        assert outside.taken == [sms(n) for n in range(5)]
        assert box.deliver("sms", outside) == 0
        assert box.deliver("nobody", outside) == 0
        assert box.waiting() == {"ups": 5}


def test_a_lane_stops_where_it_was_refused_and_goes_on_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outboxes, "MOST_AT_ONCE", 2)
    with filled(tmp_path) as ledger:
        ledger.commit()
        with pytest.raises(Timeout):
            Outbox(ledger.journal).deliver("sms", Outside(patience=3))
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        outside = Outside()
        assert Outbox(ledger.journal).deliver("sms", outside) == 2
        assert outside.taken == [sms(3), sms(4)]
        ledger.post("a.b", 9, [], send=[sms(5)])
        ledger.commit()
        assert Outbox(ledger.journal).deliver("sms", outside) == 1
        assert Outbox(ledger.journal).waiting() == {"ups": 5}


def test_a_message_without_its_turn_does_not_leave(tmp_path: Path) -> None:
    filled(tmp_path).close()
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        assert Outbox(ledger.journal).waiting() == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("delete from outbox where destination = 'sms' and seq = 2", "messages to sms are missing"),
        ("delete from outbox where destination = 'sms' and seq = 5", "messages to sms are missing"),
        ("update outbox set body = 'x' where seq = 3", "message 3 to sms was altered"),
    ],
)
def test_what_is_missing_or_altered_does_not_leave_unnoticed(change: str, told: str, tmp_path: Path) -> None:
    with filled(tmp_path) as ledger:
        ledger.commit()
        ledger.journal.store.sql.execute(change)
        with pytest.raises(Damaged, match=told):
            Outbox(ledger.journal).deliver("sms", Outside())


@pytest.mark.parametrize("seed", range(40))
def test_after_a_power_cut_every_message_has_left_at_least_once(seed: int) -> None:
    draw = np.random.default_rng(seed)
    disk, outside, acknowledged = Disk(seed), Outside(), 0
    disk.cut_at = int(draw.integers(40, 160))
    for _ in range(2):
        with Journal(NAME, vfs=disk.vfs, settings=EAGER, sync_names=disk.sync_names) as journal:
            ledger = Ledger(journal, FOLDS, State())
            ledger.replay()
            for _ in range(12):
                number = journal.head.turn
                ledger.post("a.b", number, [], send=[sms(number)])
                ledger.commit()
                if disk.off:
                    break
                acknowledged = journal.head.turn
                if number % 3 == 0:
                    with_cut = Outside()
                    Outbox(journal).deliver("sms", with_cut)
                    outside.taken += with_cut.taken
                    if disk.off:
                        break
            disk.freeze()
        disk = disk.after_cut(seed, MODES[seed % len(MODES)])
    with Journal(NAME, vfs=disk.vfs, settings=EAGER, sync_names=disk.sync_names) as journal:
        Outbox(journal).deliver("sms", outside)
        assert journal.head.turn >= acknowledged
        assert {m.key for m in outside.taken} >= {f"m{n}" for n in range(journal.head.turn)}


def test_a_message_from_outside_is_taken_once(tmp_path: Path) -> None:
    seen = [Receipt("ups", "1"), Receipt("ups", "2")]
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        assert inbox.fresh(ledger.journal, [*seen, seen[0]]) == seen
        ledger.post("a.b", 1, [Appeared(thing=[0], place=[0])], received=seen)
        assert inbox.fresh(ledger.journal, seen) == []
        with pytest.raises(Refused, match="message 2 of ups was taken in turn 1"):
            ledger.post("a.b", 2, [Appeared(thing=[1], place=[0])], received=[Receipt("ups", "2")])
        with pytest.raises(Refused, match="each message once"):
            ledger.post("a.b", 2, [], received=[Receipt("ups", "3")] * 2)
        ledger.commit()
        ledger.post("a.b", 3, [Appeared(thing=[1], place=[0])], received=[Receipt("dhl", "2")])
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        asked = [Receipt("dhl", "2"), *seen]
        assert inbox.fresh(ledger.journal, asked) == [Receipt("dhl", "2")]
        assert inbox.taken_in(ledger.journal, seen[0]) == 1
        assert ledger.head()[0] == 1
