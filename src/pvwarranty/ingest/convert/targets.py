"""Where the values of a column go: a channel of the site and a canonical quantity."""

from __future__ import annotations

from dataclasses import dataclass

from pvwarranty.errors import Problem, nearest
from pvwarranty.ingest.convert.headers import Fit, FoundColumn, compact, normal
from pvwarranty.ingest.convert.options import Options, Rule
from pvwarranty.ingest.profiles.schema import ANY, Reading
from pvwarranty.ingest.units import AREA, EVIDENCE, UNITS, Unit, find_unit, settle_quantity
from pvwarranty.model import Site
from pvwarranty.names import (
    BATTERY_EXTRAS,
    BATTERY_QUANTITIES,
    PV_QUANTITIES,
    SITE,
    SITE_QUANTITIES,
)

EVIDENCE_CHANNEL = "evidence"
AREA_CHANNEL = "area"
_DC = ("p_dc", "v_dc", "i_dc")


@dataclass(frozen=True, slots=True)
class Target:
    """A series of the result, the unit its cells are in, and how they are read."""

    channel: str
    quantity: str
    unit: Unit
    reading: Reading
    why: str

    @property
    def name(self) -> str:
        """Return ``channel.quantity``."""
        return f"{self.channel}.{self.quantity}"


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A column that is not stored, and the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """What a mapping stands on: the site, the user's options and the devices of a file."""

    site: Site
    options: Options
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    """A column of a device, the user's rule for it and the quantity it is to be."""

    fit: Fit
    column: FoundColumn
    device: str
    rule: Rule | None
    quantity: str


def target_of(
    fit: Fit, column: FoundColumn, device: str, place: Place, where: str
) -> Target | Unplaced | Problem:
    """Return the target of a column's values of a device (empty: the file knows no devices)."""
    rule = _rule(column, device, place.options)
    if rule is None and column.spec.quantity == ANY:
        rule = _by_entity(device, place.site)
        if rule is None:
            name = device or column.name
            return Unplaced(f"'{name}' is mapped to nothing (--map '{name}=CHANNEL.QUANTITY')")
    quantity = rule.quantity if rule and rule.quantity else column.spec.quantity
    wish = _Wish(fit, column, device, rule, quantity)
    if quantity == ANY:
        return Problem(where, f"'{device}' has no quantity", "--map 'NAME=CHANNEL.QUANTITY'")
    found = _channel(wish, place)
    if isinstance(found, Unplaced):
        return found
    channel, why = found
    problem = _refused(channel, quantity, place.site, where)
    if problem and rule and not rule.quantity and "quantity" in problem.what:
        return Unplaced(problem.what)
    return problem or _with_unit(wish, channel, why, place.options, where)


def _rule(column: FoundColumn, device: str, options: Options) -> Rule | None:
    names = (f"{device}/{column.name}", device, column.name, normal(column.name))
    return next((options.rules[c] for n in names if (c := compact(n)) in options.rules), None)


def _by_entity(device: str, site: Site) -> Rule | None:
    """Read an entity called after a channel, such as ``sensor.pcs_p_ac``."""
    word = compact(device).partition(".")[2]
    owners = {name: PV_QUANTITIES for name in _pv_names(site)}
    owners |= {b.id: BATTERY_QUANTITIES for b in site.batteries}
    owners[SITE] = SITE_QUANTITIES
    for owner, quantities in owners.items():
        for quantity in quantities:
            if word == compact(f"{owner}_{quantity}"):
                return Rule(owner, quantity)
    return None


def _channel(wish: _Wish, place: Place) -> tuple[str, str] | Unplaced:
    if wish.quantity in EVIDENCE:
        return EVIDENCE_CHANNEL, "read for checks, not stored"
    if wish.rule is not None:
        return wish.rule.channel, "said by --map or by its name"
    if wish.quantity in AREA:
        return AREA_CHANNEL, "a hint of the whole area"
    if wish.quantity in SITE_QUANTITIES:
        return SITE, "a quantity of the site"
    return _own_channel(wish, place)


