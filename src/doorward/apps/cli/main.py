"""`doorward`: the command line. Verbs parse, call and render; they decide nothing.

Exit codes: 0 done; 1 done, but something does not balance; 2 the input cannot be used, or a file not be read or
written; 3 the journal is damaged; 130 interrupted.
"""

from __future__ import annotations

import errno
import sys

import typer

from doorward.apps.cli import export, fork, look, map, migrate, mirror, network, query, route, run, up
from doorward.apps.cli.screen import fail
from doorward.core.errors import Damaged, DoorwardError

app = typer.Typer(
    name="doorward",
    help="An open delivery network, from the order to the doorstep.\n\n"
    "Start with: doorward demo   (a generated metro, one day of about 20,000 orders)",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for part in (run, up, look, query, route, fork, export, migrate, mirror):
    part.register(app)
app.add_typer(network.app, name="network")
app.add_typer(map.app, name="map")


def main() -> None:
    """Run a verb; errors raised on purpose become one sentence and an exit code, never a traceback."""
    try:
        app()
    except Damaged as error:
        fail(str(error))
        sys.exit(3)
    except DoorwardError as error:
        fail(str(error))
        sys.exit(2)
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(130)
    except OSError as error:
        if error.errno is None:
            raise
        fail(_file_trouble(error))
        sys.exit(2)


def _file_trouble(error: OSError) -> str:
    """What the system said about a file, and what to do."""
    where = f"{error.filename}: " if error.filename is not None else ""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    room = "make room on the disk and do it again; a run that had begun goes on with `doorward resume DIR`"
    remedy = room if full else "check the path"
    return f"{where}{error.strerror or error}; what to do: {remedy}"
