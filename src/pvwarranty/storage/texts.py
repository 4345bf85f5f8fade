"""Sentences of the battery test, Japanese and English."""

from __future__ import annotations

from pvwarranty.model import Text
from pvwarranty.storage.results import InputFinding

FINDINGS = {
    "swapped_columns": Text(
        "充電と放電の列が入れ替わっています（充電中に充電残量が減り、放電中に増えています）。",
        "Charge and discharge are swapped: the state of charge falls while charging and rises"
        " while discharging.",
    ),
    "negative_sign": Text(
        "{column} の値の符号が逆（負）です。正の値として扱いました。",
        "{column} is recorded with negative signs; taken as positive.",
    ),
    "signed_column": Text(
        "充電と放電が1つの列 {column} に正負で記録されています。",
        "Charge and discharge share the one signed column {column}.",
    ),
    "negative_values": Text(
        "{column} に負の値が {count} 行あります。使いません。",
        "{column} has {count} negative values; not used.",
    ),
    "kilo_units": Text(
        "電力量の単位が kWh（または kW）と思われます。Wh に直す必要があります。",
        "Energies look like kWh (or kW) instead of Wh.",
    ),
    "milli_units": Text(
        "電力量が 1000 倍です（0.001 Wh 単位の可能性）。",
        "Energies are a thousand times too large (counted in 0.001 Wh?).",
    ),
    "initial_capacity_kilo": Text(
        "初期容量の単位が kWh と思われます（Wh で記入してください）。",
        "The initial capacity looks like kWh; give it in Wh.",
    ),
    "scale_implausible": Text(
        "充放電電力量と充電残量から見た容量が初期容量と大きく違います（{ratio} 倍）。"
        "単位・初期容量・計測点を確かめてください。",
        "Energy over state of charge gives {ratio} times the initial capacity: check units, the"
        " initial capacity and what is metered.",
    ),
    "soc_percent": Text(
        "充電残量が 0～100 % で記録されています（0～1 として扱います）。",
        "The state of charge is recorded as 0-100 %, not 0-1.",
    ),
    "soc_out_of_range": Text(
        "充電残量が範囲外の行が {count} 行あります。",
        "{count} values of the state of charge are out of range.",
    ),
    "counter_total": Text(
        "{column} は積算値です（リセット {count} 回）。差分を取りました。",
        "{column} is a running total ({count} resets); differenced.",
    ),
    "counter_daily": Text(
        "{column} は毎日0に戻る積算値です（{count} 回）。差分を取りました。",
        "{column} is a total that starts anew every day ({count} times); differenced.",
    ),
    "counter_rollover": Text(
        "{column} の積算値が桁あふれで0に戻っています（{count} 回）。補正しました。",
        "The total {column} rolled over to zero {count} times; corrected.",
    ),
    "energy_too_large": Text(
        "{column} に機器の能力を超える値が {count} 行あります。使いません。",
        "{column} has {count} values beyond what the device can do; not used.",
    ),
    "soc_alignment": Text(
        "充電残量の時刻が1区間ずれています（区間の始まりの値）。区間の終わりに揃えました。",
        "The state of charge is read one interval off (at the start); aligned to the end.",
    ),
    "instantaneous_power": Text(
        "電力が瞬時値です（{minutes} 分間隔）。充電残量との比（傾き）には使いません。",
        "Power is instantaneous every {minutes} minutes; refused for slopes against the state of"
        " charge.",
    ),
    "temperature_missing": Text(
        "蓄電池温度の記録がありません。温度による不確かさを加えました。",
        "No battery temperature; its uncertainty is added.",
    ),
    "temperature_implausible": Text(
        "蓄電池温度が範囲外です（{count} 行）。使いません。",
        "{count} battery temperatures are implausible; not used.",
    ),
    "battery_replaced": Text(
        "{date} に容量が {percent} % 増えています。蓄電池の交換または増設と思われます。"
        "以後のデータだけで判定しました。",
        "On {date} the capacity rose by {percent} %: replaced or extended; judged from then on.",
    ),
    "soc_scale_inconsistent": Text(
        "充電残量の表示は実際の容量に追従していません（実測との比 {ratio}）。"
        "充電残量からの推定は使いません。",
        "The shown state of charge does not follow the true capacity (ratio {ratio}); estimates"
        " from it are barred.",
    ),
    "soc_scale_fixed": Text(
        "充電残量は固定の公称容量に対する値のようです（{years} 年間ほぼ変わらず）。",
        "The state of charge seems to count against a fixed nominal capacity (unmoved for {years}"
        " years).",
    ),
    "initial_capacity_differs": Text(
        "使い始めに測られた容量は記入された初期容量の {ratio} 倍です。初期容量、または電力量の単位"
        "（電力を電力量として記録していないか）を確かめてください。どちらの初期容量に対しても"
        "同じ結論になるときだけ判定します。",
        "The capacity measured at first is {ratio} times the stated initial one: check that, and"
        " whether power was recorded as energy. It is decided only where both lead to the same.",
    ),
    "balance_scatters": Text(
        "充電・放電の電力量の収支が合いません。瞬時値の記録の可能性があります。不確かさを広げました。",
        "Energies in and out do not balance; they may be readings at an instant. The interval is"
        " widened.",
    ),
    "efficiency_implausible": Text(
        "放電電力量/充電電力量 = {ratio}。計測点または単位を確かめてください。",
        "Energy out over energy in is {ratio}: check what is metered and the units.",
    ),
    "clock_shift": Text(
        "{date} 頃から時刻が {hours} 時間ずれています。容量には影響しません。",
        "From about {date} the clock is off by {hours} h; the capacity is not affected.",
    ),
}

