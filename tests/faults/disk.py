"""A disk that loses power, fills up, or fails: an SQLite VFS in memory, seeded.

What was written since a file's last sync may, after a cut, be gone, be there up to some write, be there in parts, or be
there in parts of 512-byte sectors. A new file's name is durable after its first sync; a deleted one may come back
unless its folder was synced.
"""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import numpy as np

SECTOR = 512
MODES = ("vanish", "prefix", "subset", "torn")
_serial = itertools.count()


@dataclass
class File:
    """Bytes as the program sees them, bytes that are surely kept, and what was written in between."""

    live: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    named: bool = False
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def write(self, at: int, data: bytes) -> None:
        self.pending.append((at, data))
        _apply(self.live, at, data)

    def truncate(self, size: int) -> None:
        self.pending.append((size, None))
        _apply(self.live, size, None)

    def sync(self) -> None:
        self.kept, self.named = bytearray(self.live), True
        self.pending.clear()


def _apply(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del content[at:]
        return
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


class Disk:
    """Files by name, and the switches of the faults.

    cut_at      power goes off at this many operations (writes, syncs, deletions)
    room        bytes of all files together before the disk is full
    lies        share of the syncs that do nothing but say yes
    sync_fails  number of the sync (0, 1, ...) that fails
    """

    def __init__(self, seed: int, files: dict[str, File] | None = None) -> None:
        self.draw = np.random.default_rng(seed)
        self.files = files or {}
        self.deleted: dict[str, File] = {}
        self.cut_at: int | None = None
        self.room = 1 << 40
        self.lies = 0.0
        self.sync_fails = -1
        self.operations = self.syncs = 0
        self.frozen: tuple[dict[str, File], dict[str, File]] | None = None
        self.vfs = f"disk-{next(_serial)}"
        self._registered = _Vfs(self)

    def put(self, contents: dict[str, bytes]) -> None:
        """Lay files on the disk as they are."""
        for name, content in contents.items():
            self.files[name] = File(live=bytearray(content), kept=bytearray(content), named=True)

    def operate(self) -> None:
        """Count an operation; the power may go off before it happens.

        What a program does after that is a dream: it goes on in memory, and nothing of it reaches the frozen disk.
        """
        if self.operations == self.cut_at:
            self.freeze()
        self.operations += 1

    def sync_names(self, folder: Path) -> None:
        """What fsync of the folder does: names that are there stay, deleted ones stay away."""
        self.operate()
        self.deleted.clear()
        for file in self.files.values():
            file.named = True

    def freeze(self) -> None:
        """Power off, now."""
        if self.frozen is None:
            self.frozen = copy.deepcopy((self.files, self.deleted))

    @property
    def off(self) -> bool:
        return self.frozen is not None

    def after_cut(self, seed: int, mode: str) -> Disk:
        """What a new start finds."""
        self.freeze()
        assert self.frozen is not None
        files, deleted = self.frozen
        draw = np.random.default_rng(seed)
        found: dict[str, File] = {}
        for name, file in sorted({**deleted, **files}.items()):
            if name not in files and draw.random() < 0.5:
                continue  # the deletion had reached the disk
            if not file.named and (mode == "vanish" or draw.random() < 0.5):
                continue  # the name had not
            content = _survivor(file, mode, draw)
            found[name] = File(live=bytearray(content), kept=content, named=True)
        return Disk(seed, found)


def _survivor(file: File, mode: str, draw: np.random.Generator) -> bytearray:
    content = bytearray(file.kept)
    pending = file.pending
    if mode == "vanish":
        return content
    if mode == "prefix":
        for at, data in pending[: draw.integers(0, len(pending) + 1)]:
            _apply(content, at, data)
        return content
    for at, data in pending:
        if mode == "subset" or data is None:
            if draw.random() < 0.5:
                _apply(content, at, data)
            continue
        for begin in range(0, len(data), SECTOR):
            if draw.random() < 0.5:
                _apply(content, at + begin, data[begin : begin + SECTOR])
    return content


class _Vfs(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        super().__init__(disk.vfs, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> _Handle:
        path = name.filename() if isinstance(name, apsw.URIFilename) else (name or f"temp-{next(_serial)}")
        if path not in self.disk.files:
            self.disk.files[path] = File()
        flags[1] = flags[0]
        return _Handle(self.disk, path)

    def xDelete(self, name: str, syncdir: bool) -> None:
        self.disk.operate()
        gone = self.disk.files.pop(name, None)
        if gone is not None and not syncdir:
            self.disk.deleted[name] = gone

    def xAccess(self, name: str, flags: int) -> bool:
        return name in self.disk.files

    def xFullPathname(self, name: str) -> str:
        return name


class _Handle:
    """One open file; the methods that SQLite calls."""

    def __init__(self, disk: Disk, path: str) -> None:
        self.disk, self.file = disk, disk.files[path]

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self.file.live[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        self.disk.operate()
        grows = max(0, offset + len(data) - len(self.file.live))
        if grows and sum(len(f.live) for f in self.disk.files.values()) + grows > self.disk.room:
            raise apsw.FullError("the disk is full")
        self.file.write(offset, bytes(data))

    def xTruncate(self, size: int) -> None:
        self.disk.operate()
        self.file.truncate(size)

    def xSync(self, flags: int) -> None:
        self.disk.operate()
        number, self.disk.syncs = self.disk.syncs, self.disk.syncs + 1
        if number == self.disk.sync_fails:
            raise apsw.IOError("sync failed")
        if self.disk.lies and self.disk.draw.random() < self.disk.lies:
            return
        self.file.sync()

    def xFileSize(self) -> int:
        return len(self.file.live)

    def xLock(self, level: int) -> None: ...

    def xUnlock(self, level: int) -> None: ...

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return SECTOR

    def xDeviceCharacteristics(self) -> int:
        return 0

    def xClose(self) -> None: ...


def every_mode(seeds: range) -> list[tuple[int, str]]:
    """Each seed with one of the modes in turn."""
    return [(seed, MODES[seed % len(MODES)]) for seed in seeds]
