"""Real servers on the loopback: in a thread of the test's process, or a process of their own.

Nothing here is quick to give up: the machine may be slow, and do much else.
"""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import httpx
import uvicorn

PATIENCE = 300.0  # s


def eventually(happens: Callable[[], bool], what: str = "it does not happen") -> None:
    """Wait until something happens."""
    ends = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < ends, what
        time.sleep(0.05)


@contextmanager
def serving(config: uvicorn.Config) -> Iterator[str]:
    """Serve an app on its port, any where that is 0, and give its URL."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        eventually(lambda: server.started or not thread.is_alive(), "the server does not start")
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


Process = subprocess.Popen[bytes]


@contextmanager
def process_on_a_port(
    command: Sequence[str], environment: Mapping[str, str]
) -> Iterator[tuple[str, Process]]:
    """Run a server that is told its port last; give its URL once it answers, and the process."""
    url, process = _started(command, environment)
    try:
        yield url, process
    finally:
        process.kill()
        process.wait()


def _started(command: Sequence[str], environment: Mapping[str, str]) -> tuple[str, Process]:
    for _ in range(5):  # another process may take the port before the server has it
        port = free_port()
        process = subprocess.Popen([*command, str(port)], env=dict(environment))
        if _is_up(f"http://127.0.0.1:{port}", process):
            return f"http://127.0.0.1:{port}", process
    raise AssertionError(f"it ends at once: {command}")


def _is_up(url: str, process: Process) -> bool:
    eventually(lambda: process.poll() is not None or answers(url), "it does not answer")
    return process.poll() is None


def answers(url: str) -> bool:
    """Tell whether a server answers, whatever it says."""
    try:
        httpx.get(url, timeout=PATIENCE)
    except httpx.TransportError:
        return False
    return True


def free_port() -> int:
    """Return a port that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
