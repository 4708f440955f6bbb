"""Rules of the dbt project that dbt itself does not enforce, checked on the manifest that ``dbt parse`` writes."""

import csv
from collections import Counter
from typing import Any

import pytest

from assets.feeds.consents import PURPOSES
from tests.unit.dbt.compiled_models import DBT_PROJECT, CompiledProject

MAY_READ = {
    "staging": {"source", "staging"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "marts", "seed"},
}
"""What a model of each layer may read."""
HIGHEST_GRADE_THAT_NAMES_NOBODY = 2
MOST_READINGS_OF_A_VIEW = 8
"""Each opens all files of the lake's table anew: with a view that all the project reads a build takes twice as long.
What is read more often must be a table. A view that its readers narrow to the days of a run stays one: as a table it
would hold all of history, written again with every run."""

Node = dict[str, Any]


@pytest.fixture(scope="module")
def manifest(project: CompiledProject) -> Node:
    assert "deprecat" not in project.output.lower(), project.output
    return project.manifest


def nodes(manifest: Node, kind: str) -> list[Node]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == kind]


def layer(node: Node) -> str:
    """``staging``, ``intermediate`` or ``marts`` for a model, else its resource type."""
    return node["path"].split("/")[0] if node["resource_type"] == "model" else node["resource_type"]


def feed(model: Node) -> str:
    """Folder below the layer: the feed in staging, the domain elsewhere."""
    return model["path"].split("/")[1]


def marts(manifest: Node) -> list[Node]:
    return [node for node in nodes(manifest, "model") if layer(node) == "marts"]


def checks_on(manifest: Node, model: Node) -> list[Node]:
    return [test for test in nodes(manifest, "test") if test.get("attached_node") == model["unique_id"]]


def test_marts_never_read_staging_and_intermediate_never_reads_marts(manifest: Node) -> None:
    known = manifest["nodes"] | manifest["sources"]
    wrong = [
        f"{model['name']} reads {known[parent]['name']}"
        for model in nodes(manifest, "model")
        for parent in model["depends_on"]["nodes"]
        if layer(known[parent]) not in MAY_READ[layer(model)]
    ]
    assert wrong == []


def test_staging_reads_another_feed_only_to_see_what_its_records_point_at(manifest: Node) -> None:
    reference = {"products", "stores", "suppliers", "calendar", "communities", "assortment", "sensors", "ingest"}
    pointed_at = {"orders"}
    wrong = [
        f"{model['name']} reads {parent}"
        for model in nodes(manifest, "model")
        if layer(model) == "staging"
        for parent in model["depends_on"]["nodes"]
        if parent.startswith("model.")
        and manifest["nodes"][parent]["path"].split("/")[1] != model["path"].split("/")[1]
        if manifest["nodes"][parent]["path"].split("/")[1] not in reference | pointed_at
    ]
    assert wrong == []


def test_what_many_read_from_the_lake_is_a_table(manifest: Node) -> None:
    readings: Counter[str] = Counter()

    def read(name: str) -> bool:
        """Count a reading of a view and of the views below it; whether files of the lake are opened for it."""
        if name.startswith("source."):
            return True
        node = manifest["nodes"][name]
        if node["config"]["materialized"] != "view":
            return False
        parents = [read(parent) for parent in node["depends_on"]["nodes"]]
        opens_files = any(parents)
        readings[node["name"]] += opens_files
        return opens_files

    for reader in nodes(manifest, "model") + nodes(manifest, "test"):
        if reader["config"]["materialized"] != "view":
            for parent in reader["depends_on"]["nodes"]:
                read(parent)
    assert readings, "no view reads the lake: does this still look at the right thing?"
    assert {view: count for view, count in readings.items() if count > MOST_READINGS_OF_A_VIEW} == {}


def test_every_column_of_a_mart_is_described_by_a_doc_block_and_graded(manifest: Node) -> None:
    wrong = [
        f"{model['name']}.{name}"
        for model in marts(manifest)
        for name, column in model["columns"].items()
        if not column["description"].strip()
        or not column["data_type"]
        or column["config"]["meta"].get("grade") not in {1, 2, 3, 4, 5}
        or not any(block.endswith(f".{name}") for block in column["doc_blocks"])
    ]
    assert wrong == []


