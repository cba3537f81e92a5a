"""Structured logs: one JSON object a line on standard error, or words for a person at a terminal."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def logger(process: str, *, json: bool) -> Any:
    """The log of a process. Secrets are never given to it: keys and tokens are named by their row."""
    render: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
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
