"""Foreign peers on loopback: npm echonet-lite and PyPI pychonet, in both directions."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pychonet import HomeSolarPower, LowVoltageSmartElectricEnergyMeter, StorageBattery
from pychonet.echonetapiclient import ECHONETAPIClient
from pychonet.lib.udpserver import UDPServer

from pvwarranty.ingest.echonet.controller import Address, Patience
from pvwarranty.ingest.echonet.maps import encode_map
from pvwarranty.ingest.echonet.record import Network, record
from pvwarranty.ingest.echonet.recording import Settings

ROOT = Path(__file__).parents[3]
PACKAGES = {"echonet-lite": "2.16.2", "date-utils": "1.2.21"}  # the second is not declared by it
CACHE = ROOT / ".cache" / "npm" / "echonet-lite-2.16.2"
SCRIPT = Path(__file__).with_name("device.js")
Start = Callable[..., Any]

PV, BATTERY, METER = 0x027901, 0x027D01, 0x028801
SAID: dict[int, dict[int, bytes]] = {
    PV: {
        0x80: b"\x30", 0xD1: b"\x44", 0xE0: b"\x0c\x8a", 0xE1: (12345678).to_bytes(4, "big"),
        0xE8: b"\x0f\xa0", 0xC3: b"\x04\xaa",
    },
    BATTERY: {
        0x80: b"\x30", 0xA0: (9704).to_bytes(4, "big"), 0xA1: (9704).to_bytes(4, "big"),
        0xA2: (9704).to_bytes(4, "big"), 0xA3: (9704).to_bytes(4, "big"),
        0xA4: (1067).to_bytes(4, "big"), 0xA5: (1067).to_bytes(4, "big"),
        0xA8: (429101).to_bytes(4, "big"), 0xA9: (951477).to_bytes(4, "big"), 0xCF: b"\x42",
        0xC8: (100).to_bytes(4, "big") + (2000).to_bytes(4, "big"),
        0xD0: (9230).to_bytes(4, "big"), 0xD3: (1500).to_bytes(4, "big"),
        0xD6: (951).to_bytes(4, "big"), 0xD8: (429).to_bytes(4, "big"),
        0xE2: (8214).to_bytes(4, "big"), 0xE4: b"\x59", 0xE5: b"\x57", 0xE6: b"\x04",
    },
    METER: {
        0x80: b"\x30", 0xD3: (1).to_bytes(4, "big"), 0xD7: b"\x06", 0xE1: b"\x01",
        0xE0: (71234).to_bytes(4, "big"), 0xE3: b"\xff\xff\xff\xfe",
        0xE7: (-1557).to_bytes(4, "big", signed=True), 0xE8: b"\x7f\xfe\xfe\xd8",
    },
}  # fmt: skip

# every run has loopback addresses of its own: the libraries know no port but 3610
_HOSTS = (
    f"127.{60 + n % 100}.{os.getpid() >> 8 & 255}.{os.getpid() % 254 + 1}"
    for n in itertools.count()
)


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder of the npm packages, fetched once into the repository's cache."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    if not (CACHE / "node_modules" / "date-utils").exists():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=CACHE.parent))
        wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
        options = ["--prefix", str(fresh), "--no-audit", "--no-fund", "--ignore-scripts",
                   "--fetch-retries", "1", "--fetch-timeout", "20000"]  # fmt: skip
        done = subprocess.run(
            ["npm", "install", *options, *wanted], capture_output=True, text=True, check=False
        )
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            pytest.skip(f"npm cannot fetch {' and '.join(wanted)}: {done.stderr.strip()[-200:]}")
        if not CACHE.exists():
            fresh.rename(CACHE)
    return CACHE / "node_modules"


@contextmanager
def script(node: Path, host: str, port: int, table: Any, *target: str) -> Iterator[Any]:
    """Run device.js until the block ends."""
    process = subprocess.Popen(
        ["node", str(SCRIPT), host, str(port), json.dumps(table), *target],
        env=os.environ | {"NODE_PATH": str(node)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(30, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def hexed(said: dict[int, dict[int, bytes]]) -> dict[str, dict[str, list[int]]]:
    return {
        f"{eoj:06x}": {f"{epc:02x}": list(edt) for epc, edt in table.items()}
        | {"9f": list(encode_map({*table, 0x9D, 0x9E, 0x9F}))}
        for eoj, table in said.items()
    }


def test_we_record_their_device(node: Path, tmp_path: Path) -> None:
    here, there, port = next(_HOSTS), next(_HOSTS), 3610
    out = tmp_path / "home.parquet"
    where = Network((Address(there, port),), Address(here, port), Patience(2.0))
    with script(node, there, port, hexed(SAID)):
        report = record(where, Settings(out, interval=1), rounds=2)
    assert set(report.names.values()) == {"PV1", "BAT1", "METER1"}
    folder = out.with_suffix(".echonet") / "readings"
    found = {(r["object"], r["epc"], r["part"]): r for r in pq.read_table(folder).to_pylist()}
    for eoj, table in SAID.items():
        for epc, edt in table.items():
            heard = [
                r for r in found.values() if (r["object"], r["epc"]) == (f"{eoj:06X}", f"{epc:02X}")
            ]
            assert heard, f"{eoj:06X} {epc:02X}"
            assert all(r["raw"] == edt for r in heard)
    assert found["027901", "E1", ""]["number"] == 12_345_678
    assert found["028801", "E0", ""]["number"] == pytest.approx(7_123_400)  # steps of 0.1 kWh
    assert found["028801", "E3", ""]["text"] == "noData"
    assert found["027D01", "A5", ""]["flags"] == "copies_a4"
    rows = pq.read_table(out).to_pylist()
    assert {row["BAT1.p_charge"] for row in rows} - {None} == {1500}
    assert {row["PV1.p_ac"] for row in rows} - {None} == {3210}


def test_they_record_our_device(node: Path, device: Start) -> None:
    here, there, port = next(_HOSTS), next(_HOSTS), 3610
    ours = device(SAID, host=there, port=port)
    ours.reply_port = port  # the library asks from one port and listens on another
    asked = {f"{eoj:06x}": {f"{epc:02x}": "" for epc in table} for eoj, table in SAID.items()}
    with script(node, here, port, asked, there) as process:
        lines = [json.loads(process.stdout.readline()) for _ in SAID]
    for line in lines:
        table = SAID[int(line["from"], 16)]
        assert line["details"] == {f"{epc:02x}": edt.hex() for epc, edt in table.items()}


def pychonet(there: str, read: Callable[[ECHONETAPIClient], Any]) -> Any:
    """Let pychonet discover a host and read something of it."""

    async def run() -> Any:
        here = next(_HOSTS)
        udp = UDPServer(local_ip=here)
        udp.run(here, 3610, asyncio.get_running_loop())
        client = ECHONETAPIClient(server=udp)
        client.configure(message_timeout=30, logger=lambda *_: None)
        client._state[there] = {"instances": {}, "available": True}
        try:
            assert await client.discover(there)
            return await read(client)
        finally:
            tasks = list(udp._tasks)
            udp.close()
            await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(run())


@pytest.fixture
def there(device: Start) -> Any:
    """Our device at an address of its own, on the port of the standard."""
    return device(SAID, host=next(_HOSTS), port=3610)


def values(kind: Any, there: Any, eoj: int) -> dict[int, Any]:
    async def read(client: ECHONETAPIClient) -> Any:
        group, klass, instance = eoj.to_bytes(3, "big")
        await client.getAllPropertyMaps(there.host, group, klass, instance)
        asked = kind(there.host, client, instance)
        assert set(SAID[eoj]) <= set(asked.getGetProperties())
        return await asked.update(sorted(SAID[eoj]))

    found: dict[int, Any] = pychonet(there.host, read)
    return found


def test_pychonet_discovers_our_device(there: Any) -> None:
    async def read(client: ECHONETAPIClient) -> Any:
        return client.state[there.host]["instances"]

    found = pychonet(there.host, read)
    assert set(found[2]) == {0x79, 0x7D, 0x88}


def test_pychonet_reads_our_pv(there: Any) -> None:
    found = values(HomeSolarPower, there, PV)
    assert (found[0xE0], found[0xE1], found[0xE8]) == (3210, 12345678, 4000)
    assert found[0xD1] == "Not restraining"
    assert found[0xC3] == "04aa"  # it has no reading for this one


def test_pychonet_reads_our_battery(there: Any) -> None:
    found = values(StorageBattery, there, BATTERY)
    assert (found[0xA0], found[0xA5], found[0xD3], found[0xE4]) == (9704, 1067, 1500, 89)
    assert (found[0xC8], found[0xCF], found[0xE6]) == ("100/2000", "charging", "lithiumIon")


def test_pychonet_reads_our_meter_as_we_do(there: Any) -> None:
    found = values(LowVoltageSmartElectricEnergyMeter, there, METER)
    assert (found[0xE0], found[0xE1], found[0xE3], found[0xE7]) == (71234, 0.1, None, -1557)
    assert found[0xE8] == {"r_phase_amperes": None, "t_phase_amperes": -29.6}


def test_pychonet_hears_our_announcement(there: Any) -> None:
    from pvwarranty.ingest.echonet import Service

    async def read(client: ECHONETAPIClient) -> Any:
        group, klass, instance = PV.to_bytes(3, "big")
        await client.getAllPropertyMaps(there.host, group, klass, instance)
        there.announce(Service.INF, PV, {0xD1: b"\x42"})
        await asyncio.sleep(0.3)
        return client.state[there.host]["instances"][group][klass][instance][0xD1]

    assert pychonet(there.host, read) == b"\x42"
