"""Turns answers into HTTP responses: JSON if it was asked for, XML if not, text as text."""

from __future__ import annotations

import uuid

from flask import Response, g

from sandbox.xero.wire import Answer, as_json, as_xml

HTML_ERROR = (
    "<!doctype html><html><head><title>Service unavailable</title></head>"
    "<body><h1>Service unavailable</h1><p>The request could not be handled at this time.</p></body></html>"
)


def reply(answer: Answer, accept: str = "application/json") -> Response:
    body, kind = body_of(answer, accept)
    if g.get("truncated"):
        body = body[: len(body) * 2 // 3]
    response = Response(body, answer.status, content_type=kind)
    for name, value in answer.headers.items():
        response.headers[name] = value
    response.headers["Xero-Correlation-Id"] = str(uuid.uuid4())
    return response


def body_of(answer: Answer, accept: str) -> tuple[bytes, str]:
    if isinstance(answer.payload, str):
        return answer.payload.encode(), "text/plain; charset=utf-8"
    if "json" in accept.lower():
        return as_json(answer.payload), "application/json; charset=utf-8"
    return as_xml(answer.payload), "text/xml; charset=utf-8"
