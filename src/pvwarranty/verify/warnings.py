"""What a reader must know of the data before the verdicts: in Japanese and English."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pvwarranty.clock import Clock
from pvwarranty.model import Site, Text
from pvwarranty.normalise import Sky
from pvwarranty.orientation import Orientation
from pvwarranty.quality.units import Jump

SUSPECT_LAG = 900.0  # lag of a good clock [s] from which the planes are looked at
SHOWN_SHIFTS = 3

PLANES = Text(
    en="the planes of the site file do not fit the measurements (spread {given:.1%}); used "
    "instead ({used:.1%}): {planes}",
    ja="設備ファイルの方位・傾斜は測定値に合いません(ばらつき{given:.1%})。代わりに次の値を"
    "使用({used:.1%}): {planes}",
)
PLANE = Text(
    en="{id}: tilt {tilt:.0f}, azimuth {azimuth:.0f}",
    ja="{id}: 傾斜{tilt:.0f}°、方位{azimuth:.0f}°",
)
SHIFT = Text(
    en="the clock of the record was {minutes:+.0f} min off from {since}: corrected",
    ja="記録の時計が{since}から{minutes:+.0f}分ずれていたため、補正しました",
)
MORE_SHIFTS = Text(
    en="and {count} further stretches of a wrong clock: corrected",
    ja="ほかにも時計のずれた期間が{count}か所あり、補正しました",
)
UNIT = Text(
    en="{column} was recorded {factor:g} times too large from {since} to {until}: corrected",
    ja="{column}が{since}から{until}まで{factor:g}倍の値で記録されていたため、補正しました",
)
HALVED = Text(
    en="{column} stands at half its level from {since} to {until} (another unit, or half of it "
    "switched off): not used",
    ja="{column}が{since}から{until}までほぼ半分の値です(単位の違い、または半分の停止)。この期間は"
    "使用していません",
)
OFF_THE_SUN = Text(
    en="the day lies {minutes:+.0f} min off the sun: shading, planes or clock",
    ja="1日の出力が太陽に対して{minutes:+.0f}分ずれています(影、方位・傾斜、時計のいずれか)",
)


def warnings_of(
    site: Site, sky: Sky, found: Clock, turned: tuple[Orientation, ...]
) -> tuple[Text, ...]:
    """Return what was doubtful or put right: modules, planes and clock; each said once."""
    texts = [w for m in sky.modules.values() for w in m.warnings]
    texts += [_planes(site, each) for each in turned]
    for shift in found.shifts[:SHOWN_SHIFTS]:
        texts.append(SHIFT.filled(minutes=shift.seconds / 60, since=_day(shift.since)))
    if len(found.shifts) > SHOWN_SHIFTS:
        texts.append(MORE_SHIFTS.filled(count=len(found.shifts) - SHOWN_SHIFTS))
    if abs(found.offset) > SUSPECT_LAG and not turned:
        texts.append(OFF_THE_SUN.filled(minutes=found.offset / 60))
    return tuple(dict.fromkeys(texts))


def jumps_told(jumps: Sequence[Jump]) -> tuple[Text, ...]:
    """Return what was found of the units of the record."""
    told = [j for j in jumps if j.certain or not j.lasting]
    return tuple(
        (UNIT if j.certain else HALVED).filled(
            column=j.column, factor=j.factor, since=_day(j.since), until=_day(j.until)
        )
        for j in told
    )


def _day(instant: int) -> str:
    return str(np.datetime64(instant, "s").astype("datetime64[D]"))


def _planes(site: Site, turned: Orientation) -> Text:
    planes = [
        PLANE.filled(id=a.id, tilt=a.surface_tilt, azimuth=a.surface_azimuth)
        for a in site.arrays
        if a.id in turned.arrays
    ]
    given, used = turned.misfit_given, turned.misfit
    return Text(
        en=PLANES.en.format(given=given, used=used, planes=", ".join(p.en for p in planes)),
        ja=PLANES.ja.format(given=given, used=used, planes="、".join(p.ja for p in planes)),
    )
