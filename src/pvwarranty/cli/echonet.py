"""``pvwarranty echonet``: recording devices on the local network and from a Web API."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from pvwarranty.errors import DataError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pvwarranty.ingest.echonet.record import Report
    from pvwarranty.ingest.echonet.recording import Settings

app = App(name="echonet", help="Record ECHONET Lite devices: PV, storage batteries, meters.")

Many = Parameter(consume_multiple=True)


@app.command
def record(
    *,
    host: Annotated[list[str], Many],
    out: Path,
    interval: int = 60,
    once: bool = False,
    count: int | None = None,
    name: Annotated[list[str] | None, Many] = None,
    timezone: str = "Asia/Tokyo",
    bind: str = "0.0.0.0",
    timeout: float = 2.0,
    multicast: bool = False,
) -> int:
    """Poll devices and append what they say to a canonical Parquet file, until interrupted.

    Every value is kept with its bytes and flags in the folder FILE.echonet beside it. Nothing that
    was heard is lost when the process is killed; start it again and it goes on.

    Parameters
    ----------
    host : addresses of devices, ADDRESS or ADDRESS:PORT.
    out : the canonical Parquet file.
    interval : seconds of a row; the same for the life of a file.
    once : one round, at once.
    count : this many rounds; without end by default.
    name : names of channels, ADDRESS/OBJECT=CHANNEL as in 192.168.1.5/027901=PCS.
    timezone : in which the devices' clocks run.
    bind : own address, ADDRESS or ADDRESS:PORT; devices answer to port 3610.
    timeout : seconds to wait for an answer; each request is sent twice at most.
    multicast : hear what devices announce to the group 224.0.23.0, too.
    """
    from pvwarranty.ingest.echonet.controller import Patience
    from pvwarranty.ingest.echonet.record import Network, addresses
    from pvwarranty.ingest.echonet.record import record as run

    rounds = _rounds(once=once, count=count)
    if timeout <= 0:
        raise DataError(Problem("--timeout", f"{timeout} s is no time to wait"))
    network = Network(addresses(host), addresses([bind], "--bind")[0], Patience(timeout), multicast)
    report = run(network, _settings(out, interval, timezone, name), rounds, _tell)
    _show(out, report)
    return 0


@app.command
def fetch(
    *,
    url: str,
    out: Path,
    interval: int = 300,
    once: bool = False,
    count: int | None = None,
    name: Annotated[list[str] | None, Many] = None,
    timezone: str = "Asia/Tokyo",
) -> int:
    """Poll the devices of an ECHONET Lite Web API into a canonical Parquet file.

    The key is read from the environment: PVWARRANTY_ELAPI_KEY is sent as X-Elapi-key, or
    PVWARRANTY_ELAPI_TOKEN as a bearer token.

    Parameters
    ----------
    url : of the API with its version, https://SERVER/elapi/v1.
    out : the canonical Parquet file.
    interval : seconds of a row; the same for the life of a file.
    once : one round, at once.
    count : this many rounds; without end by default.
    name : names of channels, api:DEVICE/OBJECT=CHANNEL as in api:0001/027901=PCS.
    timezone : in which the devices' clocks run.
    """
    from pvwarranty.ingest.echonet.fetch import fetch as run
    from pvwarranty.ingest.echonet.webapi import client_from_environment

    rounds = _rounds(once=once, count=count)
    client = client_from_environment(url)
    _show(out, run(client, _settings(out, interval, timezone, name), rounds, _tell))
    return 0


def _rounds(*, once: bool, count: int | None) -> int | None:
    if once and count is not None:
        raise DataError(Problem("--once", "and --count cannot both be given"))
    if count is not None and count < 1:
        raise DataError(Problem("--count", f"{count} is no number of rounds"))
    return 1 if once else count


def _settings(out: Path, interval: int, timezone: str, names: list[str] | None) -> Settings:
    from pvwarranty.ingest.echonet.recording import Settings

    return Settings(out, interval, timezone, _named(names or []))


def _named(names: list[str]) -> Mapping[str, str]:
    pairs = [text.partition("=") for text in names]
    wrong = [text for text, (_, equals, _) in zip(names, pairs, strict=True) if not equals]
    if wrong:
        hint = "write ADDRESS/OBJECT=CHANNEL, as in 192.168.1.5/027901=PCS"
        raise DataError([Problem(f"--name {text}", "has no '='", hint) for text in wrong])
    return {device: channel for device, _, channel in pairs}


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _show(out: Path, report: Report) -> None:
    for device, channel in sorted(report.names.items(), key=lambda pair: pair[1]):
        fed = [f"{c.partition('.')[2]} from {epc}" for c, epc in sorted(report.columns.items())
               if c.startswith(f"{channel}.")]  # fmt: skip
        print(f"{channel}: {device}: {', '.join(fed) or 'readings only'}")
    for channel, epc, flag in sorted(report.summary.flags):
        print(f"{channel}: {epc or 'a message'}: {flag}")
    unused = ", ".join(f"{n} {kind}" for kind, n in sorted(report.counts.items()) if n)
    print(
        f"{out}: {report.rounds} rounds, {report.summary.readings} readings, "
        f"{report.summary.rows} rows in all{'; ' + unused if unused else ''}"
    )
