"""One writer, readers beside it, pragmas that hold, turns found by service, fact and number."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import apsw
import numpy as np
import pytest

from doorward.core.errors import BadInput, Damaged, Locked
from doorward.ledger import journal as journals
from doorward.ledger.journal import DURABLE, Journal
from doorward.ledger.pack import pack
from doorward.ledger.read import Reader
from tests.ledger.conftest import Places
from tests.ledger.small import Appeared, Moved


def moved(*things: int) -> Moved:
    return Moved(thing=np.array(things), place=np.zeros(len(things)))


def filled(path: Path | str) -> None:
    with Journal(path) as journal:
        journal.append("a.b", 10, [pack(moved(3, 9)), pack(Appeared(thing=[1], place=[1]))])
        journal.append("a.c", 20, [pack(moved(50))], key=b"k" * 16)
        journal.commit()
        journal.append("a.b", 20, [pack(moved(4, 4, 60))])
        journal.commit()


def test_every_pragma_is_read_back(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.db") as journal:
        assert {name: journal.store.sql.pragma(name) for name in DURABLE} == dict(DURABLE)
        assert journal.store.sql.pragma("synchronous") == 2
    with pytest.raises(BadInput, match="SQLite keeps journal_mode at wal"):
        Journal(tmp_path / "j.db", settings={"journal_mode": "sideways"})


def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apsw, "SQLITE_VERSION_NUMBER", 3_040_001)
    with pytest.raises(BadInput, match=r"at least 3\.51\.3"):
        Journal(tmp_path / "j.db")


def test_a_second_writer_is_refused_and_named(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    program = f"from doorward.ledger.journal import Journal; Journal({str(path)!r})"
    with Journal(path):
        with pytest.raises(Locked, match=r"is being written by process \d+"):
            Journal(path)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert "doorward.core.errors.Locked" in done.stderr
    Journal(path).close()


def test_readers_stand_beside_the_writer_and_after_it(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with Journal(path) as journal:
        journal.append("a.b", 1, [pack(moved(1))])
        journal.commit()
        with Reader(path) as reader:
            journal.append("a.b", 2, [pack(moved(2))])
            assert [t.turn for t in reader.turns()] == [1]
            journal.commit()
            assert [t.turn for t in reader.turns()] == [1, 2]
            with pytest.raises(apsw.ReadOnlyError):
                reader.store.sql.execute("delete from turns")
    with Journal.open(path, read_only=True) as reader:
        assert reader.head.turn == 2


def test_a_closed_journal_is_one_file_and_its_lock(tmp_path: Path) -> None:
    filled(tmp_path / "j.db")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["j.db", "j.db.lock"]


def test_what_is_no_journal_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no such journal"):
        Reader(tmp_path / "none.db")
    (tmp_path / "text.db").write_text("not a database at all, but long enough to look at" * 40)
    with pytest.raises(Damaged):
        Reader(tmp_path / "text.db")
    other = apsw.Connection(str(tmp_path / "other.db"))
    other.execute("create table t(x)")
    other.close()
    for opened in (Reader, Journal):
        with pytest.raises(BadInput, match="not a journal of doorward"):
            opened(tmp_path / "other.db")
    with Journal(tmp_path / "j.db") as journal:
        journal.store.sql.pragma("user_version", 99)
    with pytest.raises(BadInput, match="journal format 99"):
        Reader(tmp_path / "j.db")


def test_turns_are_found_by_service_fact_and_number(places: Places) -> None:
    filled(places("j"))
    with Reader(places("j")) as reader:
        assert [(t.turn, len(t.facts)) for t in reader.turns()] == [(1, 2), (2, 1), (3, 1)]
        assert [t.turn for t in reader.turns(after=1, upto=2)] == [2]
        assert [t.turn for t in reader.turns(service="a.b")] == [1, 3]
        assert [t.turn for t in reader.turns(service="nobody")] == []
        assert [f.fact for t in reader.turns(fact=Appeared) for f in t.facts] == ["Appeared"]
        assert [t.turn for t in reader.turns(fact="Moved", holding=9)] == [1, 3]
        assert [t.turn for t in reader.turns(fact=Moved, holding=(10, 55))] == [2, 3]
        assert [t.turn for t in reader.turns(after=1, holding=9)] == [3]
        rows, turns, times = reader.history(Moved, 4)
        assert (rows.thing.tolist(), turns.tolist(), times.tolist()) == ([4, 4], [3, 3], [20, 20])
        assert len(reader.history(Moved, 5)[0]) == 0
        rows, turns, _ = reader.facts(Moved)
        assert rows.thing.tolist() == [3, 9, 50, 4, 4, 60] and turns.tolist() == [1, 1, 2, 3, 3, 3]
        assert reader.index().to_pydict()["rows"] == [2, 1, 1, 3]
        assert [reader.turn_at(at) for at in (9, 10, 19, 20, 99)] == [0, 1, 1, 3, 3]
        assert reader.committed_turn_of(b"k" * 16) == 2
        assert reader.verify() == 3


def test_whoever_looks_with_sql_finds_a_view(places: Places) -> None:
    filled(places("j"))
    with Reader(places("j")) as reader:
        found = reader.store.rows(
            "select turn, at_s, service, fact, rows, lo, hi from journal order by turn, lo"
        )
    assert found == [
        (1, 10, "a.b", "Appeared", 1, 1, 1),
        (1, 10, "a.b", "Moved", 2, 3, 9),
        (2, 20, "a.c", "Moved", 1, 50, 50),
        (3, 20, "a.b", "Moved", 3, 4, 60),
    ]


def test_what_was_altered_is_named(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    for change, told in (
        ("update turns set at_s = 11 where turn = 1", "turn 1 does not hold what its chain says"),
        ("delete from turns where turn = 2", "turn 2 is missing"),
        ("update facts set hi = 99 where id = 3 * 4096", "turn 3: the range of Moved was altered"),
        ("update facts set rows = 4 where id = 3 * 4096", "turn 3: the body of Moved"),
        ("update services set name = 'a.d' where name = 'a.b'", "turn 1 does not hold"),
        ("update turns set at_s = 'soon' where turn = 2", "turn 2 is garbled"),
        ("delete from schemas", "turn 1 holds a fact of an unknown kind"),
    ):
        filled(path)
        con = apsw.Connection(str(path))
        con.pragma("ignore_check_constraints", 1)
        con.execute(change)
        con.close()
        with Reader(path) as reader, pytest.raises(Damaged, match=told):
            reader.verify()
        path.unlink()


def test_rot_is_told_in_either_store(places: Places) -> None:
    for number, (change, told) in enumerate(
        (
            ("update turns set at_s = 11 where turn = 1", "turn 1 does not hold what its chain says"),
            ("delete from turns where turn = 2", "turn 2 is missing"),
            ("update facts set hi = 99 where id = 3 * 4096", "turn 3: the range of Moved was altered"),
            ("update facts set rows = 4 where id = 3 * 4096", "turn 3: the body of Moved"),
            (
                "update facts set body = (select body from facts where id = 3 * 4096) where id = 2 * 4096",
                "turn 2",
            ),
            ("update services set name = 'a.d' where name = 'a.b'", "turn 1 does not hold"),
            ("delete from schemas", "turn 1 holds a fact of an unknown kind"),
        )
    ):
        place = places(f"j{number}")
        filled(place)
        with Journal(place) as journal:
            journal.store.rows(change)
        with Reader(place) as reader, pytest.raises(Damaged, match=told):
            reader.verify()


def test_the_run_remembers_what_it_is(places: Places) -> None:
    with Journal(places("j")) as journal:
        journal.set_meta(seed="7", network="abc")
        journal.set_meta(seed="8")
    with Journal(places("j")) as journal:
        assert journal.meta() == {"seed": "8", "network": "abc"}
        journal.store.rows("update meta set value = '9' where name = 'seed'")
        with pytest.raises(Damaged, match="the entry 'seed' about the run was altered"):
            journal.meta()


def test_a_large_group_is_handed_over_early_and_still_one_transaction(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "MOST_PENDING_BYTES", 500)
    with Journal(places("j")) as journal:
        for turn in range(1, 30):
            journal.append("a.b", turn, [pack(moved(*range(turn, turn * 50, 7)))], key=b"%016d" % turn)
        with Reader(places("j")) as reader:
            assert reader.head.turn == 0
        assert journal.turn_of(b"%016d" % 3) == 3
        journal.commit()
        assert journal.verify() == 29
        for turn in range(30, 40):
            journal.append("a.b", turn, [pack(moved(*range(turn, turn * 50, 7)))])
    with Reader(places("j")) as reader:
        assert reader.verify() == 29


def test_limits(places: Places) -> None:
    with Journal(places("j")) as journal:
        with pytest.raises(BadInput, match="at most 4095 facts in a turn"):
            journal.append("a.b", 1, [pack(moved(1))] * 4096)
        journal.append("a.b", 1, [pack(moved(1))])
        with pytest.raises(ValueError, match="turns wait for their commit"):
            journal.set_meta(seed="7")
