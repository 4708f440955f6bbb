"""Answers to the question how likely a customer is to recommend the chain, after an order or a community contact.

An open answer may name people and phones. It is read at the door for its themes (:mod:`assets.survey_themes`) and goes
no further: the lake has the themes, the language and the length, never the words.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import (
    UTC_TIME,
    Feed,
    LakeTable,
    LandedRow,
    dropped_text,
    identifier,
    one_of,
    record_id,
    text,
    utc_time,
)
from assets.survey_themes.finding import answer_columns, themes_in_force

JOURNEYS = ["o2o_purchase", "community_service"]
LANGUAGES = ["zh", "en"]
_PERSON = ["external_user_id", "unionid", "phone"]


class SurveyRow(LandedRow):
    """One version of one response."""

    response_id = record_id("Response")
    external_user_id = identifier("external_user_id", "external_user_token", "WeCom external user id")
    unionid = identifier("unionid", "unionid_token", "WeChat unionid")
    phone = identifier("phone", "phone_token", "Phone number")
    journey = one_of(JOURNEYS, "What the customer was asked about")
    score = dy.Int64(nullable=False, min=0, max=10, description="How likely to recommend the chain, 0 to 10")
    open_answer = dropped_text("What the customer wrote")
    theme_codes = dy.List(dy.String(), nullable=True, description="Themes found in the open answer; null without one")
    answer_language = one_of(LANGUAGES, "Language of the open answer; null without one", nullable=True)
    answer_length = dy.Int64(nullable=True, min=0, description="Characters of the open answer; null without one")
    theme_rules_id = text("Which patterns the themes were found with", nullable=False)
    order_id = text("Order it is about")
    community_id = text("Community it is about")
    answered_at = utc_time("When it was answered", nullable=False)
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def about_its_journey(cls) -> pl.Expr:
        """A response is about the order or the community of its journey."""
        has_order, has_community = pl.col("order_id").is_not_null(), pl.col("community_id").is_not_null()
        return (
            pl.when(pl.col("journey") == "o2o_purchase")
            .then(has_order & ~has_community)
            .when(pl.col("journey") == "community_service")
            .then(has_community & ~has_order)
            .otherwise(pl.lit(True))
        )


DOCUMENT: dict[str, pl.DataType] = {
    "response_id": pl.String(),
    "person": pl.Struct({name: pl.String() for name in _PERSON}),
    "journey": pl.String(),
    "score": pl.Int64(),
    "open_answer": pl.String(),
    "order_id": pl.String(),
    "community_id": pl.String(),
    "answered_at": UTC_TIME,
    "updated_at": UTC_TIME,
}


def flatten(documents: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Responses with the person's identifiers as columns, and with what is kept of the open answer."""
    person = pl.col("person").struct
    kept = answer_columns(documents["open_answer"].cast(pl.String), themes_in_force())
    return {"surveys": documents.with_columns(*[person.field(name) for name in _PERSON], *kept)}


FEED = Feed(
    name="surveys",
    description="Scores from 0 to 10 after orders and community contacts, with the themes of open answers",
    owner="team:service",
    tables=(LakeTable("surveys", SurveyRow),),
    id_columns=("response_id",),
    document=DOCUMENT,
    flatten=flatten,
)
