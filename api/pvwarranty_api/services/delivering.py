"""Delivering events to webhooks: signed, tried again with growing pauses.

Form and signature are those of the Standard Webhooks specification: ``webhook-id``,
``webhook-timestamp`` and ``webhook-signature: v1,BASE64(HMAC-SHA256(secret, id.timestamp.body))``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

from pvwarranty.errors import Problem
from pvwarranty_api.errors import Refusal
from pvwarranty_api.jobs.outcome import Again, Tell
from pvwarranty_api.jobs.states import Claim, Lost, finish
from pvwarranty_api.services.addresses import Target, resolve
from pvwarranty_api.services.core import Core
from pvwarranty_api.settings import Settings
from pvwarranty_api.store.traffic import Delivery, Webhook

FIRST, LONGEST = 5.0, 6 * 3600.0  # s: the first pause and the longest
SPREAD = 0.2


def deliver(core: Core, claim: Claim, tell: Tell) -> None:
    """Tell a webhook of an event once; raises Again where it does not answer with 2xx."""
    with core.database.reading() as db:
        delivery = db.get(Delivery, claim.target)
        hook = db.get(Webhook, delivery.webhook_id) if delivery else None
    if delivery is None or hook is None:
        raise Lost(claim.job)
    met = _send(core.settings, hook, delivery)
    is_done = met.startswith("2")
    with core.database.writing() as db:
        kept = db.get(Delivery, claim.target)
        if kept is None:
            raise Lost(claim.job)
        kept.attempt, kept.last = claim.attempt, met
        if is_done:
            kept.state = "delivered"
            finish(db, claim)
    if not is_done:
        raise Again(pause(claim.attempt), Problem(hook.url, met))


def pause(attempt: int) -> float:
    """Return how long to wait after a try [s]: four times as long each time."""
    return float(min(FIRST * 4 ** (attempt - 1), LONGEST))


def _send(settings: Settings, hook: Webhook, delivery: Delivery) -> str:
    """Return the status that came back, or what was met instead."""
    import httpx

    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    stamp = str(int(time.time()))
    try:
        target = resolve(hook.url, settings.webhook_private)
        headers = {
            "Host": target.authority, "Content-Type": "application/json",
            "User-Agent": "pvwarranty", "webhook-id": delivery.id, "webhook-timestamp": stamp,
            "webhook-signature": sign(hook.secret, delivery.id, stamp, body),
        }  # fmt: skip
        return asyncio.run(_post(httpx, target, headers, body, settings.webhook_timeout))
    except Refusal as refusal:
        return refusal.problems[0].what if refusal.problems else "the name has no address"
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return type(error).__name__


async def _post(
    httpx: Any, target: Target, headers: dict[str, str], body: bytes, wait: float
) -> str:  # fmt: skip
    # one limit over all of it: a head that trickles would start a limit of each read anew
    async with (
        asyncio.timeout(wait),
        httpx.AsyncClient(timeout=wait, follow_redirects=False, trust_env=False) as client,
    ):
        request = client.build_request(
            "POST", target.url, headers=headers, content=body,
            extensions={"sni_hostname": target.host},
        )  # fmt: skip
        response = await client.send(request, stream=True)  # the answer's body is never read
        await response.aclose()
        return str(response.status_code)


def sign(secret: str, delivery_id: str, stamp: str, body: bytes) -> str:
    """Return the signature of a message."""
    signed = f"{delivery_id}.{stamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
