"""A Spark cluster on loopback for as long as a ``with`` block lasts: master, workers and the SQL server.

Belongs here: starting, waiting for and ending the processes. Does not belong here: what is run on them.
Run as a program it keeps a cluster up until it is interrupted: ``python -m tests.spark.cluster <data root>``.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

HOST = "127.0.0.1"
DAEMON_MEMORY = "256m"
"""Heap of the master and of each worker; they only pass messages."""
EXECUTOR_MEMORY = "1g"
SERVER_MEMORY = "1536m"
"""Heap of the SQL server, which plans every statement and holds broadcast tables."""
READY_SECONDS = 300
_JVM_OPTIONS = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:-UseCodeCacheFlushing"
"""For processes that live for minutes and share two cores: one thread collects, code is compiled once and quickly, and
there is room for all of it. Spark compiles a class per query, and looking for room takes a thread of its own."""
_MISSING_CLASS = "org/apache/hadoop/hive/llap/security/LlapSigner$Signable"
_PR_SET_PDEATHSIG = 1

logger = logging.getLogger(__name__)


class ClusterError(RuntimeError):
    """The cluster did not come up; the message ends with the words of the process that failed."""


@dataclass(frozen=True)
class SparkCluster:
    """A running cluster."""

    sql_port: int
    """Port of the SQL server on loopback."""
    worker_pids: tuple[int, ...]
    """Process ids of the workers; their executors are children of theirs."""
    log_folder: Path
    """One log file a process."""

    def dbt_environment(self) -> dict[str, str]:
        """Variables with which ``dbt --target spark`` finds this cluster."""
        return {"SPARK_SQL_HOST": HOST, "SPARK_SQL_PORT": str(self.sql_port)}

    def kill_worker(self, index: int) -> None:
        """End one worker and its executors as a machine that loses power would."""
        os.killpg(self.worker_pids[index], signal.SIGKILL)


@contextlib.contextmanager
def spark_cluster(log_folder: Path, worker_count: int = 2, sql_port: int | None = None) -> Iterator[SparkCluster]:
    """Start a cluster with one core a worker, yield it when it answers SQL, end every process whatever happens.

    Args:
        log_folder: where the logs go; created if it is not there.
        worker_count: number of workers.
        sql_port: port of the SQL server; a free one unless given.

    Raises:
        ClusterError: pyspark or Java is missing, the port is taken, or a process ended or did not answer in time.
    """
    spark_home = _spark_home()
    log_folder.mkdir(parents=True, exist_ok=True)
    if sql_port is not None and _answers(sql_port):
        raise ClusterError(f"port {sql_port} is taken by another program; give another one, or none")
    sql_port = sql_port or _free_port()
    processes: dict[str, subprocess.Popen[bytes]] = {}
    with tempfile.TemporaryDirectory(prefix="spark-cluster-") as scratch, _sigterm_as_exit():
        try:
            _write_configuration(Path(scratch))
            commands = _commands(spark_home, Path(scratch), worker_count, sql_port)
            for name, command in commands.items():
                # The SQL server, too, would take its heap from the daemons' variable, before its own setting.
                memory = SERVER_MEMORY if name == "sql-server" else DAEMON_MEMORY
                environment = _environment(spark_home, Path(scratch), memory)
                processes[name] = _start(command, environment, Path(scratch), log_folder / f"{name}.log")
            _wait_until_ready(sql_port, processes, log_folder)
            workers = tuple(process.pid for name, process in processes.items() if name.startswith("worker"))
            yield SparkCluster(sql_port, workers, log_folder)
        finally:
            _end(processes.values())


def _spark_home() -> Path:
    found = find_spec("pyspark")
    if found is None or found.origin is None:
        raise ClusterError("pyspark is not installed here; run this through make test-spark")
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise ClusterError("Spark needs Java 17; make test-spark installs it")
    return Path(found.origin).parent


def _write_configuration(scratch: Path) -> None:
    """Logging of warnings only, and the class that Spark leaves out."""
    (scratch / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
    missing = scratch / "classes" / f"{_MISSING_CLASS}.class"
    missing.parent.mkdir(parents=True)
    missing.write_bytes(_empty_interface(_MISSING_CLASS))


_LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
"""


def _empty_interface(name: str) -> bytes:
    """A class file with an interface that has nothing in it (JVM specification, chapter 4).

    Spark 4 comes without Hive's LLAP libraries, though Hive's table of functions names this interface. The SQL server
    fills that table when a session happens to close on a thread without a metastore client; it then fails or hangs
    (github.com/apache/spark/pull/49736 adds the libraries for Spark's own tests).
    """

    def text(value: str) -> bytes:
        encoded = value.encode()
        return struct.pack(">BH", 1, len(encoded)) + encoded

    def class_of(index: int) -> bytes:
        return struct.pack(">BH", 7, index)

    constants = [text(name), class_of(1), text("java/lang/Object"), class_of(3)]
    head = struct.pack(">IHHH", 0xCAFEBABE, 0, 52, len(constants) + 1)
    public_interface = 0x0601
    return head + b"".join(constants) + struct.pack(">7H", public_interface, 2, 4, 0, 0, 0, 0)


