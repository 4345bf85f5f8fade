"""Recording devices on the local network: rounds of requests at the boundaries of intervals."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.echonet.controller import Address, Controller, Patience
from pvwarranty.ingest.echonet.frame import PORT
from pvwarranty.ingest.echonet.poller import Polled, discover, poll
from pvwarranty.ingest.echonet.readings import Entry
from pvwarranty.ingest.echonet.recording import Recording, Settings, Summary
from pvwarranty.ingest.echonet.tables import Poll

_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Network:
    """Whom to ask and from where. `multicast` hears what devices announce to the group."""

    hosts: tuple[Address, ...]
    bind: Address = field(default_factory=lambda: Address("0.0.0.0"))
    patience: Patience = field(default_factory=Patience)
    multicast: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a run of the recorder did: rounds, devices by channel, and what was not used."""

    rounds: int
    names: dict[str, str]
    columns: dict[str, str]
    counts: Counter[str]
    summary: Summary


def record(
    network: Network,
    settings: Settings,
    rounds: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Record until `rounds` are over, or until SIGINT or SIGTERM.

    Parameters
    ----------
    network : whom to ask.
    settings : where and how it is kept.
    rounds : how many; without end by default. The first is at once, the rest at the boundaries of
        intervals.
    tell : takes a line for people when a host falls silent or answers again.

    Raises
    ------
    DataError
        Where the recording cannot be opened or written, the port is taken, or `rounds` passed and
        no device was ever heard.
    """
    with Recording(settings) as recording:
        run = _Run(network, recording, tell)
        counts = asyncio.run(run.go(rounds))
    if rounds is not None and not run.heard:
        hosts = ", ".join(str(address) for address in network.hosts)
        hint = "check the addresses, and that the devices have ECHONET Lite switched on"
        raise DataError(Problem(hosts, "no device of a known class answered", hint))
    return Report(run.rounds, recording.names, recording.columns, counts, recording.summary)


def addresses(texts: Sequence[str], option: str = "--host") -> tuple[Address, ...]:
    """Read ``ADDRESS`` or ``ADDRESS:PORT``, names resolved to IPv4; DataError with all problems."""
    found: dict[str, Address] = {}
    problems = []
    for text in texts:
        host, colon, port = text.partition(":")
        where = f"{option} {text}"
        if colon and not (port.isascii() and port.isdigit() and int(port) < 65536):
            problems.append(Problem(where, f"'{port}' is no port", "IPv6 is not supported"))
            continue
        try:
            ip = str(ipaddress.IPv4Address(socket.gethostbyname(host)))
        except (OSError, ValueError):
            problems.append(Problem(where, f"'{host}' is no address that is known here"))
            continue
        if ip in found:
            problems.append(Problem(where, f"{ip} is named twice"))
        found[ip] = Address(ip, int(port) if colon else PORT)
    if problems:
        raise DataError(problems)
    return tuple(found.values())


class _Run:
    """The rounds of one recorder."""

    def __init__(self, network: Network, recording: Recording, tell: Callable[[str], None]) -> None:
        self.rounds = 0
        self.heard = False
        self._network = network
        self._recording = recording
        self._tell = tell
        self._devices: dict[str, tuple[Polled, ...] | None] = {}
        self._last_hour: dict[str, float] = {}
        self._failed: DataError | None = None

    async def go(self, rounds: int | None) -> Counter[str]:
        """Run the rounds and return what was heard and not used."""
        controller = Controller(self._network.hosts, self._keep, self._network.patience)
        await controller.open(self._network.bind, multicast=self._network.multicast)
        stop = _stop_on_signals()
        interval = self._recording.settings.interval
        try:
            while not stop.is_set():
                await self._round(controller)
                if self.rounds == rounds:
                    break
                await _until(next_boundary(interval), stop)
        finally:
            await controller.close()
        return controller.counts

    async def _round(self, controller: Controller) -> None:
        hosts = [address.host for address in self._network.hosts]
        await asyncio.gather(*(self._visit(controller, host) for host in hosts))
        if self._failed is not None:
            raise self._failed
        self.rounds += 1
        self._recording.sync()
        self._recording.compact_when_due(time.time())

    async def _visit(self, controller: Controller, host: str) -> None:
        """Read every device of a host, found again where the host is new, back or restarted."""
        devices = self._devices.get(host)
        if devices is None or host in controller.restarted:
            controller.restarted.discard(host)
            devices = await discover(controller, host)
            self._note(host, devices)
            self._last_hour.pop(host, None)
        hourly = time.time() - self._last_hour.get(host, -math.inf) >= _HOUR
        kinds: tuple[Poll, ...] = ("hour", "round") if hourly else ("round",)
        for device in devices or ():
            if not await poll(controller, device, kinds):
                self._tell(f"{host} fell silent")
                self._devices[host] = None
                return
            self.heard = True
        if hourly and devices:
            self._last_hour[host] = time.time()

    def _note(self, host: str, devices: tuple[Polled, ...] | None) -> None:
        first = host not in self._devices
        was = self._devices.get(host)
        self._devices[host] = devices
        if devices is None:
            if first:
                self._tell(f"{host} does not answer; it is asked again each round")
        elif was != devices:
            found = ", ".join(f"{d.eoj:06X} ({d.kind.en})" for d in devices)
            self._tell(f"{host} has {found or 'no device of a known class'}")

    def _keep(self, entry: Entry) -> None:
        """Keep an entry; a failure is raised by the round, not lost in the event loop."""
        try:
            self._recording.append(entry)
        except DataError as error:
            self._failed = error


def next_boundary(interval: int) -> float:
    """Return when the next interval begins [s since 1970 UTC]."""
    return (time.time() // interval + 1) * interval


async def _until(moment: float, stop: asyncio.Event) -> None:
    """Wait for a moment of the wall clock, in steps that notice when the clock is set."""
    while not stop.is_set() and (left := moment - time.time()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(left, 60.0))


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # only the main thread takes signals; elsewhere the caller ends the run by its rounds
        with suppress(RuntimeError, NotImplementedError, ValueError):
            loop.add_signal_handler(number, stop.set)
    return stop
