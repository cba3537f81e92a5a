"""Structured logs: one JSON object a line on standard error, or words for a person at a terminal."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

_turn: list[Callable[[], int]] = []


def tell_turn(newest: Callable[[], int]) -> None:
    """From now on every line of this process says the newest turn, unless it names another one."""
    _turn[:] = [newest]


def _with_turn(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if _turn:
        event.setdefault("turn", _turn[0]())
    return event


def logger(process: str, *, json: bool) -> Any:
    """The log of a process. Secrets are never given to it: keys and tokens are named by their row."""
    render: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            _with_turn,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    return structlog.get_logger().bind(process=process)
