"""Advertising and health content of the content tools, with its steps of review; sent again whole when it changes."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import (
    UTC_TIME,
    Feed,
    LakeTable,
    LandedRow,
    count,
    nested_rows,
    not_before,
    one_of,
    record_id,
    text,
    utc_time,
)
from assets.feeds.prescriptions import REVIEW_RESULTS

KINDS = ["advertisement", "health_article", "message", "live_script"]
CHANNELS = ["wecom_group", "official_account", "mini_program", "sms", "live_stream"]
_KEY = ("content_id", "updated_at")


class ContentRow(LandedRow):
    """One version of a piece of content."""

    content_id = record_id("Piece of content")
    kind = one_of(KINDS, "What it is")
    channel = one_of(CHANNELS, "Where it is sent")
    author_id = text("Who wrote it")
    content_text = text("The text as readers see it", nullable=False)
    sku_id = text("Product it is about")
    approval_number = text("Number under which the advertisement was approved by the regulator")
    audience_tag = text("Group of readers it is sent to")
    created_at = utc_time("When it was written", nullable=False)
    sent_at = utc_time("When it was sent")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def times_in_order(cls) -> pl.Expr:
        """Nothing is sent before it is written."""
        return not_before("sent_at", "created_at")


class ContentReviewRow(LandedRow):
    """One step of review of one version of a piece of content."""

    content_id = record_id("Piece of content that was reviewed")
    updated_at = utc_time("Version of the content", nullable=False)
    review_number = count("Number of the step, from 1", minimum=1)
    reviewer_id = text("Who reviewed it", nullable=False)
    reviewed_at = utc_time("When it was reviewed", nullable=False)
    result = one_of(REVIEW_RESULTS, "What the reviewer decided")
    reason = text("Why it was refused")

    @dy.rule()
    def refusal_has_reason(cls) -> pl.Expr:
        """Whoever refuses says why."""
        return (pl.col("result") != "refused") | pl.col("reason").is_not_null()


_REVIEW = {"reviewer_id": pl.String(), "reviewed_at": UTC_TIME, "result": pl.String(), "reason": pl.String()}
DOCUMENT: dict[str, pl.DataType] = {
    "content_id": pl.String(),
    "kind": pl.String(),
    "channel": pl.String(),
    "author_id": pl.String(),
    "content_text": pl.String(),
    "sku_id": pl.String(),
    "approval_number": pl.String(),
    "audience_tag": pl.String(),
    "created_at": UTC_TIME,
    "reviews": pl.List(pl.Struct(_REVIEW)),
    "sent_at": UTC_TIME,
    "updated_at": UTC_TIME,
}


def flatten(documents: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Pieces of content and their steps of review, each row with the position of its document."""
    return {
        "content": documents,
        "content_reviews": nested_rows(documents, _KEY, "reviews", list(_REVIEW), "review_number"),
    }


FEED = Feed(
    name="content",
    description="Advertising and health content with text, steps of review, time of sending and audience",
    owner="team:marketing",
    tables=(LakeTable("content", ContentRow), LakeTable("content_reviews", ContentReviewRow)),
    id_columns=("content_id",),
    document=DOCUMENT,
    flatten=flatten,
)
