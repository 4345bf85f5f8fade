"""A service that runs with its worker, and a browser that looks at its pages, for tests."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from api_server import serving
from pvwarranty_api.server import server_config
from pvwarranty_api.services.core import Core, open_core
from pvwarranty_api.services.people import NewUser, create_organisation
from pvwarranty_api.settings import Settings
from pvwarranty_api.worker.local import work

ROOT = Path(__file__).resolve().parents[1]
AXE = ROOT / "tests" / "api" / "pages" / "vendor" / "axe-4.14.1.min.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-default-apps", "--force-color-profile=srgb",
]  # fmt: skip
EMAIL, PASSWORD = "demo@example.jp", "correct horse battery staple"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {
    "desktop": {"width": 1180, "height": 900}, "phone": {"width": 360, "height": 740},
}  # fmt: skip


@dataclass(frozen=True)
class Live:
    """A running service."""

    url: str
    core: Core


@contextmanager
def running(folder: Path) -> Iterator[Live]:
    """Run a service with one user and a worker, in threads of this process."""
    settings = Settings.model_validate({
        "data": folder, "port": 0, "insecure_cookies": True, "worker": "none",
        "rate": "100000/minute", "rate_anonymous": "100000/minute",
    })  # fmt: skip
    core = open_core(settings)
    admin = NewUser(EMAIL, "山田 花子", "admin", PASSWORD)
    create_organisation(core, "みなみ太陽光サービス", admin)
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(core, stop, "pages"))
    worker.start()
    try:
        with serving(server_config(settings)) as url:
            yield Live(url, core)
    finally:
        stop.set()
        worker.join()
        core.close()


def chromium() -> str | None:
    """Return where the system's Chromium is, or None."""
    return next((p for name in CHROMIUM if (p := shutil.which(name))), None)


def font_settings(folder: Path) -> Path:
    """Write settings of fontconfig that have the package's own Japanese font, and return them."""
    fonts = resources.files("pvwarranty.report") / "fonts"
    path = folder / "fonts.conf"
    path.write_text(
        f"<fontconfig><include ignore_missing='yes'>/etc/fonts/fonts.conf</include>"
        f"<dir>{fonts}</dir><cachedir>{folder / 'fonts'}</cachedir></fontconfig>"
    )
    return path


def violations(page: Any, rule: str = "") -> list[str]:
    """Return what axe finds wrong on a page, by one rule or all, a line for each element."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    only = {"type": "rule", "values": [rule]} if rule else {"type": "tag", "values": STANDARD}
    options = json.dumps({"runOnly": only, "resultTypes": ["violations"]})
    found = page.evaluate(f"() => axe.run(document, {options})")
    return [
        f"{v['id']}: {v['help']}: {n['html'][:160]} {n['failureSummary'][:300]}"
        for v in found["violations"] for n in v["nodes"]
    ]  # fmt: skip


def export_of(example: Path, path: Path) -> Path:
    """Write the inverter's energy of an example site as a monitoring portal exports it, cp932."""
    import pyarrow.parquet as pq

    table = pq.read_table(example / "measurements.parquet", columns=["time", "PCS.p_ac"])
    zone = ZoneInfo("Asia/Tokyo")
    lines = ["設備名,みなみ台の家", "年月日,時刻,発電電力量(kWh)"]
    for time_utc, power in zip(*(c.to_pylist() for c in table.columns), strict=True):
        local = time_utc.astimezone(zone)
        energy = "" if power is None else f"{power / 2000:.3f}"
        lines.append(f"{local:%Y/%m/%d},{local:%H:%M},{energy}")
    path.write_bytes("\r\n".join(lines).encode("cp932"))
    return path


def fits(page: Any) -> list[str]:
    """Return the elements that make a page wider than its window, outside of what scrolls."""
    return list(
        page.evaluate("""() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) return [];
      const scrolls = (e) =>
        e && (getComputedStyle(e).overflowX === "auto" || scrolls(e.parentElement));
      return Array.from(document.body.querySelectorAll("*"))
        .filter((e) => e.getBoundingClientRect().right > width + 1 && !scrolls(e))
        .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
    }""")
    )
