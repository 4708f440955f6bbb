"""Answers to requests that fail: RFC 9457 ``application/problem+json``, each with what to do next."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from warehouse.kpi_values import KpiQueryError, UnanswerableError, UnknownFilterError, UnknownKpiError
from warehouse.snapshots import NoSnapshotError

LOGGER = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 60


class ProblemBody(BaseModel):
    """What a failed request gets (RFC 9457)."""

    type: str = Field(description="Stable name of the kind of problem, a URN.", examples=["urn:problem:unknown-kpi"])
    title: str = Field(description="The kind of problem in words.", examples=["No such KPI"])
    status: int = Field(description="HTTP status, as in the status line.", examples=[404])
    detail: str = Field(description="What was wrong with this request.", examples=["no KPI called nps2"])
    next_step: str = Field(
        description="What the caller can do about it.", examples=["Look up the codes with GET /v1/kpis."]
    )
    instance: str = Field(description="Path of the request.", examples=["/v1/kpis/nps2"])
    snapshot_id: str | None = Field(None, description="Snapshot the request was pinned to, if it got that far.")
    as_of_date: str | None = Field(None, description="As-of day of that snapshot.")


class Problem(Exception):  # noqa: N818  the RFC's own word
    """A request that cannot be answered; see :class:`ProblemBody` for the fields."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        next_step: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.title, self.detail, self.next_step = status, kind, title, detail, next_step
        self.headers = dict(headers or {})


class NotModifiedError(Exception):
    """The caller already has this answer."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__("not modified")
        self.headers = dict(headers)


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries of the problems a route may answer with."""
    texts = {
        401: "The API key is missing or unknown.",
        404: "There is no such KPI.",
        410: "The snapshot asked for has expired.",
        422: "The question cannot be answered as put: bad dates, unknown place, a grain the KPI does not have.",
        503: "Nothing is published yet.",
    }
    return {
        status: {
            "description": texts[status],
            "model": ProblemBody,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        for status in statuses
    }


def keep_problem_media_type(document: dict[str, Any]) -> None:
    """Take ``application/json`` off the failures of an OpenAPI document; FastAPI adds it beside the declared type."""
    for verbs in document["paths"].values():
        for operation in verbs.values():
            for answer in operation["responses"].values():
                if MEDIA_TYPE in answer.get("content", {}):
                    answer["content"].pop("application/json", None)


def install(app: FastAPI) -> None:
    """Make every failure of ``app`` a problem document; none carries a stack trace."""
    app.exception_handler(Problem)(_on_problem)
    app.exception_handler(NotModifiedError)(_on_not_modified)
    app.exception_handler(RequestValidationError)(_on_invalid)
    app.exception_handler(KpiQueryError)(_on_kpi_error)
    app.exception_handler(NoSnapshotError)(_on_no_snapshot)
    app.exception_handler(HTTPException)(_on_http_error)
    app.exception_handler(Exception)(_on_crash)


def _answer(request: Request, problem: Problem) -> JSONResponse:
    snapshot = getattr(request.state, "snapshot", None)
    body = ProblemBody(
        type=f"urn:problem:{problem.kind}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        next_step=problem.next_step,
        instance=request.url.path,
        snapshot_id=snapshot.snapshot_id if snapshot else None,
        as_of_date=snapshot.manifest.as_of_date.isoformat() if snapshot else None,
    )
    headers = problem.headers | ({"X-Snapshot-Id": snapshot.snapshot_id} if snapshot else {})
    return JSONResponse(
        body.model_dump(exclude_none=True), problem.status, headers | {"Cache-Control": "no-store"}, MEDIA_TYPE
    )


async def _on_problem(request: Request, error: Problem) -> Response:
    return _answer(request, error)


async def _on_not_modified(_request: Request, error: NotModifiedError) -> Response:
    return Response(status_code=304, headers=error.headers)


async def _on_invalid(request: Request, error: RequestValidationError) -> Response:
    parts = [f"{'.'.join(str(step) for step in item['loc'][1:])}: {item['msg']}" for item in error.errors()]
    return _answer(
        request,
        Problem(
            422,
            "invalid-parameter",
            "A parameter is not valid",
            "; ".join(parts),
            "Correct the parameters named; days are written YYYY-MM-DD. See /docs for those there are.",
        ),
    )


async def _on_kpi_error(request: Request, error: KpiQueryError) -> Response:
    if isinstance(error, UnknownKpiError):
        problem = Problem(404, "unknown-kpi", "No such KPI", str(error), "Look up the codes with GET /v1/kpis.")
    elif isinstance(error, UnknownFilterError):
        problem = Problem(
            422,
            "unknown-filter",
            "No such place or channel",
            str(error),
            "Ask once with group_by and without the filter to see the names in use.",
        )
    elif isinstance(error, UnanswerableError):
        problem = Problem(
            422,
            "unanswerable-grain",
            "The KPI has no figure at this grain",
            str(error),
            "Ask for a period, grouping and filters that the detail names.",
        )
    else:
        problem = Problem(422, "invalid-question", "The question is not valid", str(error), "Correct what is named.")
    return _answer(request, problem)


async def _on_no_snapshot(request: Request, error: NoSnapshotError) -> Response:
    # The message of the error names folders of this machine: for the log, not for callers.
    LOGGER.warning("%s: %s", request.url.path, error)
    return _answer(
        request,
        Problem(
            503,
            "no-snapshot",
            "Nothing is published yet",
            "There is no snapshot to read.",
            "Try again later; /health tells when there is one. If it stays so, ask the operator to run the pipeline.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        ),
    )


async def _on_http_error(request: Request, error: HTTPException) -> Response:
    kind = {404: "no-such-route", 405: "method-not-allowed"}.get(error.status_code, "http-error")
    problem = Problem(error.status_code, kind, str(error.detail), str(error.detail), "See /docs for the routes.")
    problem.headers.update(error.headers or {})
    return _answer(request, problem)


async def _on_crash(request: Request, error: Exception) -> Response:
    reference = uuid.uuid4().hex[:12]
    LOGGER.error("request %s failed (reference %s)", request.url.path, reference, exc_info=error)
    return _answer(
        request,
        Problem(
            500,
            "internal-error",
            "The service failed",
            f"Something went wrong on our side; reference {reference}.",
            "Try again; if it fails again, tell the operator the reference.",
        ),
    )
