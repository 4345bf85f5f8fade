"""Causes on scenario sites with known truth, one or two of each kind (all: benchmarks/)."""

import json
from datetime import date
from pathlib import Path

import pytest

from pvwarranty.attribute import Context, attribute_site
from pvwarranty.estimate import end_of, estimate_outputs
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Cause
from pvwarranty.place import climate, coast_distance
from pvwarranty.verify.examine import examine

SITES = (
    "site_003", "site_008", "site_009", "site_018", "site_021", "site_024", "site_025", "site_031",
    "site_042", "site_044", "site_053", "site_056", "site_060", "site_077", "site_079", "site_087",
)  # fmt: skip
SOUND = ("site_035", "site_072", "site_088")


def told(folder: Path) -> dict[str, list[Cause]]:
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    seen = examine(site, read_measurements(folder, site), on)
    found = estimate_outputs(seen.subjects(), on)
    place = (site.latitude, site.longitude)
    context = Context(
        end_of(on, site.longitude), seen.clock, seen.orientations,
        climate(*place, site.altitude), coast_distance(*place),
    )  # fmt: skip
    causes = attribute_site(seen.indexes, found, seen.measured, context).causes
    return {name: [c for c in every if c.probability >= 0.5] for name, every in causes.items()}


def truth_of(shared: Path, name: str) -> dict[str, list[dict[str, object]]]:
    truth = json.loads((shared / "scenarios" / "truth.json").read_text())["pv"][name]["channels"]
    return {channel: figures["causes"] for channel, figures in truth.items()}


@pytest.mark.parametrize("name", SITES)
def test_material_causes_are_found_and_no_others(shared: Path, name: str) -> None:
    found, truth = told(shared / "scenarios" / "pv" / name), truth_of(shared, name)
    causes = {c.cause for every in found.values() for c in every}
    known = {c["type"] for every in truth.values() for c in every}
    material = {c["type"] for every in truth.values() for c in every if c["material"]}
    assert material <= causes
    assert causes - {"degradation"} <= known
    for channel, every in truth.items():
        for cause in every:
            since = [c.since for c in found[channel] if c.cause == cause["type"] and c.since]
            if cause["start"] and cause["abrupt"] and since:
                start = date.fromisoformat(str(cause["start"]))
                assert min(abs((s - start).days) for s in since) <= 75


@pytest.mark.parametrize("name", SOUND)
def test_sound_sites_have_no_excluded_cause(shared: Path, name: str) -> None:
    causes = {c.cause for every in told(shared / "scenarios" / "pv" / name).values() for c in every}
    assert not causes & {"shading_change", "salt_corrosion", "snow", "pid", "module_failure"}
