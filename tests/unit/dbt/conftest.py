"""The project is compiled once for all tests of it: each start of dbt parses it anew."""

import pytest

from tests.conftest import BuiltOnce
from tests.unit.dbt.compiled_models import CompiledProject, compile_project


@pytest.fixture(scope="session")
def project(built_once: BuiltOnce) -> CompiledProject:
    folder = built_once("compiled-project", compile_project)
    return CompiledProject(folder / "dbt", (folder / "output.txt").read_text())
