"""The summary of a fleet, from the tables that a batch wrote.

What to look at first: assets by the modules that a claim may bring, steps and deadlines ahead,
causes, where the sites are.
"""

from __future__ import annotations

from pathlib import Path

from pvwarranty.report.document import Report
from pvwarranty.report.fleet.blocks import front, sections
from pvwarranty.report.fleet.reading import read_fleet
from pvwarranty.report.labels import say

__all__ = ["summary"]


def summary(folder: Path, lang: str) -> Report:
    """Return the summary of a batch's output folder in a language (``ja`` or ``en``).

    Shown by `pdf.render_pdf`, `html.render_html` and `plain.render_text`.

    Raises
    ------
    DataError
        The folder lacks the tables of a batch.
    """
    fleet = read_fleet(folder)
    subject = say(lang, "fleet.subject", sites=len(fleet.sites), on=fleet.on)
    return Report(
        title=say(lang, "fleet.title"),
        subject=subject,
        lang=lang,
        on=fleet.on,
        front=front(fleet, lang),
        sections=sections(fleet, lang),
        footer=say(lang, "report.footer"),
    )
