"""What the sites of a region say of their common sky, for one of them from the others.

Neighbours share haze, temperature, rain and dust on the glass. In logarithms, for the daily level
of site j against its own cells (`levels`), with the same sun of every year:

    level_j(d) = own_j(d) + sky(d) + rest,      own_j' = trend - expected ageing - excess ageing

`own` is slow and each site's own (a smooth course with steps): what is left beside it on a day at
several sites is the sky of that day, by a robust mean without the site that will use it. What
most of the courses bend alike beside their straight lines is the sky's too, as far as skies drift.
So far nothing is assumed of ageing and no steady loss can be lost. A slow trend of the sky is seen
by no site alone; of all it is judged from how neighbours age against what their kind is known to:
most neighbours age normally, some much faster (a mixture), and trends are rare and small.

How much of the others' sky is seen at the site itself is measured there (`gain`), so that a site
with another sky is left as it was.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pvwarranty.estimate.evidence import Evidence
from pvwarranty.estimate.levels import BIN, Levels
from pvwarranty.estimate.path import smooth_path
from pvwarranty.estimate.region import Region, SiteIndices, days_of
from pvwarranty.estimate.subject import Subject
from pvwarranty.estimate.trend import CHANGE, Ageing, sky_trend
from pvwarranty.model import Floats, Index, Site

YEAR = 365.2425
FORTNIGHT = BIN / 86400.0
RADIUS = 30.0  # km: haze, air temperature and dry spells reach further, showers do not
MOST_NEIGHBOURS = 16  # neighbours taken, nearest first
SAME = 0.001  # days that differ less are of one record
LEAST_DAYS = 50  # clear days that a reference must share with a site
LEAST_AGEING = 150  # clear days that show how a site ages
LEAST_GAIN, LEAST_T, LEAST_R = 0.2, 4.0, 0.35
SHRINK = 1.5  # variance of one site's day over that of the sky's
OUTLIER = 0.10  # a day further off than this says nothing of haze
PER_DAY = 5  # clear intervals that a clear day stands for, at least
LEAST_BENT = 4  # sites that show what bends alike
BRIGHT = 0.25  # least expected share of nominal power
# of the absolute line: what physics gets wrong for all sites of a region (haze, heat of the
# climate) and for one (plane, module, inverter), for how many sites this counts; beyond is a fault
SHARED, SEPARATE, KNOWN, FAR = 0.033, 0.026, 6, 0.12
LEAST_YEAR, LEAST_YEARS = 40, 4  # clear days of a year that counts, and years that show a slope


def site_indices(site: Site, seen: Sequence[tuple[Subject, Evidence]]) -> SiteIndices | None:
    """Return the days of a site from the evidence on its channels, None where there is none.

    One figure a day for all channels of a roof: what they err in, they err in together.
    """
    if not seen:
        return None
    rows = [_days(s.index, e.levels) for s, e in seen]
    first = min(at for at, _ in rows)
    last = max(at + len(row) for at, row in rows)
    level = np.full((len(rows), last - first), np.nan)
    for n, (at, row) in enumerate(rows):
        if np.isfinite(row).any():
            level[n, at - first : at - first + len(row)] = row - np.nanmedian(row)
    some = np.isfinite(level).any(axis=0)
    together = np.full(last - first, np.nan, dtype=np.float32)
    together[some] = np.nanmedian(level[:, some], axis=0)
    fresh = [s.fresh for s, _ in seen]
    return SiteIndices(
        site.id, site.latitude, site.longitude, first, together,
        float(np.median([e.clear_start - s.expected for s, e in seen])),
        sum(f.rate for f in fresh) / len(fresh), sum(f.u_rate for f in fresh) / len(fresh),
    )  # fmt: skip


def _days(index: Index, levels: Levels) -> tuple[int, Floats]:
    """Return the first day of a channel and the log level (n,) of each day from then on."""
    day = days_of(index)
    first = int(day[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(levels.relative)
    counts = levels.clear & (index.clear > BRIGHT) & np.isfinite(log)
    place, log = day[counts] - first, log[counts]
    found, count = medians(log, place, int(day[-1]) - first + 1)
    return first, np.where(count >= PER_DAY, found, np.nan)


def medians(
    values: Floats, group: NDArray[np.int64], groups: int
) -> tuple[Floats, NDArray[np.int64]]:
    """Return the median (groups,) of the values (n,) of each group, NaN of none, and its count."""
    count = np.bincount(group, minlength=groups)
    ordered = values[np.lexsort((values, group))]
    start = np.cumsum(count) - count
    some = count > 0
    found = np.full(groups, np.nan)
    lower, upper = (start + (count - 1) // 2)[some], (start + count // 2)[some]
    found[some] = (ordered[lower] + ordered[upper]) / 2
    return found, count


def distance(a: SiteIndices, b: SiteIndices) -> float:
    """Return the distance of two sites [km], on the sphere."""
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b)
        * math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
    )  # fmt: skip
    return 2 * 6371.0 * math.asin(math.sqrt(min(h, 1.0)))


def regional_reference(indices: Sequence[SiteIndices], leave_out: SiteIndices) -> Region | None:
    """Return the sky that a site's neighbours saw, or None where it would not help.

    `indices` may hold the site itself (known by its id) and sites that are far away.
    """
    near = sorted(
        ((distance(i, leave_out), i.site, i) for i in indices if i.site != leave_out.site),
        key=lambda each: each[:2],
    )
    chosen = [i for d, _, i in near if d <= RADIUS and not _is_same(i, leave_out)][:MOST_NEIGHBOURS]
    if not chosen:
        return None
    first = min(i.first for i in (*chosen, leave_out))
    last = max(i.first + len(i.level) for i in (*chosen, leave_out))
    days = np.stack([_placed(i, first, last) for i in chosen])
    own = np.stack([_own(row) for row in days])
    sky = _common(days - own)
    gain = _gain(sky, _placed(leave_out, first, last))
    if gain is None:
        return None
    known = np.flatnonzero(sky)
    sky += _bend(own, np.isfinite(days))
    years = _years(last - first, int(known[0]), int(known[-1]))
    sky -= _robust_slope(sky, years) * years
    ageing = [a for row, i in zip(days - sky, chosen, strict=True) if (a := _ageing(row, i))]
    span = float(years[-1] - years[0])
    trend, u_trend = sky_trend(ageing, span) if ageing else (0.0, 0.0)
    start, length = leave_out.first - first, len(leave_out.level)
    both = min(start + length, int(known[-1]) + 1) - max(start, int(known[0]))
    part = slice(start, start + length)
    return Region(
        leave_out.first, gain * (sky + trend * years)[part], u_trend, len(chosen), gain,
        min(max(both / length, 0.0), 1.0), *_absolute([i.absolute for i in chosen]),
    )  # fmt: skip


def _is_same(a: SiteIndices, b: SiteIndices) -> bool:
    """Tell two folders of one roof's record: a site is no neighbour of itself."""
    first, last = min(a.first, b.first), max(a.first + len(a.level), b.first + len(b.level))
    off = _placed(a, first, last) - _placed(b, first, last)
    known = off[np.isfinite(off)]
    return len(known) > 0 and float(np.median(np.abs(known - np.median(known)))) < SAME


