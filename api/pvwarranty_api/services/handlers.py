"""What does each kind of job; each ends with `states.finish` in the transaction of its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pvwarranty_api.jobs.outcome import Tell
from pvwarranty_api.jobs.states import Claim
from pvwarranty_api.services.assessments import assess, make_report
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.delivering import deliver
from pvwarranty_api.services.documents import make_document
from pvwarranty_api.services.fleets import judge_fleet
from pvwarranty_api.services.gathering import gather
from pvwarranty_api.services.importing import store, understand
from pvwarranty_api.services.purging import purge

Handler = Callable[[Core, Claim, Tell], None]

HANDLERS: Mapping[str, Handler] = {
    "assess": assess,
    "deliver": deliver,
    "document": make_document,
    "fleet": judge_fleet,
    "gather": gather,
    "purge": purge,
    "report": make_report,
    "store": store,
    "understand": understand,
}
