"""Who is whose neighbour in a fleet, and the sky that a site's neighbours saw.

The first pass leaves a small record of every site. Of these a table is made: for each site, where
the records of its nearest neighbours are, and a digest of them. It is a file in the store of
results; a worker reads it once, and of the records those that a site needs. So a site's result
depends on its neighbours by their digest, and changes with them and with nothing else.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pvwarranty.batch.passes import Record, Records
from pvwarranty.batch.segments import ROWS, read_segment
from pvwarranty.batch.stores import Store
from pvwarranty.verify import MOST_NEIGHBOURS, RADIUS, Region, regional_reference, unpacked

EARTH = 6371.0  # km
FOLDER = "parts/neighbours"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The table of a fleet, by its name in the store of results; picklable and small."""

    store: Store
    name: str

    def digest(self, key: str) -> str:
        """Return the digest of what a site's neighbours are, empty where it has none."""
        table = read_table(self.store, self.name)
        at = table.find(key)
        return "" if at is None else f"{int(table.digest[at]):016x}"

    def region(self, key: str) -> Region | None:
        """Return the sky that a site's neighbours saw, None where there is none. Raises OSError."""
        table = read_table(self.store, self.name)
        at = table.find(key)
        if at is None:
            return None
        site = table.days(self.store, int(table.place[at]))
        near = [table.days(self.store, int(p)) for p in table.near[at] if p >= 0]
        return regional_reference([unpacked(n) for n in near], unpacked(site))


@dataclass(frozen=True, slots=True)
class Table:
    """Sites with neighbours, sorted by the hash of their keys.

    place : (n,) where the record of each is, segment times `ROWS` plus line
    near : (n, most) where those of its neighbours are, nearest first, -1 for none
    """

    segments: tuple[str, ...]
    key: NDArray[np.uint64]
    digest: NDArray[np.uint64]
    place: NDArray[np.int64]
    near: NDArray[np.int64]

    def find(self, key: str) -> int | None:
        """Return the row of a site, or None."""
        wanted = _hash(key.encode("utf-8", "surrogatepass"))
        at = int(np.searchsorted(self.key, wanted))
        return at if at < len(self.key) and self.key[at] == wanted else None

    def days(self, store: Store, place: int) -> dict[str, object]:
        """Return the record at a place. Raises OSError where it cannot be read."""
        segment, row = divmod(place, ROWS)
        found = read_segment(store, self.segments[segment])[row].result
        if not found:
            raise OSError(f"{self.segments[segment]} was changed during the run")
        return found


def find_neighbours(records: Records, out: Store) -> Neighbours:
    """Write the table of a fleet from the records of the first pass. Raises OSError."""
    keys: list[int] = []
    states: list[bytes] = []
    places: list[int] = []
    where: list[tuple[float, float]] = []
    for record in records.in_order():
        if record.result:
            keys.append(int(_hash(record.key.encode("utf-8", "surrogatepass"))))
            states.append(_state(record))
            places.append(record.place)
            where.append((record.result["latitude"], record.result["longitude"]))
    near = _nearest(np.array(where).reshape(-1, 2))
    table = _table(tuple(records.index.segments), keys, states, places, near)
    content = _bytes(table)
    name = f"{FOLDER}/{hashlib.sha256(content).hexdigest()[:32]}.npz"
    for old in list(out.names(FOLDER)):
        if old != name:
            out.remove(old)
    out.write(name, content)
    return Neighbours(out, name)


def _state(record: Record) -> bytes:
    return hashlib.blake2b(f"{record.key} {record.digest}".encode(), digest_size=8).digest()


def _nearest(where: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rows (n, most) of the nearest sites within the radius, -1 for none."""
    from scipy.spatial import KDTree

    if len(where) < 2:
        return np.full((len(where), MOST_NEIGHBOURS), -1)
    lat, lon = np.radians(where.T)
    on_globe = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    # one more than wanted, as a site is the nearest to itself
    _, found = KDTree(on_globe).query(
        on_globe, k=MOST_NEIGHBOURS + 1, distance_upper_bound=2 * np.sin(RADIUS / EARTH / 2)
    )
    rows = np.arange(len(where))[:, None]
    other = (found != rows) & (found < len(where))
    order = np.argsort(~other, axis=1, kind="stable")
    return np.take_along_axis(np.where(other, found, -1), order, axis=1)[:, :MOST_NEIGHBOURS]


def _table(
    segments: tuple[str, ...], keys: list[int], states: list[bytes], places: list[int],
    near: NDArray[np.int64],
) -> Table:  # fmt: skip
    """Return the table of the sites that have neighbours."""
    place = np.array(places, dtype=np.int64)
    some = np.flatnonzero((near >= 0).any(axis=1)) if len(near) else np.empty(0, dtype=np.int64)
    some = some[np.argsort(np.array(keys, dtype=np.uint64)[some])]
    digests = [_hash(b"".join([states[n], *(states[m] for m in near[n] if m >= 0)])) for n in some]
    return Table(
        segments,
        np.array(keys, dtype=np.uint64)[some],
        np.array(digests, dtype=np.uint64),
        place[some],
        np.where(near >= 0, place[near], -1)[some] if len(place) else near[some],
    )


def _hash(content: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big"))


def _bytes(table: Table) -> bytes:
    file = io.BytesIO()
    np.savez(
        file, segments=np.array(table.segments, dtype=np.str_), key=table.key,
        digest=table.digest, place=table.place, near=table.near,
    )  # fmt: skip
    return file.getvalue()


@lru_cache(maxsize=1)
def read_table(store: Store, name: str) -> Table:
    """Return a table that `find_neighbours` wrote. Raises OSError."""
    with np.load(io.BytesIO(store.read(name))) as kept:
        return Table(
            tuple(str(s) for s in kept["segments"]), kept["key"], kept["digest"], kept["place"],
            kept["near"],
        )  # fmt: skip
