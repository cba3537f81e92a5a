"""A journal kept in one SQLite file: durable at every commit (WAL, synchronous=FULL); a lock file keeps others out."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import apsw

from doorward.core.errors import BadInput, Damaged, DiskFull, Locked
from doorward.ledger.store import Group, Head, NoRoom, NotConfirmed, Put, Row

APPLICATION: Final = 0x646F6F72
FORMAT: Final = 2
OLDEST_SQLITE: Final = 3_051_003
"""Before 3.51.3 two connections that write and checkpoint at once could corrupt a WAL file."""

DURABLE: Final[Mapping[str, int | str]] = {
    "journal_mode": "wal",
    "synchronous": 2,
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    "wal_autocheckpoint": 2_000,
    "cache_size": -32_000,
    "temp_store": 2,
    "cell_size_check": 1,
    "trusted_schema": 0,
    "secure_delete": 1,
}
"""synchronous=2 is FULL: the WAL is synced at every commit. fullfsync matters on macOS only. secure_delete: what is
erased is overwritten with zeros, not only forgotten."""

_TABLES = """
create table turns(turn integer primary key, at_s integer not null, service integer not null, key blob,
                   chain blob not null);
create unique index turns_by_key on turns(key) where key is not null;
create table facts(id integer primary key, schema integer not null, rows integer not null,
                   lo integer not null, hi integer not null, body blob not null);
create table services(id integer primary key, name text not null unique);
create table schemas(id integer primary key, fact text not null, columns text not null, unique(fact, columns));
create table meta(name text primary key, value text not null, seal blob not null) without rowid;
create table lanes(destination text primary key, written integer not null, sent integer not null) without rowid;
create table outbox(destination text not null, seq integer not null, turn integer not null, key text not null,
                    body blob not null, seal blob not null, primary key(destination, seq));
create table inbox(id blob primary key, turn integer not null) without rowid;
create table vault(kind text, row integer, turn integer not null, body blob not null, unique(kind, row));
create index vault_by_turn on vault(kind, turn);
create table refs(scope text not null, ref text not null, row integer not null, turn integer not null,
                  primary key(scope, ref)) without rowid;
create index refs_by_row on refs(scope, row);
create view journal as
  select f.id / 4096 as turn, t.at_s, v.name as service, s.fact, f.rows, f.lo, f.hi, t.key, f.body, t.chain
  from facts f join turns t on t.turn = f.id / 4096 join services v on v.id = t.service
  join schemas s on s.id = f.schema;
