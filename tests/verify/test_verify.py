"""The whole path on made plants and on the example sites."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import plant
from pvwarranty.errors import DataError, FactError
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Measurements, Site
from pvwarranty.verify import Result, as_dict, as_json, verify

EXAMPLES = Path(__file__).resolve().parents[2] / "site_data"
SCHEMA = json.loads(
    resources.files("pvwarranty.verify").joinpath("result.schema.json").read_text("utf-8")
)
FACTS = {
    "warranty_certified": True, "sold_and_used_in_japan": True, "residential_use": True,
    "installed_by_designated": True, "standard_method": True, "normal_use": True,
}  # fmt: skip
ON = date(2024, 3, 31)


def example(name: str) -> Result:
    folder = EXAMPLES / name
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    return verify(site, read_measurements(folder, site), on)


def checked(result: Result) -> dict[str, object]:
    shown = json.loads(as_json(result))
    jsonschema.validate(shown, SCHEMA)
    return shown


def home(completion: date | None = date(2018, 4, 1), **facts: object) -> Site:
    dates = {} if completion is None else {"completion_date": completion}
    return replace(plant.site(1, "module"), facts=FACTS | dates | facts)


@pytest.fixture(scope="module")
def low() -> Measurements:
    """Return a record whose module loses a third in its fourth year."""
    time = plant.times(6)
    step = np.where((time - time[0]) / (365.2425 * 86400) < 4, 1.0, 0.66)
    return plant.measured(plant.site(1, "module"), time, np.random.default_rng(3), {"S1": step})


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("healthy-modules", set()),
        ("failed-modules", {"S1M04"}),
        ("shaded-string", set()),
        ("faded-battery", {"BAT"}),
    ],
)
def test_example_sites(name: str, below: set[str]) -> None:
    result = example(name)
    shown = checked(result)
    assert {v.asset for v in result.verdicts if v.output == "below"} == below
    assert all(v.output == "not_below" for v in result.verdicts if v.asset not in below)
    assert shown["terms"][0]["id"].startswith("toshiba/")


def test_a_low_module_supports_a_claim_but_the_maker_decides(low: Measurements) -> None:
    verdict = verify(home(), low, ON).verdicts[0]
    assert verdict.output == "below"
    assert verdict.standing == "supported"
    assert verdict.decision == "needs_information"
    assert verdict.missing == ("company_standard_measurement",)
    assert verdict.modules_below.at_least == 1
    assert verdict.threshold.ratio == Decimal("0.81")
    assert verdict.threshold.power == Decimal("279.45")
    assert verdict.deadline == date(2028, 4, 1)
    assert "TOS-2.2-B-a" in verdict.clauses


@pytest.mark.parametrize(
    ("completion", "step", "ratio"),
    [
        (date(2014, 3, 31), "a", "0.81"),
        (date(2014, 3, 30), "b", "0.765"),
        (date(2009, 3, 31), "b", "0.765"),
        (date(2009, 3, 30), "c", "0.72"),
    ],
)
def test_steps_change_the_day_after_the_anniversary(
    low: Measurements, completion: date, step: str, ratio: str
) -> None:
    threshold = verify(home(completion), low, ON).verdicts[0].threshold
    assert (threshold.step, threshold.ratio) == (step, Decimal(ratio))


def test_after_the_cover_has_ended(low: Measurements) -> None:
    verdict = verify(home(date(1999, 3, 30)), low, ON).verdicts[0]
    assert verdict.threshold is None
    assert verdict.decision == "not_covered"


def test_without_a_completion_date_it_is_asked_for(low: Measurements) -> None:
    result = verify(home(None), low, ON)
    checked(result)
    verdict = result.verdicts[0]
    assert verdict.decision == "needs_information"
    assert "completion_date" in verdict.missing
    assert verdict.output == "inconclusive"


def test_an_unknown_eligibility_fact_is_asked_for_not_assumed(low: Measurements) -> None:
    site = home()
    facts = {k: v for k, v in site.facts.items() if k != "residential_use"}
    verdict = verify(replace(site, facts=facts), low, ON).verdicts[0]
    assert "residential_use" in verdict.missing
    assert verdict.standing == "undecided"


def test_what_comes_after_the_day_is_not_used(low: Measurements) -> None:
    early = verify(home(), low, date(2021, 12, 31)).verdicts[0]
    assert early.output == "not_below"


def test_same_input_same_bytes(low: Measurements) -> None:
    assert as_json(verify(home(), low, ON)) == as_json(verify(home(), low, ON))


def test_too_little_data_is_no_error(low: Measurements) -> None:
    short = replace(low, time=low.time[:600], columns={k: v[:600] for k, v in low.columns.items()})
    result = verify(home(), short, ON)
    shown = checked(result)
    verdict = shown["verdicts"][0]
    assert verdict["estimate"] is None
    assert verdict["output"] == "inconclusive"
    assert verdict["reason"]
    assert verdict["decision"] == "needs_information"


def test_a_clock_error_is_corrected_and_told(low: Measurements) -> None:
    wrong = replace(low, time=low.time + np.timedelta64(9 * 3600, "s"))
    result = verify(home(), wrong, ON)
    assert result.verdicts[0].output == "below"
    assert result.clock.shift == 32400
    assert any("clock" in w.en and "時計" in w.ja for w in result.warnings)


def test_unknown_facts_are_refused(low: Measurements) -> None:
    with pytest.raises(FactError, match="completion_dat"):
        verify(home(completion_dat=date(2018, 4, 1)), low, ON)


def test_an_unknown_module_is_refused(low: Measurements) -> None:
    site = home()
    arrays = (replace(site.arrays[0], module="SunPower_SPR_X21_34"),)
    with pytest.raises(DataError, match="did you mean"):
        verify(replace(site, arrays=arrays), low, ON)


def test_texts_come_in_both_languages(low: Measurements) -> None:
    result = verify(home(), low, ON)
    assert "maker" in as_dict(result, "en")["verdicts"][0]["next_step"]
    assert "メーカー" in as_dict(result, "ja")["verdicts"][0]["next_step"]


ADDING = ("site_002", "site_032", "site_050", "site_062", "site_067", "site_077", "site_081")


@pytest.mark.parametrize("name", ADDING)
def test_counted_shares_and_the_unexplained_part_make_the_shortfall(
    shared: Path, name: str
) -> None:
    folder = shared / "scenarios" / "pv" / name
    site, on = read_site(folder), date.fromisoformat((folder / "on.txt").read_text().strip())
    shown = checked(verify(site, read_measurements(folder, site), on))
    several = 0
    for verdict in shown["verdicts"]:
        causes, missing = verdict["causes"], verdict["details"]["shortfall"]
        counted = [c for c in causes if c["counted"]]
        several += len(counted) > 1
        assert all(c["counted"] == (c["probability"] >= 0.5) for c in causes)
        total = sum(c["share"] for c in counted) + missing["unexplained"]
        assert total == pytest.approx(missing["whole"], abs=1e-4)
        # what takes of the modules is in the estimate, all else is beside it
        left = verdict["estimate"]["value"]
        for c in counted:
            left *= 1.0 if c["of"] == "power" else 1.0 - c["evidence"].get("alone", c["share"])
        assert missing["whole"] == pytest.approx(max(1.0 - left, 0.0), abs=3e-4)
    assert several or name == "site_032"
