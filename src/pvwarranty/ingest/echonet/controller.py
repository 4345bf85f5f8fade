"""Asking devices over UDP: one socket, answers matched by address, transaction and object.

Devices answer to port 3610 of the asker, some from a port of their own, so the socket is bound to
that port and an answer is known by the address it comes from. Whatever a device sends that was not
asked for - answers again or too late, noise, frames that cannot be read - is counted and does no
harm.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.echonet.frame import (
    CONTROLLER,
    MULTICAST,
    PORT,
    Frame,
    Property,
    Service,
    decode_frame,
    encode_frame,
)
from pvwarranty.ingest.echonet.readings import Entry

_ANSWERS = frozenset({Service.GET_RES, Service.GET_SNA})
_NEWS = frozenset({Service.INF, Service.INFC})
_BUFFER = 1 << 20  # bytes that may wait while a recording is compacted
_NOISE_KEPT = 100  # malformed frames and announcements kept of a host a minute


@dataclass(frozen=True, slots=True)
class Address:
    """Where a device listens, or where we do."""

    host: str
    port: int = PORT

    def __str__(self) -> str:
        return self.host if self.port == PORT else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an answer [s] and how often to ask."""

    timeout: float = 2.0
    tries: int = 2


class Controller(asyncio.DatagramProtocol):
    """Asks devices and hears what they say unasked.

    counts : what was heard and not used, by kind: ``foreign malformed duplicate mismatched
        unasked``, and ``silent`` for requests that nobody answered
    """

    def __init__(
        self,
        hosts: Collection[Address],
        keep: Callable[[Entry], None],
        patience: Patience | None = None,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.restarted: set[str] = set()  # hosts that announced their objects
        self._hosts = {address.host: address for address in hosts}
        self._keep = keep
        self._patience = patience or Patience()
        self._tid = time.time_ns() & 0xFFFF
        self._waiting: dict[tuple[str, int], tuple[int, asyncio.Future[Frame]]] = {}
        self._noise: Counter[tuple[str, int]] = Counter()
        self._transport: asyncio.DatagramTransport | None = None
        self._closed = asyncio.Event()

    async def open(self, bind: Address, *, multicast: bool = False) -> None:
        """Listen; DataError where the port is taken or the address is not ours."""
        sock = _socket(bind, multicast=multicast)
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, sock=sock)

    async def close(self) -> None:
        """Stop listening, and return when the socket is closed."""
        if self._transport is not None:
            self._transport.close()
            await self._closed.wait()

    async def get(self, host: str, eoj: int, epcs: Sequence[int]) -> Frame | None:
        """Ask an object for properties; return its Get_Res or Get_SNA, None where it is silent."""
        asked: list[int] = []
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        try:
            for _ in range(self._patience.tries):
                asked.append(self._send(host, eoj, epcs, future))
                done, _ = await asyncio.wait({future}, timeout=self._patience.timeout)
                if done:
                    return future.result()
        finally:
            for tid in asked:
                self._waiting.pop((host, tid), None)
        self.counts["silent"] += 1
        return None

    def _send(self, host: str, eoj: int, epcs: Iterable[int], future: asyncio.Future[Frame]) -> int:
        self._tid = (self._tid + 1) & 0xFFFF
        properties = tuple(Property(epc) for epc in epcs)
        frame = Frame(self._tid, CONTROLLER, eoj, Service.GET, properties)
        self._waiting[host, self._tid] = (eoj, future)
        self._transmit(frame, self._hosts[host])
        return self._tid

    def _transmit(self, frame: Frame, to: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(encode_frame(frame), (to.host, to.port))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        # some loops' datagram transports are none by inheritance
        self._transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the socket is closed."""
        self._closed.set()

    def error_received(self, exc: Exception) -> None:
        """Count what the network refused: a device that is off refuses its port."""
        self.counts["refused"] += 1

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take a datagram."""
        host = addr[0]
        if host not in self._hosts:
            self.counts["foreign"] += 1
            return
        entry = Entry(time.time(), host, "frame", data)
        try:
            frame = decode_frame(data)
        except DataError:
            self.counts["malformed"] += 1
            self._keep_noise(entry)
            return
        if frame.service in _NEWS:
            self._news(frame, entry)
        elif frame.service in _ANSWERS:
            self._answer(frame, entry)
        else:
            self.counts["unasked"] += 1

    def _answer(self, frame: Frame, entry: Entry) -> None:
        eoj, future = self._waiting.get((entry.source, frame.tid), (0, None))
        if future is None or future.done():
            self.counts["duplicate"] += 1
        elif frame.source != eoj:
            self.counts["mismatched"] += 1
        else:
            self._keep(entry)
            future.set_result(frame)

    def _news(self, frame: Frame, entry: Entry) -> None:
        if frame.service is Service.INFC:
            heard = tuple(Property(p.epc) for p in frame.properties)
            answer = Frame(frame.tid, CONTROLLER, frame.source, Service.INFC_RES, heard)
            self._transmit(answer, self._hosts[entry.source])
        if any(p.epc == 0xD5 for p in frame.properties) and frame.source >> 8 == 0x0EF0:
            self.restarted.add(entry.source)
        self._keep_noise(entry)

    def _keep_noise(self, entry: Entry) -> None:
        """Keep what was not asked for, but not without end."""
        minute = int(entry.time // 60)
        if (entry.source, minute) not in self._noise:
            self._noise = Counter({k: n for k, n in self._noise.items() if k[1] == minute})
        self._noise[entry.source, minute] += 1
        if self._noise[entry.source, minute] <= _NOISE_KEPT:
            self._keep(entry)
        else:
            self.counts["dropped"] += 1


def _socket(bind: Address, *, multicast: bool) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        if multicast:
            # others on this machine may listen to the group too
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            group = struct.pack("4s4s", socket.inet_aton(MULTICAST), socket.inet_aton(bind.host))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        sock.bind((bind.host, bind.port))
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        hint = (
            "another ECHONET Lite program may hold the port; --bind takes ADDRESS or ADDRESS:PORT"
        )
        raise DataError(Problem(f"--bind {bind}", error.strerror or str(error), hint)) from None
    return sock
