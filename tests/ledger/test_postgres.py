"""A journal in PostgreSQL: killed, restarted, replaced, and still every acknowledged turn is there once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from doorward.core.errors import BadInput, LedgerError, Locked, Poisoned
from doorward.ledger.journal import Journal
from doorward.ledger.ledger import Ledger
from doorward.ledger.outbox import Message, Outbox
from doorward.ledger.pack import pack
from doorward.ledger.postgres_place import Address
from doorward.ledger.postgres_writer import PostgresWriter
from doorward.ledger.read import Reader
from tests.ledger.small import FOLDS, REFERENCE, Appeared, Moved, Things, same
from tests.ledger.writer import thing
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[2]


def started(folder: Path, url: str, wait_s: float = 0.0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.writer", str(folder), url, str(wait_s)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip


def killed(writer: subprocess.Popen[str], after: int) -> int:
    """Kill it with SIGKILL once it has acknowledged some turns; the last one that it acknowledged."""
    assert writer.stdout is not None
    lines = [writer.stdout.readline() for _ in range(after)]
    writer.kill()
    rest, told = writer.communicate()
    found = [int(line) for line in [*lines, *rest.splitlines()] if line.strip().isdigit()]
    assert found, told
    return found[-1]


def whole(folder: Path, url: str, acknowledged: int) -> int:
    """Every acknowledged turn is there, none twice: numbers of things continue, and the chain holds."""
    with Ledger.open(folder, FOLDS, REFERENCE, journal=url, read_only=True) as ledger:
        turns = ledger.journal.verify()
        assert turns >= acknowledged
        assert ledger.state.count(Things) == turns
    return turns


def ended(server: Server, journal: Reader) -> None:
    """The session of a writer is ended by the server."""
    assert isinstance(journal.store, PostgresWriter)
    server.execute("select pg_terminate_backend(%s)", journal.store.sql.info.backend_pid)


def test_the_same_day_has_the_same_digest_and_bytes(postgres: Server, tmp_path: Path) -> None:
    url, heads, bodies, states = postgres.url(), [], [], []
    for name, journal in (("lite", None), ("pg", url)):
        with Ledger.open(tmp_path / name, FOLDS, REFERENCE, journal=journal) as ledger:
            for turn in range(300):
                count = 3_000 if turn % 100 == 99 else 1 + turn % 7
                first = ledger.state.count(Things)
                facts = [Appeared(thing=np.arange(first, first + count), place=np.arange(count) % 5)]
                ledger.post(f"room.{turn % 3}", turn, facts, f"k{turn}" if turn % 2 else None)
                if turn % 60 == 59 or turn < 20:
                    ledger.commit()
            ledger.checkpoint()
            heads.append(ledger.head())
            bodies.append(
                list(ledger.journal.store.each("select id, rows, lo, hi, body from facts order by id"))
            )
            states.append(ledger.state)
    assert heads[0] == heads[1]
    assert bodies[0] == bodies[1]
    with Ledger.open(tmp_path / "pg", FOLDS, REFERENCE, journal=url) as again:
        assert same(again.state, states[0]) and again.head() == heads[0]


def test_a_writer_killed_in_mid_load_loses_and_doubles_nothing(postgres: Server, tmp_path: Path) -> None:
    url, acknowledged = postgres.url(), 0
    for after in (1, 17, 60):
        acknowledged = killed(started(tmp_path, url, 10.0), after)
        whole(tmp_path, url, acknowledged)


def test_the_server_crashes_under_load(postgres: Server, tmp_path: Path) -> None:
    url = postgres.url()
    writer = started(tmp_path, url)
    assert writer.stdout is not None
    for _ in range(3):
        for _ in range(20):
            assert writer.stdout.readline()
        postgres.restart()
    acknowledged = killed(writer, 20)
    assert whole(tmp_path, url, acknowledged) > 60


def test_a_session_that_was_ended_is_made_again(postgres: Server, tmp_path: Path) -> None:
    """Ended before a commit, after one, in a read, in a delivery: the writer goes on, and nothing is doubled."""
    url = postgres.url()
    with Ledger.open(tmp_path, FOLDS, REFERENCE, journal=url) as ledger:
        assert isinstance(ledger.journal, Journal)
        for turn in range(12):
            ledger.post(
                "a.b", turn, [thing(ledger.state)], f"k{turn}", send=[Message("sms", f"{turn}", b"text")]
            )
            if turn % 3 == 0:
                ended(postgres, ledger.journal)
            ledger.commit()
            if turn % 4 == 0:
                ended(postgres, ledger.journal)
            assert ledger.turn_of(f"k{turn}") == turn + 1
        ended(postgres, ledger.journal)
        taken: list[Message] = []
        assert Outbox(ledger.journal).deliver("sms", taken.append) == 12
        assert [each.key for each in taken] == [str(turn) for turn in range(12)]
    whole(tmp_path, url, 12)


@pytest.mark.parametrize("rows", [1, 500])
def test_an_outcome_that_was_not_heard_is_looked_up(
    postgres: Server, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """The connection breaks after the server committed, and before it: the group is there once, both times."""
    url, send = postgres.url(), PostgresWriter._send
    fact = pack(Moved(thing=np.arange(rows), place=np.zeros(rows)))
    with Journal(url) as journal:
        for turn, deaf in enumerate((True, False, True, False)):
            calls = []

            def breaks(
                store: PostgresWriter, group: object, deaf: bool = deaf, calls: list[int] = calls
            ) -> None:
                calls.append(1)
                if len(calls) == 1 and not deaf:
                    store.sql.close()
                send(store, group)  # type: ignore[arg-type]
                if len(calls) == 1:
                    store.sql.close()
                    store.sql.execute("select 1")

            monkeypatch.setattr(PostgresWriter, "_send", breaks)
            for _ in range(1 if rows == 1 else 60):
                journal.append("a.b", turn, [fact])
            journal.commit()
            assert len(calls) == (1 if deaf else 2)
        head = journal.head
    with Reader(url) as reader:
        assert reader.head == head and reader.verify() == head.turn


def test_of_two_writers_exactly_one_writes(postgres: Server, tmp_path: Path) -> None:
    url = postgres.url()
    first = started(tmp_path, url)
    assert first.stdout is not None and first.stdout.readline()
    with pytest.raises(
        Locked, match=r"is being written by doorward region_\w+, process \d+ on .* \(session \d+"
    ):
        Journal(url)
    with pytest.raises(Locked):
        Journal(url, wait_s=0.1)
    second = started(tmp_path, url, 30.0)
    acknowledged = killed(first, 20)
    assert second.stdout is not None
    assert int(second.stdout.readline()) > acknowledged
    whole(tmp_path, url, killed(second, 5))


def test_a_writer_that_was_replaced_is_fenced(postgres: Server, tmp_path: Path) -> None:
    """It lost its session, another took over: neither its old session nor a new one writes again."""
    url = postgres.url()
    zombie = Ledger.open(tmp_path / "a", FOLDS, REFERENCE, journal=url)
    zombie.post("a.b", 1, [thing(zombie.state)])
    zombie.commit()
    assert isinstance(zombie.journal, Journal) and isinstance(zombie.journal.store, PostgresWriter)
    # the lock is gone and the session lives: only the fence in the transaction stands between
    zombie.journal.store.rows("select pg_advisory_unlock_all()")
    with Ledger.open(tmp_path / "b", FOLDS, REFERENCE, journal=url) as heir:
        for many in (1, 100):
            with pytest.raises(Locked, match="another writer has taken over"):
                for _ in range(many):
                    zombie.post("a.b", 2, [thing(zombie.state)])
                zombie.commit()
            if many == 1:
                zombie = Ledger(zombie.journal, FOLDS, zombie.state, folder=tmp_path / "a", at=zombie.at)
                zombie.journal._dead = ""
        with pytest.raises(Poisoned):
            zombie.post("a.b", 3, [thing(zombie.state)])
        heir.post("a.b", 2, [thing(heir.state)])
        heir.commit()
    zombie.close()
    assert whole(tmp_path / "b", url, 2) == 2


def test_a_lost_session_does_not_come_back_past_an_heir(postgres: Server, tmp_path: Path) -> None:
    url = postgres.url()
    old = Journal(url)
    old.append("a.b", 1, [pack(Moved(thing=[1], place=[1]))])
    old.commit()
    ended(postgres, old)
    with Journal(url, wait_s=10.0) as heir:
        heir.append("a.b", 2, [pack(Moved(thing=[2], place=[1]))])
        heir.commit()
    old.append("a.b", 2, [pack(Moved(thing=[3], place=[1]))])
    with pytest.raises(Locked, match="another writer has taken over"):
        old.commit()
    with pytest.raises(LedgerError, match="takes no more turns"):
        old.append("a.b", 3, [pack(Moved(thing=[3], place=[1]))])
    old.close()
    with Reader(url) as reader:
        assert reader.verify() == 2


def test_readers_follow_and_survive_a_crash(postgres: Server, tmp_path: Path) -> None:
    url = postgres.url()
    with Ledger.open(tmp_path, FOLDS, REFERENCE, journal=url) as ledger:
        ledger.post("a.b", 1, [thing(ledger.state)])
        ledger.commit()
        with Ledger.open(tmp_path, FOLDS, REFERENCE, journal=url, read_only=True) as follower:
            ledger.post("a.b", 2, [thing(ledger.state)])
            assert follower.replay() == 1
            postgres.restart()
            done = threading.Thread(target=ledger.commit)
            done.start()
            done.join()
            assert follower.replay() == 2 and same(follower.state, ledger.state)
            with pytest.raises(LedgerError):
                follower.journal.store.rows("delete from turns")


def test_what_could_lose_a_turn_is_refused(postgres: Server) -> None:
    url = postgres.url()
    postgres.execute("alter role tests set synchronous_commit = off")
    with Journal(url) as journal:  # the role's wish does not count: the session's is set and read back
        assert journal.store.rows("show synchronous_commit") == [("on",)]
    postgres.execute("alter role tests reset synchronous_commit")
    postgres.stop("fast")
    try:
        with (postgres.data / "postgresql.conf").open("a") as file:
            file.write("full_page_writes = off\n")
        postgres.start()
        with pytest.raises(
            BadInput, match="full_page_writes must be on, or an acknowledged turn could be lost"
        ):
            Journal(url)
    finally:
        with (postgres.data / "postgresql.conf").open("a") as file:
            file.write("full_page_writes = on\n")
        postgres.stop("fast")
        postgres.start()


def test_addresses() -> None:
    one = Address.parse("postgresql://ann:secret@db.example:5433/net?schema=metro")
    two = Address.parse("postgresql://ann:secret@db.example:5433/net/metro")
    assert one == two and one.shown == "postgresql://db.example:5433/net?schema=metro"
    assert one.lock != Address.parse("postgresql://db.example/net?schema=other").lock
    with pytest.raises(BadInput, match="small letters, digits and _"):
        Address.parse('postgresql://h/net?schema=a"b')
    with pytest.raises(BadInput, match="cannot be reached"):
        Journal("postgresql://nobody@127.0.0.1:1/net?schema=a")
