"""The Web API client and its recorder against a server on loopback with the faults of real ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pvwarranty.cli import run
from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet.fetch import entries_of_history, fetch
from pvwarranty.ingest.echonet.readings import readings_of
from pvwarranty.ingest.echonet.recording import Settings
from pvwarranty.ingest.echonet.webapi import (
    KEY,
    TOKEN,
    ApiDevice,
    Client,
    client_from_environment,
    devices,
    get,
    histories,
    properties,
    property_,
    services,
)

PV = {
    "outputPowerControl1": 29, "outputPowerRestraintStatus": "notPowerRestraint",
    "instantaneousElectricPowerGeneration": "3210", "ratedElectricPowerOfgeneration": 4000,
    "cumulativeElectricEnergyOfGeneration": 417965.473, "approvedCapacity": "noSetting",
    "operationStatus": True, "contractType": "fit", "hourMeter": {"unit": "day", "time": 123},
    "manufacturer": {"code": "000016", "descriptions": {"ja": "東芝", "en": "Toshiba"}},
    "currentDateAndTime": "2016-06-24 15:36:49",
}  # fmt: skip
BATTERY = {
    "acEffectiveChargingCapacity": 9704, "acEffectiveDischargingCapacity": 9704,
    "acChargeableCapacity": 9704, "acDischargeableCapacity": 9704, "ratedElectricEnergy": 9230,
    "acChargeableElectricEnergy": 1067, "acDischargeableElectricEnergy": 8637,
    "acCumulativeChargingElectricEnergy": "429101.254", "actualOperationMode": "standby",
    "minimumAndMaximumChargingElectricPower": {"minValue": 0, "maxValue": 5900},
    "instantaneousChargingAndDischargingElectricPower": -3, "remainingCapacity3": 89,
    "batteryHealthState": 100, "acTargetDischargingElectricEnergy": "noSetting",
}  # fmt: skip
HISTORY = {
    "deviceId": "pv/1",
    "data": [
        {"dateAndTime": "2024-06-01 12:00:00", "instantaneousElectricPowerGeneration": 1000},
        {
            "timestamp": "2024-06-01T03:30:00Z",
            "propertyName": "instantaneousElectricPowerGeneration",
            "value": {"instantaneousElectricPowerGeneration": "1500"},
        },
        {"time": "soon", "instantaneousElectricPowerGeneration": 9},
        {"time": "0001-01-01 00:00:00", "instantaneousElectricPowerGeneration": 9},
        {"time": "2199-01-01 00:00:00", "instantaneousElectricPowerGeneration": 9},
    ],
}


class Server:
    """A Web API on loopback. `faults` are answered before anything else, one a request."""

    def __init__(self) -> None:
        self.devices = [("pv/1", "pvPowerGeneration", PV), ("b", "storageBattery", BATTERY)]
        self.histories: list[Any] = []
        self.limit = 1
        self.faults: list[tuple[int, dict[str, str], bytes]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, dict(self.headers)))
                status, headers, body = server.answer(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/elapi/v1"
        self._thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self._thread.join(5)
        self.http.server_close()

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if self.faults:
            return self.faults.pop(0)
        served = self.served(path)
        status = 404 if served is None else 200
        return status, {"Content-Type": "application/json"}, json.dumps(served).encode()

    def served(self, path: str) -> Any:
        parts = urlsplit(path)
        offset = int(parse_qs(parts.query).get("offset", ["0"])[0])
        rows = {
            "devices": [{"id": i, "deviceType": t} for i, t, _ in self.devices],
            "histories": [{"id": number} for number in range(len(self.histories))],
        }
        match parts.path.removeprefix("/elapi/v1").strip("/").split("/"):
            case [""]:
                return {"v1": [{"name": n} for n in rows if n == "devices" or self.histories]}
            case [("devices" | "histories") as name]:
                page = rows[name][offset : offset + self.limit]
                more = offset + self.limit < len(rows[name])
                return {name: page, "hasMore": more, "limit": self.limit, "offset": offset}
            case ["devices", identity, "properties", *name]:
                found = {i: p for i, _, p in self.devices}.get(unquote(identity))
                return found if found is None or not name else {name[0]: found.get(name[0])}
            case ["histories", number, "properties"]:
                return self.histories[int(number)]
        return None


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(server: Server, pauses: list[float]) -> Client:
    headers = {"X-Elapi-key": "sesame"}
    return Client(server.url, headers, timeout=2.0, tries=4, pause=0.5, sleep=pauses.append)


def test_devices_page_by_page(server: Server, client: Client) -> None:
    assert [(d.id, d.device_type) for d in devices(client)] == [
        ("pv/1", "pvPowerGeneration"),
        ("b", "storageBattery"),
    ]
    assert [path for path, _ in server.asked] == [
        "/elapi/v1/devices",
        "/elapi/v1/devices?offset=1",
    ]
    assert all(headers["X-Elapi-Key"] == "sesame" for _, headers in server.asked)


def test_properties(client: Client) -> None:
    assert properties(client, "pv/1") == PV
    assert property_(client, "b", "remainingCapacity3") == 89


def test_services(server: Server, client: Client) -> None:
    assert services(client) == ("devices",)
    assert list(histories(client)) == []
    server.histories = [HISTORY]
    assert list(histories(client)) == [HISTORY]


BUSY = (503, {}, b"")


def test_a_busy_server_is_asked_again(server: Server, client: Client, pauses: list[float]) -> None:
    server.faults = [BUSY, (429, {"Retry-After": "7"}, b""), BUSY]
    assert properties(client, "b") == BATTERY
    assert pauses == [0.5, 7.0, 14.0]


def test_a_server_that_stays_busy(server: Server, client: Client, pauses: list[float]) -> None:
    server.faults = [(500, {"Retry-After": "100000"}, b"")] * 9
    with pytest.raises(DataError, match="status 500"):
        properties(client, "b")
    assert len(server.asked) == 4
    assert pauses == [60.0] * 3


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ((401, {}, b""), KEY),
        ((403, {}, b""), "status 403"),
        ((404, {}, b""), "check the address"),
        ((302, {"Location": "http://127.0.0.1:9/"}, b""), "redirects are not followed"),
        ((200, {}, b"<html>"), "no JSON"),
        ((200, {}, b'{"a": NaN}'), "no JSON"),
        ((200, {}, b"\xff\xfe"), "no JSON"),
        ((200, {}, b"[" * 100_000), "no JSON"),
        ((200, {}, b"[1]"), "no object"),
        ((200, {}, b'"' + b"x" * (16 << 20) + b'"'), "longer than 16 MB"),
    ],
)
def test_refusals_are_told_at_once(
    server: Server, client: Client, fault: tuple[int, dict[str, str], bytes], said: str
) -> None:
    server.faults = [fault]
    with pytest.raises(DataError, match=said) as caught:
        properties(client, "b")
    assert len(server.asked) == 1
    assert "sesame" not in str(caught.value) + repr(client)


def test_nobody_there(pauses: list[float]) -> None:
    away = Client("http://127.0.0.1:9/elapi/v1", {}, tries=3, pause=0.1, sleep=pauses.append)
    with pytest.raises(DataError, match="cannot be reached"):
        properties(away, "b")
    assert pauses == [0.1, 0.2]


def test_paging_without_end(server: Server, client: Client) -> None:
    page = json.dumps({"devices": [{"id": "a", "deviceType": "x"}], "hasMore": True}).encode()
    server.faults = [(200, {}, page)] * 1001
    with pytest.raises(DataError, match="no end"):
        list(devices(client))


def test_an_empty_page_that_promises_more(server: Server, client: Client) -> None:
    server.faults = [(200, {}, b'{"devices": [], "hasMore": true}')]
    assert list(devices(client)) == []


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"devices": 1}', b'{"devices": null}'])
def test_a_list_that_is_none(server: Server, client: Client, body: bytes) -> None:
    server.faults = [(200, {}, body)]
    with pytest.raises(DataError, match="devices"):
        list(devices(client))


def test_rows_that_are_no_devices(server: Server, client: Client) -> None:
    rows = [1, None, {"id": None}, {"id": 7, "deviceType": "x"}, {"id": "a", "deviceType": 1}]
    server.faults = [(200, {}, json.dumps({"devices": rows}).encode())]
    assert list(devices(client)) == [ApiDevice("7", "x")]


@pytest.mark.parametrize(
    ("url", "environment", "said"),
    [
        ("https://a/elapi/v1", {}, "holds neither"),
        ("http://a/elapi/v1", {KEY: "k"}, "unencrypted"),
        ("https://me:secret@a/elapi/v1", {KEY: "k"}, "carries a password"),
        ("file:///etc/passwd", {KEY: "k"}, "no address of an API"),
        ("https:///elapi", {KEY: "k"}, "no address of an API"),
        ("https://a/elapi?x=1", {KEY: "k"}, "no address of an API"),
        ("https://[", {KEY: "k"}, "url"),
        ("https://a/elapi/v1", {KEY: "k\r\nHost: b"}, "no key has"),
        ("https://a/elapi/v1", {TOKEN: "鍵"}, "no key has"),
    ],
)
def test_what_cannot_be_a_client(url: str, environment: dict[str, str], said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        client_from_environment(url, environment)
    assert "secret" not in str(caught.value)


def test_keys_of_the_environment() -> None:
    found = client_from_environment("https://a/elapi/v1/", {KEY: "k"})
    assert (found.url, found.headers) == ("https://a/elapi/v1", {"X-Elapi-key": "k"})
    found = client_from_environment("https://a/elapi/v1", {TOKEN: "t"})
    assert found.headers == {"Authorization": "Bearer t"}


def read(out: Path) -> dict[str, dict[str, Any]]:
    folder = out.with_suffix(".echonet") / "readings"
    rows = pq.read_table(folder).to_pylist()
    return {f"{r['channel']} {r['name']} {r['part']}".strip(): r for r in rows}


def test_a_recording(server: Server, client: Client, tmp_path: Path) -> None:
    out = tmp_path / "home.parquet"
    report = fetch(client, Settings(out, interval=300), rounds=1)
    assert report.names == {"api:pv/1/027901": "PV1", "api:b/027D01": "BAT1"}
    (row,) = (r for r in pq.read_table(out).to_pylist() if r["PV1.p_ac"] is not None)
    assert (row["PV1.p_ac"], row["PV1.restraint"], row["BAT1.p_discharge"]) == (3210, 0x44, 3)
    found = read(out)
    assert found["PV1 cumulativeElectricEnergyOfGeneration"]["number"] == pytest.approx(417965473)
    assert found["PV1 approvedCapacity"]["text"] == "noSetting"
    assert found["PV1 hourMeter time"]["number"] == 123
    assert found["PV1 currentDateAndTime"]["flags"] == "unknown_property"
    assert found["BAT1 remainingCapacity3"]["number"] == pytest.approx(0.89)
    assert found["BAT1 acEffectiveChargingCapacity"]["flags"] == (
        "above_rating identical_capacities"
    )
    assert found["BAT1 minimumAndMaximumChargingElectricPower maxValue"]["number"] == 5900


def test_a_server_that_goes_and_comes(server: Server, client: Client, tmp_path: Path) -> None:
    list(devices(client))  # so that the faults meet the properties
    told: list[str] = []
    real = server.answer

    def away(path: str) -> tuple[int, dict[str, str], bytes]:
        asked = sum("properties" in p for p, _ in server.asked)
        return BUSY if "properties" in path and asked <= 4 else real(path)

    server.answer = away  # type: ignore[method-assign]
    report = fetch(client, Settings(tmp_path / "home.parquet", interval=1), 2, told.append)
    assert report.counts["silent"] == 1
    assert "status 503" in told[0]
    assert report.summary.readings > 20


def test_a_server_without_our_devices(server: Server, client: Client, tmp_path: Path) -> None:
    server.devices = [("a", "homeAirConditioner", {})]
    with pytest.raises(DataError, match="no device of a known class"):
        fetch(client, Settings(tmp_path / "home.parquet"), rounds=1)


def test_a_server_that_serves_no_property(server: Server, client: Client, tmp_path: Path) -> None:
    server.devices = [("a", "storageBattery", None)]  # type: ignore[list-item]
    with pytest.raises(DataError, match="served no property"):
        fetch(client, Settings(tmp_path / "home.parquet"), rounds=1)


def test_histories_are_taken_once(server: Server, client: Client, tmp_path: Path) -> None:
    out = tmp_path / "home.parquet"
    server.histories = [HISTORY]
    for _ in range(2):
        fetch(client, Settings(out, interval=1800), rounds=1)
    power = {
        r["time"].timestamp(): r["PV1.p_ac"]
        for r in pq.read_table(out).to_pylist()
        if r["PV1.p_ac"] is not None
    }
    noon = datetime(2024, 6, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo")).timestamp()
    assert power[noon] == 1000
    assert power[noon + 1800] == 1500
    assert 9 not in power.values()


KNOWN = [ApiDevice("pv/1", "pvPowerGeneration")]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["deviceId", "time", "dateAndTime", "data", "propertyName", "value"])
            | st.text(max_size=5),
            inner | st.sampled_from(["pv/1", "2024-06-01 12:00:00", "0001-01-01 00:00:00"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON)
def test_any_history_is_read_or_left(served: Any) -> None:
    for entry in entries_of_history(served, KNOWN, "Asia/Tokyo"):
        assert entry.source == "api:pv/1"
        list(readings_of(entry))


def test_the_command(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(TOKEN, "open")
    out = tmp_path / "home.parquet"
    status = run(
        [
            *("echonet", "fetch", "--url", server.url, "--out", str(out), "--once"),
            *("--name", "api:pv/1/027901=PCS"),
        ]
    )
    assert status == 0
    assert "PCS: api:pv/1/027901: e_ac from E1, p_ac from E0" in capsys.readouterr().out
    assert server.asked[-1][1]["Authorization"] == "Bearer open"
    assert pq.read_table(out).num_rows >= 1


def test_the_command_without_a_key(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Callable[..., Any]
) -> None:
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.delenv(TOKEN, raising=False)
    out = str(tmp_path / "home.parquet")
    assert run(["echonet", "fetch", "--url", server.url, "--out", out, "--once"]) == 2
    assert KEY in capsys.readouterr().err  # type: ignore[attr-defined]


def test_get_asks_for_json(server: Server, client: Client) -> None:
    assert get(client, "/devices") is not None
    assert server.asked[-1][1]["Accept"] == "application/json"
