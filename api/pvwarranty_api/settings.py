"""Settings of the service: one frozen value, read from the environment, told of all at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pvwarranty.errors import DataError, Problem, nearest

Rate = Annotated[str, Field(pattern=r"^[1-9]\d{0,8} ?/ ?(\d+ ?)?(second|minute|hour|day)s?$")]
PREFIX = "PVWARRANTY_"
OTHERS = frozenset({"PVWARRANTY_ELAPI_KEY", "PVWARRANTY_ELAPI_TOKEN"})  # of other commands


class Settings(BaseModel):
    """All that can be set; each field is read from ``PVWARRANTY_<FIELD>`` (docs/service.md)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    data: Path = Path("pvwarranty-data")
    database: str = ""  # URL; a file in `data` where empty
    objects: str = ""  # s3://BUCKET/PREFIX; a folder in `data` where empty
    objects_endpoint: str = ""  # of an S3-compatible store that is not Amazon's
    proxies: str = "127.0.0.1"  # addresses whose X-Forwarded-For is believed
    insecure_cookies: bool = False  # over plain HTTP, on the own machine alone
    worker: Literal["own", "none"] = "own"  # whether `serve` starts a worker process
    worker_processes: int = Field(1, ge=1, le=64)
    scheduler: str = ""  # address of a Dask scheduler for fleets
    fleet_processes: int = Field(2, ge=1, le=256)  # where there is no scheduler
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_token: str = ""  # asked for at /metrics where set

    max_body: int = Field(2 << 20, ge=1024)  # bytes of a request that is no upload
    max_upload: int = Field(256 << 20, ge=1024)  # bytes of an upload, all its files
    max_upload_files: int = Field(400, ge=1)
    connections: int = Field(2000, ge=10)  # open at a time
    head_timeout: float = Field(10.0, gt=0)  # s for the head of a request
    body_timeout: float = Field(30.0, gt=0)  # s without a byte of a body
    slowest_body: int = Field(1024, ge=0)  # bytes/s averaged over a body after `body_timeout`
    shutdown_timeout: int = Field(20, ge=1)  # s for requests under way

    rate: Rate = "600/minute"  # requests of a key or user
    rate_entitlements: Rate = "60000/minute"
    rate_anonymous: Rate = "120/minute"  # requests of an address without a key

    session_hours: int = Field(12, ge=1)
    login_failures: int = Field(10, ge=1)  # of an account within the window
    login_failures_address: int = Field(50, ge=1)
    login_window: int = Field(900, ge=1)  # s

    bundle_key: str = ""  # file with the Ed25519 key that seals bundles
    fleet_place: str = ""  # folder or URL that every worker of the scheduler reaches
    fleet_time_limit: int = Field(24 * 3600, ge=1)  # s
    job_time_limit: int = Field(900, ge=1)  # s
    job_memory: int = Field(2 << 30, ge=128 << 20)  # bytes of a job's process
    job_lease: int = Field(30, ge=1)  # s until a dead worker's job is another's
    job_attempts: int = Field(5, ge=1)

    webhook_private: bool = False  # whether webhooks may go to private addresses
    webhook_timeout: float = Field(10.0, gt=0)
    webhook_attempts: int = Field(8, ge=1)
    idempotency_hours: int = Field(48, ge=1)

    @property
    def database_url(self) -> str:
        """Return the URL of the database."""
        if self.database:
            return self.database
        return f"sqlite:///{self.data.absolute() / 'service.sqlite'}"

    @property
    def is_embedded(self) -> bool:
        """Tell whether the database is the embedded one, a file."""
        return self.database_url.startswith("sqlite")


def read_settings(environment: Mapping[str, str], **told: object) -> Settings:
    """Return the settings of an environment; what is `told` (not None) goes before it.

    Raises DataError with all that is wrong: values that do not fit, names that are not known.
    """
    known = {f"{PREFIX}{name.upper()}": name for name in Settings.model_fields}
    given = {known[n]: value for n, value in environment.items() if n in known}
    problems = [
        Problem(name, "is no setting", nearest(name, known))
        for name in environment
        if name.startswith(PREFIX) and name not in known and name not in OTHERS
    ]
    given |= {name: value for name, value in told.items() if value is not None}  # type: ignore[misc]
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems += [
            Problem(f"{PREFIX}{'.'.join(str(p) for p in e['loc']).upper()}", e["msg"])
            for e in error.errors(include_url=False)
        ]
    if problems:
        raise DataError(problems)
    return settings
