"""Routes: devices that push, in the form of the ECHONET Lite Web API (``/elapi/v1``)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from pvwarranty_api.errors import invalid
from pvwarranty_api.routes.shapes import ListOf
from pvwarranty_api.routes.work_shapes import DeviceIn, DeviceName, DeviceOut, PropertiesIn
from pvwarranty_api.services import devices
from pvwarranty_api.web.access import CoreOf, Reader, Writer
from pvwarranty_api.web.forms import ObjectId, WantedPiece

router = APIRouter(tags=["devices"])

ONE = Body(description="{NAME: VALUE}", examples=[{"instantaneousElectricPower": 2750}])
PropertyName = Annotated[str, "name of the property, as in the device's specification"]


@router.post("/v1/sites/{site_id}/devices", status_code=201)
def create_device(core: CoreOf, actor: Writer, site_id: ObjectId, body: DeviceIn) -> DeviceOut:
    """Make a device of a site known, so that it may push."""
    new = devices.NewDevice(body.name, body.device_type, body.channel, body.interval)
    return DeviceOut.model_validate(devices.create_device(core, actor, site_id, new))


@router.get("/v1/devices")
def list_devices(core: CoreOf, actor: Reader, wanted: WantedPiece) -> ListOf[DeviceOut]:
    """Return the devices of the organisation."""
    return ListOf[DeviceOut].model_validate(devices.list_devices(core, actor, wanted))


@router.delete("/v1/devices/{name}", status_code=204)
def delete_device(core: CoreOf, actor: Writer, name: DeviceName) -> Response:
    """Forget a device; what it has put into the measurements stays."""
    devices.delete_device(core, actor, name)
    return Response(status_code=204)


@router.get("/elapi/v1/devices")
def web_api_devices(core: CoreOf, actor: Reader, wanted: WantedPiece) -> dict[str, Any]:
    """Return the devices as the Web API lists them."""
    piece = devices.list_devices(core, actor, wanted)
    rows = [{"id": d.name, "deviceType": d.device_type} for d in piece.items]
    return {"devices": rows, "hasMore": piece.next is not None}


@router.get("/elapi/v1/devices/{name}/properties")
def web_api_properties(core: CoreOf, actor: Reader, name: DeviceName) -> dict[str, Any]:
    """Return what a device said last, of what is not yet rows of the measurements."""
    return devices.last_properties(core, actor, name)


@router.post("/elapi/v1/devices/{name}/properties", status_code=202)
def push_all(core: CoreOf, actor: Writer, name: DeviceName, body: PropertiesIn) -> dict[str, str]:
    """Receive several properties of a device, read at an instant."""
    devices.push(core, actor, name, body.properties, body.timestamp)
    return {"status": "accepted"}


@router.put("/elapi/v1/devices/{name}/properties/{property_name}", status_code=202)
def push_one(
    core: CoreOf, actor: Writer, name: DeviceName, property_name: PropertyName,
    body: Annotated[dict[str, Any], ONE],
) -> dict[str, Any]:  # fmt: skip
    """Receive one property of a device, as the Web API sets one."""
    if list(body) != [property_name]:
        raise invalid("body", f"is not {{'{property_name}': VALUE}}")
    devices.push(core, actor, name, body, None)
    return body
