"""Build the shipped coast of Japan from full-detail OpenStreetMap land polygons (maintainers only).

    python3 -m venv VENV && VENV/bin/pip install roaring-landmask scipy
    VENV/bin/python benchmarks/make_coast.py

Writes ``coast.npz`` (the outlines), ``coast_reference.csv`` (distances of random points computed by
brute force over every full-detail segment, for the unit test) and prints the worst error of the
shipped outlines against the full detail. The product never runs this.
"""

from __future__ import annotations

import argparse
import csv
import struct
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src/pvwarranty/place/data"
TOLERANCE = 12.0  # m: Douglas-Peucker
SCALE = 1e5  # stored units a degree: 1.1 m
BRIDGE = 4_000.0  # m: no bridge of Japan outside Tokyo Bay spans a wider gap (longest: 3.8 km)
MAIN = {
    "Honshu": (36.2, 138.3),
    "Hokkaido": (43.4, 142.8),
    "Kyushu": (32.8, 131.0),
    "Shikoku": (33.8, 133.4),
}
# Islands that nichicon.co.jp's qa_juengai names as always reachable by road; a point on each
ROAD = {
    "Awaji": (34.40, 134.80),
    "Hirado": (33.30, 129.47),
    "Amakusa Kamishima": (32.47, 130.33),
    "Amakusa Shimoshima": (32.40, 130.08),
    "Fukushima": (33.37, 129.83),
    "Takashima": (33.43, 129.75),
    "Oshima (Nagasaki)": (33.04, 129.62),
    "Nagashima (Kagoshima)": (32.17, 130.17),
}
# Land within the box that is left out: (lat from, to, lon from, to)
ELSEWHERE = [
    (33.0, 46.0, 122.0, 128.2),
    (34.0, 35.1, 128.0, 129.12),
    (34.75, 46.0, 122.0, 130.5),
    (37.0, 38.0, 130.6, 132.0),
    (42.2, 46.0, 129.0, 139.0),
    (44.0, 46.0, 149.2, 155.0),
]
BOX = (20.0, 45.6, 122.9, 154.2)  # lat from, to, lon from, to

Ring = np.ndarray[Any, np.dtype[np.float64]]  # (n, 2) lon, lat; closed


def land_rings(wkb: bytes) -> list[Ring]:
    """Every ring of a little-endian WKB multipolygon."""
    count = struct.unpack_from("<I", wkb, 5)[0]
    at, rings = 9, []
    for _ in range(count):
        parts = struct.unpack_from("<I", wkb, at + 5)[0]
        at += 9
        for _ in range(parts):
            n = struct.unpack_from("<I", wkb, at)[0]
            rings.append(np.frombuffer(wkb, "<f8", 2 * n, at + 4).reshape(n, 2))
            at += 4 + 16 * n
    return rings


def of_japan(ring: Ring) -> bool:
    (lon, lat), (lon2, lat2) = ring.min(axis=0), ring.max(axis=0)
    if lat2 - lat > 15 or not (BOX[0] < lat and lat2 < BOX[1] and BOX[2] < lon and lon2 < BOX[3]):
        return False
    return not any(a < lat and lat2 < b and c < lon and lon2 < d for a, b, c, d in ELSEWHERE)


def metres(ring: Ring) -> Ring:
    scale = 111_195.0 * np.cos(np.deg2rad(ring[:, 1].mean()))
    return np.column_stack([ring[:, 0] * scale, ring[:, 1] * 111_195.0])


def simplify(ring: Ring, tolerance: float) -> Ring:
    """Douglas-Peucker: no vertex left out lies further than `tolerance` [m] from the result."""
    xy, keep = metres(ring), np.zeros(len(ring), dtype=bool)
    far = int(np.argmax(((xy - xy[0]) ** 2).sum(axis=1)))  # a ring: cut it at its far point
    keep[[0, far, -1]] = True
    stack = [(0, far), (far, len(ring) - 1)]
    while stack:
        a, b = stack.pop()
        if b - a < 2:
            continue
        d = np.sqrt(point_segment(xy[a + 1 : b], xy[a], xy[b]))
        worst = int(np.argmax(d))
        if d[worst] > tolerance:
            keep[a + 1 + worst] = True
            stack += [(a, a + 1 + worst), (a + 1 + worst, b)]
    if float(np.hypot(*np.ptp(xy, axis=0))) < tolerance:  # a rock: one point stands for it
        keep[1:-1] = False
        keep[far] = False
    return ring[keep]


