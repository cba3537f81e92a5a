"""What is to be delivered to many receivers, each at its own pace: a SQLite file of the process that delivers.

Beside the journal, not in it: it grows with receivers, and the writer must not. What it holds can be made again from
the journal by whoever knows the cursor, which is written in the transaction of what was read up to it.

    messages(id, at_s, body)                                          one row however many receive it
    deliveries(lane, message, at_s, tries, due_s, status, code)       status: 0 waits, 1 delivered, 2 dead letter
    attempts(lane, message, at_s, code, took_ms, note)                code: HTTP status; 0 no answer
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import apsw

from doorward.core.errors import BadInput
from doorward.ledger.sqlite import told

WAITS, DELIVERED, DEAD = 0, 1, 2
APPLICATION, FORMAT = 0x64776C76, 1
_TABLES = """
create table cursor(one integer primary key check (one = 1), turn integer not null);
create table messages(id text primary key, at_s integer not null, body blob not null) without rowid;
create table deliveries(lane integer, message text, at_s integer not null, tries integer not null,
    due_s integer not null, status integer not null, code integer not null, primary key(lane, message)) without rowid;
create index waiting on deliveries(lane, due_s) where status = 0;
create index ended on deliveries(lane, at_s) where status = 2;
create table attempts(lane integer, message text, at_s integer, code integer, took_ms integer, note text);
create index attempts_of on attempts(lane, at_s)
"""
_LATER = """
create index if not exists newest on deliveries(lane, at_s desc, message);
create index if not exists tries_of on attempts(lane, message);
create index if not exists done on deliveries(status, due_s) where status > 0;
create index if not exists receivers on deliveries(message)
"""
"""Indexes that files made earlier get when they are opened."""


class Post(NamedTuple):
    """A message for some lanes, known since `at_s` (the network's time)."""

    id: str
    at_s: int
    body: bytes
    lanes: list[int]


class Delivery(NamedTuple):
    """A message that is on its way to one receiver. tries: made before."""

    lane: int
    message: str
    tries: int
    body: bytes


class Letter(NamedTuple):
    """A dead letter. code: of the last answer; 0 none."""

    message: str
    at_s: int
    tries: int
    code: int
    body: bytes


class Attempt(NamedTuple):
    """One try. code: HTTP status, 0 no answer; note: what went wrong, in words."""

    at_s: int
    code: int
    took_ms: int
    note: str


class Line(NamedTuple):
    """A delivery as it stands. at_s: when it happened (the network's time); due_s: when it is tried next."""

    message: str
    at_s: int
    tries: int
    due_s: int
    status: int
    code: int
    body: bytes


class Deliveries:
    """The file."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """read_only: of a file that is there, beside the process that delivers."""
        self.path = path
        if read_only:
            with told(path):
                self.sql = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
                self.sql.set_busy_timeout(5_000)
            return
        with told(path):
            self.sql = apsw.Connection(str(path))
            self.sql.set_busy_timeout(5_000)
            self.sql.pragma("journal_mode", "wal")
            # a power cut may undo the newest transactions, each whole: what was read is read again, what was
            # sent is sent again; so nothing is lost, and no message waits for the disk
            self.sql.pragma("synchronous", "normal")
            if not self.sql.execute("select count(*) from sqlite_schema").get:
                with self.sql:
                    for statement in _TABLES.split(";"):
                        self.sql.execute(statement)
                    self.sql.pragma("application_id", APPLICATION)
                    self.sql.pragma("user_version", FORMAT)
            if self.sql.pragma("application_id") != APPLICATION:
                raise BadInput("not a file of deliveries", where=str(path), remedy="check the path")
            for statement in _LATER.split(";"):
                self.sql.execute(statement)

    def close(self) -> None:
        """Let go of the file."""
        self.sql.close()

    @property
    def ready(self) -> bool:
        """Whether the process that delivers has made its tables; for those who only read."""
        return bool(self.sql.execute("select count(*) from sqlite_schema where name = 'tries_of'").get)

    @property
    def cursor(self) -> int | None:
        """The last turn that was read; None before the first."""
        found: int | None = self.sql.execute("select turn from cursor").get
        return found

    def add(
        self,
        turn: int,
        posts: Iterable[Post],
        closed: Iterable[int],
        again: Iterable[tuple[int, int]],
        now_s: int,
    ) -> None:
        """What was read up to a turn, in one transaction.

        closed  lanes to which nothing more is sent: what waits becomes dead letters
        again   (lane, since_s): dead letters of what happened since then wait anew
        """
        with told(self.path), self.sql:
            self.sql.execute("insert or replace into cursor values(1,?)", (turn,))
            for post in posts:
                self.sql.execute(
                    "insert or ignore into messages values(?,?,?)", (post.id, post.at_s, post.body)
                )
                self.sql.executemany(
                    "insert or ignore into deliveries values(?,?,?,0,?,0,0)",
                    ((lane, post.id, post.at_s, now_s) for lane in post.lanes),
                )
            for lane in closed:
                self._close(lane)
            for lane, since_s in again:
                self.sql.execute(
                    "update deliveries set status = 0, tries = 0, due_s = ?"
                    " where lane = ? and status = 2 and at_s >= ?",
                    (now_s, lane, since_s),
                )

    def lanes(self) -> list[int]:
        """Those where something waits."""
        return [lane for (lane,) in self.sql.execute("select distinct lane from deliveries where status = 0")]

    def due(self, lane: int, now_s: int, most: int) -> list[Delivery]:
        """What is due in a lane, the longest due first."""
        rows = self.sql.execute(
            "select d.lane, d.message, d.tries, m.body from deliveries d join messages m on m.id = d.message"
            " where d.lane = ? and d.status = 0 and d.due_s <= ? order by d.due_s limit ?",
            (lane, now_s, most),
        )
        return [Delivery(*row) for row in rows]

    def next_s(self, lane: int) -> int | None:
        """When something is due in a lane; None: nothing waits."""
        found: int | None = self.sql.execute(
            "select min(due_s) from deliveries where lane = ? and status = 0", (lane,)
        ).get
        return found

    def tried(
        self, one: Delivery, at_s: int, code: int, took_ms: int, note: str, *, status: int, due_s: int
    ) -> None:
        """An attempt and what came of it, in one transaction. What was closed meanwhile stays a dead letter."""
        with told(self.path), self.sql:
            self.sql.execute(
                "insert into attempts values(?,?,?,?,?,?)", (one.lane, one.message, at_s, code, took_ms, note)
            )
            self.sql.execute(
                "update deliveries set status = ?, tries = tries + 1, due_s = ?, code = ?"
                " where lane = ? and message = ? and (status = 0 or ? = 1)",
                (status, due_s, code, one.lane, one.message, status),
            )

    def forget(self, status: int, before_s: int, most: int = 500) -> int:
        """Remove deliveries that ended so before a second, their attempts, and messages that nobody has left to get;
        returns how many there were, at most `most`: with more, ask again."""
        with told(self.path), self.sql:
            gone: list[tuple[int, str]] = list(
                self.sql.execute(
                    "select lane, message from deliveries where status = ? and status > 0 and due_s < ? limit ?",
                    (status, before_s, most),
                )
            )
            self.sql.executemany("delete from attempts where lane = ? and message = ?", gone)
            self.sql.executemany("delete from deliveries where lane = ? and message = ?", gone)
            self.sql.executemany(
                "delete from messages where id = ?1 and not exists (select 1 from deliveries where message = ?1)",
                ((message,) for _, message in gone),
            )
        return len(gone)

    def close_lane(self, lane: int) -> None:
        """Nothing more is sent there: what waits becomes dead letters."""
        with told(self.path), self.sql:
            self._close(lane)

    def dead(self, lane: int, most: int = 100) -> list[Letter]:
        """Dead letters of a lane, the newest first."""
        rows = self.sql.execute(
            "select d.message, d.at_s, d.tries, d.code, m.body from deliveries d join messages m on m.id = d.message"
            " where d.lane = ? and d.status = 2 order by d.at_s desc, d.message limit ?",
            (lane, most),
        )
        return [Letter(*row) for row in rows]

    def page(
        self, lane: int, status: int | None = None, after: tuple[int, str] | None = None, most: int = 50
    ) -> list[Line]:
        """Deliveries of a lane, the newest first: all or those of a status, those that follow (at_s, message)."""
        at_s, message = after if after is not None else (1 << 62, "")
        rows = self.sql.execute(
            "select d.message, d.at_s, d.tries, d.due_s, d.status, d.code, m.body"
            " from deliveries d join messages m on m.id = d.message"
            " where d.lane = ?1 and d.at_s <= ?2 and (d.at_s < ?2 or d.message > ?3)"
            " and (?4 is null or d.status = ?4) order by d.at_s desc, d.message limit ?5",
            (lane, at_s, message, status, most),
        )
        return [Line(*row) for row in rows]

    def attempts(self, lane: int, message: str) -> list[Attempt]:
        """What was tried of a delivery, the oldest first."""
        rows = self.sql.execute(
            "select at_s, code, took_ms, note from attempts where lane = ? and message = ? order by rowid",
            (lane, message),
        )
        return [Attempt(*row) for row in rows]

    def counts(self, lane: int) -> dict[int, int]:
        """How many deliveries of a lane have each status."""
        return dict(
            self.sql.execute(
                "select status, count(*) from deliveries where lane = ? group by status", (lane,)
            )
        )

    def totals(self) -> dict[int, int]:
        """How many deliveries have each status."""
        return dict(self.sql.execute("select status, count(*) from deliveries group by status"))

    def _close(self, lane: int) -> None:
        self.sql.execute("update deliveries set status = 2 where lane = ? and status = 0", (lane,))
