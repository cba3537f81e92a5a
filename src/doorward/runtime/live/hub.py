"""The writer's end of the socket: whoever connects, what they ask, and what they are told.

One thread, no callbacks: the writer looks when it has time (`poll`), and says what it has to say (`tell`). A reader
that does not take what it is told for two seconds is let go; it connects again and catches up from the journal.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import struct
import tempfile
from hashlib import blake2b
from pathlib import Path

import msgspec

from doorward.core.errors import BadInput
from doorward.runtime.live.wire import Down, Up, frame, frames, read_up

PATIENCE_S = 2
"""Seconds."""
CHUNK = 1 << 18


def socket_of(folder: Path) -> Path:
    """Where the writer of a folder listens. Not in the folder: a socket's path has room for some hundred bytes only."""
    home = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"doorward-{os.getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    if home.stat().st_uid != os.getuid() or home.stat().st_mode & 0o077:
        raise BadInput(
            "is open to others", where=str(home), rule="only its owner may enter", remedy="remove it"
        )
    return home / f"{blake2b(str(folder.resolve()).encode(), digest_size=8).hexdigest()}.sock"


class Peer:
    """One API process."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = bytearray()


class Hub:
    """All connections of the writer."""

    def __init__(self, path: Path) -> None:
        """path: of the Unix socket, which only its owner may use."""
        self.path = path
        path.unlink(missing_ok=True)
        self._listen = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._selector = selectors.DefaultSelector()
        self._peers: list[Peer] = []

    def open(self) -> None:
        """Be there: from now on others can connect. The path appears when it does listen, not before."""
        draft = self.path.with_name(self.path.name + "~")
        draft.unlink(missing_ok=True)
        self._listen.bind(str(draft))
        draft.chmod(0o600)
        self._listen.listen(64)
        draft.rename(self.path)
        self._listen.setblocking(False)
        self._selector.register(self._listen, selectors.EVENT_READ, None)

    def __len__(self) -> int:
        return len(self._peers)

    def poll(self, wait_s: float) -> list[tuple[Peer, Up]]:
        """What was asked since the last time; waits at most `wait_s` for it."""
        asked: list[tuple[Peer, Up]] = []
        for key, _ in self._selector.select(max(0.0, wait_s)):
            peer = key.data
            if peer is None:
                self._accept()
                continue
            try:
                chunk = peer.sock.recv(CHUNK)
                if not chunk:
                    raise ConnectionError("closed")
                peer.buffer += chunk
                asked.extend((peer, read_up(body)) for body in frames(peer.buffer))
            except (OSError, BadInput, msgspec.MsgspecError):
                self._drop(peer)
        return asked

    def tell(self, peer: Peer, *messages: Down) -> None:
        """Answer one of them."""
        self._send(peer, b"".join(frame(m) for m in messages))

    def tell_all(self, message: Down) -> None:
        """Say it to everybody."""
        body = frame(message)
        for peer in list(self._peers):
            self._send(peer, body)

    def close(self) -> None:
        """Let everybody go."""
        for peer in list(self._peers):
            self._drop(peer)
        self._selector.close()
        self._listen.close()
        self.path.unlink(missing_ok=True)

    def _accept(self) -> None:
        sock, _ = self._listen.accept()
        # a blocking socket with a limit: what cannot be sent in time ends the connection, not the writer
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", PATIENCE_S, 0))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        peer = Peer(sock)
        self._peers.append(peer)
        self._selector.register(sock, selectors.EVENT_READ, peer)

    def _send(self, peer: Peer, body: bytes) -> None:
        if peer not in self._peers:
            return
        try:
            peer.sock.sendall(body)
        except OSError:
            self._drop(peer)

    def _drop(self, peer: Peer) -> None:
        if peer in self._peers:
            self._peers.remove(peer)
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(peer.sock)
            peer.sock.close()
