"""Pictures of what shows a cause: the sky before and after, a day held back, a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pvwarranty.report.case import Case
from pvwarranty.report.document import Picture
from pvwarranty.report.figures import light, profile, step, sunmap, svg
from pvwarranty.report.labels import label, say
from pvwarranty.report.text import shown_causes
from pvwarranty.verify.result import JudgedCause

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 4  # pictures
EACH = 2  # of one kind of cause
BY_LIGHT = ("salt_corrosion", "pid")  # losses that light tells apart
LEAST = 0.002  # share from which a cause is worth a picture


def pictures(case: Case, lang: str) -> Iterator[Picture]:
    """Yield pictures of the largest causes, at most two of a kind."""
    found = sorted(
        ((v.asset, j) for v in case.result.verdicts for j in shown_causes(v)),
        key=lambda f: -f[1].cause.share,
    )
    count: dict[str, int] = {}
    for asset, judged in found:
        name = judged.cause.cause
        if count.get(name, 0) >= EACH or judged.cause.share < LEAST:
            continue
        drawn = _picture(asset, judged, case, lang)
        if drawn is not None and sum(count.values()) < MOST:
            # what a power conditioner holds back is the same for all channels behind it
            count[name] = EACH if "profile" in judged.cause.evidence else count.get(name, 0) + 1
            yield drawn


def _picture(asset: str, judged: JudgedCause, case: Case, lang: str) -> Picture | None:
    """Return the picture that shows a cause, by what its evidence holds."""
    c, since = judged.cause, judged.cause.since
    found, latitude = c.evidence, case.site.latitude
    named = {"asset": asset, "cause": label("cause", c.cause, lang), "since": since}
    if "map" in found:
        caption = "sunmap.caption_always" if sunmap.is_old(found) else "sunmap.caption"
        drawn = sunmap.draw(found, latitude, lang)
        return Picture(svg(drawn), sunmap.alt(found, lang), say(lang, caption, **named))
    if "profile" in found:
        return _made(profile.draw(found, lang), profile.alt(found, lang), "profile", named, lang)
    if "levels" in found and since is not None:
        return _made(
            step.draw(found, since, lang), step.alt(found, since, lang), "step", named, lang
        )
    if c.cause in BY_LIGHT and light.has_points(found):
        return _made(light.draw(found, lang), light.alt(found, lang), "light", named, lang)
    return None


def _made(figure: Figure, alt: str, name: str, named: Mapping[str, object], lang: str) -> Picture:
    return Picture(svg(figure), alt, say(lang, f"{name}.caption", **named))
