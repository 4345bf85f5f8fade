"""Asking devices: silence, answers twice or too late, noise, strangers, announcements."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet import Entry, Frame, Service, decode_frame, encode_frame
from pvwarranty.ingest.echonet.controller import Address, Controller, Patience
from pvwarranty.ingest.echonet.poller import discover, poll

PV, BATTERY = 0x027901, 0x027D01
Start = Callable[..., Any]
HERE = "127.0.0.1"


def ask(
    device: Any, question: Callable[[Controller], Awaitable[Any]], timeout: float = 0.4
) -> tuple[Any, Controller, list[Entry]]:
    """Run a question to a device; return the answer, the controller and what it kept."""
    kept: list[Entry] = []

    async def run() -> tuple[Any, Controller]:
        to = Address(device.host, device.port)
        controller = Controller([to], kept.append, Patience(timeout, 2))
        await controller.open(Address(HERE, 0))
        try:
            return await question(controller), controller
        finally:
            await controller.close()

    return *asyncio.run(run()), kept


def power(controller: Controller) -> Awaitable[Frame | None]:
    return controller.get(HERE, PV, [0xE0])


def pv(device: Start, **options: Any) -> Any:
    return device({PV: {0xE0: b"\x0c\x8a"}}, **options)


def test_an_answer(device: Start) -> None:
    answer, controller, kept = ask(pv(device), power)
    assert answer.service is Service.GET_RES
    assert answer.properties[0].edt == b"\x0c\x8a"
    assert [decode_frame(entry.payload) for entry in kept] == [answer]
    assert abs(kept[0].time - time.time()) < 5
    assert not controller.counts


def test_silence(device: Start) -> None:
    quiet = pv(device, silent=True)
    answer, controller, _ = ask(quiet, power)
    assert answer is None
    assert controller.counts == {"silent": 1}
    assert len(quiet.heard) == 2  # asked twice


def test_the_second_try_is_answered(device: Start) -> None:
    forgetful = pv(device, answer=lambda f, a: [a] if len(forgetful.heard) > 1 else [])
    answer, controller, _ = ask(forgetful, power)
    assert answer is not None
    assert not controller.counts


def test_a_late_answer_to_the_first_try_is_taken(device: Start) -> None:
    held: list[bytes] = []

    def late(_: Frame, answer: bytes) -> list[bytes]:
        held.append(answer)
        return [held[0]] if len(held) == 2 else []

    answer, _, kept = ask(pv(device, answer=late), power)
    assert answer is not None
    assert len(kept) == 1


def test_the_same_answer_again_is_counted(device: Start) -> None:
    async def twice(controller: Controller) -> None:
        await power(controller)
        await power(controller)

    chatty = pv(device, answer=lambda _, answer: [answer, answer, answer])
    _, controller, kept = ask(chatty, twice)
    assert controller.counts["duplicate"] >= 2
    assert len(kept) == 2


def test_noise_before_the_answer(device: Start) -> None:
    def noisy(_: Frame, answer: bytes) -> list[bytes]:
        return [b"", b"\x10", answer[:-1], answer + b"\x00", b"\xff" * 1000, answer]

    answer, controller, kept = ask(pv(device, answer=noisy), power)
    assert answer is not None
    assert controller.counts == {"malformed": 5}
    assert len(kept) == 6


def test_a_flood_of_noise_is_not_kept_without_end(
    device: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(time=lambda: 1_717_200_000.0, time_ns=time.time_ns)
    monkeypatch.setattr("pvwarranty.ingest.echonet.controller.time", clock)
    flood = [b"noise"] * 150
    answer, controller, kept = ask(pv(device, answer=lambda _, a: [*flood, a]), power, 2.0)
    assert answer is not None
    assert len(kept) == 101
    assert controller.counts == {"malformed": 150, "dropped": 50}


def test_an_answer_of_another_object_is_not_taken(device: Start) -> None:
    def other(_: Frame, answer: bytes) -> list[bytes]:
        return [encode_frame(replace(decode_frame(answer), source=BATTERY))]

    answer, controller, kept = ask(pv(device, answer=other), power)
    assert answer is None
    assert controller.counts["mismatched"] == 2
    assert not kept


def test_an_answer_of_another_transaction_is_not_taken(device: Start) -> None:
    def other(_: Frame, answer: bytes) -> list[bytes]:
        frame = decode_frame(answer)
        return [encode_frame(replace(frame, tid=(frame.tid + 1000) & 0xFFFF))]

    answer, controller, _ = ask(pv(device, answer=other), power)
    assert answer is None
    assert controller.counts["duplicate"] == 2


def test_requests_and_set_answers_are_not_taken(device: Start) -> None:
    def asks(_: Frame, answer: bytes) -> list[bytes]:
        frame = decode_frame(answer)
        return [
            encode_frame(replace(frame, service=service))
            for service in (Service.GET, Service.SET_RES, Service.SETC)
        ]

    answer, controller, _ = ask(pv(device, answer=asks), power)
    assert answer is None
    assert controller.counts["unasked"] == 6


def test_strangers_are_not_heard(device: Start) -> None:
    def from_elsewhere(_: Frame, answer: bytes) -> list[bytes]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.3", 0))
            stranger.sendto(answer, pretended.asker)
        return []

    pretended = pv(device, answer=from_elsewhere)
    answer, controller, kept = ask(pretended, power)
    assert answer is None
    assert controller.counts["foreign"] == 2
    assert not kept


def test_announcements_are_kept_and_confirmed(device: Start) -> None:
    system = pv(device)

    async def listen(controller: Controller) -> None:
        await power(controller)
        system.announce(Service.INF, PV, {0xD1: b"\x41"})
        system.announce(Service.INFC, PV, {0xD1: b"\x44"})
        system.announce(Service.INF, 0x0EF001, {0xD5: b"\x01\x02\x79\x01"})
        await asyncio.sleep(0.1)

    _, controller, kept = ask(system, listen)
    news = [decode_frame(entry.payload) for entry in kept[1:]]
    assert [frame.service for frame in news] == [Service.INF, Service.INFC, Service.INF]
    assert controller.restarted == {HERE}
    confirmed = system.heard[-1]
    assert (confirmed.service, confirmed.tid) == (Service.INFC_RES, 7)
    assert [(p.epc, p.edt) for p in confirmed.properties] == [(0xD1, b"")]


def test_a_port_that_is_taken(device: Start) -> None:
    system = pv(device)
    with pytest.raises(DataError, match="another ECHONET Lite program"):
        asyncio.run(Controller([], lambda _: None).open(Address(HERE, system.port)))


def test_the_group_on_loopback(device: Start) -> None:
    async def hear() -> list[Entry]:
        kept: list[Entry] = []
        controller = Controller([Address(HERE)], kept.append)
        # the group's datagrams come to a socket bound to any address or to the group's
        await controller.open(Address("0.0.0.0", 0), multicast=True)
        await controller.close()
        return kept

    assert asyncio.run(hear()) == []


def test_discovery(device: Start) -> None:
    home = device({PV: {0xE0: b"\x00\x01"}, BATTERY: {0xE4: b"\x32"}, 0x013001: {}})
    found, _, _ = ask(home, lambda c: discover(c, HERE))
    assert [d.eoj for d in found] == [PV, BATTERY]
    assert found[0].readable == {0xE0, 0x9D, 0x9E, 0x9F}
    assert found[0].epcs("round") == (0xE0,)


def test_discovery_of_a_device_without_maps(device: Start) -> None:
    home = device({PV: {0xE0: b"\x00\x01"}}, maps=False)
    found, _, _ = ask(home, lambda c: discover(c, HERE))
    assert 0xE1 in found[0].epcs("round")


def test_discovery_of_nobody(device: Start) -> None:
    found, _, _ = ask(pv(device, silent=True), lambda c: discover(c, HERE))
    assert found is None


def test_discovery_of_a_spoilt_list(device: Start) -> None:
    home = pv(device, answer=lambda f, a: [a.replace(b"\x01\x02\x79\x01", b"\x05\x02\x79\x01")])
    found, controller, _ = ask(home, lambda c: discover(c, HERE))
    assert found is None
    assert controller.counts["malformed"] == 1


def polled(home: Any, timeout: float = 0.4) -> tuple[bool, dict[int, bytes], list[int], list[int]]:
    """Discover and poll; return whether it answered, what came, how many were asked at once."""

    async def run(controller: Controller) -> tuple[bool, int]:
        (found,) = await discover(controller, HERE) or ()
        home.heard.clear()
        return await poll(controller, found, ("hour", "round")), found.at_once

    (answered, at_once), _, kept = ask(home, run, timeout)
    frames = [decode_frame(entry.payload) for entry in kept]
    came = {p.epc: p.edt for f in frames if f.source == BATTERY for p in f.properties if p.edt}
    came.pop(0x9F, None)
    return answered, came, [len(f.properties) for f in home.heard], [at_once]


@pytest.fixture
def table() -> dict[int, bytes]:
    return {0xA0 + i: b"\x00\x00\x00\x01" for i in range(8)} | {
        0xD0: b"\x00\x00\x00\x02", 0xD3: b"\x00\x00\x00\x03", 0xE2: b"\x00\x00\x00\x04",
        0xE4: b"\x32", 0xE5: b"\x64", 0xCF: b"\x44", 0xA8: b"\x00\x00\x00\x05",
        0xA9: b"\x00\x00\x00\x06", 0x80: b"\x30",
    }  # fmt: skip


def test_polling(device: Start, table: dict[int, bytes]) -> None:
    answered, came, asked, _ = polled(device({BATTERY: table}))
    assert answered
    assert came == table
    assert asked == [12, len(table) - 12]


def test_a_device_that_answers_few_at_a_time(device: Start, table: dict[int, bytes]) -> None:
    answered, came, asked, at_once = polled(device({BATTERY: table}, most=5))
    assert answered
    assert came == table
    assert at_once == [5]
    assert len(asked) < 6


def test_a_device_that_chokes_on_many(device: Start, table: dict[int, bytes]) -> None:
    def chokes(frame: Frame, answer: bytes) -> list[bytes]:
        return [answer] if len(frame.properties) <= 3 else []

    answered, came, _, at_once = polled(device({BATTERY: table}, answer=chokes))
    assert answered
    assert came == table
    assert at_once == [3]


def test_a_device_that_refuses_what_its_map_lists(device: Start, table: dict[int, bytes]) -> None:
    def refuses(frame: Frame, answer: bytes) -> list[bytes]:
        found = decode_frame(answer)
        if frame.target != BATTERY or len(frame.properties) == 1:
            return [answer]
        spoilt = [replace(p, edt=b"") if p.epc == 0xE5 else p for p in found.properties]
        return [encode_frame(replace(found, service=Service.GET_SNA, properties=tuple(spoilt)))]

    answered, came, _, _ = polled(device({BATTERY: table}, answer=refuses))
    assert answered
    assert came == {epc: edt for epc, edt in table.items() if epc != 0xE5}


def test_a_device_that_falls_silent(device: Start, table: dict[int, bytes]) -> None:
    home = device({BATTERY: table})

    async def run(controller: Controller) -> bool:
        (found,) = await discover(controller, HERE) or ()
        home.silent = True
        return await poll(controller, found, ("round",))

    answered, controller, _ = ask(home, run)
    assert answered is False
    assert controller.counts["silent"] == 2
