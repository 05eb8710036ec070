"""What a control plane tells of itself: figures for Prometheus, and whether it is ready."""

from __future__ import annotations

import re
import socket
import urllib.error
import urllib.request
from pathlib import Path

from haneul.kit.metrics import Metrics
from haneul.services.network import FOLLOW
from tests.clouds import OpenCloud
from tests.operators import Operator


def value(figures: str, name: str, **labels: str) -> float | None:
    """The value of one figure; None where it is not told."""
    told = ",".join(f'{label}="{value}"' for label, value in labels.items())
    found = re.search(rf"^{name}{re.escape('{' + told + '}') if told else ''} (\S+)$", figures, re.MULTILINE)
    return float(found[1]) if found else None


def test_requests_are_counted_by_api_method_and_status(cloud: OpenCloud) -> None:
    asked = {"api": "image", "method": "GET", "status": "200"}
    before = value(cloud.plane.metrics.text(), "haneul_requests_total", **asked) or 0
    cloud.ask("GET", "/image/v2/images")
    cloud.http.get("/image/v2/images/nothing", headers={"x-auth-token": cloud.token_of("demo") or ""})
    cloud.http.get("/image/nowhere")

    figures = cloud.plane.metrics.text()

    assert value(figures, "haneul_requests_total", **asked) == before + 1
    assert value(figures, "haneul_requests_total", api="image", method="GET", status="404") == 1
    assert value(figures, "haneul_requests_total", api="image", method="GET", status="401") == 1
    assert (value(figures, "haneul_request_seconds_count", api="image") or 0) >= 3


def test_hosts_runs_and_loops_are_told_as_they_are(cloud: OpenCloud) -> None:
    names = cloud.names
    server = {"name": "web", "flavorRef": names["small"], "imageRef": names["tiny"], "networks": "none"}
    cloud.ask("POST", "/compute/v2.1/servers", {"server": server})

    before = cloud.plane.metrics.text()
    cloud.work()
    after = cloud.plane.metrics.text()

    assert value(before, "haneul_runs", kind="create_server", undoing="false") == 1
    assert value(after, "haneul_runs", kind="create_server", undoing="false") is None
    assert value(after, "haneul_runs_stuck") == 0
    assert value(after, "haneul_hosts", state="up") == 2
    assert value(after, "haneul_network_untold") == 0
    assert value(after, "haneul_loop_failures", loop=FOLLOW) == 0
    assert value(after, "haneul_database_answer_seconds") is not None


def test_a_figure_that_cannot_be_read_does_not_take_the_others_with_it() -> None:
    metrics = Metrics()
    metrics.gauge("broken", "It breaks.", (), lambda: {(): 1 / 0})
    metrics.gauge("whole", "It holds.", (), lambda: {(): 7.0})

    figures = metrics.text()

    assert value(figures, "whole") == 7
    assert value(figures, "haneul_figure_unreadable", figure="broken") == 1
    assert value(figures, "broken") is None


def test_a_running_control_plane_is_ready_and_shows_its_figures(tmp_path: Path) -> None:
    operator = Operator.in_folder(tmp_path)
    operator.state.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (operator.state / "settings.toml").write_text(f"metrics_port = {port}\n")
    try:
        up = operator.haneul("up", "--fake", "--hosts", "3", "--no-server")
        assert up.returncode == 0, up.stderr

        assert b'"ready"' in read(f"http://127.0.0.1:{operator.port}/readyz")
        figures = read(f"http://127.0.0.1:{port}/metrics").decode()
        assert value(figures, "haneul_hosts", state="up") == 3
        assert value(figures, "haneul_leads") == 1
    finally:
        operator.haneul("uninstall", "--yes")


def test_one_that_does_not_work_yet_says_that_it_is_not_ready(cloud: OpenCloud) -> None:
    answer = cloud.http.get("/readyz")
    assert answer.status_code == 503
    assert "does not take up runs" in answer.json()["trouble"]["work"]


def read(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        return bytes(error.read())
