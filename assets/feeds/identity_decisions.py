"""What people decided about who is who: that identifiers belong to one person, or to two.

Whoever decides names members by their number, or identifiers of any kind by the tokens that are shown with a proposal.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import LandedRow, flag, flat_feed, identifiers, one_of, record_id, text, utc_time

DECISIONS = ["join", "part"]


def _tokens(description: str) -> dy.List:
    return dy.List(dy.String(nullable=True), nullable=True, description=description)


class IdentityDecisionRow(LandedRow):
    """One version of one decision; a later version that is withdrawn takes it back."""

    decision_id = record_id("Decision")
    decision = one_of(DECISIONS, "Whether both sides are one person (join) or not (part)")
    member_ids = identifiers("member_id", "member_tokens", "Numbers of members on one side")
    other_member_ids = identifiers("member_id", "other_member_tokens", "Numbers of members on the other side")
    identifier_tokens = _tokens("Tokens of identifiers on the one side")
    other_identifier_tokens = _tokens("Tokens of identifiers on the other side")
    decided_by = text("Who decided, a member of staff", nullable=False)
    decided_at = utc_time("When it was decided", nullable=False)
    reason = text("Why")
    is_withdrawn = flag("Whether the decision is taken back")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def names_both_sides(cls) -> pl.Expr:
        """A decision is about at least one identifier on each side."""
        sides = (("member_ids", "identifier_tokens"), ("other_member_ids", "other_identifier_tokens"))
        named = [sum(pl.col(name).list.len().fill_null(0) for name in side) > 0 for side in sides]
        return pl.all_horizontal(*named)


FEED = flat_feed(
    "identity_decisions",
    IdentityDecisionRow,
    id_columns=("decision_id",),
    owner="team:crm",
    description="Decisions that identifiers belong to one person or to two, and their withdrawal",
)
