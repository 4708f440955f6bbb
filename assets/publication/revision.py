"""Which code made a snapshot."""

from __future__ import annotations

import subprocess
import tomllib

from warehouse.settings import PROJECT_ROOT


def code_revision() -> str:
    """Commit of the checkout (``-dirty`` when files differ from it), or the project's version where there is no git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        described = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return f"version {project['version']}"
    return described.stdout.strip()
