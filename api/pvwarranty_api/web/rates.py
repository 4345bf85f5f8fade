"""Rate limits of keys, users and addresses, kept in the memory of this process."""

from __future__ import annotations

import math
import time

from fastapi import Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from pvwarranty_api.auth.actor import Actor
from pvwarranty_api.errors import Refusal
from pvwarranty_api.settings import Settings

ENTITLEMENTS = "/v1/entitlements"


class Rates:
    """Counts requests in windows; each server process counts its own."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._usual = parse(settings.rate)
        self._entitlements = parse(settings.rate_entitlements)
        self._anonymous = parse(settings.rate_anonymous)

    def check_actor(self, actor: Actor, request: Request) -> None:
        """Refuse a request beyond the limit of a key or user."""
        cheap = request.scope["path"] == ENTITLEMENTS
        self._check(self._entitlements if cheap else self._usual, actor.label, str(cheap))

    def check_address(self, address: str) -> None:
        """Refuse a request beyond the limit of an address."""
        self._check(self._anonymous, "address", address)

    def _check(self, item: RateLimitItem, *who: str) -> None:
        if self._limiter.hit(item, *who):
            return
        reset = self._limiter.get_window_stats(item, *who).reset_time
        wait = max(1, math.ceil(reset - time.time()))
        raise Refusal("too_many", headers={"Retry-After": str(wait)})
