"""A run's directory: settings, a copy of its inputs, the journal, checkpoints, results.

settings.json   what was asked for; network/  the network file and what it refers to, as read
book/           orders as read or generated (Arrow), so that a run never depends on the original file again
journal.db      the turns;  checkpoint-N/  tables at turn N;  result.json, report.html, rejects.csv
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec
import pyarrow as pa
import pyarrow.feather as feather

from doorward.core.errors import BadInput
from doorward.core.table import Table
from doorward.ledger.drafts import whole
from doorward.ledger.read import journal_of

T = TypeVar("T", bound=Table)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked to do."""

    network: str
    orders: str = ""
    days: int = 1
    drain_days: int = 7
    pace: float = 1.0
    seed: int = 1
    scale: float = 1.0
    start_s: int = 0
    utc_offset_s: int = 0
    generated: bool = True
    live: bool = False
    """On the wall clock: what is not reported did not happen."""
    rejected: int = 0
    notes: tuple[str, ...] = ()
    forked_from: str = ""
    forked_at_s: int = -1
    change: str = ""


class RunDir:
    """Paths and small files of one run."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def journal(self) -> Path | str:
        """The journal's file, or its URL where `journal.url` names one."""
        return journal_of(self.root)

    @property
    def network(self) -> Path:
        """The network file as it was read."""
        return self.root / "network" / "network.toml"

    @property
    def settings(self) -> Settings:
        """What the run was asked to do."""
        path = self.root / "settings.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=Settings)
        except (OSError, msgspec.DecodeError) as error:
            raise BadInput(
                "not a run directory",
                where=str(self.root),
                rule="a run directory has settings.json",
                remedy="give the directory that `doorward run` named, or run `doorward demo` first",
            ) from error

    @property
    def offset(self) -> int:
        """Seconds that local time is ahead of UTC."""
        return self.settings.utc_offset_s

    def write_settings(self, settings: Settings) -> None:
        """Once, at the start."""
        self.root.mkdir(parents=True, exist_ok=True)
        with whole(self.root / "settings.json") as draft:
            draft.write_bytes(msgspec.json.format(msgspec.json.encode(settings)))

    def save(self, table: Table) -> None:
        """Keep an input table."""
        folder = self.root / "book"
        folder.mkdir(parents=True, exist_ok=True)
        with whole(folder / f"{type(table).__name__}.arrow") as draft:
            feather.write_feather(table.arrow(), draft, compression="lz4")

    def load(self, kind: type[T]) -> T:
        """An input table kept before."""
        path = self.root / "book" / f"{kind.__name__}.arrow"
        try:
            rows = feather.read_table(path)
            missing = [name for name in kind.columns if name not in rows.column_names]
            if missing:
                raise BadInput(
                    f"{kind.__name__} has no column {', '.join(missing)}",
                    where=str(path),
                    rule="a run is read by the version that wrote it",
                    remedy="use that version, or run again",
                )
            return kind.from_arrow(rows)
        except (OSError, pa.ArrowInvalid) as error:
            raise BadInput("the run's inputs cannot be read", where=str(path), remedy="run again") from error


def newest_run(root: Path = Path("runs")) -> Path:
    """The run directory written last."""
    found = sorted(root.glob("*/settings.json"), key=lambda p: p.stat().st_mtime)
    if not found:
        raise BadInput("no run yet", where=str(root), remedy="`doorward demo` makes one, or give --run DIR")
    return found[-1].parent
