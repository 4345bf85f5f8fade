"""Examples of the OpenAPI document: of each shape by its name, and of answers without a shape."""

from __future__ import annotations

from typing import Any

ID, OTHER, JOB = (f"019b4f2a7c10{n}" for n in ("5d2e8f0a1b3c4d6e7f80", "a" * 20, "b" * 20))
WHEN, THEN = "2026-11-26T00:00:00Z", "2026-11-26T00:00:09Z"
FILE = {"name": "発電実績.csv", "size": 48210, "sha256": "5f" * 32}
PROBLEM = {"where": "a.csv, row 3", "what": "'--' is no number", "hint": ""}
VERDICT = {
    "asset": "S1M04", "component": "pv_module", "coverage": "tos_module_output",
    "output": "below", "decision": "needs_information", "missing": ["event_date"],
    "deadline": "2029-11-05", "quantity": "output_ratio", "value": 0.664, "low": 0.64,
    "high": 0.7, "p_below": 1.0, "threshold": 0.81, "until": "2029-11-05",
}  # fmt: skip
KEY = {
    "id": ID, "name": "HEMS", "hint": "pvw_31Wu", "scope": "write", "created_at": WHEN,
    "expires_at": None, "revoked_at": None, "used_at": THEN,
}  # fmt: skip
JOB_OUT = {
    "id": JOB, "kind": "assess", "target": ID, "state": "running", "progress": 0.2,
    "stage": "judge", "attempt": 1, "cancel_asked": False, "created_at": WHEN,
    "started_at": WHEN, "finished_at": None, "problems": [],
}  # fmt: skip
ASSESSMENT = {
    "id": ID, "site_id": OTHER, "on": "2026-11-25", "language": "ja", "job_id": JOB,
    "summary": [VERDICT], "created_at": WHEN,
}  # fmt: skip
FLEET = {
    "id": ID, "on": "2026-11-25", "job_id": JOB, "summary": {"sites": 120, "failed": 1},
    "tables": {"verdicts.parquet": f"fleets/{ID}/{OTHER}"}, "created_at": WHEN,
}  # fmt: skip
WEBHOOK = {
    "id": ID, "url": "https://hems.example.jp/hook", "events": ["assessment.done"],
    "active": True, "created_at": WHEN,
}  # fmt: skip
OPTIONS = {"profile": "kpnet", "label": "end", "map": ["PV1=PCS.p_ac"], "unit": ["発電電力量=kWh"]}

