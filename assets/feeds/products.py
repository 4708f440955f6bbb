"""Product master."""

from __future__ import annotations

from assets.feeds.base import LandedRow, count, flag, flat_feed, money, one_of, record_id, text, utc_time

PRESCRIPTION_CLASSES = ["rx", "otc_a", "otc_b", "non_drug"]
STORAGE_CLASSES = ["ambient", "cool", "cold"]
SPECIAL_CLASSES = [
    "none",
    "vaccine",
    "blood_product",
    "narcotic",
    "psychotropic",
    "toxic",
    "radioactive",
    "precursor",
]


class ProductRow(LandedRow):
    """One version of a product."""

    sku_id = record_id("Stock-keeping unit")
    name_zh = text("Name in Chinese", nullable=False)
    name_en = text("Name in English")
    atc_code = text("ATC code of a medicine")
    prescription_class = one_of(PRESCRIPTION_CLASSES, "Prescription class")
    storage_class = one_of(STORAGE_CLASSES, "Storage class")
    special_class = one_of(SPECIAL_CLASSES, "Class that restricts its sale")
    shelf_life_days = count("Shelf life when made", minimum=1, nullable=True)
    pack_size = text("Content of one pack")
    order_multiple_quantity = count("Packs in one case; the supplier sells whole cases", minimum=1, nullable=True)
    minimum_order_quantity = count("Fewest packs that the supplier sells at once", minimum=1, nullable=True)
    supplier_id = text("Supplier")
    unit_cost_yuan = money("Cost of one pack")
    list_price_yuan = money("List price of one pack")
    is_online_banned = flag("Whether it may not be sold online")
    is_reimbursed = flag("Whether medical insurance reimburses it")
    updated_at = utc_time("Version of the record", nullable=False)


FEED = flat_feed(
    "products",
    ProductRow,
    id_columns=("sku_id",),
    owner="team:master-data",
    description="Product master: classes, shelf life, pack, supplier, cost and price",
)
