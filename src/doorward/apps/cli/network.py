"""`doorward network check`: is a network file sound, and what does it describe?"""

from __future__ import annotations

from typing import Annotated

import typer

from doorward.apps.cli.screen import answer, grid
from doorward.runtime.build import check_network

app = typer.Typer(help="Look at network files.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `check` a word of its own."""


@app.command(epilog="Example: doorward network check networks/metro.toml")
def check(
    network: Annotated[str, typer.Argument(help="Network file (TOML), or the name of an example.")],
    json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Read a network file as a run would; print what it describes or everything that is wrong with it."""
    found = check_network(network)
    if json:
        answer(found)
        return
    grid(found["name"], ("what", "count"), list(found["counts"].items()))
