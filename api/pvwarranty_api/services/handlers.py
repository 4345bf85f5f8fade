"""What does each kind of job; each ends with `states.finish` in the transaction of its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pvwarranty_api.jobs.outcome import Tell
from pvwarranty_api.jobs.states import Claim, finish
from pvwarranty_api.services.core import Core

Handler = Callable[[Core, Claim, Tell], None]


def purge(core: Core, claim: Claim, tell: Tell) -> None:
    """Remove what is over."""
    with core.database.writing() as db:
        finish(db, claim)


HANDLERS: Mapping[str, Handler] = {"purge": purge}
