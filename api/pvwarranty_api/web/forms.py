"""Small things that routes share: pieces of lists, idempotency keys, conditions."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Query, Request
from pydantic import StringConstraints

from pvwarranty.model import Text
from pvwarranty_api.errors import Refusal, invalid
from pvwarranty_api.services.once import Once, fingerprint
from pvwarranty_api.services.pages import MOST, Wanted

LONGEST_KEY = 100
ObjectId = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]


def wanted(
    cursor: Annotated[
        str | None, Query(pattern="^[0-9a-f]{32}$", description="`next` of the piece before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> Wanted:
    """Return which piece of a list is wanted."""
    return Wanted(cursor, limit)


WantedPiece = Annotated[Wanted, Depends(wanted)]

IdempotencyKey = Annotated[
    str, Header(max_length=LONGEST_KEY, pattern=r"^[\x21-\x7e]*$",
                description="Any text of the client's: the same request sent again with it makes "
                "nothing anew"),
]  # fmt: skip


async def once_of(request: Request, idempotency_key: IdempotencyKey = "") -> Once:
    """Return the idempotency key of a request with a small body, and the request's digest."""
    if not idempotency_key:
        return Once()
    body = await request.body()
    return Once(idempotency_key, fingerprint(request.method, request.url.path, body))


OnceOf = Annotated[Once, Depends(once_of)]


def etag(version: int | str) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


IfMatch = Annotated[str | None, Header(description="The ETag of what is to be changed")]


def matched(if_match: str | None) -> int:
    """Return the version that an If-Match header names; refuses where it is missing."""
    if not if_match:
        hint = Text("取得時の ETag を送ってください", "Send the ETag that came with the object")
        raise Refusal("match_required", hint)
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdigit() or len(text) > 9:
        raise invalid("If-Match", "is no ETag of ours")
    return int(text)


def is_unchanged(request: Request, tag: str) -> bool:
    """Tell whether the client holds the present version already (If-None-Match)."""
    held = request.headers.get("if-none-match", "")
    return held == "*" or tag in [t.strip().removeprefix("W/") for t in held.split(",")]
