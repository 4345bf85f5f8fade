"""The OpenAPI document: complete, with examples that are what they are examples of."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from pvwarranty_api.app import create_app
from pvwarranty_api.routes.examples import ANSWERS, SHAPES
from pvwarranty_api.settings import Settings

DOCUMENT: dict[str, Any] = create_app(Settings()).openapi()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def operations() -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, found in DOCUMENT["paths"].items()
        for method, operation in found.items()
    }


def test_every_example_has_its_place() -> None:
    assert set(SHAPES) <= set(SCHEMAS)
    assert set(ANSWERS) <= set(operations())


@pytest.mark.parametrize("name", [n for n, s in SCHEMAS.items() if "examples" in s])
def test_an_example_fits_its_schema(name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    for example in SCHEMAS[name]["examples"]:
        jsonschema.validate(example, schema, jsonschema.Draft202012Validator)


def test_every_body_and_every_json_answer_has_an_example() -> None:
    lacking = []
    for name, operation in operations().items():
        contents = dict(operation.get("requestBody", {}).get("content", {}))
        for code, answer in operation["responses"].items():
            if code.startswith("2"):
                contents |= {f"{code} {k}": v for k, v in answer.get("content", {}).items()}
        lacking += [
            f"{name}: {kind}"
            for kind, content in contents.items()
            if kind.endswith("json") and not _is_binary(content) and not _examples(content)
        ]
    assert lacking == []


def _is_binary(content: dict[str, Any]) -> bool:
    return bool(content.get("schema", {}).get("format") == "binary")


def _examples(content: dict[str, Any]) -> Any:
    schema = content.get("schema", {})
    named = SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return content.get("example") or content.get("examples") or named.get("examples")


def test_it_says_how_to_sign_in() -> None:
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"key", "elapi_key", "session"}
    asked = {name for name, o in operations().items() if o.get("security") != []}
    assert {n for n in operations() if n not in asked} == {
        "GET /healthz", "GET /readyz", "GET /metrics",
    }  # fmt: skip
