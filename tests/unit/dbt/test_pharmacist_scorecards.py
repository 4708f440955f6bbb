"""Scorecards of pharmacists on patients that a test makes up, with what each pharmacist does for them."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from tests.unit.dbt.compiled_models import DBT_PROJECT, CompiledProject, run_models

MONTHS = [date(2025, month, 1) for month in range(1, 13)]
SCORECARD_MONTH_END = date(2025, 12, 31)
JOINED = [5, 7, 9]
"""Numbers of the months in which patients join."""
PHARMACISTS = 40
PATIENTS = 30
FEW = 8
"""Patients of the pharmacist who has too few."""
UNATTACHED = 4000
EFFECTS = np.linspace(-1, 7, PHARMACISTS)
"""By how much each pharmacist's patients fall more than others, in mmHg."""
SMALLEST_GROUP = 11
MODELS = ["int_community__patient_changes", "int_community__patient_improvements", "int_community__scorecards"]
PARAMETERS = {
    "scorecard_months": 3, "repurchase_days": 90, "baseline_months": 3, "joiner_months": 12, "age_band_years": 10,
    "normal_score": 1.959964, "tail_probability": 0.025, "smallest_shown_count": SMALLEST_GROUP,
    "smallest_compared_group": SMALLEST_GROUP,
}  # fmt: skip


def patients(rng: np.random.Generator) -> pl.DataFrame:
    """One row per patient: ``pharmacist`` (-1 = none), month of joining, birth year, sex, usual level."""
    pharmacist = np.concatenate(
        [np.repeat(np.arange(PHARMACISTS), PATIENTS), np.full(FEW, PHARMACISTS), np.full(UNATTACHED, -1)]
    )
    n = len(pharmacist)
    return pl.DataFrame(
        {
            "person_token": [f"person {number}" for number in range(n)],
            "pharmacist": pharmacist,
            "joined": rng.choice(JOINED, n),
            "birth_year": rng.integers(1940, 1980, n),
            "sex": rng.choice(["f", "m"], n),
            # Who joins is worse off, so that groups that are not matched would differ by regression to the mean.
            "usual": rng.normal(np.where(pharmacist >= 0, 152, 145), 10),
        }
    )


def levels(rng: np.random.Generator, people: pl.DataFrame) -> pl.DataFrame:
    """A mean level a month; everyone drifts with the season, patients fall once they have joined."""
    effect = np.append(EFFECTS, [3.0, 0.0])[people["pharmacist"].to_numpy()]
    parts = []
    for number, month in enumerate(MONTHS, start=1):
        fallen = np.where((people["pharmacist"].to_numpy() >= 0) & (people["joined"].to_numpy() < number), effect, 0)
        level = people["usual"].to_numpy() - 0.8 * number - fallen + rng.normal(0, 5, len(people))
        parts.append(people.select("person_token", month_start_date=pl.lit(month), level=pl.Series(level)))
    return pl.concat(parts).with_columns(
        figure_code=pl.lit("systolic_improvement"), condition_code=pl.lit("hypertension")
    )


@pytest.fixture(scope="module")
def built(project: CompiledProject) -> dict[str, pl.DataFrame]:
    rng = np.random.default_rng(5)
    people = patients(rng)
    joiners = people.filter(pl.col("pharmacist") >= 0)
    pharmacists = pl.format("P{}", "pharmacist")
    nobody = {"month_end_date": pl.Date, "pharmacist_id": pl.String}
    counts = ["member_count", "returning_member_count", "outsider_count", "returning_outsider_count"]
    tables = {
        "int_community__scorecard_months": pl.DataFrame(
            {"month_start_date": [MONTHS[-1]], "month_end_date": [SCORECARD_MONTH_END]}
        ),
        "int_community__patient_levels": levels(rng, people),
        "int_community__memberships": joiners.select(
            "person_token",
            pl.format("G{}", "pharmacist").alias("community_id"),
            pl.date(2025, pl.col("joined"), 15).alias("joined_on"),
        ),
        "stg_communities__communities": joiners.select(
            pl.format("G{}", "pharmacist").alias("community_id"), pharmacists.alias("pharmacist_id")
        ).unique(),
        "int_people__demographics": people.select("person_token", "birth_year", "sex"),
        "scorecard_figures": pl.read_csv(DBT_PROJECT / "seeds" / "community" / "scorecard_figures.csv"),
        "int_community__parameters": pl.DataFrame(PARAMETERS),
        "int_community__repurchases": pl.DataFrame(schema={**nobody, **dict.fromkeys(counts, pl.Int64)}),
        "int_community__pharmacist_activity": pl.DataFrame(
            schema={
                **nobody,
                "figure_code": pl.String,
                **dict.fromkeys(["figure_value", "lower_bound", "upper_bound"], pl.Float64),
                **dict.fromkeys(["observation_count", "people_count"], pl.Int64),
            }
        ),
    }
    answers = run_models({model: project.sql(model) for model in MODELS}, tables)
    return answers | {"people": people, "levels": tables["int_community__patient_levels"]}


