"""A PostgreSQL server of the tests' own: its own folder, its own port, started and stopped by its own number."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest

_serial = count()


def binaries() -> Path | None:
    """The folder of initdb and postgres; the newest that is installed."""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    named = shutil.which("initdb")
    found = Path(named).resolve() if named else (known[-1] if known else None)
    return found.parent if found else None


class Server:
    """A running server. It listens on 127.0.0.1 only; who is on this machine may enter."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.data, self.programs = folder / "data", programs
        self.run = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._do(
            "initdb", "-D", str(self.data), "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
        )
        settings = {
            "port": self.port, "listen_addresses": "'127.0.0.1'", "unix_socket_directories": "''",
            "shared_buffers": "'32MB'", "max_connections": 40,
        }  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._ctl("start", "-l", str(self.data / "log"))

    def stop(self, mode: str = "immediate") -> None:
        """End it: `immediate` is what a crash looks like."""
        self._ctl("stop", "-m", mode)

    def restart(self) -> None:
        """Crash it and start it again."""
        self._ctl("restart", "-m", "immediate", "-l", str(self.data / "log"))

    def url(self, schema: str | None = None, user: str = "tests") -> str:
        """The address of a schema of its own."""
        name = schema or f"region_{os.getpid()}_{next(_serial)}"
        return f"postgresql://{quote(user)}@127.0.0.1:{self.port}/postgres?schema={name}"

    def execute(self, statement: str, *values: object) -> None:
        """One statement over a connection of its own."""
        import psycopg

        with psycopg.connect(self.url().partition("?")[0], autocommit=True) as sql:
            sql.execute(statement.encode(), values)

    def _ctl(self, *words: str) -> None:
        self._do("pg_ctl", "-D", str(self.data), "-w", "-s", *words)

    def _do(self, program: str, *words: str) -> None:
        subprocess.run(
            [*self.run, str(self.programs / program), *words],
            check=True, stdout=subprocess.DEVNULL, cwd="/", stdin=subprocess.DEVNULL,
        )  # fmt: skip


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the block lasts; skips the test where PostgreSQL or psycopg is not installed."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (pip install 'doorward[postgres]')")
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (no initdb)")
    if os.getuid() == 0 and not _has_user("postgres"):
        pytest.skip("PostgreSQL refuses root, and there is no user postgres to run it as")
    folder = Path(tempfile.mkdtemp(prefix="doorward-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    server: Server | None = None
    try:
        server = Server(folder, programs)
        yield server
    finally:
        if server is not None and (server.data / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