def _environment(spark_home: Path, scratch: Path, memory: str) -> dict[str, str]:
    passed_on = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "HADOOP_"))}
    return {
        **passed_on,
        "SPARK_HOME": str(spark_home),
        "SPARK_CONF_DIR": str(scratch),
        # Pages of master and workers, too, then listen on loopback only.
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": memory,
        "SPARK_DAEMON_JAVA_OPTS": _JVM_OPTIONS,
        "SPARK_LOCAL_DIRS": str(scratch / "spill"),
        "SPARK_WORKER_DIR": str(scratch / "work"),
    }


def _commands(spark_home: Path, scratch: Path, worker_count: int, sql_port: int) -> dict[str, list[str]]:
    spark_class = str(spark_home / "bin" / "spark-class")
    master_port = _free_port()
    master_url = f"spark://{HOST}:{master_port}"
    master = [spark_class, "org.apache.spark.deploy.master.Master"]
    worker = [spark_class, "org.apache.spark.deploy.worker.Worker"]
    pages = ["--webui-port", "0"]
    return {
        "master": [*master, "--host", HOST, "--port", str(master_port), *pages],
        **{
            f"worker-{number}": [
                *worker, "--host", HOST, "--cores", "1", "--memory", EXECUTOR_MEMORY, *pages, master_url
            ]
            for number in range(1, worker_count + 1)
        },
        "sql-server": [
            str(spark_home / "bin" / "spark-submit"),
            *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"),
            *("--name", "warehouse", "--master", master_url),
            *(part for key, value in _settings(scratch, worker_count).items() for part in ("--conf", f"{key}={value}")),
            "spark-internal",
            *("--hiveconf", f"hive.server2.thrift.port={sql_port}"),
            *("--hiveconf", f"hive.server2.thrift.bind.host={HOST}"),
        ],
    }  # fmt: skip


def _settings(scratch: Path, worker_count: int) -> dict[str, str]:
    """The settings the project needs on any cluster, and those that make this one small and of its own."""
    needed = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.analyzer.maxIterations": "500",
    }
    small = {
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.ui.enabled": "false",
        "spark.executor.memory": EXECUTOR_MEMORY,
        "spark.cores.max": str(worker_count),
        # The server starts once every worker has given its core.
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        "spark.sql.shuffle.partitions": str(2 * worker_count),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={scratch}/metastore;create=true",
        "spark.driver.extraJavaOptions": f"{_JVM_OPTIONS} -Dderby.system.home={scratch} -Djava.io.tmpdir={scratch}",
        "spark.driver.extraClassPath": str(scratch / "classes"),
        "spark.executor.extraJavaOptions": _JVM_OPTIONS,
    }
    return needed | small


def _start(command: list[str], environment: Mapping[str, str], folder: Path, log_file: Path) -> subprocess.Popen[bytes]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def die_with_parent() -> None:
        # A test run that is itself killed with -9 cannot clean up; the kernel then does.
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    with log_file.open("wb") as log:
        return subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


def _wait_until_ready(sql_port: int, processes: Mapping[str, subprocess.Popen[bytes]], log_folder: Path) -> None:
    started_at = time.monotonic()
    while not _answers(sql_port):
        for name, process in processes.items():
            if process.poll() is not None:
                raise ClusterError(f"{name} ended with {process.returncode}: {_last_words(log_folder / f'{name}.log')}")
        if time.monotonic() - started_at > READY_SECONDS:
            raise ClusterError(
                f"no answer after {READY_SECONDS} s; SQL server: {_last_words(log_folder / 'sql-server.log')}"
            )
        time.sleep(0.5)
    logger.info("Spark answers on port %d after %.0f s", sql_port, time.monotonic() - started_at)


def _answers(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _last_words(log_file: Path) -> str:
    return log_file.read_text(encoding="utf-8", errors="replace")[-3000:] if log_file.exists() else "(no log)"


def _end(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Ask every process group to end, SQL server first, then make sure; a second interrupt does not stop this."""
    groups = list(processes)[::-1]
    for sent, grace_seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        for process in groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sent)
        deadline = time.monotonic() + grace_seconds
        for process in groups:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))


@contextlib.contextmanager
def _sigterm_as_exit() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that ``finally`` blocks run; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    previous = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def main() -> None:
    """Keep a cluster up until interrupted."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with spark_cluster(Path(sys.argv[1]), sql_port=int(os.environ.get("SPARK_SQL_PORT", "0")) or None) as cluster:
        logger.info("SPARK_SQL_PORT=%d, workers %s, logs in %s", cluster.sql_port, cluster.worker_pids, sys.argv[1])
        signal.pause()


if __name__ == "__main__":
    main()
