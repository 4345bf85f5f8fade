"""What differs between a member and the one made anew: by value in JSON, else by byte."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pvwarranty.report.bundle import texts
from pvwarranty.report.bundle.faults import Fault, shown

SHOWN = 10  # values told one by one
LAST_PLACE = 1.01e-5  # one in the last place that results are rounded to
ABSENT = "–"


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not the same: its path, what the bundle says and what is made anew."""

    path: str
    actual: Any
    due: Any

    def is_last_place(self) -> bool:
        """Tell whether two numbers differ by no more than one in the last place shown."""
        if type(self.actual) is not float or type(self.due) is not float:
            return False
        return math.isclose(self.actual, self.due, rel_tol=0.0, abs_tol=LAST_PLACE)


def member_faults(name: str, actual: bytes | None, due: bytes) -> list[Fault]:
    """Return how a member differs from the one made anew; none where all bytes are the same."""
    if actual is None:
        return [Fault(name, texts.ABSENT)]
    if actual == due:
        return []
    found = list(_json_differences(actual, due)) if name.endswith(".json") else []
    if not found:
        at = next((i for i, (a, b) in enumerate(zip(actual, due, strict=False)) if a != b), -1)
        at = min(len(actual), len(due)) if at < 0 else at
        return [Fault(name, texts.OTHER_BYTES.filled(at=at))]
    faults = [Fault(name, _told(d)) for d in found[:SHOWN]]
    if len(found) > SHOWN:
        faults.append(Fault(name, texts.MORE_VALUES.filled(count=len(found) - SHOWN)))
    if all(d.is_last_place() for d in found):
        faults.append(Fault(name, texts.LAST_PLACE))
    return faults


def _told(found: Difference) -> Any:
    actual, due = (shown(json.dumps(v, ensure_ascii=False)) for v in (found.actual, found.due))
    return texts.OTHER_VALUE.filled(path=shown(found.path), actual=actual, due=due)


def _json_differences(actual: bytes, due: bytes) -> Iterator[Difference]:
    try:
        yield from differences(json.loads(actual), json.loads(due))
    except (ValueError, RecursionError):
        return


def differences(actual: Any, due: Any, path: str = "") -> Iterator[Difference]:
    """Yield the values that differ, with paths such as ``verdicts[0].estimate.value``."""
    if isinstance(actual, dict) and isinstance(due, dict):
        for name in dict.fromkeys([*due, *actual]):
            pair = (actual.get(name, ABSENT), due.get(name, ABSENT))
            yield from differences(*pair, f"{path}.{name}" if path else name)
    elif isinstance(actual, list) and isinstance(due, list) and len(actual) == len(due):
        for n, pair in enumerate(zip(actual, due, strict=True)):
            yield from differences(*pair, f"{path}[{n}]")
    elif actual != due or isinstance(actual, bool) is not isinstance(due, bool):
        yield Difference(path, actual, due)
