"""`doorward network check`: is a network file sound, and what does it describe?"""

from __future__ import annotations

from typing import Annotated

import typer

from doorward.apps.cli.run import Items
from doorward.apps.cli.screen import ERR, answer, grid
from doorward.runtime.build import check_network

app = typer.Typer(help="Look at network files.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `check` a word of its own."""


@app.command(epilog="Example: doorward network check networks/metro.toml")
def check(
    network: Annotated[str, typer.Argument(help="Network file (TOML), or the name of an example.")],
    items: Items = None,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Read a network file as a run would; print what it describes or everything that is wrong with it.

    Exit code 1 if rows of articles would be set aside.
    """
    found = check_network(network, items)
    rejects = found.get("rejects", [])
    if json:
        answer(found)
    else:
        grid(found["name"], ("what", "count"), list(found["counts"].items()))
    for told in [] if json else rejects:
        words = f"{told['file']} row {told['row']}, {told['column']}: found {told['value'] or 'nothing'}"
        ERR.print(
            f"{words}; rule: {told['rule']}; what to do: {told['remedy']}", soft_wrap=True, markup=False
        )
    if rejects:
        raise typer.Exit(1)
