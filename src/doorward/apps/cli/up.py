"""`doorward up`: the network as a service."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from doorward.apps.cli.run import Items
from doorward.apps.cli.screen import ERR, progress, shown, teller
from doorward.apps.live.up import must_be_free, run, sender_command, writer_command
from doorward.core.errors import BadInput
from doorward.core.hours import day_start
from doorward.ports.clock import wall_s
from doorward.runtime.config import load_network
from doorward.runtime.live.prepare import prepare_live
from doorward.runtime.live.service_file import FILE, read_service
from doorward.runtime.moments import moment
from doorward.runtime.request import Request
from doorward.runtime.rundir import Settings

Stock = Annotated[
    Path | None,
    typer.Option("--stock", help="With --live: opening stock, CSV: fc, sku, units; none if left out."),
]

PrivateHooks = Annotated[
    bool, typer.Option("--allow-private-webhooks", help="Webhooks may go to private addresses, without TLS.")
]
PublicUrl = Annotated[
    str, typer.Option("--public-url", help="Where browsers reach it, as in https://tower.example.org.")
]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example: doorward up metro --speed 60")(up)


def up(
    network: Annotated[str, typer.Argument(help="Network file (TOML), or the name of an example.")] = "metro",
    twin: Annotated[
        bool,
        typer.Option(
            "--twin/--live", help="The twin's customers, floors and drivers, or real ones on the wall clock."
        ),
    ] = True,
    speed: Annotated[
        float, typer.Option("--speed", min=0.1, max=3600, help="The twin's seconds in one of ours.")
    ] = 60.0,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8080,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", help="Where it is kept; default live/<network>. Started again it goes on."),
    ] = None,
    scale: Annotated[
        float, typer.Option("--scale", min=0.001, help="The twin's orders: times as many.")
    ] = 1.0,
    seed: Annotated[int, typer.Option("--seed", help="Everything drawn at random follows from it.")] = 1,
    begin: Annotated[
        str, typer.Option("--begin", help="A new twin hurries to this moment first: day and local time.")
    ] = "2 10:00",
    db: Annotated[
        str,
        typer.Option("--db", help="Keep the journal there: postgresql://user@host/base?schema=region."),
    ] = "",
    stock: Stock = None,
    items: Items = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="API processes.")] = 1,
    settings_file: Annotated[
        Path | None,
        typer.Option("--settings", exists=True, help="Service settings (TOML); default DIR/service.toml."),
    ] = None,
    public_url: PublicUrl = "",
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", help="How often, as in sign_ins=5/minute; docs/service.md lists them."),
    ] = None,
    json_logs: Annotated[bool, typer.Option("--json-logs", help="Logs as one JSON object a line.")] = False,
    private_hooks: PrivateHooks = False,
) -> None:
    """Run the network as a service: control tower, API and tracking pages, on the twin's clock or the wall's."""
    must_be_free(host, port)
    where = folder or Path("live") / Path(network).stem
    asked = Request(network=network, seed=seed, scale=scale, stock=stock, items=items)
    settings = _prepared(_opening(asked, twin), where, db)
    service = read_service(settings_file or where / FILE, public_url, limit or ())
    begin_s = moment(begin, settings.start_s, settings.utc_offset_s, "--begin")
    mode = "twin" if twin else "live"
    command = writer_command(where, mode, speed, json_logs=json_logs, begin_s=begin_s)
    command += ["--allow-private-webhooks"] if private_hooks else []
    sender = sender_command(where, json_logs=json_logs, private=private_hooks)
    raise typer.Exit(
        run(
            where, command, host=host, port=port, workers=workers, json_logs=json_logs,
            service=service, sender=sender, told=lambda key: _say(where, host, port, key),
        )
    )  # fmt: skip


def _prepared(asked: Request, where: Path, db: str) -> Settings:
    """The folder, made or found; of a new one, how many rows of its inputs were set aside."""
    new = not (where / "settings.json").exists()
    with progress() as bar:
        settings = prepare_live(asked, where, teller(bar), db).settings
    if new and settings.rejected:
        ERR.print(f"{settings.rejected:,} rows were set aside: {shown(where / 'rejects.csv')} says why")
    return settings


def _opening(asked: Request, twin: bool) -> Request:
    """A network on the wall clock opens at today's midnight where it is; a twin with stock of its own."""
    if not twin:
        return replace(asked, opens_s=day_start(int(wall_s()), load_network(asked.network).utc_offset_s))
    if asked.stock is not None:
        raise BadInput(
            "the twin's buildings open with stock of their own", where="--stock", rule="it goes with --live",
            remedy="leave it out, or add --live",
        )  # fmt: skip
    return asked


def _say(where: Path, host: str, port: int, key: str) -> None:
    at = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    ERR.print(f"\n[bold]doorward is up[/]   {at}/          control tower")
    ERR.print(f"                 {at}/docs      the API, described and to try")
    if key:
        ERR.print(f"                 [bold]{key}[/]", soft_wrap=True)
        ERR.print("                 the first key: it may everything and is shown this once;")
        ERR.print("                 sign in with it, then make users and keys of your own")
    ERR.print(f"kept in {shown(where)}; Ctrl-C ends it, `doorward up` goes on from there\n")
