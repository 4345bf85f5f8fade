"""A site's result as text for people."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date

from rich import box
from rich.console import Console
from rich.table import Table

from pvwarranty.model import Cause
from pvwarranty.report.labels import label, say
from pvwarranty.verify.result import JudgedCause, Result, Verdict


def render(result: Result, lang: str = "en", width: int = 150) -> str:
    """Return the result as a table of its assets with what follows, in one language."""
    buffer = io.StringIO()
    console = Console(file=buffer, width=width, color_system=None, highlight=False)
    head = f"{label('heading', 'site', lang)} {result.site}, {label('heading', 'on', lang)} "
    common = _common_threshold(result.verdicts, lang)
    console.print(f"{head}{result.on}{common}", markup=False)
    console.print(_table(result.verdicts, lang, short=bool(common)))
    for line in _lines(result, lang):
        console.print(line, markup=False)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


COLUMNS = ("asset", "estimate", "interval", "threshold", "until", "p_below", "finding", "decision")
FLOOR = {"threshold", "until"}
WIDE = 14  # days up to which an onset is told as one


def _common_threshold(verdicts: tuple[Verdict, ...], lang: str) -> str:
    """Return the threshold in words where it is the same for all, else an empty string."""
    found = {(v.threshold, v.quantity) for v in verdicts}
    floor, quantity = next(iter(found)) if len(found) == 1 else (None, "")
    if floor is None:
        return ""
    amount = _amount(float(floor.power), quantity)
    until = label("heading", "until_day", lang).format(day=floor.until)
    return f", {label('heading', 'threshold', lang)} {float(floor.ratio):.1%} ({amount}), {until}"


def _table(verdicts: Iterable[Verdict], lang: str, *, short: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    names = [n for n in COLUMNS if not (short and n in FLOOR)]
    for name in names:
        right = name in ("estimate", "interval", "threshold", "p_below")
        table.add_column(
            label("heading", name, lang), justify="right" if right else "left", no_wrap=True
        )
    # fold: what lacks spaces to break at is broken anywhere, never cut
    table.add_column(label("heading", "causes", lang), overflow="fold")
    table.add_column(label("heading", "clauses", lang), overflow="fold")
    for verdict in verdicts:
        cells = _cells(verdict, lang)
        table.add_row(
            *(cells[n] for n in names),
            "; ".join(cause_text(c, lang) for c in shown_causes(verdict)) or "–",
            " ".join(verdict.clauses) or "–",
        )
    return table


def _cells(verdict: Verdict, lang: str) -> dict[str, str]:
    e, t = verdict.estimate, verdict.threshold
    ended = label("heading", "ended", lang) if _has_ended(verdict) else "–"
    return {
        "asset": verdict.asset,
        "estimate": "–" if e is None else f"{e.value:.1%}",
        "interval": "–" if e is None else f"{e.low:.1%}…{e.high:.1%}",
        "threshold": "–"
        if t is None
        else f"{float(t.ratio):.1%} {_amount(float(t.power), verdict.quantity)}",
        "until": ended if t is None else f"{t.until}",
        "p_below": "–" if verdict.p_below is None else f"{verdict.p_below:.2f}",
        "finding": label("claim", verdict.standing, lang),
        "decision": label("decision", verdict.decision, lang),
    }


def _has_ended(verdict: Verdict) -> bool:
    return verdict.threshold is None and verdict.decision == "not_covered"


def _amount(amount: float, quantity: str) -> str:
    """Return a power [W] or, of a battery, an energy [Wh] with its unit."""
    unit = "Wh" if quantity == "capacity_ratio" else "W"
    return f"{amount / 1000:.2f} k{unit}" if amount >= 1000 else f"{amount:g} {unit}"


def shown_causes(verdict: Verdict, least: float = 0.5) -> tuple[JudgedCause, ...]:
    """Return the causes that are more likely than not, the largest first."""
    likely = [c for c in verdict.causes if c.cause.probability >= least]
    return tuple(sorted(likely, key=lambda c: -c.cause.share))


def cause_text(judged: JudgedCause, lang: str) -> str:
    """Return a cause in words with its share and onset."""
    c = judged.cause
    onset = onset_text(c, lang)
    since = f", {onset}" if onset else ""
    share = f" {c.share:.1%}" if c.share >= 0.0005 else ""
    return f"{label('cause', c.cause, lang)}{share}{since}"


def onset_text(cause: Cause, lang: str) -> str:
    """Return since when a cause is there: a day or two between which it began, or nothing."""
    if cause.between is not None and (cause.since is None or _width(cause.between) > WIDE):
        return say(lang, "causes.between", first=cause.between[0], last=cause.between[1])
    return "" if cause.since is None else f"{cause.since}"


def _width(between: tuple[date, date]) -> int:
    return (between[1] - between[0]).days


def _lines(result: Result, lang: str) -> Iterable[str]:
    steps: dict[str, list[str]] = {}
    for verdict in result.verdicts:
        text = verdict.next_step.of(lang)
        if verdict.reason is not None:
            text = f"{verdict.reason.of(lang)} {text}".strip()
        if text:
            steps.setdefault(text, []).append(verdict.asset)
    for text, assets in steps.items():
        yield f"{label('heading', 'next_step', lang)} ({_short(assets)}): {text}"
    if result.warnings:
        yield f"{label('heading', 'warnings', lang)}:"
        yield from (f"  - {w.of(lang)}" for w in result.warnings)
    for quantity in sorted({v.quantity for v in result.verdicts}, reverse=True):
        yield label("explained", quantity, lang)
    terms = ", ".join(t["id"] for t in result.terms)
    if terms:
        yield f"{label('heading', 'terms', lang)}: {terms}"
    yield label("heading", "caveat", lang)


def _short(assets: list[str]) -> str:
    return ", ".join(assets) if len(assets) <= 6 else f"{assets[0]} … {assets[-1]}: {len(assets)}"