SHAPES: dict[str, Any] = {
    "OrganisationOut": {
        "id": ID, "name": "甲電設", "created_at": WHEN, "retention": {"uploads": 365}},
    "ActorOut": {
        "organisation": OTHER, "id": ID, "kind": "key", "name": "HEMS", "role": "write"},
    "UserIn": {
        "email": "hanako@example.jp", "name": "山田 花子", "role": "write",
        "password": "a password of at least 12 characters"},
    "UserOut": {
        "id": ID, "email": "hanako@example.jp", "name": "山田 花子", "role": "write",
        "language": "ja", "created_at": WHEN, "disabled_at": None},
    "KeyIn": {"name": "HEMS", "scope": "write"},
    "KeyOut": KEY,
    "NewKeyOut": KEY | {"key": "pvw_31Wu…"},
    "AuditOut": {
        "id": ID, "created_at": WHEN, "actor": f"user:{OTHER}", "action": "upload.confirm",
        "target": JOB, "detail": {}, "request_id": "1216fe0e50c068db"},
    "RetentionIn": {"uploads": 365, "assessments": None},
    "SiteOut": {
        "id": OTHER, "name": "chiba-012",
        "document": {"id": "chiba-012", "latitude": 35.7, "longitude": 140.8},
        "version": 1, "created_at": WHEN, "updated_at": WHEN,
        "held": {"rows": 17520, "first": "2025-11-25T15:00:00+00:00",
                 "last": "2026-11-25T14:30:00+00:00", "interval": 1800,
                 "columns": ["S1C.p_dc"]}},
    "UploadOut": {
        "id": ID, "site_id": OTHER, "state": "refused", "confirmed": False, "kind": "auto",
        "files": [FILE], "options": {}, "found": {}, "problems": [PROBLEM], "job_id": JOB,
        "created_at": WHEN},
    "RowsIn": {
        "time": ["2026-11-25T09:00:00+09:00", "2026-11-25T09:30:00+09:00"],
        "columns": {"S1C.p_dc": [2750.0, None]}},
    "ToldIn": {"options": OPTIONS, "confirm": True},
    "AssessmentIn": {"site_id": OTHER, "on": "2026-11-25", "language": "ja"},
    "AssessmentOut": ASSESSMENT,
    "AssessmentWithJob": ASSESSMENT | {"job": JOB_OUT},
    "JobOut": JOB_OUT,
    "DocumentIn": {"kind": "pdf", "language": "ja"},
    "DocumentOut": {
        "id": OTHER, "assessment_id": ID, "kind": "pdf", "language": "ja", "job_id": JOB,
        "created_at": WHEN},
    "FleetIn": {"on": "2026-11-25", "site_ids": [OTHER]},
    "FleetOut": FLEET,
    "FleetWithJob": FLEET | {"names": {OTHER: "chiba-012"}, "job": JOB_OUT},
    "DeviceIn": {"name": "0001", "device_type": "pvPowerGeneration", "channel": "PCS"},
    "DeviceOut": {
        "id": ID, "name": "0001", "device_type": "pvPowerGeneration", "channel": "PCS",
        "interval": 1800, "site_id": OTHER, "created_at": WHEN},
    "PropertiesIn": {
        "timestamp": "2026-11-25T09:00:00+09:00",
        "properties": {"instantaneousElectricPowerGeneration": 2750}},
    "WebhookIn": {"url": "https://hems.example.jp/hook", "events": ["assessment.done"]},
    "WebhookOut": WEBHOOK,
    "NewWebhookOut": WEBHOOK | {"secret": "whsec_…"},
    "DeliveryOut": {
        "id": ID, "event": "assessment.done", "state": "delivered", "attempt": 1, "last": "200",
        "created_at": WHEN},
}  # fmt: skip

LABEL = {"en": "Completion of installation", "ja": "設置完了日"}
ANSWERS: dict[str, Any] = {  # by method and path, of what has no shape
    "GET /healthz": {"status": "ok"},
    "GET /readyz": {"status": "ready"},
    "POST /v1/entitlements": {
        "decision": "needs_information", "coverage": "tos_module_output",
        "clauses": ["TOS-2.2-1"], "missing": ["event_date", "claim_date"]},
    "POST /v1/timelines": [
        {"date": "2038-11-27", "kind": "deadline", "coverage": "tos_module_output",
         "what": "Last day to claim under the output warranty", "clauses": ["TOS-T1-01A"]}],
    "GET /v1/terms": [
        {"id": "toshiba/long_term_2020-04", "maker": "toshiba", "clauses": 60, "coverages": 9}],
    "GET /v1/terms/{maker}/{edition}": {
        "id": "toshiba/long_term_2020-04", "maker": "toshiba",
        "clauses": [{"id": "TOS-2.2-1", "at": "p. 3", "quote": "出力が、…"}]},
    "GET /v1/vocabulary": {
        "facts": [{"name": "completion_date", "kind": "date", "label": LABEL}], "requests": []},
    "GET /v1/organisation/export": {
        "organisation": {"id": ID, "name": "甲電設"}, "users": [], "sites": []},
    "GET /v1/users/{user_id}/export": {"user": {"id": ID, "name": "山田 花子"}, "deeds": []},
    "GET /elapi/v1/devices": {
        "devices": [{"id": "0001", "deviceType": "pvPowerGeneration"}], "hasMore": False},
    "GET /elapi/v1/devices/{name}/properties": {"instantaneousElectricPowerGeneration": 2750},
    "POST /elapi/v1/devices/{name}/properties": {"status": "accepted"},
    "PUT /elapi/v1/devices/{name}/properties/{property_name}": {
        "instantaneousElectricPowerGeneration": 2750},
    "GET /v1/assessments/{assessment_id}/result": {"verdicts": [VERDICT]},
}  # fmt: skip
