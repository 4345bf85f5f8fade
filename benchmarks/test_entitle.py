"""Entitlement: decisions a second, loading all terms, one cold command.

pytest benchmarks/test_entitle.py --benchmark-only
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pvwarranty.entitle import answer_query, as_dict, read_queries, read_query, to_json
from pvwarranty.entitle.cases import read_cases
from pvwarranty.entitle.result import plain
from pvwarranty.terms import packaged_library

CASES = Path(__file__).resolve().parents[1] / "tests" / "terms"
LIBRARY = packaged_library()
Benchmark = Callable[..., Any]


def lines_of(maker: str) -> list[str]:
    """Return the queries of a maker's cases as JSON Lines."""
    files = sorted(CASES.glob(f"{maker}_*.toml"))
    cases = [c for f in files for c in read_cases(f.read_text("utf-8"), f.name)]
    return [to_json(plain(c.query)) for c in cases]


MAKERS = [m for m in LIBRARY.makers if list(CASES.glob(f"{m}_*.toml"))]


@pytest.mark.parametrize("maker", MAKERS)
def test_decisions(benchmark: Benchmark, maker: str) -> None:
    """Decisions on queries already read; one round is all cases of the maker."""
    raw = [line.raw for line in read_queries("\n".join(lines_of(maker)))]
    queries = [read_query(r, LIBRARY) for r in raw]
    decided = benchmark(lambda: [answer_query(q) for q in queries])
    benchmark.extra_info["decisions"] = sum(len(d) for d in decided)
    assert all(decided)


@pytest.mark.parametrize("maker", MAKERS)
def test_answers(benchmark: Benchmark, maker: str) -> None:
    """The whole way: JSON line, facts, decision, trace, JSON line."""
    text = "\n".join(lines_of(maker))

    def run() -> list[str]:
        read = (read_query(line.raw, LIBRARY) for line in read_queries(text))
        return [to_json(as_dict(d)) for q in read for d in answer_query(q)]

    told = benchmark(run)
    benchmark.extra_info["answers"] = len(told)
    assert len(told) >= len(text.splitlines())


LOAD = """
import time
from pvwarranty.terms import packaged_library
begun = time.process_time()
print(len(packaged_library().everything()), time.process_time() - begun)
"""


def test_loading_all_terms(benchmark: Benchmark) -> None:
    """All makers' terms in a fresh process; the CPU time of loading alone is in extra_info."""

    def run() -> list[str]:
        command = [sys.executable, "-c", LOAD]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    editions, seconds = benchmark.pedantic(run, rounds=5)
    benchmark.extra_info["editions"] = int(editions)
    benchmark.extra_info["loading alone [s]"] = float(seconds)
    assert int(editions) >= len(MAKERS)


def test_one_cold_command(benchmark: Benchmark, tmp_path: Path) -> None:
    """``pvwarranty entitle`` from start to exit, for one query."""
    file = tmp_path / "query.json"
    file.write_text(lines_of(MAKERS[-1])[0], "utf-8")
    code = "import sys; from pvwarranty.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "entitle", str(file), "--json"]
    done = benchmark.pedantic(
        lambda: subprocess.run(command, capture_output=True, text=True, check=True), rounds=5
    )
    assert '"decision"' in done.stdout
