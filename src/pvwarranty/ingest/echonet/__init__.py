"""ECHONET Lite: frames, device tables, a recorder on the local network and a Web API client."""

from __future__ import annotations

from pvwarranty.ingest.echonet.frame import Frame, Property, Service, decode_frame, encode_frame
from pvwarranty.ingest.echonet.maps import decode_instances, decode_map
from pvwarranty.ingest.echonet.readings import Entry, Reading, readings_of
from pvwarranty.ingest.echonet.tables import DeviceClass, class_of_type, device_class
from pvwarranty.ingest.echonet.values import Value, decode_value, value_of_json

__all__ = [
    "DeviceClass",
    "Entry",
    "Frame",
    "Property",
    "Reading",
    "Service",
    "Value",
    "class_of_type",
    "decode_frame",
    "decode_instances",
    "decode_map",
    "decode_value",
    "device_class",
    "encode_frame",
    "readings_of",
    "value_of_json",
]
