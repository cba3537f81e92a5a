"""Checkpoints: all tables as of one turn, so that a start need not replay from the first; and the anchor.

    checkpoint-<turn>/<module>.<Table>.arrow    one Arrow IPC file per table
    checkpoint-<turn>/manifest.json             turn, chain, digests of the files
    anchor.json                                 the head when it was last written, outside the journal's own file

A checkpoint is written under another name, synced, then renamed: it is there whole or not at all. The newest whose
turn and chain agree with the journal is used; a damaged one is passed over for an older one or for the whole replay. A
journal that ends before its anchor, or holds another chain there, has lost turns that were acknowledged: it is refused.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import msgspec
import pyarrow as pa

from doorward.core.errors import Damaged
from doorward.core.table import Table
from doorward.ledger import chain
from doorward.ledger.read import Reader
from doorward.ledger.sqlite import sync
from doorward.ledger.state import State
from doorward.ledger.store import Head

KEEP = 2
_PREFIX = "checkpoint-"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table: where its class is, how many rows, what its file digests to."""

    module: str
    kind: str
    rows: int
    digest: str


class _Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    turn: int
    chain: str
    tables: list[_File]
    seal: str

    def sealed(self) -> str:
        """What `seal` must be."""
        return chain.seal(
            self.turn, self.chain, *(str(msgspec.structs.astuple(t)) for t in self.tables)
        ).hex()


class _Anchor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    turn: int
    chain: str
    seal: str


# ---- the anchor ----------------------------------------------------------------------------------------------------


def write_anchor(folder: Path, head: Head) -> None:
    """Note the head of the journal, durably."""
    anchor = _Anchor(head.turn, head.chain.hex(), chain.seal(head.turn, head.chain).hex())
    draft = folder / "anchor.json.new"
    _write(draft, msgspec.json.encode(anchor))
    draft.rename(folder / "anchor.json")
    sync(folder)


def must_hold_anchor(folder: Path, journal: Reader) -> None:
    """Raise Damaged if the journal lacks the turn that its anchor names."""
    path = folder / "anchor.json"
    if not path.exists():
        return
    try:
        anchor = msgspec.json.decode(path.read_bytes(), type=_Anchor)
        whole = anchor.seal == chain.seal(anchor.turn, bytes.fromhex(anchor.chain)).hex()
    except (msgspec.MsgspecError, ValueError):
        whole = False
    if not whole:
        raise Damaged(
            f"{path} is garbled. What to do: compare the journal with a copy, then delete the anchor"
        )
    held = journal.chain_at(anchor.turn)
    if held is None or held.hex() != anchor.chain:
        found = "ends before it" if held is None else "holds another turn there"
        raise Damaged(
            f"{journal.path}: turn {anchor.turn} was acknowledged, but the journal {found}. "
            "What to do: restore the journal from a copy"
        )


# ---- checkpoints ---------------------------------------------------------------------------------------------------


def write(folder: Path, state: State, head: Head) -> Path:
    """Write all tables as of `head`, anchor it, and keep the last two checkpoints."""
    final, draft = folder / f"{_PREFIX}{head.turn}", folder / f"{_PREFIX}{head.turn}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _draft(draft, state, head)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        if error.errno is None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(final)) from error
    shutil.rmtree(final, ignore_errors=True)
    draft.rename(final)
    sync(folder)
    write_anchor(folder, head)
    for _, old in list(_found(folder))[KEEP:]:
        shutil.rmtree(old)
    return final


def _draft(draft: Path, state: State, head: Head) -> None:
    """All tables and their manifest, durable."""
    tables = []
    for kind in state.kinds():
        path = draft / f"{kind.__module__}.{kind.__qualname__}.arrow"
        rows = state.table(kind).arrow()
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
            writer.write_table(rows)
        sync(path)
        tables.append(_File(kind.__module__, kind.__qualname__, rows.num_rows, _digest(path)))
    manifest = _Manifest(head.turn, head.chain.hex(), tables, "")
    _write(
        draft / "manifest.json",
        msgspec.json.encode(msgspec.structs.replace(manifest, seal=manifest.sealed())),
    )
    sync(draft)


def restore(folder: Path, journal: Reader, upto: int | None = None) -> tuple[State, int] | None:
    """(tables, turn) of the newest checkpoint that is whole and agrees with the journal; None if there is none.

    upto  none after this turn
    """
    for turn, path in _found(folder):
        state = _load(path, turn, journal) if upto is None or turn <= upto else None
        if state is not None:
            return state, turn
    return None


def _load(path: Path, turn: int, journal: Reader) -> State | None:
    """The tables of one checkpoint; None if it is damaged, of another journal or of other tables than the code's."""
    try:
        manifest = msgspec.json.decode((path / "manifest.json").read_bytes(), type=_Manifest)
    except (OSError, msgspec.MsgspecError):
        return None
    held = journal.chain_at(turn)
    if (
        manifest.turn != turn
        or held is None
        or held.hex() != manifest.chain
        or manifest.seal != manifest.sealed()
    ):
        return None
    state = State()
    for each in manifest.tables:
        kind = getattr(sys.modules.get(each.module), each.kind, None)
        file = path / f"{each.module}.{each.kind}.arrow"
        if not (isinstance(kind, type) and issubclass(kind, Table)) or not file.is_file():
            return None
        if _digest(file) != each.digest:
            return None
        with pa.memory_map(str(file)) as source:
            rows = pa.ipc.open_file(source).read_all()
        if rows.schema.names != list(kind.columns) or rows.num_rows != each.rows:
            return None
        state.load(kind.from_arrow(rows))
    return state


def _found(folder: Path) -> Iterator[tuple[int, Path]]:
    """(turn, folder) of the checkpoints, newest first."""
    found = [(p.name.removeprefix(_PREFIX), p) for p in folder.glob(f"{_PREFIX}*")]
    yield from sorted(((int(turn), p) for turn, p in found if turn.isdigit()), reverse=True)


def _digest(path: Path) -> str:
    digest = blake2b(digest_size=chain.SIZE)
    with pa.memory_map(str(path)) as source:
        digest.update(source.read_buffer())
    return digest.hexdigest()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
