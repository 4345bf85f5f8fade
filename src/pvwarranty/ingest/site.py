"""Reading ``site.toml``: every problem of the file at once, each with its place."""

from __future__ import annotations

import hashlib
import tomllib
import zoneinfo
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pvwarranty.errors import DataError, Problem, nearest
from pvwarranty.model import Array, Battery, Channel, Inverter, ModuleTable, Sensor, Site
from pvwarranty.names import SITE

FILE = "site.toml"


def read_site(folder: Path | str) -> Site:
    """Read the site of a folder.

    Raises
    ------
    DataError
        With all problems of the file: unknown keys, values out of range, missing or doubled ids,
        references to blocks that do not exist.
    """
    path = Path(folder) / FILE
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(
            Problem(str(path), f"cannot be read: {error.strerror}", "a site is a folder with a "
                    "site.toml and measurements.parquet or measurements.csv")
        ) from None  # fmt: skip
    return site_of(_parse(raw), hashlib.sha256(raw).hexdigest())


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))  # Windows editors put a mark first
    except UnicodeDecodeError as error:
        raise DataError(Problem(f"{FILE}: byte {error.start}", "is not UTF-8 text")) from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(Problem(FILE, f"is not TOML: {error}")) from None
    except RecursionError:
        raise DataError(Problem(FILE, "is nested too deeply")) from None


def site_of(content: dict[str, Any], sha256: str = "") -> Site:
    """Check the content of a ``site.toml`` and return its site; raises DataError."""
    from pydantic import ValidationError

    from pvwarranty.ingest.schema import SiteFile, problems_of

    try:
        parsed = SiteFile.model_validate(_integers_as_floats(content))
    except ValidationError as error:
        raise DataError(problems_of(error, FILE)) from None
    maker = _default_maker()
    site = Site(
        id=parsed.id,
        latitude=parsed.latitude,
        longitude=parsed.longitude,
        altitude=parsed.altitude,
        timezone=parsed.timezone,
        arrays=tuple(_array(_of(a.model_dump(), maker)) for a in parsed.array),
        inverters=tuple(Inverter(**i.model_dump()) for i in parsed.inverter),
        channels=tuple(
            Channel(**c.model_dump() | {"arrays": tuple(c.arrays)}) for c in parsed.channel
        ),
        batteries=tuple(Battery(**_of(b.model_dump(), maker)) for b in parsed.battery),
        sensors=tuple(Sensor(**s.model_dump()) for s in parsed.sensor),
        facts=parsed.facts,
        sha256=sha256,
    )
    problems = list(_cross_checks(site))
    if problems:
        raise DataError(problems)
    return site


def _of(block: dict[str, Any], maker: str) -> dict[str, Any]:
    return block | {"maker": block["maker"] or maker}


@cache
def _default_maker() -> str:
    """Return whose products are meant where a block does not say; data, as makers are."""
    text = resources.files("pvwarranty.ingest").joinpath("defaults.toml").read_text("utf-8")
    return str(tomllib.loads(text)["maker"])


def _array(block: dict[str, Any]) -> Array:
    module = block.pop("module")
    return Array(**block, module=ModuleTable(**module) if isinstance(module, dict) else module)


_NUMBERS = {
    "latitude", "longitude", "altitude", "surface_tilt", "surface_azimuth", "p_ac0", "efficiency",
    "p_dc0", "gamma_pdc", "v_mp", "i_mp", "v_oc", "i_sc", "initial_capacity", "p_rated",
}  # fmt: skip


def _integers_as_floats(value: Any, key: str = "") -> Any:
    """Let people write ``18`` where a number is meant, without letting ``true`` or text through."""
    if isinstance(value, dict):
        return {
            k: v if k == "facts" and not key else _integers_as_floats(v, k)
            for k, v in value.items()
        }
    if isinstance(value, list):
        return [_integers_as_floats(v, key) for v in value]
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if is_number and key in _NUMBERS else value


def _cross_checks(site: Site) -> Iterable[Problem]:
    if not _is_zone(site.timezone):
        hint = nearest(site.timezone, zoneinfo.available_timezones())
        yield Problem(f"{FILE}: timezone", f"unknown zone '{site.timezone}'", hint)
    if not site.channels and not site.batteries:
        yield Problem(FILE, "has neither a [[channel]] nor a [[battery]]")
    yield from _doubled("array", [a.id for a in site.arrays])
    yield from _doubled("inverter", [i.id for i in site.inverters])
    yield from _doubled("channel", [c.id for c in site.channels])
    yield from _doubled("battery", [b.id for b in site.batteries])
    assets = Counter([c.id for c in site.channels] + [b.id for b in site.batteries] + [SITE])
    for name, times in assets.items():
        if times > 1 and (name == SITE or name in {b.id for b in site.batteries}):
            yield Problem(f"{FILE}: id '{name}'", "is taken: columns would be ambiguous")
    yield from _references(site)


@cache
def _is_zone(name: str) -> bool:
    return name in zoneinfo.available_timezones()  # walks a folder: once a name is enough


def _doubled(block: str, ids: list[str]) -> Iterable[Problem]:
    for number, name in enumerate(ids):
        if name in ids[:number]:
            yield Problem(
                f"{FILE}: {block}[{number}].id", f"'{name}' is already {block}[{ids.index(name)}]"
            )


def _references(site: Site) -> Iterable[Problem]:
    arrays = [a.id for a in site.arrays]
    inverters = [i.id for i in site.inverters]
    for n, channel in enumerate(site.channels):
        yield from _array_problems(f"{FILE}: channel[{n}].arrays", channel.arrays, arrays)
        if channel.inverter is not None and channel.inverter not in inverters:
            yield Problem(
                f"{FILE}: channel[{n}].inverter",
                f"no [[inverter]] has the id '{channel.inverter}'",
                nearest(channel.inverter, inverters),
            )
        if channel.modules is None and any(
            a.modules is None for a in site.arrays if a.id in channel.arrays
        ):
            hint = "say how many modules are behind the channel, here or in its arrays"
            yield Problem(f"{FILE}: channel[{n}].modules", "is missing", hint)
    for n, sensor in enumerate(site.sensors):
        if sensor.array not in arrays:
            hint = nearest(sensor.array, arrays)
            yield Problem(
                f"{FILE}: sensor[{n}].array", f"no [[array]] has the id '{sensor.array}'", hint
            )


def _array_problems(where: str, named: tuple[str, ...], arrays: list[str]) -> Iterable[Problem]:
    for k, name in enumerate(named):
        if name not in arrays:
            what = f"no [[array]] has the id '{name}'"
            yield Problem(f"{where}[{k}]", what, nearest(name, arrays))
        elif name in named[:k]:
            yield Problem(f"{where}[{k}]", f"'{name}' is named twice")
