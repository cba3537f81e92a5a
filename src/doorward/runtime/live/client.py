"""Asking the writer from a command or a test: one question, one answer, no loop."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from doorward.core.errors import Broken, Timeout
from doorward.runtime.live.hub import socket_of
from doorward.runtime.live.wire import Ask, Done, Failed, News, frame, frames, packed, read_down


def ask(
    folder: Path, name: str, asked: Any, *, key: str = "", asker: int = -1, wait_s: float = 30.0
) -> Done | Failed:
    """Give the writer of a folder a command. Raises Timeout or Broken if it does not answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(wait_s)
        buffer = bytearray()
        try:
            line.connect(str(socket_of(folder)))
            line.sendall(frame(Ask(1, name, packed(asked), key, asker)))
            while chunk := line.recv(1 << 16):
                buffer += chunk
                for body in frames(buffer):
                    message = read_down(body)
                    if not isinstance(message, News):
                        return message
        except TimeoutError as error:
            raise Timeout(f"the writer of {folder} did not answer within {wait_s:g} s") from error
        except OSError as error:
            raise Broken(f"the writer of {folder} is not there ({error})") from error
    raise Broken(f"the writer of {folder} went away")