"""

NOT_WRITTEN = (
    apsw.SQLITE_IOERR_WRITE,
    apsw.SQLITE_IOERR_TRUNCATE,
    apsw.SQLITE_IOERR_FSYNC,
    apsw.SQLITE_IOERR_SHMSIZE,
    apsw.SQLITE_IOERR_SHMOPEN,
    apsw.SQLITE_IOERR_SHMMAP,
)
"""What SQLite says of a file that it could not write: the file itself is as it was."""


@contextmanager
def told(where: Path | str) -> Iterator[None]:
    """SQLite's complaints in our own words."""
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError, apsw.FormatError, UnicodeDecodeError) as error:
        raise Damaged(
            f"{where}: SQLite cannot read it ({error}). What to do: restore it from a copy"
        ) from error
    except (apsw.BusyError, apsw.LockedError) as error:
        raise Locked(f"{where} is held by another process ({error})") from error
    except apsw.FullError as error:
        raise DiskFull(f"{where}: no room on the disk ({error}). What to do: make room") from error
    except apsw.IOError as error:
        if (
            getattr(error, "extendedresult", 0) in NOT_WRITTEN
        ):  # even a reader needs some room, for the index beside the journal
            raise DiskFull(
                f"{where}: cannot be written beside ({error}). What to do: look at the disk (has it room?)"
            ) from error
        raise Damaged(f"{where}: it cannot be read ({error}). What to do: restore it from a copy") from error
    except (apsw.CantOpenError, apsw.ReadOnlyError) as error:
        raise BadInput(
            f"cannot be opened ({error})", where=str(where), remedy="check path and permissions"
        ) from error
    except (apsw.SQLError, apsw.MismatchError) as error:
        raise Damaged(f"{where}: it cannot be read ({error}). What to do: restore it from a copy") from error


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable.

    On macOS fsync stops at the drive's cache; F_FULLFSYNC goes through it, where the file system knows it.
    """
    file = os.open(path, os.O_RDONLY)
    through = getattr(fcntl, "F_FULLFSYNC", None)
    try:
        if through is None or path.is_dir():
            os.fsync(file)
        else:
            try:
                fcntl.fcntl(file, through)
            except OSError:
                os.fsync(file)
    finally:
        os.close(file)


class SqliteStore:
    """A journal file opened for reading only, while it is being written or afterwards."""

    paged = False
    holds = "cast(body as text) like ? escape '!'"
    all_facts = "turns t left join facts f on f.id between t.turn * 4096 and t.turn * 4096 + 4095"
    some_facts = "facts f cross join turns t on t.turn = f.id / 4096"
    sql: apsw.Connection

    def __init__(self, path: Path | str) -> None:
        self.where = Path(path)
        if not self.where.is_file():
            raise BadInput("there is no such journal", where=str(path), remedy="check the path")
        with told(path):
            try:
                self.sql = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
                self.sql.set_busy_timeout(5_000)
                self.sql.pragma("application_id")
            except (apsw.CantOpenError, apsw.ReadOnlyError):
                # a finished journal in a folder that we may not write to; SQLite would want its index beside it
                wal = Path(f"{path}-wal")
                if wal.exists() and wal.stat().st_size:
                    raise
                flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
                self.sql = apsw.Connection(f"{self.where.absolute().as_uri()}?immutable=1", flags=flags)
        self.recognise()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """Everything that a statement finds."""
        with told(self.where):
            return self.sql.execute(statement, tuple(values)).fetchall()

    def each(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """The same, one by one; one moment's state, however long it takes."""
        with told(self.where):
            yield from self.sql.execute(statement, tuple(values))

    def bodies(self, facts: Sequence[int]) -> Iterator[apsw.Blob]:
        """The bodies of facts by their ids; only the pages that are read are touched."""
        if not facts:
            return
        with told(self.where), self.sql.blob_open("main", "facts", "body", facts[0], False) as body:
            for fact in facts:
                body.reopen(fact)
                yield body

    def recognise(self) -> None:
        """Make sure that it is a journal of ours, of a format that we can read."""
        with told(self.where):
            application, version = self.sql.pragma("application_id"), self.sql.pragma("user_version")
        if application != APPLICATION:
            raise BadInput("not a journal of doorward", where=str(self.where), remedy="check the path")
        if version != FORMAT:
            raise BadInput(
                f"journal format {version}", where=str(self.where), rule=f"this version reads {FORMAT}"
            )

    def check(self) -> None:
        """SQLite's own look at its structure."""
        with told(self.where):
            for (finding,) in self.sql.execute("pragma integrity_check(1)"):
                if finding != "ok":
                    raise Damaged(f"{self.where}: {finding}")

    def close(self, sound: bool = True) -> None:
        """Let go of the file."""
        with told(self.where):
            self.sql.close()


