"""Are the probabilities of causes what they say? Reliability on scenario and injected sites.

    .venv/bin/python benchmarks/causes_reliability.py [SET_DIR]

A cause told of a site with some probability is right where the truth has it. Draws
`figures/causes_reliability.png`, writes the tables of `benchmarks/causes.md`, and fits the
steepness of `attribute/calibration.py` on half of the injected sites, tried on the other half.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

import causes_injected as injected
from pvwarranty.attribute.calibration import AS_THEY_ARE, STEEPNESS, score
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from tables import markdown, put

EDGES = np.array([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.0001])


@dataclass(frozen=True, slots=True)
class Claim:
    """A cause told: of which set and site, how likely, and whether it was right."""

    source: str
    site: str
    cause: str
    probability: float
    right: bool


def scenario(job: tuple[Path, frozenset[str]]) -> list[Claim]:
    """Return what is told of one scenario site, each cause by its likeliest channel."""
    folder, known = job
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    likeliest: dict[str, float] = {}
    for causes in injected.told(site, read_measurements(folder, site), on).causes.values():
        for c in causes:
            likeliest[c.cause] = max(likeliest.get(c.cause, 0.0), c.probability)
    return [
        Claim("scenarios", folder.name, cause, p, cause in known) for cause, p in likeliest.items()
    ]


def claims(folder: Path) -> list[Claim]:
    truth = json.loads((folder / "truth.json").read_text())["pv"]
    jobs = [
        (folder / "pv" / name,
         frozenset(c["type"] for ch in site["channels"].values() for c in ch["causes"]))
        for name, site in sorted(truth.items())
    ]  # fmt: skip
    with ProcessPoolExecutor(2) as pool:
        found = [c for claims in pool.map(scenario, jobs) for c in claims]
    rows = injected.run(folder, 2, frozenset())
    print(injected.written(rows))
    for row in rows:
        found += [
            Claim("injected", row.site, cause, p, cause == row.fault.cause or cause in row.own)
            for cause, p, _ in row.causes
        ]
    return found


def steepness(found: list[Claim]) -> str:
    """Return what steepness fits half of the injected sites, and what it is worth on the rest."""
    known = [c for c in found if c.source == "injected" and c.cause not in AS_THEY_ARE]
    sites = sorted({c.site for c in known})
    lines = []
    for own in (set(sites[::2]), set(sites[1::2])):
        fit, test = ([c for c in known if (c.site in own) is inside] for inside in (True, False))
        tried = np.linspace(0.5, 4.0, 71)
        best = float(tried[np.argmin([_loss(fit, b) for b in tried])])
        loss = [_loss(test, b) / len(test) for b in (1.0, best, STEEPNESS)]
        lines.append(
            f"fitted on {len(own)} sites {best:.2f}; log loss on the others {loss[0]:.3f} as the "
            f"checks score, {loss[1]:.3f} so, {loss[2]:.3f} with {STEEPNESS:g}"
        )
    return "Steepness of the log odds: " + "; ".join(lines) + "."


def _loss(found: list[Claim], steep: float) -> float:
    z = steep * np.array([score(c.cause, c.probability) for c in found])
    return float(np.sum(np.logaddexp(0.0, z) - z * np.array([c.right for c in found])))


def bins(found: list[Claim], source: str) -> list[tuple[int, float, float]]:
    """Return count, mean probability and share of right ones for each bin."""
    p = np.array([c.probability for c in found if c.source == source])
    right = np.array([c.right for c in found if c.source == source])
    at = np.digitize(p, EDGES) - 1
    return [
        (int((at == k).sum()), float(p[at == k].mean()), float(right[at == k].mean()))
        if (at == k).any()
        else (0, np.nan, np.nan)
        for k in range(len(EDGES) - 1)
    ]


def draw(found: list[Claim], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(4.2, 4.2))
    axes.plot([0, 1], [0, 1], color="0.7", lw=1)
    for source, colour in (("scenarios", "#1f5fa8"), ("injected", "#c05a1f")):
        n, p, right = np.array(bins(found, source)).T
        seen = n > 0
        axes.plot(p[seen], right[seen], color=colour, lw=1, label=source)
        axes.scatter(p[seen], right[seen], s=8 + 2 * np.sqrt(n[seen]) ** 1.4, color=colour)
    axes.set(xlabel="probability told", ylabel="share that is true", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=130)


def main(folder: Path) -> None:
    found = claims(folder)
    here = Path(__file__).parent
    draw(found, here / "figures" / "causes_reliability.png")
    rows = []
    for k in range(len(EDGES) - 1):
        row = [f"{EDGES[k]:.2f}–{min(EDGES[k + 1], 1.0):.2f}"]
        for source in ("scenarios", "injected"):
            n, p, right = bins(found, source)[k]
            row += [str(n), f"{p:.2f}" if n else "–", f"{right:.2f}" if n else "–"]
        rows.append(row)
    head = ["probability", "scenarios", "told", "true", "injected", "told", "true"]
    text = markdown(head, rows) + "\n\n" + steepness(found)
    print(text)
    put("reliability", text, here / "causes.md")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else injected.SET)
