"""A full disk under a running service: 507, reading goes on, and so does writing once there is room."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.orders import order
from tests.live.server import running

SIZE_MB = 48


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room. Skips where we may not mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("no mount here")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(disk)], capture_output=True
    )
    if made.returncode:
        pytest.skip("may not mount a small file system here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_refuses_and_goes_on(small_disk: Path) -> None:
    arguments = ("--scale", "0.02", "--begin", "1 03:00", "--speed", "1")
    with running(small_disk / "metro", *arguments) as server, server.client() as client:
        sku = client.get("/api/v1/items").json()["items"][0]["sku"]
        kept: dict[str, int] = {}
        filler = small_disk / "filler"
        filler.write_bytes(b"\0" * (shutil.disk_usage(small_disk).free - (1 << 20)))
        refused = None
        for batch in range(200):
            orders = [order(f"full-{batch}-{i}", sku, recipient={"note": "x" * 900}) for i in range(50)]
            answer = client.post("/api/v1/orders/batch", json=orders)
            if answer.status_code != 200:
                refused = answer
                break
            kept.update({each["ref"]: each["order"] for each in answer.json()["placed"]})
        assert refused is not None and refused.status_code == 507, refused
        assert "room" in refused.json()["detail"] and refused.json()["remedy"]
        assert client.post("/api/v1/orders", json=order("also", sku)).status_code == 507
        assert client.get("/api/v1/overview").status_code == 200, "reading goes on"
        filler.unlink()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            answer = client.post("/api/v1/orders", json=order("after", sku))
            if answer.status_code == 201:
                break
            assert answer.status_code in (503, 507)
            time.sleep(0.1)
        assert answer.status_code == 201, answer.text
        again = client.post("/api/v1/orders/batch", json=[order(ref, sku) for ref in kept]).json()
        assert {each["ref"]: each["order"] for each in again["placed"]} == kept, (
            "what was acknowledged is there"
        )
        assert all(each["known"] for each in again["placed"])
        assert answer.json()["order"] not in kept.values()
