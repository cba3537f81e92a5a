"""What waits for a browser's answer: kept for a few minutes, taken once.

One file each, in a folder that all API processes of a machine share; its name is a digest of what the browser has to
show. Taking is renaming: of two processes that ask at once, one finds it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from doorward.core.errors import DiskFull, Refused

LASTS_S = 300
MOST = 10_000
"""Files; more are refused until some have ended. Rate limits keep one address far below that."""
SWEEP_S = 30.0
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Ceremonies:
    """What was begun. now_s: the machine's time, whatever the network's clock says."""

    def __init__(self, folder: Path, now_s: Callable[[], float]) -> None:
        self._folder, self._now_s = folder, now_s
        self._swept_s, self._there = -SWEEP_S, 0

    def begin(self, kind: str, owner: str, body: bytes) -> None:
        """Keep what an owner must answer; what that owner had begun before is forgotten. Refused when too many wait."""
        now_s = self._now_s()
        if not 0 <= now_s - self._swept_s < SWEEP_S:
            self._sweep(now_s)
        if self._there >= MOST:
            raise Refused("too many are signing in; what to do: try again in a minute")
        self._folder.mkdir(mode=0o700, exist_ok=True)
        draft = self._folder / f"draft-{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(int(now_s + LASTS_S).to_bytes(8, "big") + body)
            os.replace(draft, self._path(kind, owner))
        except OSError as error:
            draft.unlink(missing_ok=True)
            if error.errno not in FULL:
                raise
            raise DiskFull("no room for what was begun; what to do: make room, then begin again") from error
        self._there += 1

    def take(self, kind: str, owner: str) -> bytes | None:
        """What an owner must answer, once; None if nothing waits, or it waited too long."""
        taken = self._folder / f"draft-{secrets.token_hex(8)}"
        try:
            os.rename(self._path(kind, owner), taken)
        except OSError:
            return None
        kept = taken.read_bytes()
        taken.unlink()
        return kept[8:] if self._now_s() < int.from_bytes(kept[:8], "big") else None

    def _path(self, kind: str, owner: str) -> Path:
        return self._folder / hashlib.sha256(f"{kind}\n{owner}".encode()).hexdigest()

    def _sweep(self, now_s: float) -> None:
        self._swept_s, self._there = now_s, 0
        for file in self._folder.glob("*") if self._folder.is_dir() else ():
            try:
                kept = file.read_bytes()
                ends_s = int.from_bytes(kept[:8], "big")
                draft = file.name.startswith("draft-")  # somebody may be writing or reading it
                if len(kept) < 8 or now_s < ends_s + (LASTS_S if draft else 0):
                    self._there += 1
                else:
                    file.unlink()
            except OSError:
                continue  # another process took it meanwhile
