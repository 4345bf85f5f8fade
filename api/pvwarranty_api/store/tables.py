"""All tables, so that one import knows them all."""

from pvwarranty_api.store.base import Base
from pvwarranty_api.store.people import (
    ApiKey,
    AuditEntry,
    LoginFailure,
    Organisation,
    User,
    WebSession,
)
from pvwarranty_api.store.traffic import Answered, Delivery, Device, Push, Webhook
from pvwarranty_api.store.work import Assessment, Document, FleetRun, Job, SiteRow, Upload

__all__ = [
    "Answered",
    "ApiKey",
    "Assessment",
    "AuditEntry",
    "Base",
    "Delivery",
    "Device",
    "Document",
    "FleetRun",
    "Job",
    "LoginFailure",
    "Organisation",
    "Push",
    "SiteRow",
    "Upload",
    "User",
    "WebSession",
    "Webhook",
]
