"""A little ECHONET Lite device on loopback, with the faults of real ones."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet import Frame, Property, Service, decode_frame, encode_frame
from pvwarranty.ingest.echonet.maps import encode_instances, encode_map

PV, BATTERY, METER = 0x027901, 0x027D01, 0x028801
Edt = bytes | Callable[[], bytes]


def number(value: int, size: int = 4) -> bytes:
    return value.to_bytes(size, "big", signed=value < 0)


def pv_properties() -> dict[int, Edt]:
    """A 4 kW system on a bright day."""
    return {
        0x80: b"\x30",
        0x8A: b"\x00\x00\x16",
        0xA0: b"\x64",
        0xC3: number(4660, 2),
        0xD1: b"\x44",
        0xE0: number(3210, 2),
        0xE1: number(12345678),
        0xE8: number(4000, 2),
    }


def battery_properties() -> dict[int, Edt]:
    """What one real storage battery said of itself, contradictions and all."""
    whole = number(9704)
    return {
        0x80: b"\x30",
        0xA0: whole,
        0xA1: whole,
        0xA2: whole,
        0xA3: whole,
        0xA4: number(1067),
        0xA5: number(1067),
        0xA8: number(1873),
        0xA9: number(1726),
        0xC8: number(0) + number(5900),
        0xC9: number(0) + number(5900),
        0xCF: b"\x42",
        0xD0: number(9230),
        0xD3: number(1500),
        0xD6: number(1815),
        0xD8: number(1781),
        0xE2: number(8214),
        0xE4: b"\x59",
        0xE5: b"\x64",
    }


@dataclass
class Device:
    """A node that answers Get from a table of objects.

    answer : may replace or drop the datagrams of an answer
    most : properties it can answer in one frame; the rest are left out
    """

    objects: Mapping[int, dict[int, Edt]]
    host: str = "127.0.0.1"
    port: int = 0
    most: int = 255
    silent: bool = False
    maps: bool = True
    answer: Callable[[Frame, bytes], list[bytes]] = lambda _, answer: [answer]
    heard: list[Frame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((self.host, self.port))
        self.port = self.sock.getsockname()[1]
        self.asker: tuple[str, int] | None = None
        self.reply_port: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def close(self) -> None:
        self._stop.set()
        self.sock.sendto(b"", (self.host, self.port))
        self._thread.join(5)
        self.sock.close()

    def announce(self, service: Service, eoj: int, properties: dict[int, bytes]) -> None:
        assert self.asker is not None
        listed = tuple(Property(epc, edt) for epc, edt in properties.items())
        self.send(encode_frame(Frame(7, eoj, 0x05FF01, service, listed)))

    def send(self, data: bytes) -> None:
        assert self.asker is not None
        self.sock.sendto(data, self.asker)

    def _serve(self) -> None:
        while not self._stop.is_set():
            data, asker = self.sock.recvfrom(65535)
            with contextlib.suppress(DataError):
                frame = decode_frame(data)
                self.heard.append(frame)
                self.asker = (asker[0], self.reply_port or asker[1])
                if not self.silent and frame.service is Service.GET:
                    for answer in self.answer(frame, encode_frame(self._answer(frame))):
                        self.sock.sendto(answer, self.asker)

    def _answer(self, asked: Frame) -> Frame:
        table = self._table(asked.target)
        found = []
        for wanted in asked.properties[: self.most]:
            edt = table.get(wanted.epc, b"")
            found.append(Property(wanted.epc, edt if isinstance(edt, bytes) else edt()))
        whole = all(p.edt for p in found) and len(found) == len(asked.properties)
        service = Service.GET_RES if whole else Service.GET_SNA
        return Frame(asked.tid, asked.target, asked.source, service, tuple(found))

    def _table(self, eoj: int) -> dict[int, Edt]:
        if eoj == 0x0EF001:
            return {0xD6: encode_instances(self.objects)}
        table = dict(self.objects.get(eoj, {}))
        if self.maps:
            table[0x9F] = encode_map({*table, 0x9D, 0x9E, 0x9F})
            table[0x9D] = encode_map({0x80})
            table[0x9E] = encode_map({0x80})
        return table


@pytest.fixture
def device() -> Iterator[Callable[..., Device]]:
    """Start devices that end with the test."""
    started: list[Device] = []

    def start(*args: object, **options: object) -> Device:
        started.append(Device(*args, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for each in started:
        each.close()
