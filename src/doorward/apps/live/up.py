"""Starting a live network: the writer, the server, and the end of both."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from doorward.access.commands import Start
from doorward.adapters.secrets import digest, new_key
from doorward.core.errors import BadInput, Locked
from doorward.ledger.journal import must_be_free as journal_must_be_free
from doorward.ports.clock import pause_s, steady_s
from doorward.runtime.live.client import ask
from doorward.runtime.live.hub import socket_of
from doorward.runtime.live.service_file import ServiceFile, default_url
from doorward.runtime.live.wire import Done
from doorward.runtime.rundir import RunDir

STARTS_S = 60.0
ENDS_S = 10.0
STANDS_BY_S = 15.0
RESTARTS = 20
"""Times that a writer that died is started anew within `RESTARTS_S`."""
RESTARTS_S = 60.0


class Writer:
    """The writer's process; it is started anew when it dies, and ends with us. The sender's is kept alike."""

    def __init__(self, command: list[str], gave_up: Callable[[int], None] | None) -> None:
        """gave_up: told of one that cannot work or dies over and over; None: it is started anew for ever."""
        self._command, self._gave_up = command, gave_up
        self._ending = False
        self._died: list[float] = []
        self._process = self._start()
        self._watch = threading.Thread(target=self._keep, daemon=True)
        self._watch.start()

    def _start(self) -> subprocess.Popen[bytes]:
        # it holds the other end of a pipe: when we are killed, the pipe ends, and so does the writer
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)

    @property
    def pid(self) -> int:
        """Its process number now."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.poll()

    def _keep(self) -> None:
        while not self._ending:
            code = self._process.wait()
            if self._ending:
                return
            now = steady_s()
            self._died = [at for at in self._died if now - at < RESTARTS_S] + [now]
            if self._gave_up is not None and (code == 2 or len(self._died) > RESTARTS):
                self._gave_up(code)
                return
            pause_s(min(5.0, 0.2 * len(self._died)))
            self._process = self._start()

    def end(self) -> int:
        """Let it finish the work in hand."""
        self._ending = True
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def must_be_free(host: str, port: int) -> None:
    """Raise BadInput if another program listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadInput(
                f"port {port} of {host} cannot be used ({error.strerror})", where="--port",
                rule="a port that no other program uses", remedy=f"end that program, or give --port {port + 1}",
            ) from error  # fmt: skip


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def writer_command(folder: Path, mode: str, speed: float, *, json_logs: bool, begin_s: int) -> list[str]:
    """How the writer's process is started."""
    command = [sys.executable, "-m", "doorward.apps.live.writer", str(folder), "--mode", mode]
    command += ["--speed", str(speed), "--begin-s", str(begin_s)]
    return command + (["--json-logs"] if json_logs else [])


def sender_command(folder: Path, *, json_logs: bool, private: bool) -> list[str]:
    """How the process that delivers webhooks is started. private: they may lead to private addresses."""
    command = [sys.executable, "-m", "doorward.apps.live.sender", str(folder)]
    command += ["--allow-private-webhooks"] if private else []
    return command + (["--json-logs"] if json_logs else [])


def serve(folder: Path, host: str, port: int, workers: int, *, json_logs: bool, service: ServiceFile) -> None:
    """Serve the API until interrupted."""
    from granian.constants import Interfaces
    from granian.server import Server

    os.environ["DOORWARD_FOLDER"] = str(folder)
    public_url = service.public_url or default_url(host, port)
    told = msgspec.structs.replace(service, public_url=public_url)
    os.environ["DOORWARD_SERVICE"] = msgspec.json.encode(told).decode()
    if json_logs:
        os.environ["DOORWARD_JSON_LOGS"] = "1"
    server: Any = Server(
        "doorward.apps.api.app:create",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=workers,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        backpressure=512,
    )
    server.serve()


def first_key(folder: Path) -> str:
    """At the first start: make the operator and a key that may everything. Later, and while standing by: empty."""
    if not socket_of(folder).exists():
        return ""
    key = new_key()
    answer = ask(folder, "access.start", Start(name="Operator", digest=digest(key)))
    return key if isinstance(answer, Done) else ""


def _let_end(folder: Path) -> None:
    """Wait for a writer that is ending because its server was killed; remove the socket it may have left.

    Raises Locked if another server keeps this folder.
    """
    until, journal = steady_s() + ENDS_S, RunDir(folder).journal
    while isinstance(journal, Path):
        try:
            journal_must_be_free(journal)
            break
        except Locked:
            if steady_s() > until:
                raise
            pause_s(0.1)
    socket_of(folder).unlink(missing_ok=True)


def _there(writer: Writer, listens: Path, failed: list[int], standby: bool) -> None:
    """Return when the writer listens, or stands by for another one (its journal is in PostgreSQL)."""
    began = steady_s()
    while not listens.exists() and writer.code is None and not failed:
        if standby and steady_s() > began + STANDS_BY_S:
            return
        if steady_s() > began + STARTS_S:
            raise BadInput("the writer did not start", where="up", remedy="see its log above")
        pause_s(0.05)


def run(
    folder: Path, command: list[str], *, host: str, port: int, workers: int, json_logs: bool,
    service: ServiceFile, told: Callable[[str], None], sender: list[str] | None = None,
) -> int:  # fmt: skip
    """Everything, until interrupted; returns the exit code. command, sender: how those processes are started."""
    must_be_free(host, port)
    _let_end(folder)
    failed: list[int] = []

    def gave_up(code: int) -> None:
        failed.append(code)
        os.kill(os.getpid(), signal.SIGINT)

    writer, sends = Writer(command, gave_up), None
    try:
        sends = None if sender is None else Writer(sender, None)
        _there(writer, socket_of(folder), failed, isinstance(RunDir(folder).journal, str))
        told(first_key(folder))
        serve(folder, host, port, workers, json_logs=json_logs, service=service)
    finally:
        if sends is not None:
            sends.end()
        code = writer.end()
    return failed[0] if failed else max(0, code)
