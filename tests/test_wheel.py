"""The wheel holds all that the product reads at run time; ignore rules drop files in silence."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = {".toml", ".npz", ".csv", ".json", ".typed", ".md", ".txt"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


@pytest.mark.parametrize("package", ["src/pvwarranty", "kernels/pvwarranty_kernels"])
def test_every_module_and_data_file_is_in_the_wheel(package: str, names: set[str]) -> None:
    folder = ROOT / package
    wanted = {
        f"{folder.name}/{path.relative_to(folder).as_posix()}"
        for path in folder.rglob("*")
        if path.suffix in DATA | {".py"} and "__pycache__" not in path.parts
    }
    assert wanted <= names
    assert not any(name.startswith(("tests/", "benchmarks/", "site_data/")) for name in names)


def test_the_licences_are_in_the_wheel(names: set[str]) -> None:
    held = {name.split("/licenses/")[-1] for name in names if "/licenses/" in name}
    assert held == {
        "LICENSE", "src/pvwarranty/place/data/LICENCES.md", "src/pvwarranty/report/fonts/OFL.txt",
    }  # fmt: skip
