"""What an erasure does to each feed's records of the person: the decision and its reason, in one place.

A feed is decided as a whole, for its record is the document: what hangs on it (lines, items) goes or stays with it.
Feeds that name nobody need no decision. What is computed from the lake is computed anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    """What becomes of a person's records of one feed."""

    keeps_record: bool
    """Whether the record stays, without any token; else it goes as a whole."""
    reason: str


ERASED_RULE = "erased_person"
"""Rule under which a record is refused that came late, or again, and is about someone who was erased."""
DECISIONS: Mapping[str, Decision] = {
    "orders": Decision(True, "sales, stock and tax totals stand on it"),
    "prescriptions": Decision(True, "kept five years by law, and the regulator's totals stand on it"),
    "service_tickets": Decision(True, "service figures stand on it; nothing in it but the tokens is about a person"),
    "members": Decision(False, "about the person alone"),
    "community_activity": Decision(False, "about the person alone"),
    "consents": Decision(False, "about the person alone; that the consent ended is in the proof"),
    "health_measurements": Decision(False, "about the person's health alone"),
    "surveys": Decision(False, "the person's own words and marks"),
    "loyalty": Decision(False, "the person's own account"),
    "offers": Decision(False, "about the person alone"),
    "identity_decisions": Decision(False, "about which identifiers are the person's"),
}
"""By feed."""
