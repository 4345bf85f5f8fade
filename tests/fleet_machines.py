"""Servers and workers as processes of their own, for tests of the batch."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

TESTS = Path(__file__).resolve().parent
DASK = {
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "12s",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "15s",
    "OMP_NUM_THREADS": "1",
}


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a worker: what this process imports, it imports too."""
    path = os.pathsep.join([str(TESTS), *(p for p in sys.path if p)])
    return os.environ | DASK | {"PYTHONPATH": path} | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def waited(condition: Callable[[], bool], seconds: float = 300) -> bool:
    """Tell whether a condition came true within some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.1)
    return False


def answers(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


@contextmanager
def process(
    command: Sequence[str], log: Path, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command beside, in a session of its own; it and its children end with the block."""
    with log.open("ab") as file:
        running = subprocess.Popen(
            command, stdout=file, stderr=file, env=env or environment(), start_new_session=True
        )
        try:
            yield running
        finally:
            end(running)


def end(running: subprocess.Popen[bytes]) -> None:
    """Kill a process that was started here, and its children."""
    with suppress(ProcessLookupError):
        os.killpg(running.pid, 9)
    running.wait()


def scheduler(port: int, host: str = "127.0.0.1") -> list[str]:
    return [
        sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", host, "--port", str(port),
        "--no-dashboard", "--no-show",
    ]  # fmt: skip


def worker(address: str, scratch: Path, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1",
        "--no-dashboard", "--local-directory", str(scratch), "--death-timeout", "600", *more,
    ]  # fmt: skip


class Namespaces:
    """A hub and some machines, each a network namespace of its own with one wire to the hub.

    Nothing of this machine's own network is touched.
    """

    def __init__(self, count: int) -> None:
        self.hub = f"pvw{os.getpid()}hub"
        self.machines = [f"pvw{os.getpid()}m{n}" for n in range(count)]

    def __enter__(self) -> Namespaces:
        try:
            for name in (self.hub, *self.machines):
                _ip("netns", "add", name)
                _ip("-n", name, "link", "set", "lo", "up")
            for n, name in enumerate(self.machines):
                _ip("link", "add", f"h{n}", "netns", self.hub, "type", "veth",
                    "peer", "name", "wire", "netns", name)  # fmt: skip
                _ip("-n", self.hub, "addr", "add", f"{self.gate(n)}/24", "dev", f"h{n}")
                _ip("-n", name, "addr", "add", f"{self.host(n)}/24", "dev", "wire")
                _ip("-n", self.hub, "link", "set", f"h{n}", "up")
                _ip("-n", name, "link", "set", "wire", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for name in (self.hub, *self.machines):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    def gate(self, n: int) -> str:
        """Return the hub's address on the wire of a machine."""
        return f"10.213.{n}.1"

    def host(self, n: int) -> str:
        """Return a machine's own address."""
        return f"10.213.{n}.2"

    def cut(self, n: int) -> None:
        """Cut the wire of a machine; what runs on it runs on."""
        _ip("-n", self.hub, "link", "set", f"h{n}", "down")


def inside(name: str, command: Sequence[str]) -> list[str]:
    """Return a command as it runs in a namespace."""
    return ["ip", "netns", "exec", name, *command]


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
