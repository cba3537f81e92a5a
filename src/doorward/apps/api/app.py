"""The application: what is served where. `create` is what the server imports."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Router
from litestar.config.csrf import CSRFConfig
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins.prometheus import PrometheusConfig

import doorward
from doorward.adapters.traces import tracer_of
from doorward.apps.api import (
    acting,
    boarding,
    day_reports,
    entering,
    epcis,
    following,
    forking,
    hooking,
    mapping,
    metrics,
    oidc,
    passkeys,
    people,
    planning,
    reading,
    reporting,
    shops,
    system,
    writing,
)
from doorward.apps.api.described import described
from doorward.apps.api.entering import Signing
from doorward.apps.api.forking import Forks
from doorward.apps.api.live import Live
from doorward.apps.api.mapping import Basemap
from doorward.apps.api.oidc import Providers
from doorward.apps.api.orders_in import Intake
from doorward.apps.api.pinging import Pings
from doorward.apps.api.planning import Planner
from doorward.apps.api.problems import HANDLERS
from doorward.apps.api.reading import Looking
from doorward.apps.api.safety import safe_headers
from doorward.apps.api.traced import Traced
from doorward.apps.api.who import Csrf, Door, guard, who
from doorward.apps.console import pages
from doorward.apps.live.logs import logger, tell_turn
from doorward.apps.track import pages as track
from doorward.apps.track.pages import Tracking
from doorward.runtime.live.service_file import ServiceFile
from doorward.tables.items import Items

MODULES = (
    *(system, reading, people, writing, following, boarding, acting, planning, mapping, entering, passkeys, oidc),
    reporting, hooking, shops, epcis, forking, day_reports,
)  # fmt: skip
GIVEN = (
    *("live", "looking", "door", "tracking", "intake", "basemap", "signing", "providers", "planner"),
    *("waiting", "forks"),
)
"""What handlers ask for by name."""
MOST_BODY = 16 << 20
"""Bytes of a request's body; more is refused before it is read."""
FOLDER = "DOORWARD_FOLDER"


def create() -> Litestar:
    """The application of one API process; the live network's folder stands in the environment."""
    folder = Path(os.environ[FOLDER])
    log = logger("api", json=bool(os.environ.get("DOORWARD_JSON_LOGS")))
    service = msgspec.json.decode(os.environ.get("DOORWARD_SERVICE", "{}"), type=ServiceFile)
    live = Live(folder, log, tracer_of("api"))
    tell_turn(lambda: live.replica.turn)
    return application(live, service)


def application(live: Live, service: ServiceFile) -> Litestar:
    """Routes over a live network."""
    things = _things(live, service)
    looking, signing = things["looking"], things["signing"]

    @asynccontextmanager
    async def alive(app: Litestar) -> AsyncIterator[None]:
        await live.start()
        watch = asyncio.create_task(_end_with_parent(os.getppid()))
        try:
            yield
        finally:
            watch.cancel()
            looking.pasts.close()
            await things["waiting"].close()
            await live.stop()

    api, open_ = _routers(things)
    csrf = CSRFConfig(
        secret=signing.secret, cookie_name="dw_csrf", header_name="x-csrf-token", cookie_samesite="strict"
    )
    traced = [DefineMiddleware(Traced, tracer=live.tracer)] if live.tracer.on else []
    watched = metrics.gauges(live)
    counted = PrometheusConfig(app_name="doorward", prefix="doorward", group_path=True)
    app = Litestar(
        route_handlers=[api, open_, metrics.metrics_, *pages.ROUTES],
        lifespan=[alive],
        dependencies={"writers": _give(watched)},
        middleware=[*traced, counted.middleware, DefineMiddleware(Csrf, config=csrf)],
        exception_handlers=HANDLERS,
        request_max_body_size=MOST_BODY,
        openapi_config=_openapi(),
        logging_config=None,
        before_send=[safe_headers(service.public_url)],
        debug=False,
    )
    app.state.live, app.state.door, app.state.csrf = live, things["door"], csrf
    return app


def _routers(things: dict[str, Any]) -> tuple[Router, Router]:
    """The API's routes, and those that stand beside it."""
    handlers = [handler for module in MODULES for handler in module.ROUTES]
    for handler in handlers:
        handler.security = [{"key": [each]} for each in handler.opt["scope"].split("|") if each]
        handler.operation_id = handler.operation_id or handler.fn.__name__.strip("_")
    given = {name: _give(thing) for name, thing in things.items()}
    given["who"] = Provide(who, sync_to_thread=False)
    api = Router(path="/api/v1", route_handlers=handlers, dependencies=given, guards=[guard])
    open_given = {name: given[name] for name in ("live", "looking", "door", "tracking")}
    open_ = Router(path="/", route_handlers=[*system.OPEN_ROUTES, *track.ROUTES], dependencies=open_given)
    return api, open_


def document() -> dict[str, Any]:
    """The OpenAPI document; no network is needed for it."""
    routers = _routers(dict.fromkeys(GIVEN))
    app = Litestar(route_handlers=[*routers], openapi_config=_openapi(), logging_config=None)
    return described(app)


def _things(live: Live, service: ServiceFile) -> dict[str, Any]:
    """All of GIVEN."""
    signing = Signing(live, service)
    things = (
        live, Looking(live), Door(live, service), Tracking(live), Intake(live.replica.network, _skus(live)),
        Basemap(live), signing, Providers(signing), Planner(), Pings(live), Forks(live),
    )  # fmt: skip
    return dict(zip(GIVEN, things, strict=True))


def _give(value: Any) -> Provide:
    """The same thing for every request."""
    return Provide(lambda: value, sync_to_thread=False)


async def _end_with_parent(parent: int) -> None:
    """A worker whose server was killed ends too: nobody would start it anew or stop it."""
    while os.getppid() == parent:
        await asyncio.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)


def _skus(live: Live) -> dict[str, int]:
    names = live.replica.state.table(Items).name
    return {str(name): row for row, name in enumerate(names)}


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="doorward",
        version=doorward.__version__ if hasattr(doorward, "__version__") else "1",
        description="An open delivery network: orders in, parcels at the door, every decision explained.",
        path="/openapi",
        render_plugins=[JsonRenderPlugin()],  # /docs is a page of the console, which needs nothing from elsewhere
        components=Components(
            security_schemes={
                "key": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="A key (`dw_...`). The scopes that a call needs stand beside it.",
                )
            }
        ),
    )
