"""The claim report of a site: the answer first, then what it rests on."""

from __future__ import annotations

from pvwarranty.report.case import Case
from pvwarranty.report.claim.causes import causes
from pvwarranty.report.claim.dates import dates
from pvwarranty.report.claim.evidence import evidence
from pvwarranty.report.claim.facts import facts
from pvwarranty.report.claim.front import front
from pvwarranty.report.claim.method import limits, method
from pvwarranty.report.claim.place import place
from pvwarranty.report.claim.quality import quality
from pvwarranty.report.claim.quoting import terms
from pvwarranty.report.document import Attachment, Report
from pvwarranty.report.labels import say
from pvwarranty.verify.result import as_json

__all__ = ["Case", "claim_report"]


def claim_report(case: Case, lang: str) -> Report:
    """Return the report of a judged site in a language (``ja`` or ``en``).

    The same case gives the same report; `pdf.render_pdf` and `html.render_html` show it.
    """
    result = case.result
    made = (
        evidence(case, lang), causes(case, lang), place(case, lang), dates(case, lang),
        facts(case, lang), quality(case, lang), method(case, lang), terms(case, lang),
        limits(case, lang),
    )  # fmt: skip
    return Report(
        title=say(lang, "report.title"),
        subject=say(lang, "report.subject", site=result.site, on=result.on),
        lang=lang,
        on=result.on,
        front=front(case, lang),
        sections=tuple(s for s in made if s is not None),
        footer=say(lang, "report.footer"),
        attachments=(
            Attachment(
                "evidence.json", "application/json", (as_json(result, lang) + "\n").encode(),
                say(lang, "report.evidence_about"),
            ),
        ),
    )  # fmt: skip
