"""What orders cost and how they are paid: lines, coupons, insurance, refunds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.delivery import Journey
from simulator.demand import Demand

Ints = NDArray[np.int64]
METHODS = ["wechat_pay", "medical_insurance", "commercial_insurance", "cash"]


@dataclass
class Sales:
    """Finished lines of one block and day; sorted by order. Money in fen. ``lot`` is -1 where nothing was picked."""

    order: Ints
    number: Ints
    sku: Ints
    units: Ints
    lot: Ints
    price: Ints
    discount: Ints
    cost: Ints


@dataclass
class Bill:
    """What an order costs and how it is paid, one entry per order; ``paid_by`` has the shape ``(orders, methods)``."""

    coupon: Ints
    total: Ints
    paid_by: Ints
    refund: Ints  # fen, 0 = none
    refunded_at: Ints
    refund_reason: Ints


def make_bills(demand: Demand, journey: Journey, sales: Sales, catalogue: Catalogue, rng: np.random.Generator) -> Bill:
    """Price orders, split payments between insurance and purse, and decide which come back as refunds."""
    n = len(demand.store)
    net = sales.units * sales.price - sales.discount
    total = np.bincount(sales.order, net, n).astype(np.int64)
    insured_part = np.bincount(sales.order, net * catalogue.is_reimbursed[sales.sku], n)
    coupon = np.where((demand.mode > 0) & (rng.random(n) < 0.12) & (total > 4000), rng.choice([300, 500, 1000], n), 0)
    total = total - coupon
    left = total.copy()
    insured = rng.random(n) < np.where(demand.mode == 0, 0.5, 0.14)
    medical = np.where(insured, np.minimum((insured_part * 0.6).astype(np.int64), left), 0)
    left = left - medical
    commercial = np.where(rng.random(n) < 0.03, (left * 0.4).astype(np.int64), 0)
    left = left - commercial
    cash = np.where((demand.mode == 0) & (rng.random(n) < 0.13), left, 0)
    paid_by = np.stack([left - cash, medical, commercial, cash], axis=1)
    paid_by[journey.paid_at == 0] = 0
    back = (journey.fate == 0) & (rng.random(n) < 0.014)
    whole = rng.random(n) < 0.6
    delay = (rng.random(n) * 9 * 86_400).astype(np.int64) + 3600
    cancelled = (journey.cancelled_at > 0) & (journey.paid_at > 0)
    refund = np.where(back, np.where(whole, total, total // 2), np.where(cancelled, total, 0))
    refunded_at = np.where(back, journey.final_at + delay, np.where(cancelled, journey.cancelled_at, 0))
    refunded_at = np.where(refund > 0, refunded_at, 0)
    return Bill(coupon, total, paid_by, refund, refunded_at, np.where(back, rng.integers(0, 3, n), 3))