def _own_channel(wish: _Wish, place: Place) -> tuple[str, str] | Unplaced:
    site = place.site
    battery = wish.quantity in BATTERY_QUANTITIES or wish.quantity in BATTERY_EXTRAS
    ids = [b.id for b in site.batteries] if battery else _pv_ids(site, wish.quantity)
    if wish.device:
        every = ids if battery else _pv_names(site)
        same = [i for i in every if compact(i) == compact(wish.device)]
        if same:
            return same[0], "called as the channel"
        if len(place.devices) > 1 or wish.column.spec.of == "device":
            return Unplaced(_no_channel(wish.device, every))
    kind = "battery" if battery else "inverter channel"
    if len(ids) == 1:
        return ids[0], f"the only {kind} of the site"
    if not ids:
        return Unplaced(f"the site has no {kind}")
    hint = f"--map '{wish.column.name}={ids[0]}'"
    return Unplaced(f"the site has {len(ids)} of {kind} ({', '.join(ids)}); say which: {hint}")


def _pv_names(site: Site) -> list[str]:
    return [*(c.id for c in site.channels), *(i.id for i in site.inverters)]


def _no_channel(device: str, ids: list[str]) -> str:
    guess = nearest(device, ids)
    known = ", ".join(ids[:8]) + ("…" if len(ids) > 8 else "")
    return f"'{device}' is no channel of the site ({guess or known}): --map '{device}=CHANNEL'"


def _pv_ids(site: Site, quantity: str) -> list[str]:
    if quantity in _DC and len(site.channels) == 1:
        return [site.channels[0].id]
    named = [c.id for c in site.channels if c.kind == "inverter"]
    return named or [i.id for i in site.inverters] or [c.id for c in site.channels]


def _refused(channel: str, quantity: str, site: Site, where: str) -> Problem | None:
    if channel in (EVIDENCE_CHANNEL, AREA_CHANNEL):
        return None
    pv = set(_pv_names(site))
    batteries = {b.id for b in site.batteries}
    if channel not in pv | batteries | {SITE}:
        hint = nearest(channel, pv | batteries) or f"it has {', '.join(sorted(pv | batteries))}"
        return Problem(where, f"the site has no channel '{channel}'", hint)
    known = (
        PV_QUANTITIES if channel in pv
        else SITE_QUANTITIES if channel == SITE
        else BATTERY_QUANTITIES | BATTERY_EXTRAS
    )  # fmt: skip
    if quantity in known:
        return None
    return Problem(where, f"'{channel}' has no quantity '{quantity}'", f"one of {', '.join(known)}")


def _with_unit(
    wish: _Wish, channel: str, why: str, options: Options, where: str
) -> Target | Problem:
    unit = _unit(wish, options)
    if unit is None:
        hint = f"--unit '{wish.column.name or wish.device}=kWh'"
        return Problem(where, "says no unit", hint)
    settled = settle_quantity(wish.quantity, unit)
    if settled is None:
        what = f"is in {unit.text}, and {wish.quantity} is in {UNITS[wish.quantity] or 'code'}"
        return Problem(where, what, "is it another column? --map and --unit say otherwise")
    reading, rule = wish.column.spec.reading, wish.rule
    if rule is not None and rule.reading:
        reading = rule.reading
    elif wish.column.spec.quantity == ANY and reading == "instant" and is_energy(settled):
        reading = "cumulative"  # an energy at an instant is a counter
    return Target(channel, settled, unit, reading, why)


def _unit(wish: _Wish, options: Options) -> Unit | None:
    names = (wish.device, wish.column.name, normal(wish.column.name))
    said = [options.units.get(compact(name)) for name in names]
    ruled = wish.rule.unit if wish.rule else ""
    text = next((s for s in (*said, ruled) if s), None)
    if text is not None:
        return find_unit(text)
    if wish.column.unit is not None:
        return wish.column.unit
    base = UNITS[wish.quantity]
    default = wish.fit.profile.default_units.get(base)
    words = (wish.fit.grid.unit, wish.column.spec.unit, default, None if base else "code")
    return next((find_unit(w) for w in words if w), None)


def is_energy(name: str) -> bool:
    """Say whether a series holds the energy of its intervals."""
    return UNITS[name.rpartition(".")[2]] == "Wh" and not is_level(name)


def is_level(name: str) -> bool:
    """Say whether a series is read at the end of an interval, not over it."""
    quantity = name.rpartition(".")[2]
    levels = ("soc", "soh", "temp_batt", "restraint", "status", "snow_depth")
    return quantity in levels or quantity.endswith("_capacity")
