"""The reference by pvlib lies beside the benchmarks, which use it too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
