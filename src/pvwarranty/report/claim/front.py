"""The first page: the answer in a sentence, what was found, what is missing and who does what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from pvwarranty.report.case import Case
from pvwarranty.report.document import Block, Cell, Column, Paragraph, Table, Tone
from pvwarranty.report.labels import label, say
from pvwarranty.report.numbers import amount, assets_of, day_of, exact, listed, percent
from pvwarranty.report.text import shown_causes
from pvwarranty.verify.result import Verdict

ROWS = 14  # of the first page's table
ORDER = ("supported", "undecided", "not_supported")


def front(case: Case, lang: str) -> tuple[Block, ...]:
    """Return the blocks of the first page."""
    return (
        Paragraph(answer(case, lang), "lead", tone_of(case.result.verdicts)),
        *table(case, lang),
        *_next(case, lang),
    )


def tone_of(verdicts: Sequence[Verdict]) -> Tone:
    """Return the mark of a whole result: that of its most urgent verdict."""
    found = {v.standing for v in verdicts}
    return next((t for t in _tones() if t in found), "")


def _tones() -> tuple[Tone, ...]:
    return ("supported", "undecided", "not_supported")


def answer(case: Case, lang: str) -> str:
    """Return the answer in a sentence, or one for each group of assets that fare alike."""
    groups: dict[str, list[Verdict]] = {}
    for verdict in case.result.verdicts:
        groups.setdefault(group_of(verdict), []).append(verdict)
    found = [
        _sentence(name, groups[name], len(case.result.verdicts), lang)
        for name in ("supported", "excluded", "undecided", "modules", "not_supported", "ended")
        if name in groups
    ]
    return say(lang, "report.stop").join(found)


def group_of(verdict: Verdict) -> str:
    """Return what is said of an asset: its standing, with refusals told apart by their ground."""
    if verdict.threshold is None and verdict.decision == "not_covered":
        return "ended"
    if verdict.decision == "excluded" and verdict.output == "below":
        return "excluded"
    if verdict.standing == "undecided" and verdict.output == "not_below":
        return "modules"
    return verdict.standing


def _sentence(name: str, group: list[Verdict], everything: int, lang: str) -> str:
    assets = assets_of([v.asset for v in group], lang)
    if name == "supported":
        return _supported(group, everything, lang)
    if name == "excluded":
        reached = dict.fromkeys(
            label("cause", j.cause.cause, lang)
            for v in group for j in v.causes if j.clauses and j.cause.probability >= 0.5
        )  # fmt: skip
        return say(lang, "answer.excluded", assets=assets, causes=listed(list(reached), lang))
    if name == "not_supported" and len(group) == everything:
        which = "all_sound" if everything > 1 else "one_sound"
        return say(lang, f"answer.{which}", n=everything, assets=assets)
    return say(lang, f"answer.{name}", assets=assets)


def _supported(group: list[Verdict], everything: int, lang: str) -> str:
    worst = min(group, key=lambda v: v.estimate.value if v.estimate else 1.0)
    e, floor = worst.estimate, worst.threshold
    assert e is not None
    assert floor is not None
    told = {
        "assets": assets_of([v.asset for v in group], lang), "n": len(group), "all": everything,
        "worst": worst.asset, "value": percent(e.value), "low": percent(e.low),
        "high": percent(e.high), "floor": percent(float(floor.ratio)),
        "amount": exact(float(floor.power), worst.quantity),
        "quantity": say(lang, f"answer.{worst.quantity}"),
    }  # fmt: skip
    which = "supported" if len(group) == 1 else "supported_many"
    days = [v.deadline for v in group if v.deadline is not None]
    by = [say(lang, "answer.deadline", day=day_of(min(days), lang))] if days else []
    return say(lang, "report.stop").join([say(lang, f"answer.{which}", **told), *by])


def table(case: Case, lang: str) -> Iterator[Block]:
    """Yield the table of the first page; of many assets, those that ask for something."""
    verdicts = sorted(case.result.verdicts, key=lambda v: ORDER.index(v.standing))
    shown, note = verdicts, ""
    if len(verdicts) > ROWS:
        urgent = [v for v in verdicts if v.standing != "not_supported"]
        shown = urgent[:ROWS] or verdicts[: ROWS // 2]
        note = say(lang, "front.rest", n=len(verdicts) - len(shown))
    yield verdict_table(shown, lang, note)
    proven = _proven(case, lang)
    if proven:
        yield Paragraph(say(lang, "front.modules_note", rows=proven), "note")
    for quantity, name in (("output_ratio", "note"), ("capacity_ratio", "note_battery")):
        if any(v.quantity == quantity for v in verdicts):
            yield Paragraph(say(lang, f"front.{name}"), "note")


def verdict_table(verdicts: Sequence[Verdict], lang: str, note: str) -> Table:
    """Return assets with estimate, interval, warranted value, step and deadline."""
    heads = [
        (label("heading", "asset", lang), 0.0, False),
        (say(lang, "front.worth"), 1.5, True),
        (label("heading", "interval", lang), 1.7, True),
        (label("heading", "threshold", lang), 1.5, True),
        (say(lang, "front.step_ends"), 1.3, False),
        (label("heading", "p_below", lang), 0.0, True),
        (label("heading", "finding", lang), 1.9, False),
        (say(lang, "front.claim_by"), 1.3, False),
    ]
    columns = tuple(Column(*h) for h in heads)
    rows = tuple(_row(v, lang) for v in verdicts)
    return Table(say(lang, "front.table"), columns, rows, note)


def _row(verdict: Verdict, lang: str) -> tuple[Cell, ...]:
    e, floor = verdict.estimate, verdict.threshold
    ended = label("heading", "ended", lang) if group_of(verdict) == "ended" else "–"
    tones: dict[str, Tone] = {
        "supported": "supported", "undecided": "undecided", "not_supported": "not_supported",
    }  # fmt: skip
    p = verdict.p_below
    return (
        Cell(verdict.asset),
        Cell("–" if e is None else f"{percent(e.value)} {_worth(e.value, verdict)}"),
        Cell("–" if e is None else f"{percent(e.low)}–{percent(e.high)}"),
        Cell(
            "–"
            if floor is None
            else f"{percent(float(floor.ratio))} {exact(float(floor.power), verdict.quantity)}"
        ),
        Cell(ended if floor is None else floor.until.isoformat()),
        Cell("–" if p is None else f"{p:.2f}"),
        Cell(label("claim", verdict.standing, lang), tones[verdict.standing]),
        Cell("–" if verdict.deadline is None else verdict.deadline.isoformat()),
    )


def _worth(ratio: float, verdict: Verdict) -> str:
    return amount(ratio * verdict.nominal, verdict.quantity)


def _proven(case: Case, lang: str) -> str:
    """Return what strings and inverters prove of single modules, in words."""
    rows = [
        say(lang, "front.modules_row", asset=v.asset, least=m.at_least, most=m.at_most,
            all=case.modules_of(v))
        for v in case.result.verdicts
        if (m := v.modules_below) is not None and case.modules_of(v) > 1
    ]  # fmt: skip
    return say(lang, "report.semicolon").join(rows)


def _next(case: Case, lang: str) -> Iterator[Block]:
    """Yield what to do now and what is missing: who, what, for which assets, by when."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for verdict in sorted(case.result.verdicts, key=lambda v: ORDER.index(v.standing)):
        for who, what, by in _steps(case, verdict, lang):
            rows.setdefault((who, what, by), []).append(verdict.asset)
    columns = (
        Column(say(lang, "front.who")), Column(say(lang, "front.what"), 4.0),
        Column(say(lang, "front.for"), 1.4), Column(say(lang, "front.by")),
    )  # fmt: skip
    cells = tuple(
        (Cell(who), Cell(what), Cell(assets_of(assets, lang)), Cell(by))
        for (who, what, by), assets in rows.items()
    )
    if cells:
        yield Table(say(lang, "front.next"), columns, cells)


def _steps(case: Case, verdict: Verdict, lang: str) -> Iterator[tuple[str, str, str]]:
    by = _iso(verdict.deadline)
    text = say(lang, "report.stop").join(
        t.of(lang) for t in (verdict.reason, verdict.next_step) if t is not None and t.of(lang)
    )
    if text:
        curves = "deciding_measurement" in verdict.details
        yield say(lang, "who.installer" if curves else "who.owner"), text, by
    vocabulary = case.vocabulary_of(verdict)
    for name in verdict.missing:
        told = vocabulary.requests.get(name) or vocabulary.facts.get(name)
        who = label("who", name, lang)
        who = say(lang, "who.owner") if who == name else who
        yield who, told.ask[lang == "ja"] if told else name, by


def _iso(day: date | None) -> str:
    return "–" if day is None else day.isoformat()


def causes_told(verdict: Verdict, lang: str) -> str:
    """Return the causes of an asset in a few words."""
    return listed([label("cause", j.cause.cause, lang) for j in shown_causes(verdict)], lang)
