"""Results of the checks, kept for the publication to read. No Great Expectations, no Dagster.

A result speaks about one state of the warehouse (or one run, in which dbt may go on between two groups of
checks); :func:`current_results` gives only those that speak about what is there now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from quality.suite import Severity
from warehouse.durable_files import write_atomically
from warehouse.engine import warehouse_state
from warehouse.settings import Settings
from warehouse.zones import Zones

_FILE_NAME = "results.json"


@dataclass(frozen=True)
class CheckResult:
    """What one check found. Holds counts and totals, never a row."""

    table: str
    check: str
    severity: Severity
    passed: bool
    observed: str
    title: str = ""
    reason: str = ""
    expected: str = ""


def results_file(zones: Zones) -> Path:
    """Where the results lie: beside the Data Docs that show them."""
    return zones.data_docs / _FILE_NAME


def record_results(settings: Settings, results: Sequence[CheckResult], run_id: str | None = None) -> None:
    """Keep ``results``, and those recorded before that speak about the same warehouse or come from the same run."""
    state = warehouse_state(settings)
    replaced = {(result.table, result.check) for result in results}
    kept = [
        entry
        for entry in _entries(settings.zones)
        if _is_valid(entry, state, run_id) and (entry["table"], entry["check"]) not in replaced
    ]
    entries = [*kept, *(asdict(result) | {"warehouse": state, "run_id": run_id} for result in results)]
    entries.sort(key=lambda entry: (entry["table"], entry["check"]))
    text = json.dumps(entries, ensure_ascii=False, indent=1) + "\n"
    write_atomically(results_file(settings.zones), lambda path: _write(path, text))


def current_results(settings: Settings, run_id: str | None = None) -> list[CheckResult]:
    """Results that speak about the warehouse as it is now, or were found in run ``run_id``; by table and check."""
    state = warehouse_state(settings)
    fields = CheckResult.__dataclass_fields__
    return [
        CheckResult(**{name: entry[name] for name in fields})
        for entry in _entries(settings.zones)
        if _is_valid(entry, state, run_id)
    ]


def failed(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Those that keep a snapshot from being published."""
    return [result for result in results if result.severity == "fail" and not result.passed]


def _entries(zones: Zones) -> list[dict]:
    try:
        return json.loads(results_file(zones).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []


def _is_valid(entry: dict, state: str, run_id: str | None) -> bool:
    return entry["warehouse"] == state or (run_id is not None and entry["run_id"] == run_id)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