def point_segment(p: Ring, a: Ring, b: Ring) -> Any:
    """Squared distance of points to the segment a-b (either side may be many)."""
    ab, ap = b - a, p - a
    length = (ab * ab).sum(axis=-1)
    t = np.clip((ap * ab).sum(axis=-1) / np.where(length > 0, length, 1.0), 0.0, 1.0)
    return ((ap - t[..., None] * ab) ** 2).sum(axis=-1)


def inside(ring: Ring, lat: float, lon: float) -> bool:
    x, y = ring[:, 0], ring[:, 1]
    span = (y[:-1] > lat) != (y[1:] > lat)
    x1, y1, x2, y2 = x[:-1][span], y[:-1][span], x[1:][span], y[1:][span]
    return bool((lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1)).sum() % 2)


def holder(rings: list[Ring], lat: float, lon: float) -> int:
    """Index of the smallest ring round a point."""
    found = [i for i, r in enumerate(rings) if inside(r, lat, lon)]
    if not found:
        raise SystemExit(f"no ring holds {lat}, {lon}")
    return min(found, key=lambda i: len(rings[i]))


def kinds(rings: list[Ring]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """0 main island, 1 road named, 2 a road cannot be ruled out, 3 too far for a bridge."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import Delaunay

    kind = np.full(len(rings), 3, dtype=np.uint8)
    points = [dense(ring) for ring in rings]
    at, owner = np.concatenate(points), np.repeat(np.arange(len(rings)), [len(p) for p in points])
    # The least links between all rings are edges of a Delaunay triangulation.
    sides = Delaunay(at * [np.cos(np.deg2rad(35.0)), 1.0]).simplices[:, [0, 1, 1, 2, 2, 0]]
    a, b = sides.reshape(-1, 2).T
    east = np.cos(np.deg2rad((at[a, 1] + at[b, 1]) / 2))
    gap = 111_195.0 * np.hypot((at[a, 0] - at[b, 0]) * east, at[a, 1] - at[b, 1])
    a, b = owner[a[gap < BRIDGE]], owner[b[gap < BRIDGE]]
    links = coo_matrix((np.ones(len(a)), (a, b)), shape=(len(rings), len(rings)))
    _, group = connected_components(links, directed=False)
    mains = [holder(rings, *point) for point in MAIN.values()]
    kind[np.isin(group, group[mains])] = 2
    for point in ROAD.values():
        kind[holder(rings, *point)] = 1
    kind[mains] = 0
    return kind


def dense(ring: Ring, step: float = 400.0) -> Ring:
    """Points along a ring about every `step` [m] (one for a rock): (n, 2) lon, lat."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(metres(ring), axis=0).T))])
    at = np.linspace(0.0, along[-1], 1 + int(along[-1] / step), endpoint=False)
    return np.column_stack([np.interp(at, along, ring[:, k]) for k in (0, 1)])


def morton(at: Ring) -> int:
    """Place on a curve that keeps neighbours together (0.005 degrees)."""
    lon, lat = (int(v * 200) for v in at)
    return sum(((lon >> k & 1) << 2 * k) | ((lat >> k & 1) << 2 * k + 1) for k in range(16))


def write_coast(rings: list[Ring], kind: Any, path: Path) -> None:
    order = sorted(range(len(rings)), key=lambda i: (len(rings[i]) < 64, morton(rings[i][0])))
    whole = [np.round(rings[i][:-1] * SCALE).astype(np.int64) for i in order]
    first = np.array([r[0] for r in whole], dtype=np.int32)
    steps = np.concatenate([np.diff(r, axis=0, prepend=r[:1]) for r in whole])
    if np.abs(steps).max() > 32_767:
        raise SystemExit("a step does not fit: fill long segments")
    np.savez_compressed(
        path,
        first=first,
        count=np.array(
            [len(r) for r in whole], dtype=np.uint16 if max(map(len, whole)) < 65_536 else np.int32
        ),
        kind=np.asarray(kind)[order].astype(np.uint8),
        step=np.ascontiguousarray(steps.T.astype(np.int16)),
    )


def geodesic(lat: float, lon: float, rings: Any) -> float:
    """Distance to the nearest of all segments [m]: brute force on the plane at the point."""
    a, b = rings
    rad, e2 = np.deg2rad(lat), 0.00669437999014
    w = 1.0 - e2 * np.sin(rad) ** 2
    north, east = 6_378_137.0 * (1 - e2) / w**1.5, 6_378_137.0 / np.sqrt(w)
    near = (np.abs(a[:, 1] - lat) < 1.2) & (np.abs(a[:, 0] - lon) < 1.5)

    def plane(p: Ring) -> Ring:
        mid = np.cos(np.deg2rad((p[:, 1] + lat) / 2))
        return np.column_stack(
            [np.deg2rad(p[:, 0] - lon) * east * mid, np.deg2rad(p[:, 1] - lat) * north]
        )

    return float(np.sqrt(point_segment(np.zeros(2), plane(a[near]), plane(b[near])).min()))


def segments(rings: list[Ring]) -> tuple[Ring, Ring]:
    return np.concatenate([r[:-1] for r in rings]), np.concatenate([r[1:] for r in rings])


def random_points(rings: list[Ring], n: int, rng: np.random.Generator) -> Ring:
    """Points up to 30 km from the coast, uniform in distance: (n, 2) lat, lon."""
    vertices = np.concatenate([r for r in rings if len(r) > 40])
    at = vertices[rng.integers(len(vertices), size=n)]
    reach, turn = rng.uniform(0, 30_000, n) / 111_195.0, rng.uniform(0, 2 * np.pi, n)
    lat = at[:, 1] + reach * np.sin(turn)
    return np.column_stack([lat, at[:, 0] + reach * np.cos(turn) / np.cos(np.deg2rad(lat))])


def compare(full: list[Ring], points: int, reference: Path) -> None:
    sys.path.insert(0, str(ROOT / "src"))
    from pvwarranty.place import coast_distance

    where = random_points(full, points, np.random.default_rng(20240401))
    whole, errors = segments(full), []
    rows = []
    for lat, lon in np.round(where, 5):
        truth = geodesic(float(lat), float(lon), whole)
        ours = coast_distance(float(lat), float(lon))
        assert ours is not None
        errors.append(abs(ours - truth))
        rows.append((f"{lat:.5f}", f"{lon:.5f}", f"{truth:.1f}"))
    print(
        f"error over {points} points within 30 km: max {max(errors):.1f} m, "
        f"p99 {np.percentile(errors, 99):.1f} m, median {np.median(errors):.1f} m"
    )
    with reference.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["latitude", "longitude", "distance"])
        writer.writerows(rows[:200])


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--points", type=int, default=2000)
    points = ask.parse_args().points
    from roaring_landmask import LandmaskProvider, Shapes  # type: ignore[import-not-found]

    began = time.perf_counter()
    full = [r for r in land_rings(Shapes.wkb(LandmaskProvider.Osm)) if of_japan(r)]
    small = [simplify(r, TOLERANCE) for r in full]
    kind = kinds(full)
    write_coast(small, kind, DATA / "coast.npz")
    print(
        f"{len(full)} rings, {sum(map(len, full))} -> {sum(map(len, small))} vertices, "
        f"kinds {np.bincount(kind)}, {(DATA / 'coast.npz').stat().st_size / 1e6:.2f} MB, "
        f"{time.perf_counter() - began:.0f} s"
    )
    compare(full, points, ROOT / "tests/place/coast_reference.csv")


if __name__ == "__main__":
    main()
