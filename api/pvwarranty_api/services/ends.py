"""What a job's end without a result means for what it was about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from pvwarranty.errors import Problem
from pvwarranty_api.jobs.states import Claim, told
from pvwarranty_api.services.announcing import announce
from pvwarranty_api.services.core import Core
from pvwarranty_api.store.traffic import Delivery
from pvwarranty_api.store.work import Assessment, Document, FleetRun, Upload


def on_failure(
    core: Core, db: Session, claim: Claim, state: str, problems: Sequence[Problem]
) -> None:
    """Tell the object of a job that failed or was cancelled, in the same transaction."""
    data: dict[str, Any] = {"state": state, "problems": [told(p) for p in problems]}
    match claim.kind:
        case "understand" | "store" if upload := db.get(Upload, claim.target):
            upload.state, upload.problems, upload.confirmed = "failed", data["problems"], False
            announce(
                core, db, upload.organisation_id, "upload.failed", data | {"upload": upload.id}
            )
        case "assess" if row := db.get(Assessment, claim.target):
            data |= {"assessment": row.id}
            announce(core, db, row.organisation_id, "assessment.failed", data)
        case "fleet" if run := db.get(FleetRun, claim.target):
            announce(core, db, run.organisation_id, "fleet.failed", data | {"fleet_run": run.id})
        case "document" if document := db.get(Document, claim.target):
            db.delete(document)  # asked for again, it is tried again
        case "deliver" if delivery := db.get(Delivery, claim.target):
            delivery.state = "failed"
