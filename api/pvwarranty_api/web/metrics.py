"""What Prometheus is told: requests by route and status, their duration, and the jobs."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import func, select

from pvwarranty_api.services.core import Core
from pvwarranty_api.store.work import Job

TIMES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0)


class Metrics:
    """The counters of one server process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "pvwarranty_requests", "Requests answered", (*labels, "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "pvwarranty_request_seconds", "Time to answer [s]", labels, buckets=TIMES,
            registry=self.registry,
        )  # fmt: skip
        self._jobs = Gauge("pvwarranty_jobs", "Jobs by state", ("state",), registry=self.registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is the pattern of its path, not the path."""
        method = method if method in METHODS else "other"
        self._requests.labels(method, route or "none", str(status)).inc()
        self._seconds.labels(method, route or "none").observe(seconds)

    def text(self, core: Core) -> bytes:
        """Return all of it in Prometheus' text form."""
        with core.database.reading() as db:
            rows = db.execute(select(Job.state, func.count()).group_by(Job.state)).all()
        found = {state: count for state, count in rows}
        for state in ("queued", "running", "done", "failed", "cancelled"):
            self._jobs.labels(state).set(found.get(state, 0))
        return generate_latest(self.registry)


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