def test_a_column_name_has_one_meaning_and_one_unit(manifest: Node) -> None:
    meanings: dict[str, set[str]] = {}
    for model in marts(manifest):
        for name, column in model["columns"].items():
            unit = column["config"]["meta"].get("unit")
            meanings.setdefault(name, set()).add(f"{column['description']} [{unit}]")
    assert {name: said for name, said in meanings.items() if len(said) > 1} == {}


def test_a_column_in_a_unit_of_measure_says_so_in_its_name_and_its_meta(manifest: Node) -> None:
    units = ("yuan", "minutes", "meters", "celsius", "percent")
    wrong = [
        f"{model['name']}.{name}"
        for model in marts(manifest)
        for name, column in model["columns"].items()
        for unit in units
        if name.endswith(f"_{unit}") and not name.startswith("is_") and column["config"]["meta"].get("unit") != unit
    ]
    assert wrong == []


def test_only_tables_with_a_person_key_or_person_counts_hold_what_is_graded_higher(manifest: Node) -> None:
    named = {
        "dim_health_profiles",
        "dim_memberships",
        "dim_persons",
        "fct_community_activity_daily",
        "fct_community_memberships",
        "fct_consents",
        "fct_customer_lifetime_value",
        "fct_identity_bridges",
        "fct_match_proposals",
        "fct_offer_responses",
        "fct_orders",
        "fct_person_changes",
        "fct_person_conditions",
        "fct_person_measurements",
        "fct_person_medicines",
        "fct_person_segments",
        "fct_points_ledger",
        "fct_prescription_audits",
        "fct_survey_responses",
    }
    restricted = {
        model["name"]
        for model in marts(manifest)
        if any(
            column["config"]["meta"].get("is_person_key")
            or column["config"]["meta"].get("grade", 0) > HIGHEST_GRADE_THAT_NAMES_NOBODY
            for column in model["columns"].values()
        )
    }
    assert restricted == named


def is_person_level(model: Node) -> bool:
    metas = [column["config"]["meta"] for column in model["columns"].values()]
    return any(meta.get("is_person_key") or meta.get("grade", 0) > HIGHEST_GRADE_THAT_NAMES_NOBODY for meta in metas)


def test_what_is_about_persons_says_for_which_purposes_and_checks_their_consent(manifest: Node) -> None:
    with (DBT_PROJECT / "seeds" / "people" / "processing_purposes.csv").open(encoding="utf-8") as file:
        needs_consent = {row["purpose"]: row["needs_consent"] == "true" for row in csv.DictReader(file)}
    wrong = []
    for model in marts(manifest):
        purposes = model["config"]["meta"].get("purposes", [])
        if is_person_level(model) != bool(purposes) or not set(purposes) <= needs_consent.keys():
            wrong.append(f"{model['name']} has the purposes {purposes}")
        asked = {purpose for purpose in purposes if needs_consent.get(purpose)}
        checked = {
            purpose
            for test in checks_on(manifest, model)
            if test["test_metadata"]["name"] == "consented" and test["config"]["severity"].lower() == "error"
            for purpose in test["test_metadata"]["kwargs"]["purposes"]
        }
        if asked != checked:
            wrong.append(f"{model['name']} is for {sorted(asked)} and checks {sorted(checked)}")
    assert wrong == []


def test_the_purposes_that_need_consent_are_the_same_everywhere(manifest: Node) -> None:
    with (DBT_PROJECT / "seeds" / "people" / "processing_purposes.csv").open(encoding="utf-8") as file:
        asked = [row["purpose"] for row in csv.DictReader(file) if row["needs_consent"] == "true"]
    coverage = manifest["nodes"]["model.pharmacy.int_people__consent_coverage"]
    shown = [name for name in asked if f"consents_to_{name}" in coverage.get("compiled_code", "")]
    assert shown == asked == PURPOSES


