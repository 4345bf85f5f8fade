"""What files suggest about a site that is not described yet: its channels and batteries."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.convert.detect import choose, open_document
from pvwarranty.ingest.convert.documents import Document, damaged, find_documents
from pvwarranty.ingest.convert.understand import quantities_of
from pvwarranty.ingest.profiles import built_in
from pvwarranty.names import BATTERY_EXTRAS, BATTERY_QUANTITIES

DC = frozenset({"p_dc", "v_dc", "i_dc"})
AC = frozenset({"p_ac", "e_ac"})
BATTERY = frozenset(BATTERY_QUANTITIES) | frozenset(BATTERY_EXTRAS)
INVERTER_NAME, BATTERY_NAME = "PCS", "BAT"
FORBIDDEN = re.compile(r"[.\s/\\]+")
LONGEST = 64


@dataclass(frozen=True, slots=True)
class Proposal:
    """Names of what the files tell of, as a site may call it: DC points, inverters, batteries."""

    strings: tuple[str, ...]
    inverters: tuple[str, ...]
    batteries: tuple[str, ...]


def propose(paths: Sequence[Path]) -> Proposal:
    """Return what exports tell of.

    Raises
    ------
    DataError
        With all that is wrong with the files; also where they tell of nothing that can be judged.
    """
    found: dict[str, set[str]] = {}
    problems: list[Problem] = []
    for document in find_documents(paths).documents:
        try:
            for device, quantities in _devices(document).items():
                found.setdefault(device, set()).update(quantities)
        except DataError as error:
            problems += error.problems
    made = Proposal(
        tuple(_name(d, "") for d, q in found.items() if d and q & DC),
        tuple(_name(d, INVERTER_NAME) for d, q in found.items() if _is_inverter(d, q)),
        tuple(_name(d, BATTERY_NAME) for d, q in found.items() if q & BATTERY),
    )
    if not problems and not (made.strings or made.inverters or made.batteries):
        problems.append(Problem("", "the files tell of no generation and no battery"))
    if problems:
        raise DataError(problems)
    return made


def _devices(document: Document) -> dict[str, set[str]]:
    profiles = [p for p in built_in() if p.auto]
    found: dict[str, set[str]] = {}
    try:
        for fit in choose(open_document(document, None), profiles, "auto").fits:
            for device, quantities in quantities_of(fit).items():
                found.setdefault(device, set()).update(quantities)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise damaged(document.name, error) from None
    return found


def _is_inverter(device: str, quantities: set[str]) -> bool:
    return bool(quantities & AC) and not (device and quantities & DC)


def _name(device: str, otherwise: str) -> str:
    return FORBIDDEN.sub("-", device.strip())[:LONGEST].strip("-") or otherwise
