"""Routes: webhooks."""

from __future__ import annotations

from fastapi import APIRouter, Response

from pvwarranty_api.routes.shapes import ListOf
from pvwarranty_api.routes.work_shapes import (
    DeliveryOut,
    NewWebhookOut,
    WebhookIn,
    WebhookOut,
)
from pvwarranty_api.services import webhooks
from pvwarranty_api.web.access import Admin, CoreOf
from pvwarranty_api.web.forms import ObjectId, WantedPiece

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


@router.get("")
def list_webhooks(core: CoreOf, actor: Admin, wanted: WantedPiece) -> ListOf[WebhookOut]:
    """Return the webhooks of the organisation, without their secrets."""
    return ListOf[WebhookOut].model_validate(webhooks.list_webhooks(core, actor, wanted))


@router.post("", status_code=201)
def create_webhook(core: CoreOf, actor: Admin, body: WebhookIn) -> NewWebhookOut:
    """Make a webhook. Its secret is shown in this answer and never again."""
    row = webhooks.create_webhook(core, actor, body.url, body.events)
    return NewWebhookOut.model_validate(row)


@router.delete("/{hook_id}", status_code=204)
def delete_webhook(core: CoreOf, actor: Admin, hook_id: ObjectId) -> Response:
    """Remove a webhook."""
    webhooks.delete_webhook(core, actor, hook_id)
    return Response(status_code=204)


@router.post("/{hook_id}/test", status_code=202)
def test_webhook(core: CoreOf, actor: Admin, hook_id: ObjectId) -> DeliveryOut:
    """Have a webhook told of a `ping`."""
    return DeliveryOut.model_validate(webhooks.test_webhook(core, actor, hook_id))


@router.get("/{hook_id}/deliveries")
def list_deliveries(
    core: CoreOf, actor: Admin, hook_id: ObjectId, wanted: WantedPiece
) -> ListOf[DeliveryOut]:
    """Return what was told to a webhook, and how it answered."""
    found = webhooks.list_deliveries(core, actor, hook_id, wanted)
    return ListOf[DeliveryOut].model_validate(found)
