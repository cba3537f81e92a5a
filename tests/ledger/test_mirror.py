"""Row tables hold what the journal said, once each, however often the mirror is stopped and killed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psycopg
import pytest

from doorward.core.errors import BadInput, Damaged, Locked
from doorward.core.table import F8, I8, Table
from doorward.ledger import mirror as mirrors
from doorward.ledger.journal import Journal
from doorward.ledger.ledger import Ledger
from doorward.ledger.mirror import Mirror
from doorward.ledger.pack import pack
from doorward.ledger.postgres_place import Address
from tests.ledger.conftest import Places
from tests.ledger.small import FOLDS, REFERENCE, Appeared, Moved
from tests.postgres import Server

SPOKEN = {"Moved": {"place": {0: "shelf", 1: "dock"}}}


class Weighed(Table):
    """Fact: floats, and a column that the table has too."""

    turn_row: I8
    kg: F8


def asked(url: str, question: str) -> list[tuple[object, ...]]:
    address = Address.parse(url)
    with psycopg.connect(address.conninfo, options=f"-c search_path={address.schema}_rows") as sql:
        return sql.execute(question.encode()).fetchall()


def written(journal: Journal, turns: int, first: int = 0) -> None:
    for turn in range(first, first + turns):
        things = np.arange(turn, turn + 5)
        facts = [
            Appeared(thing=things, place=things % 5),
            Moved(thing=things, place=things % 3),
            Moved(thing=[9], place=[1]),
        ]
        journal.append(f"room.{turn % 2}", 1_000 + turn, [pack(fact) for fact in facts])
    journal.commit()


def test_rows_are_what_the_journal_said(
    postgres: Server, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirrors, "GROUP_ROWS", 40)
    url = postgres.url()
    with Journal(places("j")) as journal:
        written(journal, 30)
        with Mirror(journal, url, SPOKEN) as mirror:
            assert mirror.catch_up() == 30 == mirror.catch_up()
            written(journal, 20, 30)
            with pytest.raises(Locked, match="another process mirrors into"):
                Mirror(journal, url)
        with Mirror(journal, url, SPOKEN) as mirror:
            assert mirror.turn == 30 and mirror.catch_up() == 50
        rows, turns, times = journal.facts(Moved)
        wanted = list(
            zip(turns.tolist(), times.tolist(), rows.thing.tolist(), rows.place.tolist(), strict=True)
        )
        order = "from moved order by turn, turn_place, turn_row"
        assert asked(url, f"select turn, turn_at_s, thing, place {order}") == wanted
        words = asked(url, "select distinct service, place, place_word from moved_words order by 1, 2")
        assert words == [
            (f"room.{n}", p, w) for n in (0, 1) for p, w in ((0, "shelf"), (1, "dock"), (2, None))
        ]
        assert asked(url, "select count(*) from appeared") == [(250,)]


def test_a_kill_between_rows_and_cursor_leaves_neither(postgres: Server, tmp_path: Path) -> None:
    url = postgres.url()
    with Journal(tmp_path / "j.db") as journal:
        written(journal, 10)
        with Mirror(journal, url) as mirror:
            mirror.catch_up()
            written(journal, 10, 10)
            mirror.turn = 10
            mirror._sql.execute("update mirror_cursor set turn = 11")  # as if another had been here
            with pytest.raises(Damaged, match="somebody else moved the cursor"):
                mirror.catch_up()
            mirror._sql.execute("update mirror_cursor set turn = 10")
            assert asked(url, "select count(*) from appeared") == [(50,)]
            assert mirror.catch_up() == 20
        assert asked(url, "select count(*) from appeared") == [(100,)]


def test_facts_gain_columns_and_floats_stay_floats(postgres: Server, tmp_path: Path) -> None:
    url = postgres.url()
    older = type("Moved", (Table,), {"__annotations__": {"thing": I8}, "__doc__": "Fact, as it was."})
    with Journal(tmp_path / "j.db") as journal, Mirror(journal, url, SPOKEN) as mirror:
        journal.append("a.b", 1, [pack(older(thing=[1]))])
        journal.commit()
        mirror.catch_up()
        journal.append("a.b", 2, [pack(Moved(thing=[2], place=[1])), pack(Weighed(turn_row=[-7], kg=[0.1]))])
        journal.commit()
        mirror.catch_up()
    assert asked(url, "select thing, place, place_word from moved_words order by 1") == [
        (1, None, None),
        (2, 1, "dock"),
    ]
    assert asked(url, "select turn_row, turn_row_, kg from weighed") == [(0, -7, 0.1)]


def test_another_journal_is_refused(postgres: Server, tmp_path: Path) -> None:
    url = postgres.url()
    with Journal(tmp_path / "a.db") as a, Journal(tmp_path / "b.db") as b:
        written(a, 3)
        written(b, 4, 1)
        with Mirror(a, url) as mirror:
            mirror.catch_up()
        with pytest.raises(BadInput, match="the rows there end at turn 3 of another journal"):
            Mirror(b, url)


def test_a_mirror_beside_its_journal(postgres: Server, tmp_path: Path) -> None:
    url = postgres.url()
    with (
        Ledger.open(tmp_path, FOLDS, REFERENCE, journal=url) as ledger,
        Mirror(ledger.journal, url) as mirror,
    ):
        ledger.post("a.b", 1, [Appeared(thing=[0], place=[3])])
        assert mirror.catch_up() == 0
        ledger.commit()
        assert mirror.catch_up() == 1
    assert asked(url, "select thing, place from appeared") == [(0, 3)]
