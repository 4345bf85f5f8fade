"""The pages in a browser: the whole way, every page by axe, on a phone, and without scripts."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api_server import PATIENCE, eventually
from pages_live import EMAIL, PASSWORD, ROOT, SIZES, Live, export_of, fits, violations
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.services import assessments, sites, uploads
from pvwarranty_api.services.assessments import Asked
from pvwarranty_api.services.once import Once
from pvwarranty_api.services.uploads import Received, ReceivedFile, Told

EXAMPLE = ROOT / "site_data" / "shaded-string"
DECIDED = """() => document.querySelector("#assets")
  && !document.querySelector(".questions fieldset.choice")"""
WAIT = 1000 * PATIENCE  # ms


def sign_in(page: Any, url: str) -> None:
    page.goto(f"{url}/login")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/sites")


@pytest.fixture
def page(browser: Any, live: Live) -> Iterator[Any]:
    # without transitions a page has its last colours at once
    context = browser.new_context(locale="ja-JP", reduced_motion="reduce")
    context.set_default_timeout(WAIT)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if "Content Security" in m.text else None)
    sign_in(page, live.url)
    yield page
    context.close()
    assert faults == []


def fill_site(page: Any, name: str) -> None:
    values = {
        "id": name, "latitude": "35.79", "longitude": "139.83",
        "facts.completion_date": "2019-11-30",
        "array[0].id": "S1", "array[0].product": "SPR-X21-345", "array[0].surface_tilt": "27",
        "array[0].surface_azimuth": "180", "array[0].modules": "18",
        "array[0].module": "SunPower_SPR_E20_327", "inverter[0].id": "PCS",
        "inverter[0].p_ac0": "6000", "channel[0].id": "OUT", "channel[0].arrays": "S1",
        "channel[0].inverter": "PCS",
    }  # fmt: skip
    for field, value in values.items():
        page.fill(f'[id="{field}"]', value)
    page.select_option('[id="channel[0].kind"]', "inverter")


def test_the_whole_way_from_a_cp932_file_to_the_report(
    page: Any, live: Live, tmp_path: Path
) -> None:
    page.goto(f"{live.url}/sites/new")
    fill_site(page, "minamidai")
    page.fill('[id="channel[0].inverter"]', "PCX")
    page.click(".sticky button")
    page.wait_for_selector('[id="channel[0].inverter"][aria-invalid=true]')
    assert "登録されていません" in page.inner_text('[id="channel[0].inverter-help"]')
    page.fill('[id="channel[0].inverter"]', "PCS")
    page.click(".sticky button")
    page.wait_for_url("**/upload")

    broken = tmp_path / "壊れた.csv"
    broken.write_bytes("年月日,時刻,発電電力量(kWh)\r\n".encode("cp932"))
    page.set_input_files("#files", str(broken))
    page.click("form[data-upload] button")
    page.wait_for_selector(".box.wrong")
    assert "データがありません" in page.inner_text(".box.wrong")

    page.go_back()
    page.set_input_files("#files", str(export_of(EXAMPLE, tmp_path / "発電実績.csv")))
    page.click("form[data-upload] button")
    page.wait_for_selector("text=この内容で登録する")
    told = page.inner_text("#main")
    assert "cp932" in told
    assert "発電電力量(kWh)" in told
    assert "OUT.e_ac" in told
    page.click("text=この内容で登録する")
    page.wait_for_selector("text=判定へ進む")
    page.click("text=判定へ進む")
    page.click("text=判定する")
    page.wait_for_selector("#assets")
    first = page.url
    assert page.locator("figure svg").count() >= 2

    asked = page.locator(".questions fieldset.choice")
    assert asked.count() >= 3
    for n in range(asked.count()):
        asked.nth(n).get_by_label("はい").check()
    page.click("text=回答して判定し直す")
    page.wait_for_url(lambda url: url != first)  # in place, and under its own address
    page.wait_for_function(DECIDED)
    assert page.locator(".questions fieldset.choice").count() == 0

    page.click("text=English")
    page.wait_for_selector("text=All assets, and why")
    assert page.get_attribute("html", "lang") == "en"
    with page.expect_download() as got:
        page.click("text=Claim report (PDF)")
    assert got.value.suggested_filename.startswith("minamidai-")
    assert Path(got.value.path()).read_bytes().startswith(b"%PDF-")


@pytest.fixture(scope="module")
def places(live: Live) -> dict[str, str]:
    """Return the addresses of all pages, with a site that is judged and an upload that waits."""
    with live.core.database.reading() as db:
        from sqlalchemy import select

        from pvwarranty_api.store.people import User

        user = db.scalars(select(User)).one()
    actor = Actor(user.organisation_id, user.id, "user", user.name, Role.ADMIN)
    site = sites.create_site(live.core, actor, (EXAMPLE / "site.toml").read_text("utf-8"))
    sent = uploads.accept(live.core, actor, site.id, _received(live), Told({}, True), Once())
    eventually(lambda: uploads.get_upload(live.core, actor, sent.id).state == "stored")
    wanted = Asked(site.id, date(2024, 11, 29), "ja", report=True)
    row = assessments.create_assessment(live.core, actor, wanted, Once())
    eventually(lambda: assessments.get_assessment(live.core, actor, row.id)[1].state == "done")
    waiting = uploads.accept(live.core, actor, site.id, _export(live), Told({}), Once())
    eventually(lambda: uploads.get_upload(live.core, actor, waiting.id).state != "received")
    return {
        "sites": "/sites", "deadlines": "/deadlines", "entitlement": "/entitlement?maker=omron",
        "account": "/account", "docs": "/docs", "new": "/sites/new", "site": f"/sites/{site.id}",
        "edit": f"/sites/{site.id}/edit", "upload": f"/sites/{site.id}/upload",
        "preview": f"/uploads/{waiting.id}", "result": f"/assessments/{row.id}",
        "bundle": f"/assessments/{row.id}/bundle", "missing": "/sites/nothing",
    }  # fmt: skip


def _received(live: Live) -> Received:
    return _as_received(live, EXAMPLE / "measurements.parquet")


def _export(live: Live) -> Received:
    return _as_received(live, ROOT / "tests" / "ingest" / "corpus" / "kpnet_cp932.csv")


def _as_received(live: Live, source: Path) -> Received:
    copy = live.core.settings.data / f"sent-{source.name}"
    copy.write_bytes(source.read_bytes())
    return Received((ReceivedFile(source.name, copy, copy.stat().st_size, "0" * 64),))


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_page_passes_axe_and_fits_a_phone(
    page: Any, live: Live, places: dict[str, str], lang: str
) -> None:
    page.context.add_cookies([{"name": "pvw_language", "value": lang, "url": live.url}])
    faults = []
    for name, path in places.items():
        page.set_viewport_size(SIZES["desktop"])
        page.goto(live.url + path)
        assert page.get_attribute("html", "lang") == lang
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        faults += [f"{name}: {found}" for found in violations(page)]
        page.emulate_media(color_scheme="dark")
        faults += [f"{name}, dark: {found}" for found in violations(page)]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(SIZES["phone"])
        faults += [f"{name}, on a phone: {found}" for found in violations(page)]
        faults += [f"{name}: wider than a phone: {wide}" for wide in fits(page)]
    assert faults == []


def test_pages_work_without_scripts(browser: Any, live: Live, places: dict[str, str]) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ja-JP")
    context.set_default_timeout(WAIT)
    page = context.new_page()
    sign_in(page, live.url)
    page.goto(live.url + places["upload"])
    page.set_input_files("#files", str(ROOT / "tests" / "ingest" / "corpus" / "kpnet_hours.csv"))
    page.click("main form button")
    page.wait_for_url("**/uploads/*")
    eventually(lambda: page.reload() is not None and page.locator("#working").count() == 0)
    assert page.locator("text=このファイルを破棄").count() == 1
    page.goto(live.url + places["result"])
    assert page.locator("figure svg").count() >= 2
    page.select_option("select[id='facts.measurement']", index=1)
    page.click("text=回答して判定し直す")
    page.wait_for_url("**/assessments/*")
    context.close()


def test_pages_are_reached_by_the_keyboard(page: Any, live: Live) -> None:
    page.goto(f"{live.url}/sites")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_form_keeps_what_it_shows(page: Any, live: Live) -> None:
    text = (EXAMPLE / "site.toml").read_text("utf-8").replace("shaded-string", "kept")
    made = page.request.post(
        f"{live.url}/v1/sites", data=json.dumps(tomllib.loads(text), default=str),
        headers={"Content-Type": "application/json", "X-CSRF-Token": csrf_of(page)},
    ).json()  # fmt: skip
    page.goto(f"{live.url}/sites/{made['id']}/edit")
    page.click(".sticky button")
    page.wait_for_url(f"**/sites/{made['id']}")
    told = page.request.get(f"{live.url}/v1/sites/{made['id']}/site.toml").text()
    before, after = tomllib.loads(text), tomllib.loads(told)
    assert after["facts"] == before["facts"]
    for block in ("array", "inverter", "channel"):
        for old, new in zip(before[block], after[block], strict=True):
            assert old.items() <= new.items()


def csrf_of(page: Any) -> str:
    return str(page.get_attribute("input[name=csrf] >> nth=0", "value"))


def test_files_suggest_the_channels_of_a_new_site(page: Any, live: Live) -> None:
    page.goto(f"{live.url}/sites/new")
    page.set_input_files("#files", str(ROOT / "tests" / "ingest" / "corpus" / "kpnet_cp932.csv"))
    page.click("text=ファイルを調べる")
    page.wait_for_selector("text=ファイルから候補を入力しました")
    assert page.input_value('[id="channel[0].id"]') == "PCS"
    assert page.input_value('[id="channel[0].kind"]') == "inverter"
    assert page.input_value('[id="battery[0].id"]') == "BAT"
    page.click("text=アレイを追加")
    page.wait_for_selector('[id="array[1].id"]')
    assert page.input_value('[id="array[0].id"]') == "S1"