def _absolute(offsets: Sequence[float]) -> tuple[float, float, float]:
    """Return what physics gets wrong for all sites alike, its u, and what it does for one."""
    off = np.array([o for o in offsets if abs(o) < FAR])
    if not len(off):
        return 0.0, SHARED, SEPARATE
    off = off[np.abs(off - np.median(off)) < 2.5 * SEPARATE]
    spread = float(np.sum((off - np.median(off)) ** 2))
    u_own = math.sqrt((KNOWN * SEPARATE**2 + spread) / (KNOWN + len(off)))
    precision = 1 / SHARED**2 + len(off) / u_own**2
    return float(off.sum()) / u_own**2 / precision, math.sqrt(1 / precision), u_own


def _years(days: int, start: int, stop: int) -> Floats:
    """Return the time (n,) of days [a] from the middle of a span, standing still outside."""
    place = np.clip(np.arange(days, dtype=np.float64), start, stop)
    return np.asarray((place - (start + stop) / 2) / YEAR)


def _placed(indices: SiteIndices, first: int, last: int) -> Floats:
    row = np.full(last - first, np.nan)
    start = indices.first - first
    row[start : start + len(indices.level)] = indices.level
    return row


def _own(days: Floats) -> Floats:
    """Return the slow course (n,) of a site's days (n,): a spline with steps, as of a channel."""
    place = ((len(days) - 1 - np.arange(len(days))) / FORTNIGHT).astype(np.int64)
    bins = int(place.max()) + 1
    known = np.isfinite(days)
    middle_of, count = medians(days[known], place[known], bins)
    level = np.array(
        [math.exp(m) if n >= 2 else math.nan for m, n in zip(middle_of, count, strict=True)]
    )
    count = np.where(count >= 2, PER_DAY * count, 0)
    if np.isfinite(level).sum() < 6:
        return np.full(len(days), np.nan)
    course = smooth_path(level[::-1], count[::-1])
    middle = len(days) - 1 - (np.arange(bins)[::-1] + 0.5) * FORTNIGHT
    return np.log(np.maximum(np.interp(np.arange(len(days)), middle, course.level), 0.02))


