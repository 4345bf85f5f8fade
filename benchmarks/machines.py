"""Are results the same bytes on other machines? Each site judged again with other arithmetic.

    .venv/bin/python benchmarks/machines.py [SET_DIR]

Another machine is imitated in a process of its own: kernels compiled for a processor without
vectors, NumPy, OpenBLAS and the C library without AVX and FMA, one thread, another hash seed. All
sites of the set (default: the scenarios beside the repository) are judged in each, and the JSON is
compared byte by byte.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from tables import markdown, put

SET = Path(__file__).resolve().parents[2] / "shared" / "scenarios"
ON = date(2024, 11, 26)
ALONE = {"NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "4711"}
WAYS = {
    "this one, one thread, another hash seed": ALONE,
    "a processor of 2013: kernels, OpenBLAS and NumPy for Haswell": {
        "NUMBA_CPU_NAME": "haswell", "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL",
    },
    "one of 2008: no AVX or FMA in kernels, OpenBLAS, NumPy and the C library": ALONE | {
        "NUMBA_CPU_NAME": "generic", "OPENBLAS_CORETYPE": "Nehalem",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F",
    },
}  # fmt: skip


def judged(root: Path) -> dict[str, str]:
    """Return the digest of each site's result."""
    from pvwarranty.report.bundle.assess import assess
    from pvwarranty.verify import as_json

    sites = sorted(p.parent for p in root.rglob("site.toml"))
    found = {str(s): as_json(assess(s, ON).result) for s in sites}
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in found.items()}


def elsewhere(root: Path, way: dict[str, str]) -> dict[str, str]:
    """Return the digests as another process finds them."""
    command = [sys.executable, __file__, "--judge", str(root)]
    done = subprocess.run(command, env=os.environ | way, capture_output=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    if sys.argv[1:2] == ["--judge"]:
        print(json.dumps(judged(Path(sys.argv[2]))))
        return
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else SET
    here = elsewhere(root, {})
    rows = []
    for name, way in WAYS.items():
        there = elsewhere(root, way)
        same = sum(here[site] == there[site] for site in here)
        rows.append([name, str(len(here)), str(same)])
        print(*rows[-1], flush=True)
    put("machines", markdown(["arithmetic", "sites", "same bytes"], rows))


if __name__ == "__main__":
    main()
