"""Themes of open answers: every theme is found by its own example, in any spelling, and nothing is where none is."""

import polars as pl
import pytest
from polars.testing import assert_series_equal

from assets.survey_themes.finding import SEED, Themes, answer_columns, language_of, themes_of, themes_of_seed

ROWS = pl.read_csv(SEED, infer_schema=False)


@pytest.fixture(scope="module")
def themes() -> Themes:
    return themes_of_seed(ROWS)


@pytest.mark.parametrize("row", ROWS.to_dicts(), ids=lambda row: f"{row['theme_code']}-{row['language']}")
def test_the_example_shown_for_a_theme_touches_that_theme_alone(themes: Themes, row: dict[str, str]) -> None:
    assert themes_of(row["example"], themes) == [row["theme_code"]]
    assert language_of(row["example"]) == row["language"]


def test_every_theme_has_both_languages() -> None:
    languages = ROWS.group_by("theme_code").agg(pl.col("language").sort())
    assert set(map(tuple, languages["language"].to_list())) == {("en", "zh")}


@pytest.mark.parametrize("answer", ["挺好的，谢谢", "All good, thanks!", "😀", "一般般", "12345"])
def test_an_answer_about_nothing_in_particular_has_no_theme(themes: Themes, answer: str) -> None:
    assert themes_of(answer, themes) == []


@pytest.mark.parametrize(
    "answer", ["送 得 太 慢 了", "Ｔｈｅ　ｄｅｌｉｖｅｒｙ　ｗａｓ　ｌａｔｅ", "THE DELIVERY WAS LATE"]
)
def test_other_spellings_are_seen_through(themes: Themes, answer: str) -> None:
    assert themes_of(answer, themes) == ["delivery_time"]


def test_of_an_answer_are_kept_themes_language_and_length_only(themes: Themes) -> None:
    answers = pl.Series(["骑手很有礼貌，包装破了。我叫王芳，电话13800000000", "Too expensive", None, "  "])
    columns = {column.name: column for column in answer_columns(answers, themes)}
    assert set(columns) == {"theme_codes", "answer_language", "answer_length", "theme_rules_id"}
    assert columns["theme_codes"].to_list() == [["courier_manner", "packaging"], ["price"], None, None]
    assert columns["answer_language"].to_list() == ["zh", "en", None, None]
    assert columns["answer_length"].to_list() == [30, 13, None, None]
    assert columns["theme_rules_id"].n_unique() == 1


def test_no_answer_at_all_has_the_same_columns(themes: Themes) -> None:
    for some, none in zip(
        answer_columns(pl.Series(["慢"]), themes),
        answer_columns(pl.Series([None], dtype=pl.String), themes),
        strict=True,
    ):
        assert_series_equal(some.head(0), none.head(0))


def test_other_patterns_have_another_fingerprint() -> None:
    changed = ROWS.with_columns(pattern=pl.col("pattern") + "|x")
    assert themes_of_seed(changed).rules_id != themes_of_seed(ROWS).rules_id
    assert themes_of_seed(ROWS.reverse()).rules_id == themes_of_seed(ROWS).rules_id


def test_a_pattern_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="theme price"):
        themes_of_seed(pl.DataFrame({"theme_code": ["price"], "pattern": ["("]}))
