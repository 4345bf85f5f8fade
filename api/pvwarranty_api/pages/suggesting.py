"""The part of a site's document that names found in its monitoring files suggest."""

from __future__ import annotations

from pvwarranty_api.pages.site_form import Document

ARRAY, INVERTER = "S1", "PCS"
MODULES = 6  # DC points from which they are taken for modules, not strings


def suggested_document(strings: list[str], inverters: list[str], batteries: list[str]) -> Document:
    """Return the part of a site's document that names suggest; what they do not tell stays open."""
    if not (strings or inverters or batteries):
        return {}
    made: Document = {"battery": [{"id": n} for n in batteries]}
    if strings or inverters:
        kind = "module" if len(strings) >= MODULES else "string"
        made["array"] = [{"id": ARRAY}]
        made["inverter"] = [{"id": n} for n in inverters or [INVERTER]]
        made["channel"] = [
            {"id": n, "kind": kind, "arrays": [ARRAY], "inverter": made["inverter"][0]["id"]}
            for n in strings
        ] + [
            {"id": n, "kind": "inverter", "arrays": [ARRAY], "inverter": n}
            for n in (() if strings else inverters)
        ]
    return made
