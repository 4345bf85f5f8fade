"""A decision's findings as a tree that JSON and people can read."""

from __future__ import annotations

from typing import Any

from pvwarranty.logic import Finding

WORDS = {-1: "false", 0: "unknown", 1: "true"}


def as_trace(finding: Finding) -> dict[str, Any]:
    """Return a finding and all its parts."""
    shown: dict[str, Any] = {"statement": finding.statement, "truth": WORDS[int(finding.truth)]}
    if finding.clauses:
        shown["clauses"] = list(finding.clauses)
    if finding.because:
        shown["because"] = {name: value for name, value in finding.because.items()}
    if finding.asks:
        shown["asks"] = sorted(finding.asks)
    if finding.parts:
        shown["parts"] = [as_trace(part) for part in finding.parts]
    return shown
