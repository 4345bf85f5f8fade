"""Sentences about I-V curves, Japanese and English."""

from __future__ import annotations

from pvwarranty.model import Text

PROCEDURES = {
    "P1": Text("IEC 60891:2021 手順1（κと直列抵抗は実測曲線から決定）",
               "IEC 60891:2021 procedure 1 (kappa and series resistance fitted from the curves)"),
    "P2": Text("IEC 60891:2021 手順2（κと直列抵抗は実測曲線から決定）",
               "IEC 60891:2021 procedure 2 (kappa and series resistance fitted from the curves)"),
    "P4": Text("IEC 60891:2021 手順4", "IEC 60891:2021 procedure 4"),
    "power": Text("最大出力の温度係数による換算", "power scaled by irradiance and gamma"),
}  # fmt: skip

REJECTIONS = {
    "too_few_points": Text(
        "測定点が少なすぎます（{n} 点、最大出力点付近 {near} 点）。20 点以上で測定してください。",
        "too few points ({n}, {near} near the maximum): sweep at 20 points or more",
    ),
    "reversed": Text(
        "電圧または電流の符号が逆です。測定線の極性を確かめてください。",
        "voltage or current has the wrong sign: check the polarity of the leads",
    ),
    "bad_irradiance": Text(
        "日射強度がないか、あり得ない値です（{g} W/m²）。",
        "irradiance is absent or impossible ({g} W/m²)",
    ),
    "too_dark": Text(
        "日射強度が低すぎます（{g} W/m²、下限 {least} W/m²）。",
        "irradiance is too low ({g} W/m², least {least} W/m²)",
    ),
    "bad_temperature": Text(
        "モジュール温度がないか、あり得ない値です（{t} ℃）。",
        "module temperature is absent or impossible ({t} °C)",
    ),
    "unsteady": Text(
        "測定中に日射強度が {percent} % 変化しました。",
        "irradiance changed by {percent} % during the sweep",
    ),
    "not_monotone": Text(
        "電圧とともに電流が {percent} % 上がる部分があります（測定中の日射変動または接触不良）。",
        "current rises by {percent} % with voltage: the light changed or a contact was loose",
    ),
    "noisy": Text(
        "測定値のばらつきが大きすぎます（短絡電流の {percent} %）。",
        "readings scatter too much ({percent} % of the short-circuit current)",
    ),
    "incomplete": Text(
        "掃引が短絡側から開放側まで届いていません。",
        "the sweep does not reach from near short circuit to beyond the maximum",
    ),
    "repeated": Text(
        "前の曲線と全く同じ値です（記録の停止）。",
        "the same values as the curve before: the recorder was stuck",
    ),
    "irradiance_too_low": Text(
        "短絡電流が日射強度に比べて大きすぎます（公称の {percent} %）。日射計を確かめてください。",
        "short-circuit current is {percent} % of what the irradiance allows: check the sensor",
    ),
    "out_of_line": Text(
        "短絡電流と日射強度の比が他の曲線と {percent} % 違います。",
        "short-circuit current over irradiance is {percent} % off the module's other curves",
    ),
    "too_strong": Text(
        "出力が公称の {percent} % になります。モジュールの枚数と日射強度を確かめてください。",
        "gives {percent} % of nominal: check the number of modules and the irradiance",
    ),
    "shaded": Text(
        "他の曲線にない段差があります（部分的な影）。",
        "has a step that the module's other curves have not: partial shade",
    ),
    "superseded": Text(
        "より条件の良い、または新しい測定があるため使いません。",
        "better or newer measurements are used instead",
    ),
}

