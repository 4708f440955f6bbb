import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.alerts import failure_text, send_alert
from warehouse.settings import Settings


class GroupRobot(http.server.BaseHTTPRequestHandler):
    """Behaves like the WeCom group robot: always 200, the verdict in ``errcode``."""

    received: list[dict]
    errcode: int

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        type(self).received.append(json.loads(self.rfile.read(length)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"errcode": type(self).errcode, "errmsg": "text"}).encode())

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def robot() -> Iterator[tuple[str, type[GroupRobot]]]:
    handler = type("Robot", (GroupRobot,), {"received": [], "errcode": 0})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/cgi-bin/webhook/send?key=planted-secret", handler
    server.shutdown()
    server.server_close()


def test_alert_reaches_the_group_robot_as_a_text_message(robot, tmp_path: Path) -> None:
    url, handler = robot
    assert send_alert(Settings(data_root=tmp_path, alert_webhook_url=url), "run failed")
    assert handler.received == [{"msgtype": "text", "text": {"content": "run failed"}}]


def test_refusal_by_the_robot_is_reported_although_it_answers_200(robot, tmp_path: Path, caplog) -> None:
    url, handler = robot
    handler.errcode = 93000
    assert not send_alert(Settings(data_root=tmp_path, alert_webhook_url=url), "run failed")
    assert "93000" in caplog.text


def test_unreachable_robot_is_logged_without_its_key(tmp_path: Path, caplog) -> None:
    settings = Settings(data_root=tmp_path, alert_webhook_url="http://127.0.0.1:9/send?key=planted-secret")
    assert not send_alert(settings, "run failed")
    assert "run failed" in caplog.text
    assert "planted-secret" not in caplog.text


def test_alert_goes_to_the_log_where_no_robot_is_configured(tmp_path: Path, caplog) -> None:
    assert not send_alert(Settings(data_root=tmp_path), "run failed")
    assert "run failed" in caplog.text


def test_failure_text_names_run_day_and_step() -> None:
    text = failure_text("daily", "0123456789abcdef", "2026-03-01", ["warehouse_models"], "boom\ntrace")
    assert "01234567" in text
    assert "2026-03-01" in text
    assert "warehouse_models" in text
    assert "boom" in text
    assert "trace" not in text
