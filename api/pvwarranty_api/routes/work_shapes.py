"""The shapes of the API: uploads, assessments, jobs, devices, webhooks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from pvwarranty_api.routes.shapes import Line, Shape, Shown
from pvwarranty_api.services.announcing import EVENTS
from pvwarranty_api.web.forms import ObjectId

Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
DeviceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,100}$")]


class OptionsIn(Shape):
    """What is said of an import, against what is found in the files (`pvwarranty convert`)."""

    profile: Word | None = None
    zone: Word | None = None
    label: Literal["start", "end"] | None = None
    encoding: Word | None = None
    interval: Annotated[int, Field(ge=1, le=86400)] | None = None
    only: Word | None = None
    replace: bool = False
    map: list[Word] = Field(default_factory=list, max_length=200)
    unit: list[Word] = Field(default_factory=list, max_length=200)
    missing: list[Word] = Field(default_factory=list, max_length=50)


class ToldIn(Shape):
    """Options of an upload; `confirm`: store it as soon as it is understood."""

    options: OptionsIn = OptionsIn()
    confirm: bool = False
    kind: Literal["auto", "export", "canonical"] = "auto"


class RowsIn(Shape):
    """Measurements as JSON: instants with their offset, and a value or null for each column."""

    time: Annotated[list[datetime], Field(min_length=2, max_length=20_000)]
    columns: Annotated[
        dict[str, list[Annotated[float, Field(allow_inf_nan=False)] | None]],
        Field(min_length=1, max_length=500),
    ]


class FileOut(Shown):
    """A file of an upload."""

    name: str
    size: int
    sha256: str


class UploadOut(Shown):
    """An upload: received → understood → stored, or refused, or failed."""

    id: str
    site_id: str
    state: Literal["received", "understood", "stored", "refused", "failed"]
    confirmed: bool
    kind: str
    files: list[FileOut]
    options: dict[str, Any]
    found: dict[str, Any] = Field(description="`text` for people, `report` as `convert --json`")
    problems: list[dict[str, str]]
    job_id: str | None
    created_at: datetime


class JobOut(Shown):
    """A job: queued → running → done, failed or cancelled."""

    id: str
    kind: str
    target: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: float = Field(description="0–1")
    stage: str
    attempt: int
    cancel_asked: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    problems: list[dict[str, str]]


class AssessmentIn(Shape):
    """What is to be judged; `on` is today where absent."""

    site_id: ObjectId
    on: date | None = Field(None, examples=["2024-11-26"])
    language: Literal["ja", "en"] = "ja"


class AssessmentOut(Shown):
    """An assessment; `summary` holds a line for each verdict once it is done."""

    id: str
    site_id: str
    on: date
    language: str
    job_id: str
    summary: list[dict[str, Any]]
    created_at: datetime


class AssessmentWithJob(AssessmentOut):
    """An assessment and how far it is."""

    job: JobOut


class DeviceIn(Shape):
    """A device that will push; `channel` is the channel, inverter or battery of the site."""

    name: DeviceName = Field(examples=["0001"])
    device_type: Line = Field(examples=["pvPowerGeneration"])
    channel: Line = Field(examples=["PCS"])
    interval: int = Field(1800, ge=60, le=3600, description="seconds of a row")


class DeviceOut(Shown):
    """A device."""

    id: str
    name: str
    device_type: str
    channel: str
    interval: int
    site_id: str
    created_at: datetime


class PropertiesIn(Shape):
    """Several properties at once, with the instant at which they were read."""

    timestamp: datetime | None = None
    properties: Annotated[dict[str, Any], Field(min_length=1, max_length=200)]


class WebhookIn(Shape):
    """Where events are told to; see docs/service.md for the signature."""

    url: Annotated[str, Field(max_length=1000, examples=["https://hems.example.jp/hook"])]
    events: Annotated[list[Line], Field(min_length=1, max_length=50, examples=[list(EVENTS)])]


class WebhookOut(Shown):
    """A webhook, without its secret."""

    id: str
    url: str
    events: list[str]
    active: bool
    created_at: datetime


class NewWebhookOut(WebhookOut):
    """A webhook with its secret: shown this once and never again."""

    secret: str


class DeliveryOut(Shown):
    """An event told to a webhook: `last` is what the last try met."""

    id: str
    event: str
    state: Literal["waiting", "delivered", "failed"]
    attempt: int
    last: str
    created_at: datetime


class AuditOut(Shown):
    """A deed."""

    id: str
    created_at: datetime
    actor: str
    action: str
    target: str
    detail: dict[str, Any]
    request_id: str


Days = Annotated[int, Field(ge=1, le=36_500)]


class RetentionIn(Shape):
    """For how many days each kind is kept; null: for ever."""

    uploads: Days | None = None
    assessments: Days | None = None
    audit: Days | None = None


class DocumentIn(Shape):
    """A document of an assessment that is to be made."""

    kind: Literal["pdf", "html", "bundle"]
    language: Literal["ja", "en"] = "ja"


class DocumentOut(Shown):
    """A document: it can be had once its job is done."""

    id: str
    assessment_id: str
    kind: str
    language: str
    job_id: str
    created_at: datetime


class FleetIn(Shape):
    """What is to be judged: the sites named, or all with measurements; `on` is today if absent."""

    on: date | None = None
    site_ids: list[ObjectId] | None = Field(None, min_length=1, max_length=100_000)


class FleetOut(Shown):
    """A fleet run; `tables` names what it wrote, once it is done."""

    id: str
    on: date
    job_id: str
    summary: dict[str, Any]
    tables: dict[str, Any]
    created_at: datetime


class FleetWithJob(FleetOut):
    """A fleet run, its sites by id, and how far it is."""

    names: dict[str, str]
    job: JobOut
