"""The place: how far from the coast, in which salt zones, and what remains to be asked."""

from __future__ import annotations

from collections.abc import Iterator

from pvwarranty.place import SaltPlace, Zone, salt_zone
from pvwarranty.report.case import Case
from pvwarranty.report.document import (
    Block,
    Cell,
    Column,
    Items,
    Paragraph,
    Picture,
    Section,
    Table,
)
from pvwarranty.report.figures import salt, svg
from pvwarranty.report.labels import label, say

LEAST = 0.2  # probability of salt corrosion from which the place matters


def place(case: Case, lang: str) -> Section | None:
    """Return the section on the place, or None where salt is neither near nor suspected."""
    if not case.site.channels:
        return None
    facts = case.site.facts
    found = salt_zone(
        case.site.latitude, case.site.longitude,
        direct_sea_breeze=facts.get("direct_sea_breeze"), island_road=facts.get("island_road"),
    )  # fmt: skip
    if found is None or not (_suspected(case) or _in_zone(found)):
        return None
    return Section(say(lang, "section.place"), tuple(_blocks(case, found, lang)))


def _in_zone(found: SaltPlace) -> bool:
    return any(a.zone is not Zone.GENERAL for a in found.answers)


def _suspected(case: Case) -> bool:
    return any(
        j.cause.cause == "salt_corrosion" and j.cause.probability >= LEAST
        for v in case.result.verdicts
        for j in v.causes
    )


def _blocks(case: Case, found: SaltPlace, lang: str) -> Iterator[Block]:
    if not found.on_land:
        yield Paragraph(say(lang, "place.at_sea"))
        return
    told = {"distance": found.distance / 1000.0, "u": 2 * found.uncertainty / 1000.0}
    yield Paragraph(say(lang, "place.distance", **told))
    yield Picture(svg(salt.draw(found, lang)), salt.alt(found, lang), say(lang, "salt.caption"))
    columns = (
        Column(say(lang, "place.table"), 2.0), Column(say(lang, "place.zone")),
        Column(say(lang, "place.source"), 2.4),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(salt.answer_told(a, lang)),
            Cell(label("zone", a.zone, lang) + (say(lang, "place.near") if a.near_limit else "")),
            Cell(a.source),
        )
        for a in found.answers
    )
    yield Table("", columns, rows)
    notes = [say(lang, f"place.ask_{a}") for a in found.asks]
    makers = {case.maker_of(v) for v in case.result.verdicts}
    notes += [
        say(lang, "place.closer", distance=m.distance, source=m.source)
        for m in found.closer_than if m.maker in makers
    ]  # fmt: skip
    yield Items((say(lang, "place.evidence"), *notes))
