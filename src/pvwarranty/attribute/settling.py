"""What would settle an uncertain cause: the measurement, photo or record that decides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from pvwarranty.attribute.context import Context, View
from pvwarranty.attribute.shade import Shade
from pvwarranty.attribute.shading import Shading
from pvwarranty.model import Cause, Text

ASKED, KNOWN = 0.1, 0.95  # probabilities between which a cause is worth the question
WIDE = 60  # days between which an onset lies that a date would narrow
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
DIRECTIONS = (
    ("北", "north"), ("北東", "north-east"), ("東", "east"), ("南東", "south-east"),
    ("南", "south"), ("南西", "south-west"), ("西", "west"), ("北西", "north-west"),
)  # fmt: skip

PHOTO = Text(
    ja="{month}月の{hour}時ごろに撮った太陽電池の写真と、太陽電池から{ja}(方位{azimuth:.0f}°、"
    "仰角{elevation:.0f}°)を見た写真",
    en="a photo of the modules at about {hour}:00 in {name}, and one from them to the {en} "
    "(azimuth {azimuth:.0f}°, elevation {elevation:.0f}°)",
)
BUILT = Text(
    ja="。その方向の建物の完成日、または樹木かどうかと植えられた時期の記録",
    en="; the day the building there was finished, or whether it is a tree and since when",
)
HORIZON = Text(
    ja="。設置時の日影調査(施工店による周囲の障害物の記録)",
    en="; the installer's note of the horizon when the system was built",
)
TEXTS = {
    "degradation": Text(
        ja="洗浄後の晴天日に、日射700 W/m²以上で各モジュールのI-V特性を測定",
        en="I-V curves of the modules, washed, on a clear day at 700 W/m² or more",
    ),
    "salt_corrosion": Text(
        ja="I-V特性(直列抵抗)の測定と、端子箱・コネクタ・フレームの腐食の写真。海水の飛沫が"
        "直接かかるかどうかの確認",
        en="I-V curves (series resistance) and photos of junction boxes, connectors and frames; "
        "whether sea water splashes there directly",
    ),
    "pid": Text(
        ja="絶縁抵抗の測定と、日射200 W/m²程度および700 W/m²以上でのI-V特性の比較(またはEL撮影)",
        en="an insulation test, and I-V curves at about 200 W/m² beside those at 700 W/m² or more "
        "(or an electroluminescence picture)",
    ),
    "module_failure": Text(
        ja="各モジュールの開放電圧の測定とバイパスダイオードの点検(または晴天時の赤外線撮影)",
        en="the open-circuit voltage of each module and a test of its bypass diodes (or a thermal "
        "picture under sun)",
    ),
    "soiling": Text(
        ja="パネル表面の写真。洗浄し、前後2週間の晴天日の出力を比較",
        en="a photo of the glass; a wash, and the clear days of the fortnights before and after it",
    ),
    "snow": Text(
        ja="最寄りの観測所の積雪記録、または該当日の屋根の写真",
        en="the depth of snow at the nearest station, or photos of the roof on those days",
    ),
    "outage": Text(
        ja="該当期間のパワーコンディショナの異常履歴(エラーコードと日時)",
        en="the power conditioner's log of faults over those days (codes and times)",
    ),
    "curtailment": Text(
        ja="電力会社の出力制御の実施記録、またはパワーコンディショナの抑制履歴",
        en="the grid operator's record of curtailment, or the power conditioner's log of restraint",
    ),
    "voltage_rise": Text(
        ja="パワーコンディショナの電圧上昇抑制の履歴と、昼間の連系点電圧(1週間、休日を含む)の"
        "記録",
        en="the power conditioner's log of voltage-rise suppression, and a week of grid voltage at "
        "noon with a weekend in it",
    ),
    "clipping": Text(
        ja="パワーコンディショナの定格出力と出力上限設定の確認",
        en="the power conditioner's rating and its setting of the highest output",
    ),
    "inverter_derating": Text(
        ja="夏の昼のパワーコンディショナの温度抑制履歴と、設置場所・吸排気口の写真",
        en="the power conditioner's log of derating at summer noons, and a photo of where it hangs "
        "and of its vents",
    ),
    "clock_error": Text(
        ja="記録装置の時計と標準時の差の確認",
        en="the recorder's clock beside the standard time",
    ),
    "metadata_error": Text(
        ja="設置図面、または現地で測った方位と傾斜角",
        en="the drawings, or azimuth and tilt measured on the roof",
    ),
    "sensor_drift": Text(
        ja="日射計を清掃し、校正済みの日射計と晴天日に比較",
        en="the irradiance sensor cleaned, and a clear day of it beside a calibrated one",
    ),
    "data_quality": Text(
        ja="記録装置に残る元データ(変換前)",
        en="the recorder's own data, before any conversion",
    ),
}  # fmt: skip


def settled(
    causes: Sequence[Cause], view: View | None, shading: Shading | None, context: Context
) -> tuple[Cause, ...]:
    """Return the causes, the uncertain ones with what would settle them."""
    return tuple(
        replace(c, settle=_settle(c, view, shading, context)) if _is_open(c) else c for c in causes
    )


def _is_open(cause: Cause) -> bool:
    wide = cause.between is not None and (cause.between[1] - cause.between[0]).days > WIDE
    return cause.probability >= ASKED and (cause.probability < KNOWN or wide)


def _settle(
    cause: Cause, view: View | None, shading: Shading | None, context: Context
) -> Text | None:
    if cause.cause not in ("shading_change", "static_shading"):
        return TEXTS.get(cause.cause)
    new = cause.cause == "shading_change"
    shade = None if shading is None else shading.new if new else shading.static
    if view is None or shading is None or shade is None:
        return None
    photo, more = _photo(view, shading, shade, context), BUILT if new else HORIZON
    return Text(photo.ja + more.ja, photo.en + more.en)


def _photo(view: View, shading: Shading, shade: Shade, context: Context) -> Text:
    """Return when and whereto to look: where the shade takes most, when the sun is there."""
    index, sun = view.index, shading.sun
    lost = np.where(shade.cells, (1.0 - shade.left) * sun.clear, 0.0)
    inside = (sun.cell == int(np.argmax(lost))) & np.isfinite(index.elevation)
    at = np.flatnonzero(inside)[-1]
    clock = datetime.fromtimestamp(int(index.time[at]) + index.interval // 2, tz=UTC)
    local = clock.astimezone(ZoneInfo(context.timezone))
    azimuth = float(np.mean(index.azimuth[inside]))
    ja, en = DIRECTIONS[round(azimuth / 45.0) % 8]
    return PHOTO.filled(
        month=local.month, name=MONTHS[local.month - 1], ja=ja, en=en, azimuth=azimuth,
        hour=(local.hour + (local.minute >= 30)) % 24,
        elevation=float(np.mean(index.elevation[inside])),
    )  # fmt: skip
