"""Page: the reference of the API, made from its own OpenAPI document, without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from pvwarranty_api.pages.entering import Visitor
from pvwarranty_api.pages.route import PageRoute
from pvwarranty_api.pages.view import page

router = APIRouter(route_class=PageRoute)
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """A body that is sent or answered: its media types, and an example where one is text."""

    name: str
    kinds: str
    example: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the path, the query or a header."""

    name: str
    place: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: what it does, what it takes, and what it answers where it succeeds."""

    id: str
    method: str
    path: str
    about: str
    parameters: tuple[Parameter, ...]
    contents: tuple[Content, ...]


@router.get("/docs")
def reference(actor: Visitor, request: Request) -> Response:
    """Show the reference."""
    document = request.app.openapi()
    tags: dict[str, list[Operation]] = {}
    for path, operations in document["paths"].items():
        for method, told in operations.items():
            tags.setdefault(told["tags"][0], []).append(_operation(document, path, method, told))
    return page(request, "reference.html", tags=tags)


def _operation(document: Document, path: str, method: str, told: Document) -> Operation:
    parameters = tuple(
        Parameter(p["name"], p["in"], p.get("required", False), _about(p))
        for p in told.get("parameters", ())
    )
    return Operation(
        told["operationId"], method.upper(), path, told.get("description", ""), parameters,
        tuple(_contents(document, told)),
    )  # fmt: skip


def _about(parameter: Document) -> str:
    words = parameter.get("schema", {}).get("enum", ())
    return str(parameter.get("description") or " | ".join(map(str, words)))


def _contents(document: Document, told: Document) -> Iterator[Content]:
    if "requestBody" in told:
        yield _content(document, "", told["requestBody"]["content"])
    for code, answer in told["responses"].items():
        if code.startswith("2"):
            yield _content(document, code, answer.get("content", {}))


def _content(document: Document, name: str, content: Document) -> Content:
    found = next((e for c in content.values() if (e := _example(document, c)) is not None), None)
    is_text = found is None or isinstance(found, str)
    text = (found or "") if is_text else json.dumps(found, ensure_ascii=False, indent=1)
    return Content(name, ", ".join(content), text)


def _example(document: Document, content: Document) -> Any:
    if "example" in content:
        return content["example"]
    if "examples" in content:
        return next(iter(content["examples"].values()))["value"]
    schema = content.get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return next(iter(schema.get("examples", ())), None)