REASONS = {
    "no_energy": Text(
        "充電・放電の電力量（または電力）の記録がありません。",
        "There is no record of energy (or power) charged and discharged.",
    ),
    "one_sided": Text(
        "充電と放電の片方の記録しかありません。",
        "Only one of charge and discharge is recorded.",
    ),
    "no_soc": Text(
        "充電残量（SOC）の記録がありません。",
        "There is no record of the state of charge.",
    ),
    "too_short": Text(
        "記録が短すぎます（{days} 日）。",
        "The record is too short ({days} days).",
    ),
    "stale": Text(
        "記録が判定日の {days} 日前で終わっています。",
        "The record ends {days} days before the day judged.",
    ),
    "never_full": Text(
        "満充電まで充電された記録がありません。空から満充電までの電力量を測れません。",
        "The battery was never seen truly full, so the energy from empty to full is unmeasured.",
    ),
    "never_empty": Text(
        "放電の下限（予備容量）が設定されており、完全に空になった記録がありません。"
        "充電残量の表示が実際の容量を示すかを確かめられないため、判定できません。",
        "A reserve is kept and the battery was never seen truly empty; nothing anchors the shown"
        " state of charge to the true capacity, so nothing can be decided.",
    ),
    "few_ends": Text(
        "完全に空から満充電までの記録が足りません（{count} 回）。",
        "Too few charges between truly empty and full ({count}).",
    ),
    "scale_unverified": Text(
        "完全に空になった記録が少なく（{count} 回）、充電残量の表示も実際の容量と一致しません。",
        "The battery was seldom truly empty ({count} times) and its shown state of charge does not"
        " agree with the true capacity.",
    ),
    "instantaneous": Text(
        "瞬時電力だけの記録で、完全に空から満充電までの記録が足りません（{count} 回）。",
        "Only instantaneous power is recorded, with too few charges from empty to full ({count}).",
    ),
}

PROCEDURE = Text(
    "確認試験のお願い：(1) 予備容量（停電用の残量設定）を 0 % にする。(2) 室温・蓄電池温度が"
    " 15～30 ℃ の日に、停止するまで放電し、30 分そのまま待つ。(3) 定格の 0.2～0.3 倍の電力で"
    "満充電まで充電し、30 分待つ。(4) これを 3～5 回くり返し、充電・放電の積算電力量、充電残量、"
    "温度を記録する。(5) 予備容量を元に戻す。終わったら記録を添えて、もう一度判定してください。",
    "Verification to ask for: (1) set the reserve for outages to 0 %. (2) On a day with 15-30 °C,"
    " discharge until the battery stops by itself and leave it for 30 minutes. (3) Charge at"
    " 0.2-0.3 of the rated capacity per hour until full and leave it for 30 minutes. (4) Do this"
    " 3 to 5 times, recording the energy counters of charge and discharge, the state of charge and"
    " the temperature. (5) Put the reserve back. Then run the test again with the new record.",
)


def finding(
    name: str, *, column: str = "", certain: bool = True, corrected: bool = False, count: int = 0,
    **words: object,
) -> InputFinding:  # fmt: skip
    """Return the finding `name` with its sentence filled in."""
    text = FINDINGS[name].filled(column=column, count=count, **words)
    return InputFinding(name, column, certain, corrected and certain, count, text)
