"""What to ask which device, round after round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet.controller import Controller
from pvwarranty.ingest.echonet.frame import NODE_PROFILE, Frame
from pvwarranty.ingest.echonet.maps import GET_MAP, INSTANCES, decode_instances, decode_map
from pvwarranty.ingest.echonet.tables import DeviceClass, Poll, device_class

_AT_ONCE = 12  # properties in one request; devices that choke on them are asked for fewer


@dataclass(slots=True)
class Polled:
    """One object of a host, what it lets be read, and how much it takes in one request."""

    host: str
    eoj: int
    readable: frozenset[int]
    at_once: int = _AT_ONCE

    @property
    def kind(self) -> DeviceClass:
        """The table of the object's class."""
        found = device_class(self.eoj >> 8)
        assert found is not None
        return found

    def epcs(self, poll: Poll) -> tuple[int, ...]:
        """Return what is read each `round` or each `hour` and can be."""
        return tuple(epc for epc in self.kind.polled(poll) if epc in self.readable)


async def discover(controller: Controller, host: str) -> tuple[Polled, ...] | None:
    """Return the objects of a host that there are tables for, None where the host is silent."""
    answer = await controller.get(host, NODE_PROFILE, [INSTANCES])
    if answer is None:
        return None
    try:
        objects = decode_instances(_data(answer, INSTANCES))
    except DataError:
        controller.counts["malformed"] += 1
        return None
    known = [eoj for eoj in dict.fromkeys(objects) if device_class(eoj >> 8) is not None]
    return tuple([Polled(host, eoj, await _readable(controller, host, eoj)) for eoj in known])


async def poll(controller: Controller, device: Polled, kinds: Sequence[Poll]) -> bool:
    """Read a device's properties; the controller keeps the answers. False where it is silent."""
    wanted = [epc for kind in kinds for epc in device.epcs(kind)]
    while wanted:
        chunk = wanted[: device.at_once]
        answer = await controller.get(device.host, device.eoj, chunk)
        if answer is None:
            if len(chunk) == 1 or await controller.get(device.host, device.eoj, chunk[:1]) is None:
                return False
            device.at_once = max(1, len(chunk) // 2)
            continue
        said = {p.epc for p in answer.properties}
        left_out = [epc for epc in chunk if epc not in said]
        if left_out and len(left_out) < len(chunk):
            # the device answers as many as it can: ask for the rest with the next
            device.at_once = max(1, len(chunk) - len(left_out))
            wanted = left_out + wanted[len(chunk) :]
        else:
            wanted = wanted[len(chunk) :]
    return True


async def _readable(controller: Controller, host: str, eoj: int) -> frozenset[int]:
    """Return what an object says can be read; everything we know where it does not say."""
    kind = device_class(eoj >> 8)
    assert kind is not None
    answer = await controller.get(host, eoj, [GET_MAP])
    try:
        return frozenset(decode_map(_data(answer, GET_MAP) if answer else b""))
    except DataError:
        return frozenset(kind.properties)


def _data(answer: Frame, epc: int) -> bytes:
    return next((p.edt for p in answer.properties if p.epc == epc), b"")
