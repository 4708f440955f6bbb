"""``python -m dashboards``: serve the dashboards."""

from __future__ import annotations

import argparse
import logging

from werkzeug.serving import WSGIRequestHandler, make_server

from dashboards.app import create_app
from warehouse.settings import Settings

LOGGER = logging.getLogger("dashboards")


class _Handler(WSGIRequestHandler):
    # Keeps a browser's connection open over the dozens of small files a page loads.
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Leave out requests that went well: one page load would be forty lines."""
        if str(code)[:1] in {"4", "5"}:
            super().log_request(code, size)


def main() -> None:
    """Read the command line, serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m dashboards", description="Management dashboards.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8050, help="port to listen on (default: %(default)s)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = create_app(Settings.from_env())
    server = make_server(arguments.host, arguments.port, app.server, threaded=True, request_handler=_Handler)
    LOGGER.info("dashboards at http://%s:%s", arguments.host, server.port)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        LOGGER.info("stopped")
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
