"""Checking a new profile against an example of its format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pvwarranty.errors import Problem
from pvwarranty.ingest.convert.detect import choose, open_document
from pvwarranty.ingest.convert.documents import find_documents
from pvwarranty.ingest.convert.explain import explanation
from pvwarranty.ingest.convert.headers import Fit, compact, fit
from pvwarranty.ingest.convert.numbers import NumberStyle, read_number
from pvwarranty.ingest.convert.options import Options, Rule
from pvwarranty.ingest.convert.plan import Plan, make_plan
from pvwarranty.ingest.convert.run import carry_out
from pvwarranty.ingest.profiles import built_in, read_profile_file
from pvwarranty.ingest.profiles.schema import ANY, Profile
from pvwarranty.ingest.units import find_unit
from pvwarranty.model import Array, Battery, Channel, Inverter, Site

_SOMEWHERE = {
    "W": "PCS.p_ac", "Wh": "PCS.e_ac", "W/m²": "site.poa_global", "J/m²": "site.poa_global",
    "°C": "site.temp_air", "0-1": "BAT.soc",
}  # fmt: skip


def check_profile(file: Path, example: Path, zone: str) -> Iterator[str]:
    """Read an example with a profile and yield what was understood of it.

    The example is read for a made-up site with one inverter, one battery and a channel for each
    device that the example names.

    Raises
    ------
    DataError
        With all that is wrong with the profile, or with the example under it.
    """
    profile = read_profile_file(file)
    site, options = _stand_in(profile, example, file, zone)
    plan = make_plan([example], site, options)
    yield explanation(plan)
    imported = carry_out(plan, None)
    yield f"read {sum(p.rows for p in imported.progress)} rows into {imported.tally.rows}"
    for table, met in zip(plan.tables, imported.progress, strict=True):
        for reason, count in met.left.dropped.items():
            if count:
                yield f"{table.name}: {count} {reason} left out"
    for flag in imported.flags:
        yield f"{flag.code}: {flag.where} {flag.what}"
    yield from _also_fits(profile, plan)


def _stand_in(profile: Profile, example: Path, file: Path, zone: str) -> tuple[Site, Options]:
    """Return a site whose channels are called as the example's devices."""
    fits = [
        one
        for document in find_documents([example]).documents
        for one in choose(open_document(document), (profile,), profile.id).fits
    ]
    devices = _devices(profile, fits)
    site = Site(
        id="example", latitude=35.7, longitude=139.7, altitude=0.0, timezone=zone,
        arrays=(Array("A", "example", 20.0, 180.0),), inverters=(Inverter("PCS", 5000.0),),
        channels=tuple(Channel(d, "module", ("A",)) for d in devices),
        batteries=(Battery("BAT", "example", 10_000.0),),
    )  # fmt: skip
    asks = any(c.quantity == ANY for c in profile.column)
    rules = {compact(d): Rule(d, "p_ac") for d in devices} if profile.key else _rules(fits)
    rules = rules if asks else {}
    return site, Options(profile=str(file), rules=rules)


def _rules(fits: Sequence[Fit]) -> dict[str, Rule]:
    """Return where columns go whose quantity is left to the user: somewhere of their unit."""
    found = {}
    for column in (c for one in fits for c in one.columns if c.spec.quantity == ANY):
        unit = column.unit or (find_unit(column.spec.unit) if column.spec.unit else None)
        if unit is not None and unit.base in _SOMEWHERE:
            channel, _, quantity = _SOMEWHERE[unit.base].partition(".")
            found[compact(column.name)] = Rule(channel, quantity)
    return found


def _devices(profile: Profile, fits: Sequence[Fit]) -> list[str]:
    found: dict[str, None] = {}
    for one in fits:
        found |= dict.fromkeys(c.device for c in one.columns if c.device)
        found |= dict.fromkeys(_keys(one))
    named = any(c.of == "device" for c in profile.column)
    return list(found) if named or len(found) > 1 else []


def _keys(one: Fit) -> list[str]:
    """Return the devices of an example whose first value is a number."""
    if "key" not in one.keys:
        return []
    values = [c.index for c in one.columns]
    first: dict[str, bool] = {}
    for row in one.grid.head[one.first :]:
        cells = [*row, *[""] * one.width]
        numbers = [read_number(cells[i], NumberStyle(one.profile.decimal)) for i in values]
        first.setdefault(cells[one.keys["key"]].strip(), None not in numbers)
    return [device for device, is_number in first.items() if device and is_number]


def _also_fits(profile: Profile, plan: Plan) -> Iterator[str]:
    """Yield the profiles that fit the example too: `auto` would refuse to choose."""
    for other in built_in():
        if other.id == profile.id or other.fallback != profile.fallback:
            continue
        grids = (table.fit.grid for table in plan.tables)
        if any(isinstance(fit(other, grid), Fit) for grid in grids):
            what = f"the built-in profile '{other.id}' fits the example too, so that auto refuses"
            yield str(Problem("note", what, "ask for a column or a signature of yours alone"))
