"""What a job's end without a result means for what it was about."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from pvwarranty.errors import Problem
from pvwarranty_api.jobs.states import Claim
from pvwarranty_api.services.core import Core


def on_failure(
    core: Core, db: Session, claim: Claim, state: str, problems: Sequence[Problem]
) -> None:
    """Tell the object of a job that failed or was cancelled, in the same transaction."""
