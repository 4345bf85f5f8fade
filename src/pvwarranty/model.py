"""What the package speaks of: a site and its assets, its measurements, and what is found of them.

Frozen dataclasses without behaviour beyond look-ups. Arrays inside are NumPy arrays; instants are
`datetime64[s]` in UTC (int64 seconds where kernels need them) and mark the start of an interval.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntFlag
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

ChannelKind = Literal["module", "string", "inverter"]
Mounting = Literal["roof", "integrated", "rack"]
CapacitySource = Literal["catalogue", "commissioning", "first_months"]
CapacityBasis = Literal["ac_charge", "ac_discharge", "dc"]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in Japanese and English."""

    ja: str
    en: str

    def of(self, lang: str) -> str:
        """Return the sentence in a language: Japanese for ``ja``, else English."""
        return self.ja if lang == "ja" else self.en

    def filled(self, **words: object) -> Text:
        """Return the sentence with its places filled."""
        return Text(self.ja.format(**words), self.en.format(**words))


@dataclass(frozen=True, slots=True)
class ModuleTable:
    """Nameplate of a module given in the site file instead of a CEC name. W, 1/K, V, A."""

    p_dc0: float
    gamma_pdc: float
    v_mp: float | None = None
    i_mp: float | None = None
    v_oc: float | None = None
    i_sc: float | None = None
    cells: int | None = None


@dataclass(frozen=True, slots=True)
class Array:
    """Modules of one product in one plane. Angles [°], azimuth clockwise from north."""

    id: str
    product: str
    surface_tilt: float
    surface_azimuth: float
    module: str | ModuleTable | None = None
    mounting: Mounting = "roof"
    modules: int | None = None
    maker: str = ""


@dataclass(frozen=True, slots=True)
class Inverter:
    """Power conditioner: AC rating [W] and nominal efficiency (0-1)."""

    id: str
    p_ac0: float
    efficiency: float = 0.96


@dataclass(frozen=True, slots=True)
class Channel:
    """A measured point: one module, one string or one inverter with `modules` behind it."""

    id: str
    kind: ChannelKind
    arrays: tuple[str, ...]
    inverter: str | None = None
    modules: int | None = None
    optimizer: bool = False
    instantaneous: bool = False


@dataclass(frozen=True, slots=True)
class Sensor:
    """Says which array a site sensor belongs to."""

    quantity: str
    array: str


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery asset. Energies [Wh], power [W]."""

    id: str
    product: str
    initial_capacity: float
    initial_capacity_source: CapacitySource = "catalogue"
    basis: CapacityBasis = "ac_charge"
    efficiency: float = 0.95
    p_rated: float | None = None
    maker: str = ""
    instantaneous: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """A home: place, arrays, inverters, measured channels, batteries and the facts known of it."""

    id: str
    latitude: float
    longitude: float
    altitude: float
    timezone: str
    arrays: tuple[Array, ...] = ()
    inverters: tuple[Inverter, ...] = ()
    channels: tuple[Channel, ...] = ()
    batteries: tuple[Battery, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""

    def array(self, name: str) -> Array:
        """Return the array called `name`."""
        return next(a for a in self.arrays if a.id == name)

    def inverter(self, name: str | None) -> Inverter | None:
        """Return the inverter called `name`, or None."""
        return next((i for i in self.inverters if i.id == name), None)


@dataclass(frozen=True, slots=True)
class Measurements:
    """Canonical measurements of a site.

    time : (n,) datetime64[s], UTC, start of interval, strictly increasing
    columns : ``<channel>.<quantity>`` -> (n,) float64, NaN where absent
    interval : length of an interval [s]
    duplicates : rows of the file dropped because their instant had been seen already
    duplicated : (n,) bool, instants of which the file held more than one row
    """

    time: NDArray[np.datetime64]
    columns: dict[str, Floats]
    interval: int
    duplicates: int = 0
    duplicated: NDArray[np.bool_] | None = None
    sha256: str = ""

    def get(self, channel: str, quantity: str) -> Floats | None:
        """Return the column ``channel.quantity``, or None where the file has none."""
        return self.columns.get(f"{channel}.{quantity}")

    def seconds(self) -> NDArray[np.int64]:
        """Return the instants as int64 seconds since 1970-01-01 UTC, shape (n,)."""
        return self.time.astype("datetime64[s]").astype(np.int64)


class Flag(IntFlag):
    """What is known against an interval of a channel; 0 is good.

    `quality.USABLE` says which of them keep it from the estimate.
    """

    GOOD = 0
    NIGHT = 1 << 0
    GAP = 1 << 1
    DUPLICATE = 1 << 2
    STUCK = 1 << 3
    SPIKE = 1 << 4
    OUTAGE = 1 << 5
    UNIT_JUMP = 1 << 6
    CLIPPED = 1 << 7
    CURTAILED = 1 << 8
    VOLTAGE_RISE = 1 << 9
    SNOW = 1 << 10
    UNSTABLE = 1 << 11
    LOW_IRRADIANCE = 1 << 12
    SHADED = 1 << 13
    CLOCK = 1 << 14
    SENSOR = 1 << 15
    DERATED = 1 << 16


@dataclass(frozen=True, slots=True)
class Index:
    """A channel against what a new, clean, unshaded one gives: measured over expected.

    p0 : nominal power of the channel's modules together [W]
    time : (n,) int64, start of interval [s UTC], after correction of the clock
    power : (n,) DC power, or DC power behind the measured AC power [W], NaN where absent
    clear : (n,) expected power under a clear sky, as a fraction of nominal
    sensed : (n,) expected power under the measured irradiance, or None without a sensor
    elevation, azimuth : (n,) of the sun [°], NaN at night
    flags : (n,) int64, bits of `Flag`
    """

    channel: Channel
    p0: float
    modules: int
    interval: int
    longitude: float
    time: NDArray[np.int64]
    power: Floats
    clear: Floats
    sensed: Floats | None
    elevation: Floats
    azimuth: Floats
    flags: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an estimate's distribution: a normal one of weight `weight` (they sum to 1)."""

    weight: float
    mean: float
    u: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio to nominal (or initial) on a day, with what is known of its error.

    parts : the distribution as a mixture of normal parts; most often one
    budget : standard uncertainties by their source
    lines : each line of evidence on its own: value and u
    """

    quantity: str
    value: float
    low: float
    high: float
    level: float
    parts: tuple[Part, ...]
    method: str
    n: int
    on: date
    budget: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of a shortfall: when, how much (share of energy or power) and how likely.

    between : the days between which the onset lies, None where it is exact or not known at all
    evidence : what a person can look at (keys: `attribute.records`)
    settle : what would settle an uncertain cause; None where nothing is needed
    """

    cause: str
    share: float
    probability: float
    since: date | None = None
    until: date | None = None
    active: bool = True
    evidence: dict[str, Any] = field(default_factory=dict)
    settle: Text | None = None
    between: tuple[date, date] | None = None
