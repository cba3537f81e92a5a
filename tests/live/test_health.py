"""Health, figures, and an API that answers whatever it is asked without falling over."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from schemathesis.checks import not_a_server_error

from tests.live.conftest import Shop
from tests.live.orders import order
from tests.live.server import Server, running

EXAMPLES = int(os.environ.get("DOORWARD_FUZZ", "12"))
LEFT_OUT = re.compile(r"/stream|/session$|/grants/|/password$")
"""Streams do not end, and the asker's own key and session stay."""


def test_health_is_told_without_a_key(server: Server) -> None:
    with server.client(None) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        ready = client.get("/readyz")
        assert ready.status_code == 200 and ready.json()["writer"] is True


def figures_of(client: httpx.Client) -> dict[str, float]:
    """Every sample of the page, by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer.text.endswith("# EOF\n")
    families = text_string_to_metric_families(answer.text)  # strict: it raises at what the format does not allow
    return {
        sample.name + "".join(f"|{value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_figures_are_told_to_who_may_read_them(server: Server, admin: httpx.Client, blue: Shop) -> None:
    with server.client(None) as client:
        assert client.get("/metrics").status_code == 401
    assert blue.client.get("/metrics").status_code == 403, "it may read reports, but its own"
    admin.get("/api/v1/overview")
    told = figures_of(admin)
    assert told["doorward_turn"] > 0 and told["doorward_writer_up"] == 1
    files = sum(path.stat().st_size for path in server.folder.glob("journal.db*"))
    assert 0 < told["doorward_journal_bytes"] <= files and told["doorward_disk_free_bytes"] > 0
    assert sum(n for name, n in told.items() if "requests_total" in name and "/api/v1/overview" in name) > 0


def test_figures_of_the_writer_count_what_it_does(admin: httpx.Client) -> None:
    before = figures_of(admin)
    for each in range(3):
        answer = admin.post("/api/v1/orders", json=order(f"figures-{each}", "books-00001"))
        assert answer.status_code == 201, answer.text
    after = figures_of(admin)

    def more(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    assert more("doorward_commands_total|promise.place|done") == 3
    assert more("doorward_orders_total") >= 3
    assert more("doorward_command_seconds_total|promise.place") > 0
    assert more("doorward_commit_seconds_count") >= 3 and more("doorward_commit_seconds_sum") > 0
    buckets = [value for name, value in after.items() if name.startswith("doorward_commit_seconds_bucket")]
    assert buckets == sorted(buckets) and buckets[-1] == after["doorward_commit_seconds_count"]
    assert after["doorward_service_seconds_total|promise.answer"] > 0
    assert after["doorward_writer_cpu_seconds_total"] > 0 and after["doorward_writer_connections"] >= 1


def test_the_console_and_its_headers(server: Server) -> None:
    with server.client(None) as client:
        page = client.get("/")
        assert page.status_code == 200 and page.headers["x-frame-options"] == "DENY"
        assert (
            "script-src" in page.headers["content-security-policy"]
            or "default-src 'self'" in page.headers["content-security-policy"]
        )
        for path in (
            "/../pyproject.toml",
            "/%2e%2e/pages.py",
            "/assets/%2e%2e/%2e%2e/pages.py",
            "/no.such.file",
        ):
            assert client.get(path).status_code == 404, path


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what is asked of it at random changes it."""
    folder = tmp_path_factory.mktemp("fuzz") / "metro"
    with running(folder, "--scale", "0.02", "--begin", "1 10:00", "--speed", "5") as made:
        yield made


def test_whatever_is_asked_it_is_no_bug_of_ours(another: Server) -> None:
    """Requests that the OpenAPI document allows, and some that it does not: never a 5xx."""
    schema = schemathesis.openapi.from_url(f"{another.url}/openapi.json")
    headers = {"Authorization": f"Bearer {another.key}"}
    seen = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if LEFT_OUT.search(operation.path):
            continue
        seen += 1

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def ask(case: Any) -> None:
            answer = case.call(headers=headers, timeout=20)
            case.validate_response(answer, checks=[not_a_server_error])

        schemathesis_test(operation, ask)()
    assert seen > 40
    with another.client() as client:
        assert client.get("/api/v1/overview").status_code == 200
    log = Path(another.log).read_text()
    assert "request failed" not in log and "service failed" not in log and "command failed" not in log, log[
        -3000:
    ]


def schemathesis_test(operation: Any, ask: Any) -> Any:
    """A hypothesis test over the cases of one operation."""
    from hypothesis import given

    return given(case=operation.as_strategy())(ask)


@pytest.mark.parametrize(
    ("asked", "view"),
    [("/orders", "/#/orders"), ("/orders/7/?tab=story", "/#/orders/7?tab=story"), ("/a%20b%0d%0ac", "/#/a%20b%0D%0Ac")],
)
def test_a_page_s_plain_address_leads_to_its_view(server: Server, asked: str, view: str) -> None:
    """Whoever types /orders comes to /#/orders, wherever a proxy has put the console."""
    answer = httpx.get(server.url + asked)
    assert answer.status_code == 302
    assert urljoin(server.url + asked, answer.headers["location"]) == server.url + view
