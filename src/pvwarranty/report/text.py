"""A site's result as text for people."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table

from pvwarranty.report.labels import label
from pvwarranty.verify.result import JudgedCause, Result, Verdict


def render(result: Result, lang: str = "en", width: int = 118) -> str:
    """Return the result as a table of its assets with what follows, in one language."""
    buffer = io.StringIO()
    console = Console(file=buffer, width=width, color_system=None, highlight=False)
    head = f"{label('heading', 'site', lang)} {result.site}, {label('heading', 'on', lang)} "
    console.print(f"{head}{result.on}", style=None, markup=False)
    console.print(_table(result.verdicts, lang))
    for line in _lines(result, lang):
        console.print(line, markup=False)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _table(verdicts: Iterable[Verdict], lang: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("asset", "estimate", "interval", "threshold", "finding", "decision", "causes"):
        table.add_column(
            label("heading", name, lang), justify="left", min_width=6 if name == "asset" else None
        )
    table.add_column(label("heading", "clauses", lang))
    for verdict in verdicts:
        table.add_row(*_row(verdict, lang))
    return table


def _row(verdict: Verdict, lang: str) -> tuple[str, ...]:
    e, t = verdict.estimate, verdict.threshold
    value = "–" if e is None else f"{e.value:.1%}"
    interval = "–" if e is None else f"{e.low:.1%} … {e.high:.1%}"
    until = label("heading", "until", lang)
    threshold = (
        label("heading", "ended", lang)
        if t is None and verdict.decision == "not_covered"
        else "–"
        if t is None
        else f"{float(t.ratio):.1%} ({_power(float(t.power))}), {until} {t.until}"
    )
    causes = "; ".join(cause_text(c, lang) for c in shown_causes(verdict)) or "–"
    return (
        verdict.asset,
        value,
        interval,
        threshold,
        claim_word(verdict, lang),
        label("decision", verdict.decision, lang),
        causes,
        ", ".join(verdict.clauses) or "–",
    )


def _power(watts: float) -> str:
    return f"{watts / 1000:.2f} kW" if watts >= 10_000 else f"{watts:g} W"


def claim_word(verdict: Verdict, lang: str) -> str:
    """Return how a report calls a finding: supported, not supported or not yet decidable."""
    if verdict.decision == "excluded":
        return label("claim", "excluded", lang)
    return label("claim", verdict.output, lang)


def shown_causes(verdict: Verdict, least: float = 0.5) -> tuple[JudgedCause, ...]:
    """Return the causes that are more likely than not, the largest first."""
    likely = [c for c in verdict.causes if c.cause.probability >= least]
    return tuple(sorted(likely, key=lambda c: -c.cause.share))


def cause_text(judged: JudgedCause, lang: str) -> str:
    """Return a cause in words with its share and date."""
    c = judged.cause
    since = f", {c.since}" if c.since is not None else ""
    share = f" {c.share:.1%}" if c.share >= 0.0005 else ""
    return f"{label('cause', c.cause, lang)}{share}{since}"


def _lines(result: Result, lang: str) -> Iterable[str]:
    steps: dict[str, list[str]] = {}
    for verdict in result.verdicts:
        text = verdict.next_step.get(lang, "")
        if verdict.reason is not None:
            text = f"{verdict.reason.get(lang, '')} {text}".strip()
        if text:
            steps.setdefault(text, []).append(verdict.asset)
    for text, assets in steps.items():
        yield f"{label('heading', 'next_step', lang)} ({_short(assets)}): {text}"
    if result.warnings:
        yield f"{label('heading', 'warnings', lang)}:"
        yield from (f"  - {w}" for w in result.warnings)
    terms = ", ".join(t["id"] for t in result.terms)
    if terms:
        yield f"{label('heading', 'terms', lang)}: {terms}"
    yield label("heading", "caveat", lang)


def _short(assets: list[str]) -> str:
    return ", ".join(assets) if len(assets) <= 6 else f"{assets[0]} … {assets[-1]}: {len(assets)}"
