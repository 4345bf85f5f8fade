"""The language of an answer: of the page's cookie, else of Accept-Language, else Japanese."""

from __future__ import annotations

from typing import Literal

from starlette.requests import HTTPConnection

Language = Literal["ja", "en"]
COOKIE = "pvw_language"


def language_of(request: HTTPConnection) -> Language:
    """Return the language in which to answer."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in ("ja", "en"):
        return "ja" if chosen == "ja" else "en"
    return accepted(request.headers.get("accept-language", ""))


def accepted(header: str) -> Language:
    """Return the language that an Accept-Language header puts first; Japanese where it is silent.

    Another language than the two is answered in English (RFC 9110, 12.5.4).
    """
    weights: dict[str, float] = {}
    for part in header[:500].split(","):
        tag, _, rest = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if primary:
            name = {"ja": "ja", "*": "ja"}.get(primary, "en")
            weights[name] = max(weights.get(name, 0.0), _weight(rest))
    return "en" if weights.get("en", 0.0) > weights.get("ja", 0.0) else "ja"


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
