"""Whatever ends a cluster's parent, no process of the cluster stays behind."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.spark import cluster
from warehouse.settings import PROJECT_ROOT

pytest.importorskip("pyspark", reason="Spark is not installed here; make test-spark installs and runs it")

END_SECONDS = 60


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.spark.cluster", str(tmp_path)],
        cwd=PROJECT_ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda sent: sent.name)
def test_no_process_stays_behind(running, sent):
    assert running.stderr is not None
    assert any("SPARK_SQL_PORT=" in line for line in running.stderr), "the cluster did not come up"
    children = psutil.Process(running.pid).children(recursive=True)
    # Master, two workers with an executor each, and the SQL server.
    assert sum(child.name() == "java" for child in children) == 6

    running.send_signal(sent)
    _, alive = psutil.wait_procs(children, timeout=END_SECONDS)
    assert alive == []


def test_a_process_that_cannot_start_is_named_and_takes_the_others_along(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "SERVER_MEMORY", "300m")
    with pytest.raises(cluster.ClusterError, match="sql-server ended"), cluster.spark_cluster(tmp_path):
        pass
    assert [child for child in psutil.Process().children(recursive=True) if child.name() == "java"] == []


def test_a_port_that_another_program_has_is_refused_at_once(tmp_path):
    with socket.create_server((cluster.HOST, 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(cluster.ClusterError, match=f"port {port} is taken"),
            cluster.spark_cluster(tmp_path, sql_port=port),
        ):
            pass
