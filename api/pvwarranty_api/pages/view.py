"""Rendering a page: templates, what all of them are given, and the headers that guard it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pvwarranty import __version__
from pvwarranty.report.labels import label
from pvwarranty.report.numbers import day_of, percent
from pvwarranty_api.pages.texts import known, say
from pvwarranty_api.store.types import HERE
from pvwarranty_api.web.access import SAFE
from pvwarranty_api.web.language import language_of

# no inline script and no inline style: pictures are stripped of theirs (`pictures`)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
STAGES = (
    "queued",
    "running",
    "read",
    "judge",
    "report",
    "write",
    "store",
    "done",
    "failed",
    "cancelled",
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}


def page(request: Request, name: str, *, status: int = 200, **given: Any) -> HTMLResponse:
    """Return a page made from a template."""
    lang = language_of(request)
    told = {
        "lang": lang, "t": partial(say, lang), "actor": getattr(request.state, "actor", None),
        "path": request.url.path, "here": _here(request), "version": __version__, **given,
    }  # fmt: skip
    body = _environment().get_template(name).render(told)
    return HTMLResponse(body, status, {**HEADERS, "Content-Language": lang, "Vary": "Cookie"})


def _here(request: Request) -> str:
    """Return where a page is to be found again; what a form has led to is where the form was."""
    if request.method in SAFE:
        url = urlsplit(str(request.url))
    else:
        url = urlsplit(request.headers.get("referer", "/"))
    return f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("pvwarranty_api.pages"), autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"percent": percent, "moment": moment, "day": _day, "size": size}
    made.globals |= {"label": label, "words": _words}
    made.tests["known"] = known
    return made


def moment(value: datetime | str | None) -> str:
    """Return an instant as the clocks here show it; a dash for none."""
    if value is None:
        return "–"
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return when.astimezone(HERE).strftime("%Y-%m-%d %H:%M")


def _day(value: date | str | None, lang: str) -> str:
    if value is None:
        return "–"
    return day_of(date.fromisoformat(value) if isinstance(value, str) else value, lang)


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    amount, units = float(count), ("B", "kB", "MB", "GB")
    for unit in units[:-1]:
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} {units[-1]}"


def _words(told: Callable[[str], str]) -> str:
    """Return the words for the states and stages of jobs, for the script that follows one."""
    return json.dumps({s: told(f"job.{s}") for s in STAGES}, ensure_ascii=False)


def without(query: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return a query without some of its names."""
    return {k: v for k, v in query.items() if k not in names}
