"""Real public data sets that some tests use and the project does not ship.

They are looked for in ``WAREHOUSE_TEST_DATA``, else beside the checkout in ``../shared/data``.
"""

import os
from pathlib import Path

from warehouse.settings import PROJECT_ROOT

PUBLIC_DATA = Path(os.environ.get("WAREHOUSE_TEST_DATA") or PROJECT_ROOT.parent / "shared" / "data")


def why_absent(name: str) -> str | None:
    """Reason to skip a test that needs the data set ``name``; None if it is there."""
    return None if (PUBLIC_DATA / name).is_dir() else f"data set {name} is neither in WAREHOUSE_TEST_DATA nor beside"