@pytest.fixture(scope="module")
def scorecards(built: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of the pressure, with the number of the pharmacist."""
    return (
        built["int_community__scorecards"]
        .filter(pl.col("figure_code") == "systolic_improvement")
        .with_columns(number=pl.col("pharmacist_id").str.slice(1).cast(pl.Int64))
        .sort("number")
    )


def test_what_a_pharmacist_does_for_patients_lies_in_the_interval(scorecards: pl.DataFrame) -> None:
    enough = scorecards.head(PHARMACISTS)
    assert enough["not_shown_reason"].null_count() == PHARMACISTS
    covered = (enough["lower_bound"].to_numpy() <= EFFECTS) & (enough["upper_bound"].to_numpy() >= EFFECTS)
    # 34 or fewer of 40 come about once in 30 times where 95 % hold.
    assert covered.sum() > 34
    # The intervals are of use: half as wide as the effects lie apart.
    assert (enough["upper_bound"] - enough["lower_bound"]).mean() < 4.5  # type: ignore[operator]
    assert np.abs(enough["figure_value"].to_numpy() - EFFECTS).mean() < 1


def test_the_difference_is_that_of_matched_patients_one_by_one(built: dict[str, pl.DataFrame]) -> None:
    people = {row["person_token"]: row for row in built["people"].iter_rows(named=True)}
    level = {(row["person_token"], row["month_start_date"].month): row["level"] for row in built["levels"].to_dicts()}

    def change(token: str, joined: int) -> tuple[float, float]:
        before = np.mean([level[token, month] for month in range(joined - 3, joined)])
        later = np.mean([level[token, month] for month in range(max(joined + 1, 10), 13)])
        return float(before), float(before - later)

    def stratum(token: str, joined: int) -> tuple:
        person = people[token]
        return joined, person["sex"], (2025 - person["birth_year"]) // 10, change(token, joined)[0] // 10

    others: dict[tuple, list[float]] = {}
    for token, person in people.items():
        if person["pharmacist"] < 0:
            for joined in JOINED:
                others.setdefault(stratum(token, joined), []).append(change(token, joined)[1])
    expected = {}
    for number in range(PHARMACISTS):
        differences = [
            change(token, person["joined"])[1] - np.mean(others[stratum(token, person["joined"])])
            for token, person in people.items()
            if person["pharmacist"] == number and len(others.get(stratum(token, person["joined"]), [])) > 1
        ]
        expected[f"P{number}"] = (len(differences), np.mean(differences))
    observed = built["int_community__patient_improvements"].filter(pl.col("pharmacist_id") != f"P{PHARMACISTS}")
    for row in observed.iter_rows(named=True):
        count, difference = expected[row["pharmacist_id"]]
        assert row["people_count"] == count
        assert row["mean_difference"] == pytest.approx(difference, abs=1e-8)


def test_who_has_few_patients_is_shown_without_figures_and_not_ranked(scorecards: pl.DataFrame) -> None:
    few = scorecards.row(PHARMACISTS, named=True)
    assert few["not_shown_reason"] == "small_group"
    empty = ["figure_value", "lower_bound", "upper_bound", "people_count", "compared_people_count", "best_rank",
             "worst_rank", "ranked_count"]  # fmt: skip
    assert [few[name] for name in empty] == [None] * len(empty)
    assert scorecards["ranked_count"].drop_nulls().unique().to_list() == [PHARMACISTS]


def test_the_true_place_of_everyone_lies_within_the_span_of_ranks(scorecards: pl.DataFrame) -> None:
    ranked = scorecards.head(PHARMACISTS)
    true_rank = PHARMACISTS - np.arange(PHARMACISTS)
    assert (ranked["best_rank"].to_numpy() <= true_rank).all()
    assert (ranked["worst_rank"].to_numpy() >= true_rank).all()
    # The best one is surely not the worst, nor the worst one the best.
    assert ranked["worst_rank"][-1] < PHARMACISTS
    assert ranked["best_rank"][0] > 1


def test_who_joined_a_community_stands_among_the_unattached_in_no_stratum(built: dict[str, pl.DataFrame]) -> None:
    joined = set(built["people"].filter(pl.col("pharmacist") >= 0)["person_token"])
    unattached = built["int_community__patient_changes"].filter(pl.col("pharmacist_id").is_null())
    assert not joined & set(unattached["person_token"])
