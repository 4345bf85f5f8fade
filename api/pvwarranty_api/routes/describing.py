"""The OpenAPI document: what FastAPI finds in the routes, with how to sign in and examples."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from pvwarranty_api.routes.examples import ANSWERS, SHAPES
from pvwarranty_api.web.access import CSRF_HEADER

SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "an API key, pvw_…"},
    "elapi_key": {
        "type": "apiKey", "in": "header", "name": "X-Elapi-key",
        "description": "an API key, in the header of the ECHONET Lite Web API",
    },
    "session": {
        "type": "apiKey", "in": "cookie", "name": "__Host-pvw_session",
        "description": f"the cookie of the web pages; changes need {CSRF_HEADER} too",
    },
}  # fmt: skip
OPEN = ("/healthz", "/readyz", "/metrics")  # asked without a key
LIST = "ListOf_"


def install_description(app: FastAPI) -> None:
    """Let the app's OpenAPI document have schemes and examples."""
    found = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_all(found())
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _with_all(document: dict[str, Any]) -> dict[str, Any]:
    parts = document["components"]
    parts["securitySchemes"] = SCHEMES
    document["security"] = [{name: []} for name in SCHEMES]
    for name, schema in parts["schemas"].items():
        example = _example_of(name)
        if example is not None:
            schema["examples"] = [example]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path in OPEN:
                operation["security"] = []
            _answer(operation, ANSWERS.get(f"{method.upper()} {path}"))
    return document


def _example_of(name: str) -> Any:
    if name.startswith(LIST):
        return {"items": [SHAPES[name.removeprefix(LIST).removesuffix("_")]], "next": None}
    return SHAPES.get(name)


def _answer(operation: dict[str, Any], example: Any) -> None:
    if example is not None:
        responses = operation["responses"]
        answer = responses.get("200") or responses["202"]
        answer["content"]["application/json"]["example"] = example