class SqliteWriter(SqliteStore):
    """A journal file and its one writer."""

    def __init__(
        self,
        path: Path | str,
        vfs: str | None = None,
        settings: Mapping[str, int | str] = DURABLE,
        sync_names: Callable[[Path], None] = sync,
    ) -> None:
        """Open the file, creating it if there is none; Locked if somebody else writes it."""
        self._lock = _lock(Path(path)) if vfs is None else None
        try:
            self.where = Path(path)
            flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
            with told(path):
                self.sql = apsw.Connection(str(path), flags=flags, vfs=vfs)
                self.sql.set_busy_timeout(5_000)
                if vfs is not None:
                    self.sql.pragma("locking_mode", "exclusive")
                self._settle(settings)
            # SQLite does not sync the folder after deleting the rollback journal of the file's creation; if a power
            # cut brought that back later, SQLite would play it and empty the file
            sync_names(self.where.parent)
        except BaseException:
            self._release()
            raise

    def hand_over(self, group: Group) -> None:
        """Let SQLite keep the rows until the commit."""
        with self._careful():
            self._flush(group)

    def commit(self, group: Group, after: Head) -> None:
        """Write the group and sync it."""
        with self._careful():
            self._flush(group)
            self.sql.execute("commit")

    def rollback(self) -> None:
        """Undo what was handed over; NotConfirmed if even that fails."""
        try:
            if self.sql.in_transaction:
                self.sql.execute("rollback")
        except apsw.Error as error:
            raise NotConfirmed(f"a rollback failed ({error})") from error

    def scrub(self) -> bool:
        """Fold the WAL into the file and empty it: earlier copies of erased text stand there. Waits for no reader."""
        self.sql.set_busy_timeout(0)
        try:
            busy, _, _ = self.sql.execute("pragma wal_checkpoint(truncate)").fetchall()[0]
        except apsw.Error:
            return False
        finally:
            self.sql.set_busy_timeout(5_000)
        return not busy

    @contextmanager
    def loading(self) -> Iterator[Put]:
        """A transaction in which rows of another journal are written as they are."""

        def put(table: str, columns: int, rows: Iterable[Row]) -> None:
            self.sql.executemany(f"insert into {table} values({','.join('?' * columns)})", rows)

        with told(self.where), self.sql:
            yield put

    def close(self, sound: bool = True) -> None:
        """Fold the WAL into the file unless a sync failed, let the next writer in."""
        with told(self.where):
            if not sound:
                self.sql.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            elif self.sql.in_transaction:
                self.sql.execute("rollback")
            self.sql.close()
        self._release()

    def _settle(self, settings: Mapping[str, int | str]) -> None:
        if apsw.SQLITE_VERSION_NUMBER < OLDEST_SQLITE:
            raise BadInput(
                f"SQLite {apsw.sqlite_lib_version()}", rule="at least 3.51.3", remedy="install apsw 3.54"
            )
        # a power cut may leave a file that SQLite made and we had not filled yet
        fresh = not self.sql.execute("select count(*) from sqlite_schema").get
        if fresh:
            self.sql.pragma("page_size", 8192)
        for name, value in settings.items():
            self.sql.pragma(name, value)
            found = self.sql.pragma(name)
            if found != value:
                raise BadInput(
                    f"SQLite keeps {name} at {found}", where=str(self.where), rule=f"{name} must be {value}"
                )
        if fresh:
            with self.sql:
                for statement in _TABLES.split(";"):
                    self.sql.execute(statement)
                self.sql.pragma("application_id", APPLICATION)
                self.sql.pragma("user_version", FORMAT)
        self.recognise()

    def _flush(self, group: Group) -> None:
        """Hand the group to SQLite, without committing it."""
        if not self.sql.in_transaction:
            self.sql.execute("begin immediate")
        for statement, values in group.extra:
            self.sql.execute(statement, values)
        self.sql.executemany("insert into turns values(?,?,?,?,?)", group.turns)
        self.sql.executemany("insert into facts values(?,?,?,?,?,?)", group.facts)
        group.turns, group.facts, group.extra, group.size = [], [], [], 0

    @contextmanager
    def _careful(self) -> Iterator[None]:
        try:
            yield
        except apsw.FullError as error:
            raise NoRoom(str(error)) from error
        except apsw.Error as error:
            raise NotConfirmed(str(error)) from error

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _lock(path: Path) -> int:
    """Hold `<path>.lock` for as long as this process lives; Locked if somebody else does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(file, 32, 0).decode(errors="replace").strip() or "unknown"
        os.close(file)
        raise Locked(
            f"{path} is being written by process {holder}. What to do: wait until it ends, or end it; "
            "reading is possible meanwhile"
        ) from error
    os.ftruncate(file, 0)
    os.pwrite(file, str(os.getpid()).encode(), 0)
    return file


def must_be_free(path: Path) -> None:
    """Raise Locked if another process writes the journal of this path. Makes nothing where there is none."""
    if path.exists():
        os.close(_lock(path))
