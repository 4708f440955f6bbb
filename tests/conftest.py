"""How the suite is spread over processes."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and all that share the built chains, so that none is built twice."""
    for item in items:
        is_on_chain = "built_chain" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("built chain" if is_on_chain else item.path.name))
