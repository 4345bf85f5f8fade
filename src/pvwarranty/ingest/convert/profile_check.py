"""Checking a new profile against an example of its format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pvwarranty.errors import Problem
from pvwarranty.ingest.convert.detect import choose, open_document
from pvwarranty.ingest.convert.documents import find_documents
from pvwarranty.ingest.convert.explain import explanation
from pvwarranty.ingest.convert.headers import Fit, fit
from pvwarranty.ingest.convert.options import Options, Rule
from pvwarranty.ingest.convert.plan import Plan, make_plan
from pvwarranty.ingest.convert.run import carry_out
from pvwarranty.ingest.profiles import built_in, read_profile_file
from pvwarranty.ingest.profiles.schema import ANY, Profile
from pvwarranty.model import Battery, Channel, Inverter, Site


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
    bare = Site("example", 35.7, 139.7, 0.0, zone, (), (Inverter("PCS", 5000.0),),
                batteries=(Battery("BAT", "example", 10_000.0),))  # fmt: skip
    options = Options(profile=str(file))
    devices = _devices(profile, example, bare, options)
    channels = tuple(Channel(d, "module", ("A",)) for d in devices)
    rules = {}
    if any(c.quantity == ANY for c in profile.column):
        rules = {d.casefold(): Rule(d, "p_ac") for d in devices}
    site = Site("example", 35.7, 139.7, 0.0, zone, (), bare.inverters, channels, bare.batteries)
    return site, Options(profile=str(file), rules=rules)


def _devices(profile: Profile, example: Path, site: Site, options: Options) -> list[str]:
    found: dict[str, None] = {}
    for document in find_documents([example]).documents:
        choice = choose(open_document(document), (profile,), profile.id)
        for one in choice.fits:
            found |= dict.fromkeys(c.device for c in one.columns if c.device)
            found |= dict.fromkeys(_keys(one))
    return list(found) if len(found) > 1 or _names_devices(profile) else []


def _names_devices(profile: Profile) -> bool:
    return any(c.of == "device" for c in profile.column)


def _keys(one: Fit) -> list[str]:
    if "key" not in one.keys:
        return []
    at = one.keys["key"]
    cells = (row[at] for row in one.grid.head[one.first :] if at < len(row))
    return list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))


def _also_fits(profile: Profile, plan: Plan) -> Iterator[str]:
    """Yield the profiles that fit the example too: `auto` would refuse to choose."""
    for other in built_in():
        if other.id == profile.id or other.fallback != profile.fallback:
            continue
        grids = (table.fit.grid for table in plan.tables)
        if any(isinstance(fit(other, grid), Fit) for grid in grids):
            what = f"the built-in profile '{other.id}' fits the example too, so that auto refuses"
            yield str(Problem("note", what, "ask for a column or a signature of yours alone"))
