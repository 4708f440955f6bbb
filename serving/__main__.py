"""``python -m serving``: run the API with uvicorn."""

from __future__ import annotations

import argparse
import logging

import uvicorn

from serving.app import create_app
from warehouse.settings import Settings


def main() -> None:
    """Read the command line, start the server, stop on Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m serving", description="KPI API of the pharmacy data platform.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    uvicorn.run(create_app(Settings.from_env()), host=arguments.host, port=arguments.port, server_header=False)


if __name__ == "__main__":
    main()
