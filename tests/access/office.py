"""A ledger with the access room's commands, given as the live writer gives them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from doorward.access.commands import COMMANDS
from doorward.access.state import FOLDS
from doorward.adapters.secrets import digest
from doorward.core.table import Table
from doorward.ledger.desk import Desk
from doorward.ledger.ledger import Ledger
from doorward.tables.fleet import Vehicles
from doorward.tables.orders import Orders
from doorward.tables.people import Grants, Organisations, Passkeys, Responsible, Serving
from doorward.tables.ways import Services

START_S = 1_800_000_000
FOREVER_S = START_S + 10**8
TABLES: tuple[type[Table], ...] = (Grants, Organisations, Passkeys, Responsible, Serving)


def reference() -> list[Table]:
    """Four orders (of the operator, and of organisations 1 and 2), three vehicles, two services."""
    return [Orders.fill(4, shop=[-1, 1, 2, 1]), Vehicles.fill(3), Services.fill(2)]


class Office:
    """Gives commands, one turn each."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.now_s, self._drawn = ledger, START_S, 0
        self.commits = True
        """Every turn at once; a long random sequence commits once, at its end."""
        self.commands = {each.name: each for each in COMMANDS}

    def do(self, name: str, asker: int = -1, /, **asked: Any) -> Any:
        """Give one command; what it raises leaves nothing behind."""
        command = self.commands[f"access.{name}"]
        desk = Desk(
            state=self.ledger.state, world=None, rules={}, seed=0, utc_offset_s=0, now_s=self.now_s,
            after_s=self.now_s, vault=self.ledger.vault, asker=asker,
        )  # type: ignore[arg-type]  # fmt: skip
        answer = command.work(desk, command.takes(**asked))
        self.ledger.post(command.name, self.now_s, desk.posted, notes=desk.notes)
        if self.commits:
            self.ledger.commit()
        return answer

    def made(self, name: str, asker: int = -1, /, **asked: Any) -> int:
        """The row that a command made."""
        row: int = self.do(name, asker, **asked).row
        return row

    def digest(self) -> str:
        """Of a secret that is new."""
        self._drawn += 1
        return digest(f"secret {self._drawn}")

    def key(self, asker: int, org: int, role: str, **more: Any) -> int:
        """A key."""
        return self.made("make_key", asker, org=org, role=role, label="k", digest=self.digest(), **more)

    def session(self, of: int) -> int:
        """Somebody signs in."""
        return self.made("open_session", grant=of, digest=self.digest(), ends_s=self.now_s + 86_400)

    def user(self, asker: int, org: int, role: str, email: str, hashed: str = "hash") -> int:
        """A person."""
        return self.made(
            "make_user", asker, org=org, role=role, email=email, name="Ada Lovelace", hashed=hashed
        )

    @property
    def grants(self) -> Grants:
        """As of now."""
        return self.ledger.table(Grants)


@contextmanager
def office(folder: Path, *, commits: bool = True) -> Iterator[Office]:
    """Operator 0 with admin key 0; shippers 1 and 2, contractor 3, carrier 4."""
    with Ledger.open(folder, FOLDS, reference()) as ledger:
        made = Office(ledger)
        made.commits = commits
        made.do("start", name="Operator", digest=made.digest())
        for kind in ("shipper", "shipper", "contractor", "carrier"):
            made.do("make_organisation", 0, name=f"a {kind}", kind=kind)
        yield made


def bytes_of(folder: Path) -> bytes:
    """All that stands in the journal's files, WAL and index too."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file())


def as_lists(ledger: Ledger) -> dict[str, dict[str, list[int]]]:
    """The room's tables, to be compared."""
    return {
        kind.__name__: {name: np.asarray(getattr(ledger.table(kind), name)).tolist() for name in kind.columns}
        for kind in TABLES
    }
