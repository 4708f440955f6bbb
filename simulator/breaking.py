"""How a sender gets one record wrong. No broken copy can be mended into a valid record."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np

Document = dict[str, Any]
#: Offset by which a copy with an unknown reference is older than the right one, so that the right one wins by version.
_BEFORE = timedelta(seconds=1)


def _earlier(document: Document) -> None:
    document["updated_at"] = (datetime.fromisoformat(document["updated_at"]) - _BEFORE).isoformat()


def _set(path: str, value: Any, earlier: bool = False) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document[path] = value
        if earlier:
            _earlier(document)

    return change


def _drop(name: str) -> Callable[[Document], None]:
    return lambda document: document.pop(name)


def _line(name: str, value: Any, earlier: bool = False) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document["lines"][0][name] = value
        if earlier:
            _earlier(document)

    return change


def _item(name: str, value: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document["items"][0][name] = value
        _earlier(document)

    return change


def _wrong_sum(document: Document) -> None:
    document["payments"][0]["amount_yuan"] = round(document["payments"][0]["amount_yuan"] + 100.0, 2)


def _swapped_times(document: Document) -> None:
    paid = datetime.fromisoformat(document["paid_at"])
    document["placed_at"] = (paid + timedelta(hours=3)).isoformat()


_ORDER: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _line("quantity", "two")),
    ("wrong_type", _set("placed_at", "yesterday evening")),
    ("missing_id", _drop("order_id")),
    ("payments_match_lines", _wrong_sum),
    ("times_in_order", _swapped_times),
    ("has_lines", _set("lines", [])),
    ("positive_quantity", _line("quantity", 0)),
    ("unknown_store", _set("store_id", "S99999", True)),
    ("unknown_sku", _line("sku_id", "SKU99999", True)),
    ("unknown_channel", _set("channel", "carrier_pigeon")),
]
_COMMUNITY: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("occurred_at", "soon")),
    ("missing_id", _drop("event_id")),
    ("unknown_kind", _set("kind", "telepathy")),
    ("unknown_community", _set("community_id", "G99999", True)),
]
_MEMBERS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("birth_year", "long ago")),
    ("missing_id", _drop("member_id")),
    ("unknown_store", _set("home_store_id", "S99999", True)),
]
_IDENTITY_DECISIONS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("decided_at", "after lunch")),
    ("missing_id", _drop("decision_id")),
    ("unknown_kind", _set("decision", "marry")),
]
_PURCHASE_ORDERS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("ordered_quantity", "a few")),
    ("missing_id", _drop("purchase_order_line_id")),
    ("positive_quantity", _set("ordered_quantity", 0)),
    ("promised_after_order", _set("promised_receipt_on", "2000-01-01")),
    ("unknown_supplier", _set("supplier_id", "V999", True)),
    ("unknown_store", _set("location_id", "S99999", True)),
    ("unknown_sku", _set("sku_id", "SKU99999", True)),
]
_SIGNAL_DECISIONS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("signal_date", "last week")),
    ("missing_id", _drop("decision_id")),
    ("unknown_kind", _set("signal_kind", "hunch")),
    ("unknown_store", _set("location_id", "S99999", True)),
    ("unknown_sku", _set("sku_id", "SKU99999", True)),
]
_DELIVERY_CLAIMS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("claimed_yuan", "a lot")),
    ("missing_id", _drop("claim_id")),
    ("unknown_kind", _set("claim_kind", "bad luck")),
    ("unknown_order", _set("order_id", "O000000-none", True)),
]
_SERVICE_TICKETS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("opened_at", "just now")),
    ("missing_id", _drop("ticket_id")),
    ("unknown_kind", _set("topic", "the weather")),
    ("unknown_order", _set("order_id", "O000000-none", True)),
]
_PRESCRIPTIONS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("issued_at", "at noon")),
    ("missing_id", _drop("prescription_id")),
    ("has_items", _set("items", [])),
    ("times_in_order", _set("reported_at", "2000-01-01T00:00:00+08:00")),
    ("unknown_kind", _set("source", "fortune_teller")),
    ("unknown_sku", _item("sku_id", "SKU99999")),
]
_STAFF: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("updated_at", "today")),
    ("missing_id", _drop("staff_record_id")),
    ("unknown_kind", _set("kind", "gossip")),
]
_CONTENT: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("created_at", "this morning")),
    ("missing_id", _drop("content_id")),
    ("times_in_order", _set("sent_at", "2000-01-01T00:00:00+08:00")),
    ("unknown_kind", _set("kind", "gossip")),
    ("unknown_sku", _set("sku_id", "SKU99999", True)),
]
_LOYALTY: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("points", "plenty")),
    ("missing_id", _drop("entry_id")),
    ("sign_by_kind", _set("points", 0)),
    ("unknown_kind", _set("kind", "lost")),
    ("unknown_order", _set("order_id", "O000000-none", True)),
]
_OFFERS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("shown_at", "last summer")),
    ("missing_id", _drop("offer_id")),
    ("shown_to_someone", _set("person", None)),
    ("unknown_kind", _set("offer_kind", "free lunch")),
]
_SURVEYS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("score", "ten out of ten")),
    ("missing_id", _drop("response_id")),
    ("out_of_range", _set("score", 11)),
    ("unknown_kind", _set("journey", "round the world")),
]
_HEALTH_MEASUREMENTS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("value", "high")),
    ("missing_id", _drop("measurement_id")),
    ("unknown_kind", _set("kind", "aura")),
    ("unit_of_its_kind", _set("unit", "furlong")),
    ("plausible_value", _set("value", 4000.0)),
    ("about_someone", _set("person", None)),
    ("unknown_store", _set("store_id", "S99999", True)),
]
_CONSENTS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("occurred_at", "once")),
    ("missing_id", _drop("consent_id")),
    ("unknown_kind", _set("action", "shrugged")),
    ("about_someone", _set("person", None)),
]
_COMMUNITY_EVENTS: list[tuple[str, Callable[[Document], None] | None]] = [
    ("invalid_json", None),
    ("wrong_type", _set("starts_at", "after lunch")),
    ("missing_id", _drop("community_event_id")),
    ("times_in_order", _set("ends_at", "2000-01-01T00:00:00+08:00")),
    ("unknown_kind", _set("kind", "seance")),
    ("unknown_community", _set("community_id", "G99999", True)),
]
_JSON = {
    "orders": _ORDER,
    "community_activity": _COMMUNITY,
    "community_events": _COMMUNITY_EVENTS,
    "members": _MEMBERS,
    "identity_decisions": _IDENTITY_DECISIONS,
    "purchase_orders": _PURCHASE_ORDERS,
    "signal_decisions": _SIGNAL_DECISIONS,
    "delivery_claims": _DELIVERY_CLAIMS,
    "service_tickets": _SERVICE_TICKETS,
    "prescriptions": _PRESCRIPTIONS,
    "staff": _STAFF,
    "content": _CONTENT,
    "loyalty": _LOYALTY,
    "offers": _OFFERS,
    "surveys": _SURVEYS,
    "health_measurements": _HEALTH_MEASUREMENTS,
    "consents": _CONSENTS,
}


def break_json(feed: str, text: str, rng: np.random.Generator) -> tuple[str, str]:
    """Return a broken copy of a JSON text and the name of what is wrong with it."""
    rules = _JSON[feed]
    rule, change = rules[int(rng.integers(len(rules)))]
    document = json.loads(text)
    if (
        feed == "orders"
        and rule in ("payments_match_lines", "times_in_order")
        and not (document["paid_at"] and document["payments"])
    ):
        rule, change = "missing_id", _drop("order_id")
    if change is None:
        return text[: int(len(text) * rng.uniform(0.3, 0.9))], rule
    change(document)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")), rule


INVENTORY_COLUMNS = [
    "movement_id",
    "movement_kind",
    "location_id",
    "sku_id",
    "lot_id",
    "expiry_date",
    "quantity",
    "unit_cost_yuan",
    "occurred_at",
    "order_id",
    "counterparty_location_id",
    "purchase_order_line_id",
    "updated_at",
]
_INVENTORY = [
    ("wrong_type", "quantity", "many"),
    ("wrong_type", "occurred_at", "noon"),
    ("missing_id", "movement_id", ""),
    ("unknown_kind", "movement_kind", "vanished"),
    ("unknown_store", "location_id", "S99999"),
    ("unknown_sku", "sku_id", "SKU99999"),
]


def break_csv(feed: str, text: str, rng: np.random.Generator) -> tuple[str, str]:
    """Return a broken copy of a CSV row of the ``inventory`` feed and the name of what is wrong with it."""
    rule, column, value = _INVENTORY[int(rng.integers(len(_INVENTORY)))]
    cells = dict(zip(INVENTORY_COLUMNS, text.split(","), strict=True))
    cells[column] = value
    if rule in ("unknown_store", "unknown_sku"):
        _earlier(cells)
    return ",".join(cells.values()), rule


def widen_json(text: str) -> str:
    """The same document with a field nobody announced."""
    return text[:-1] + ',"app_build":"9.4.1-beta"}'
