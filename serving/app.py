"""Composition of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from serving import problems
from serving.keys import accepted_keys, require_key
from serving.reference_page import CONTENT_SECURITY_POLICY, render
from serving.routes import health, kpis, snapshot
from warehouse.settings import Settings

API_VERSION = "1.0.0"
DESCRIPTION = """\
KPI tables of the pharmacy chain, read from the published snapshot.

Every answer names the snapshot it was read from (`snapshot_id`, `as_of_date` and the header `X-Snapshot-Id`): two
answers with the same id agree to the last digit, and agree with the dashboards. A request sees one snapshot only.
Answers carry an `ETag`; send it back as `If-None-Match` and get 304 while nothing new is published.

Failures are `application/problem+json` (RFC 9457) and say in `next_step` what to do.
"""


def create_app(settings: Settings) -> FastAPI:
    """Build the API for one deployment.

    Routes that need a key live under ``/v1``; a new resource is a module in :mod:`serving.routes` named here.
    """
    app = FastAPI(
        title="Pharmacy data platform API",
        version=API_VERSION,
        description=DESCRIPTION,
        # FastAPI's own pages load scripts from a CDN; reference_page needs none.
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    problems.install(app)

    keyed = [Depends(require_key(accepted_keys(settings)))]
    for resource in (kpis, snapshot):
        app.include_router(resource.router, prefix="/v1", dependencies=keyed)
    app.include_router(health.router)

    plain_openapi = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain_openapi()
        problems.keep_problem_media_type(document)
        return document

    app.openapi = openapi

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(render(app.openapi()), headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    @app.middleware("http")
    async def add_safety_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    return app
