"""Doing all waiting jobs in the test's own process, and small things to send."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from pvwarranty_api.jobs.states import claim_next
from pvwarranty_api.services.core import Core
from pvwarranty_api.store.types import now
from pvwarranty_api.store.work import Job
from pvwarranty_api.worker.child import try_once
from pvwarranty_api.worker.settling import settle

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "site_data" / "failed-modules"
CORPUS = ROOT / "tests" / "ingest" / "corpus"


def drain(core: Core) -> list[str]:
    """Do all jobs that wait, those that wait for later too; return their kinds."""
    kinds = []
    for _ in range(200):
        with core.database.writing() as db:
            later = Job.run_at > now()
            db.execute(update(Job).where(Job.state == "queued", later).values(run_at=_past()))
            claim = claim_next(db, "test", 60)
        if claim is None:
            return kinds
        kinds.append(claim.kind)
        settle(core, claim, try_once(core, claim, lambda part, stage: None))
    raise AssertionError("the jobs have no end")


def _past() -> object:
    return now() - timedelta(seconds=1)


def document(folder: Path) -> dict:
    return tomllib.loads((folder / "site.toml").read_text("utf-8"), parse_float=float)


def new_site(client: Any, folder: Path) -> str:
    made = client.post("/v1/sites", json=plain(document(folder)))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def plain(value: object) -> object:
    return json.loads(json.dumps(value, default=str))


def judged(client: Any, core, day: str = "2024-11-04") -> tuple[str, str]:
    site = new_site(client, EXAMPLE)
    parquet = (EXAMPLE / "measurements.parquet").read_bytes()
    headers = {"Content-Type": "application/vnd.apache.parquet"}
    client.post(f"/v1/sites/{site}/uploads?confirm=true", content=parquet, headers=headers)
    drain(core)
    asked = client.post("/v1/assessments", json={"site_id": site, "on": day}).json()
    drain(core)
    return site, asked["id"]
