"""``python -m assets.erasure PROOF...``: check the signatures of erasure proofs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assets.erasure.proofs import PUBLIC_KEY_FILE, is_genuine, proofs_folder, read_public_key
from warehouse.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Check each proof; 1 when one is not what the vault signed."""
    parser = argparse.ArgumentParser(prog="python -m assets.erasure", description="Check proofs of erasure.")
    parser.add_argument("proofs", nargs="*", type=Path, help="proof files; default: all of the vault")
    parser.add_argument("--public-key", type=Path, help="default: the vault's own")
    options = parser.parse_args(arguments)
    folder = proofs_folder(Settings.from_env().zones)
    proofs = options.proofs or sorted(folder.glob("*.json"))
    if not proofs:
        sys.stderr.write(f"no proofs in {folder}\n")
        return 1
    key = read_public_key(options.public_key or folder / PUBLIC_KEY_FILE)
    verdicts = {proof: is_genuine(proof, key) for proof in proofs}
    for proof, genuine in verdicts.items():
        sys.stdout.write(f"{'genuine' if genuine else 'NOT GENUINE'}: {proof}\n")
    return 0 if all(verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
