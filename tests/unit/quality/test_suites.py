"""Suites are found by themselves, say why each bound is what it is, and cost nothing at load time."""

from __future__ import annotations

import csv
import subprocess
import sys

import pytest

import quality.suites
from quality.expectations import complete, within_threshold
from quality.suite import Check, Suite, discover_suites
from tests.unit.quality.small_warehouse import SEED
from warehouse.settings import PROJECT_ROOT


def test_a_table_is_gated_by_adding_one_file(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fct_new.py").write_text(
        "from quality.expectations import not_empty\n"
        "from quality.suite import Suite\n"
        "SUITE = Suite('fct_new', (not_empty(),))\n"
    )
    monkeypatch.setattr(quality.suites, "__path__", [*quality.suites.__path__, str(tmp_path)])
    assert "fct_new" in [suite.table for suite in discover_suites.__wrapped__()]
    (tmp_path / "fct_wrong.py").write_text("from quality.suites.fct_orders import SUITE\n")
    with pytest.raises(TypeError, match=r"fct_wrong\.py must define SUITE"):
        discover_suites.__wrapped__()


def test_every_check_with_a_threshold_has_one_in_the_seed_and_no_row_is_left_over() -> None:
    with SEED.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    needed = {(s.table, check.name) for s in discover_suites() for check in s.checks if check.has_threshold}
    assert {(row["table_name"], row["check_name"]) for row in rows} == needed
    assert all(row["source"] and row["reason"] and row["valid_from"] for row in rows)


def test_every_check_has_a_name_a_sentence_and_a_reason() -> None:
    for suite in discover_suites():
        for check in suite.checks:
            assert check.title[0].isupper() or check.title.split()[0].islower()
            assert check.reason.endswith("."), (suite.table, check.name)


def test_both_severities_are_in_use_on_every_kind_of_fact() -> None:
    severities = {(suite.table, check.severity) for suite in discover_suites() for check in suite.checks}
    assert severities == {(suite.table, severity) for suite in discover_suites() for severity in ("fail", "warn")}


def test_a_name_twice_or_badly_formed_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Suite("fct_x", (complete("a"), complete("a")))
    with pytest.raises(ValueError, match="lower_snake_case"):
        Check("Not A Name", "t", "fail", "r", "ExpectTableRowCountToBeBetween")
    with pytest.raises(ValueError, match="compares with no"):
        within_threshold("a", "t", "select 1 from {batch}")


def test_loading_suites_and_checks_does_not_import_great_expectations() -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from quality.checks import build_quality_checks\n"
        "from warehouse.settings import Settings\n"
        "assert build_quality_checks(Settings(data_root=Path('nowhere')))\n"
        "sys.exit('great_expectations' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, check=False).returncode == 0
