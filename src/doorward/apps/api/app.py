"""The application: what is served where. `create` is what the server imports."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Router
from litestar.config.response_cache import ResponseCacheConfig
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import ScalarRenderPlugin

import doorward
from doorward.apps.api import following, system, writing
from doorward.apps.api.live import Live
from doorward.apps.api.orders_in import Intake
from doorward.apps.api.problems import HANDLERS
from doorward.apps.api.who import Who
from doorward.apps.live.logs import logger
from doorward.tables.items import Items

MOST_BODY = 16 << 20
"""Bytes of a request's body; more is refused before it is read."""
FOLDER = "DOORWARD_FOLDER"


def create() -> Litestar:
    """The application of one API process; the live network's folder stands in the environment."""
    folder = Path(os.environ[FOLDER])
    log = logger("api", json=bool(os.environ.get("DOORWARD_JSON_LOGS")))
    return application(Live(folder, log))


def application(live: Live) -> Litestar:
    """Routes over a live network."""
    intake = Intake(live.replica.network, _skus(live))

    @asynccontextmanager
    async def alive(app: Litestar) -> AsyncIterator[None]:
        await live.start()
        watch = asyncio.create_task(_end_with_parent(os.getppid()))
        try:
            yield
        finally:
            watch.cancel()
            await live.stop()

    api = Router(
        path="/api/v1",
        route_handlers=[*system.ROUTES, *writing.ROUTES, *following.ROUTES],
        dependencies={
            "live": Provide(lambda: live, sync_to_thread=False),
            "intake": Provide(lambda: intake, sync_to_thread=False),
            "who": Provide(who, sync_to_thread=False),
        },
    )
    open_ = Router(
        path="/",
        route_handlers=system.OPEN_ROUTES,
        dependencies={"live": Provide(lambda: live, sync_to_thread=False)},
    )
    app = Litestar(
        route_handlers=[api, open_],
        lifespan=[alive],
        exception_handlers=HANDLERS,
        request_max_body_size=MOST_BODY,
        openapi_config=_openapi(),
        response_cache_config=ResponseCacheConfig(default_expiration=1),
        logging_config=None,
        debug=False,
    )
    app.state.live = live
    return app


async def _end_with_parent(parent: int) -> None:
    """A worker whose server was killed ends too: nobody would start it anew or stop it."""
    while os.getppid() == parent:
        await asyncio.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)


def who(request: Request[Any, Any, Any]) -> Who:
    """The principal that was recognised before the route."""
    return Who(-1, 0, True)


def _skus(live: Live) -> dict[str, int]:
    names = live.replica.state.table(Items).name
    return {str(name): row for row, name in enumerate(names)}


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="doorward",
        version=doorward.__version__ if hasattr(doorward, "__version__") else "1",
        description="An open delivery network: orders in, parcels at the door, every decision explained.",
        path="/docs",
        render_plugins=[ScalarRenderPlugin()],
    )