FINDINGS = {
    "below_700": Text(
        "日射強度が 700 W/m² 未満です（{count} 本、JIS C 8953・IEC 61829 の条件外）。"
        "不確かさを大きくしました。",
        "{count} curves under 700 W/m² (outside JIS C 8953 and IEC 61829): uncertainty widened",
    ),
    "unsteady": Text(
        "測定中の日射強度の変化が ±1 % を超えています（{count} 本）。",
        "irradiance changed by more than ±1 % during {count} sweeps",
    ),
    "warming": Text(
        "測定中にモジュール温度が 1 ℃ より大きく変化しています（{count} 本）。",
        "module temperature changed by more than 1 °C during {count} sweeps",
    ),
    "slow_sweep": Text(
        "掃引に 5 秒より長くかかっています（{count} 本）。",
        "{count} sweeps took longer than 5 s",
    ),
    "far_temperature": Text(
        "モジュール温度が 25 ℃ から 40 ℃ 以上離れています（{count} 本）。",
        "module temperature is more than 40 °C from 25 °C in {count} curves",
    ),
    "steps": Text(
        "曲線に段差があります（{count} 本）。部分的な影か、セル電流の不一致です。"
        "測定時に影がなかったか確かめてください。",
        "{count} curves have a step: partial shade, or cells of unequal current."
        " Make sure that nothing shaded the module",
    ),
    "low_current": Text(
        "短絡電流が公称の 90 % 未満です（{count} 本）。汚れ・影・日射計の向きを確かめてください。",
        "short-circuit current is under 90 % of nominal in {count} curves: check for dirt, shade"
        " and the sensor's plane",
    ),
    "high_current": Text(
        "短絡電流が公称より 5 % 以上大きくなっています（{count} 本）。日射計の値が低い恐れがあり、"
        "出力は過大かもしれません。",
        "short-circuit current is more than 5 % over nominal in {count} curves: the irradiance may"
        " read low and the output high",
    ),
    "stability_unknown": Text(
        "曲線ごとに日射強度が1つしかなく、測定中の安定性は確かめられません（{count} 本）。",
        "one irradiance a curve: steadiness during {count} sweeps cannot be checked",
    ),
    "old": Text(
        "最新の測定が判定日より {count} 日前です。その間の劣化の不確かさを加えました。",
        "the newest measurement is {count} days before the day judged: ageing since is added to"
        " the uncertainty",
    ),
    "procedures_differ": Text(
        "換算手順による差が 3 % を超えています。",
        "the procedures differ by more than 3 %",
    ),
    "no_cells": Text(
        "セル数が分からないため手順4を使えません（module 表に cells を加えてください）。",
        "procedure 4 needs the number of cells: add it to the module's table",
    ),
    "not_fitted": Text(
        "手順1・2は使っていません（κを決めるには、日射強度と温度の幅のある曲線が足りません）。",
        "procedures 1 and 2 not used: too few curves, or too little spread of irradiance and"
        " temperature, to fit kappa",
    ),
}


ADVICE = {
    "would": Text(
        "晴天日1日に日射強度 700 W/m² 以上で{modules}の I-V 測定を行えば判定できる見込みです"
        "（予想される半幅 {half} %、判定できる確率 {chance} %）。",
        "one clear day with I-V at ≥ 700 W/m² on {modules} would decide it"
        " (expected half-width {half} %, chance {chance} %)",
    ),
    "may": Text(
        "晴天日1日に日射強度 700 W/m² 以上で{modules}の I-V 測定を行えば判定できる可能性が"
        "あります（予想される半幅 {half} %、判定できる確率 {chance} %）。",
        "one clear day with I-V at ≥ 700 W/m² on {modules} may decide it"
        " (expected half-width {half} %, chance {chance} %)",
    ),
    "not": Text(
        "晴天日1日に日射強度 700 W/m² 以上で{modules}の I-V 測定を行っても、しきい値に近いため"
        "判定できない可能性が高いです（予想される半幅 {half} %、判定できる確率 {chance} %）。"
        "試験所（フラッシャー）の測定なら判定できる確率は {laboratory} % です。",
        "even one clear day with I-V at ≥ 700 W/m² on {modules} would most likely not decide it:"
        " the output is too near the threshold (expected half-width {half} %, chance {chance} %)."
        " A laboratory's flasher would with a chance of {laboratory} %",
    ),
    "unknown": Text(
        "晴天日1日に日射強度 700 W/m² 以上で{modules}の I-V 測定を行えば、"
        "出力比が ±{half} % で分かります。",
        "one clear day with I-V at ≥ 700 W/m² on {modules} would give the output ratio"
        " within ±{half} %",
    ),
}
