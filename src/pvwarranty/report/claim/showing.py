"""Pictures of what shows a cause: the sky before and after, a day held back, a step."""

from __future__ import annotations

from collections.abc import Iterator

from pvwarranty.report.case import Case
from pvwarranty.report.document import Picture
from pvwarranty.report.figures import profile, step, sunmap, svg
from pvwarranty.report.labels import label, say
from pvwarranty.report.text import shown_causes
from pvwarranty.verify.result import JudgedCause

MOST = 4  # pictures
EACH = 2  # of one kind of cause
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
    c = judged.cause
    if "map" in c.evidence and c.since is not None:
        figure, alt = (
            sunmap.draw(c.evidence, case.site.latitude, lang),
            sunmap.alt(c.evidence, lang),
        )
        return Picture(svg(figure), alt, say(lang, "sunmap.caption", asset=asset, since=c.since))
    if "profile" in c.evidence:
        caption = say(lang, "profile.caption", asset=asset, cause=label("cause", c.cause, lang))
        return Picture(svg(profile.draw(c.evidence, lang)), profile.alt(c.evidence, lang), caption)
    if "levels" in c.evidence and c.since is not None:
        caption = say(lang, "step.caption", asset=asset, since=c.since)
        figure, alt = step.draw(c.evidence, c.since, lang), step.alt(c.evidence, c.since, lang)
        return Picture(svg(figure), alt, caption)
    return None