def _common(rest: Floats) -> Floats:
    """Return the sky (n,) that sites (m, n) share, drawn towards none by how few saw the day."""
    seen = np.where(np.abs(rest) < OUTLIER, rest, np.nan)
    count = np.isfinite(seen).sum(axis=0)
    sky = np.zeros(rest.shape[1])
    some = count > 0
    sky[some] = np.nanmedian(seen[:, some], axis=0)
    return np.asarray(sky * count / (count + SHRINK))


def _bend(own: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Return what the slow courses of sites (m, n) bend alike (n,), each beside its own line.

    One site's bend is its modules' or its dust's; most sites' at one time is the sky's, as far
    as skies drift. Drawn towards none by how much sites differ (James and Stein 1961).
    """
    sky = np.zeros(own.shape[1])
    bent = [row for row in map(_beside_line, own, seen) if row is not None]
    if len(bent) < LEAST_BENT:
        return sky
    rest = np.stack(bent)
    count = np.isfinite(rest).sum(axis=0)
    known = count >= LEAST_BENT
    if not known.any():
        return sky
    middle = np.nanmedian(rest[:, known], axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(rest[:, known] - middle), axis=0)
    noise = float(np.mean(0.5 * math.pi * spread**2 / count[known]))  # of a median
    size = float(np.mean(middle**2)) + 1e-12
    possible = max(1.0 - size / (2 * CHANGE) ** 2, 0.0) ** 2
    sky[known] = possible * max(1.0 - noise / size, 0.0) * middle
    return sky


def _beside_line(course: Floats, seen: NDArray[np.bool_]) -> Floats | None:
    """Return a course (n,) beside its straight line where it was seen, None where too short."""
    known = np.flatnonzero(seen)
    if len(known) < LEAST_AGEING or not np.isfinite(course).all():
        return None
    part = slice(int(known[0]), int(known[-1]) + 1)
    if part.stop - part.start < LEAST_YEARS * YEAR:
        return None
    at = np.arange(part.stop - part.start, dtype=np.float64)
    out = np.full(len(course), np.nan)
    out[part] = course[part] - np.polyval(np.polyfit(at, course[part], 1), at)
    return out


def _gain(sky: Floats, row: Floats) -> float | None:
    """Return how much of the neighbours' sky a site's days (n,) see.

    0 where they are too few to tell, None where they tell that it has another sky.
    """
    rest = row - _own(row)
    both = np.isfinite(rest) & (np.abs(rest) < OUTLIER) & (sky != 0.0)
    if both.sum() < LEAST_DAYS:
        return 0.0
    x, y = sky[both] - sky[both].mean(), rest[both] - rest[both].mean()
    r = float(np.sum(x * y) / math.sqrt(float(np.sum(x**2) * np.sum(y**2)) + 1e-12))
    free = both.sum() / 2.0  # days hang together
    gain = float(np.sum(x * y) / (np.sum(x**2) + 1e-12))
    if gain > LEAST_GAIN and r * math.sqrt(free / max(1.0 - r * r, 1e-6)) > LEAST_T:
        return min(gain, 1.0)
    return 0.0 if r + 2.5 / math.sqrt(free) > LEAST_R else None


def _robust_slope(sky: Floats, years: Floats) -> float:
    """Return the slope of the sky [1/a] over its years, which one strange year does not turn.

    Median of the slopes between years (Theil 1950; Sen 1968, doi:10.1080/01621459.1968.10480934).
    """
    known = np.flatnonzero(sky)
    back = (years[-1] - years[known]).astype(np.int64)
    whole = [k for k in range(int(back.max()) + 1) if (back == k).sum() >= LEAST_YEAR]
    if len(whole) < LEAST_YEARS:
        return 0.0
    level = np.array([float(np.mean(sky[known[back == k]])) for k in whole])
    a, b = np.triu_indices(len(whole), 1)
    at = -np.array(whole, dtype=np.float64)
    return float(np.median((level[b] - level[a]) / (at[b] - at[a])))


def _ageing(days: Floats, site: SiteIndices) -> Ageing | None:
    """Return how a site lost, by a line through its days (n,) that single days do not turn."""
    known = np.flatnonzero(np.isfinite(days))
    if len(known) < LEAST_AGEING or known[-1] - known[0] < YEAR:
        return None
    at, level = known / YEAR, days[known]
    weight = np.ones(len(at))
    line = (0.0, 0.0)
    for _ in range(8):
        middle = np.average(at, weights=weight)
        centre = np.average(level, weights=weight)
        slope = np.sum(weight * (at - middle) * (level - centre)) / np.sum(
            weight * (at - middle) ** 2
        )
        line = (float(slope), float(centre - slope * middle))
        off = level - line[0] * at - line[1]
        scale = 4.7 * 1.4826 * float(np.median(np.abs(off))) + 1e-6
        weight = np.clip(1 - (off / scale) ** 2, 1e-6, 1) ** 2
    return Ageing(line[0], float(at[-1] - at[0]), site.rate, site.u_rate)
