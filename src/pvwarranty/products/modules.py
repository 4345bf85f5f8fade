"""Which module is behind an array: the site file's, the CEC database's, or the product's."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources, util
from pathlib import Path
from typing import Any

from pvwarranty.errors import DataError, Problem, nearest
from pvwarranty.model import Array, ModuleTable, Text

N_TYPE_CELL = 0.57  # voltage at maximum power of a cell [V] that other cells hardly reach
CEC_FILE = "sam-library-cec-modules-2019-03-05.csv"
DIFFERS = Text(
    en="nominal power of the product is {product:g} W, of the module given {module:g} W: terms "
    "follow the product, watts follow the module",
    ja="製品の公称最大出力は{product:g} W、指定モジュールは{module:g} Wです。保証条件は製品、"
    "ワット数はモジュールによります",
)
NOT_SOUND = Text(
    en="the single-diode fit of {name} is not sound: gamma is used instead",
    ja="{name}の等価回路パラメータは信頼できないため、温度係数を使用します",
)


@dataclass(frozen=True, slots=True)
class Module:
    """A module as normalisation needs it.

    p_dc0 : nominal power [W]; gamma_pdc : temperature coefficient of power [1/K]
    v_mp, cells : voltage at maximum power [V] and cells in series, None where not known
    cec : single-diode parameters of the CEC database for the response, or None
    trusted : whether the single-diode fit stands for the temperature response too
    source, quality : where the figures come from
    """

    name: str
    p_dc0: float
    gamma_pdc: float
    v_mp: float | None
    cells: int | None
    cec: dict[str, float] | None
    trusted: bool
    source: str
    quality: str
    warnings: tuple[Text, ...] = ()


def find_module(array: Array, where: str = "") -> Module:
    """Return the module of an array: its `module` where given, else that of its product.

    Raises
    ------
    DataError
        For a name that is not in the CEC database, and where nothing says the nominal power.
    """
    product = products().get(array.product)
    if isinstance(array.module, ModuleTable):
        found = _of_table(array.module, array.product)
    elif array.module is not None:
        found = _of_cec(array.module, where)
    elif product is not None:
        return _of_product(array.product, product)
    else:
        raise DataError(
            Problem(
                where,
                f"product '{array.product}' is not a known module and no module is given",
                'add module = "<name in the CEC database>" or a table with p_dc0 and gamma_pdc',
            )
        )  # fmt: skip
    return _with_warning(found, product)


def is_n_type(module: Module) -> bool:
    """Tell n-type cells: by the series, as its maker names it, or by the voltage of a cell."""
    if any(re.search(pattern, _pvlib_name(module.name)) for pattern in _n_type()):
        return True
    return bool(module.v_mp and module.cells and module.v_mp / module.cells > N_TYPE_CELL)


@cache
def _n_type() -> tuple[str, ...]:
    text = resources.files("pvwarranty.products").joinpath("cells.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["n_type"])


def _with_warning(module: Module, product: dict[str, Any] | None) -> Module:
    if product is None or abs(product["p_dc0"] - module.p_dc0) < 0.5:
        return module
    text = DIFFERS.filled(product=product["p_dc0"], module=module.p_dc0)
    return replace(module, warnings=(*module.warnings, text))


def _of_table(table: ModuleTable, product: str) -> Module:
    return Module(
        product,
        table.p_dc0,
        table.gamma_pdc,
        table.v_mp,
        table.cells,
        None,
        False,
        "site file",
        "given",
    )


def _of_cec(name: str, where: str) -> Module:
    row = cec_row(name, where)
    # the database holds the product of rounded current and voltage; the nameplate is whole watts
    p_dc0 = float(round(row["STC"]))
    trusted = _is_sound(row)
    warning = () if trusted else (NOT_SOUND.filled(name=name),)
    return Module(
        name, p_dc0, row["gamma_r"] / 100, row["V_mp_ref"], int(row["N_s"]),
        row if trusted else None, trusted, "CEC database 2019-03-05", "exact", warning,
    )  # fmt: skip


def _of_product(name: str, row: dict[str, Any]) -> Module:
    cec = cec_row(row["response"], name) if "response" in row else None
    return Module(
        name, float(row["p_dc0"]), row["gamma_pdc"], row["v_mp"], row["cells"], cec, row["trust"],
        row["source"], row["quality"],
    )  # fmt: skip


def _is_sound(row: dict[str, float]) -> bool:
    """Tell a sound single-diode fit: a shape and a series resistance that silicon can have."""
    shape = row["V_mp_ref"] / row["V_oc_ref"]
    series = row["R_s"] * row["I_mp_ref"] / row["V_mp_ref"]  # share of voltage lost
    return shape < 0.865 and 0.008 < series < 0.12 and row["R_sh_ref"] > 30.0


@cache
def products() -> dict[str, dict[str, Any]]:
    """Return the table of modules that terms name."""
    text = resources.files("pvwarranty.products").joinpath("modules.toml").read_text("utf-8")
    return tomllib.loads(text)


def cec_row(name: str, where: str = "") -> dict[str, float]:
    """Return the numbers of a module of the CEC database by pvlib's name; DataError if unknown."""
    lines, names = _cec()
    line = lines.get(name)
    if line is None:
        hint = nearest(name, names)
        raise DataError(Problem(where, f"'{name}' is not in the CEC module database", hint))
    values = line.split(",")
    return {k: float(v) for k, v in zip(_header(), values, strict=True) if _is_number(v)}


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", text) is not None


def _path() -> Path:
    # the file is found without importing pvlib, which takes most of a second
    spec = util.find_spec("pvlib")
    if spec is None or not spec.submodule_search_locations:
        raise DataError("pvlib is not installed: its CEC module database is needed")
    return Path(spec.submodule_search_locations[0]) / "data" / CEC_FILE


@cache
def _header() -> list[str]:
    with _path().open(encoding="utf-8") as file:
        return file.readline().strip().split(",")


@cache
def _cec() -> tuple[dict[str, str], list[str]]:
    with _path().open(encoding="utf-8") as file:
        rows = file.read().splitlines()[3:]
    table = {_pvlib_name(row.split(",", 1)[0]): row for row in rows}
    return table, list(table)


def _pvlib_name(name: str) -> str:
    return re.sub(r"[ \-.()\[\]:+/\",]", "_", name)