def test_a_token_of_a_person_is_graded_as_one_and_never_leaves_the_persons_file(manifest: Node) -> None:
    wrong = [
        f"{model['name']}.{name}"
        for model in marts(manifest)
        for name, column in model["columns"].items()
        if name.endswith(("_token", "_tokens"))
        and (column["config"]["meta"]["grade"] <= HIGHEST_GRADE_THAT_NAMES_NOBODY or not is_person_level(model))
    ]
    assert wrong == []


def test_every_mart_has_an_enforced_contract_and_a_key_test_of_its_own_name(manifest: Node) -> None:
    wrong = [
        model["name"]
        for model in marts(manifest)
        if not model["config"]["contract"]["enforced"]
        or f"{model['name']}_grain" not in {test["name"] for test in checks_on(manifest, model)}
    ]
    assert wrong == []


def test_every_model_says_its_grain_its_owner_and_its_group(manifest: Node) -> None:
    wrong = [
        model["name"]
        for model in nodes(manifest, "model")
        if not model["description"].startswith("One row")
        or not model["config"]["meta"].get("owner")
        or not model["config"]["group"]
    ]
    assert wrong == []


def test_every_check_has_a_name_of_its_own_and_a_severity(manifest: Node) -> None:
    wrong = []
    for test in nodes(manifest, "test"):
        # A check without a name gets one that begins with its kind; a test in a file of its own has the file's.
        kind = test.get("test_metadata", {}).get("name")
        is_named_by_dbt = kind is not None and test["name"].startswith((f"{kind}_", "source_"))
        if is_named_by_dbt or str(test["unrendered_config"].get("severity")).lower() not in {"error", "warn"}:
            wrong.append(test["name"])
    assert wrong == []


def test_the_books_are_built_after_every_other_mart(manifest: Node) -> None:
    books = "model.pharmacy.fct_ingest_books"
    reached: set[str] = set()
    waiting = [books]
    while waiting:
        for parent in manifest["parent_map"].get(waiting.pop(), []):
            if parent not in reached:
                reached.add(parent)
                waiting.append(parent)
    late = {model["unique_id"] for model in marts(manifest)} - reached - {books}
    assert late == set()


def test_catalogue_models_and_kpi_table_name_the_same_kpis(manifest: Node) -> None:
    with (DBT_PROJECT / "seeds" / "kpi" / "kpi_catalogue.csv").open(encoding="utf-8") as file:
        catalogue = {f"kpi_{row['kpi_code']}" for row in csv.DictReader(file)}
    with (DBT_PROJECT / "seeds" / "kpi" / "kpi_targets.csv").open(encoding="utf-8") as file:
        targets = {f"kpi_{row['kpi_code']}" for row in csv.DictReader(file)}
    models = {model["name"] for model in marts(manifest) if model["name"].startswith("kpi_")}
    read = manifest["nodes"]["model.pharmacy.fct_kpi_daily"]["depends_on"]["nodes"]
    united = {parent.split(".")[-1] for parent in read if ".kpi_" in parent}
    assert models == catalogue
    assert united == catalogue
    assert targets == catalogue


def test_every_kpi_model_has_the_same_columns(manifest: Node) -> None:
    shapes = {
        tuple((name, column["data_type"]) for name, column in model["columns"].items())
        for model in marts(manifest)
        if model["name"].startswith("kpi_")
    }
    assert len(shapes) == 1


def test_what_is_published_to_pages_and_routes_has_an_exposure_with_an_owner(manifest: Node) -> None:
    exposures = {exposure["name"]: exposure for exposure in manifest["exposures"].values()}
    assert {"dashboard_overview", "api_kpis", "api_snapshot"} <= exposures.keys()
    assert all(exposure["owner"]["email"] and exposure["depends_on"]["nodes"] for exposure in exposures.values())


def test_thresholds_come_with_source_reason_and_first_day(manifest: Node) -> None:
    wrong = []
    for seed in nodes(manifest, "seed"):
        if "threshold" in seed["name"] or seed["name"] == "kpi_targets":
            header = (DBT_PROJECT / seed["original_file_path"]).read_text(encoding="utf-8").splitlines()[0].split(",")
            if not {"source", "reason", "valid_from"} <= set(header):
                wrong.append(seed["name"])
    assert wrong == []
