"""A fleet laid out for scale: site folders under hash prefixes, measurements re-encoded.

``OUT/<two hex digits>/<site>/``: the digits are the start of the SHA-256 of the site's id, so that
256 folders share a fleet evenly and no folder grows too long to list. Times are stored as
differences, values through a dictionary, compressed with zstd, with a checksum a page; a value is
never changed (a column becomes float32 only where that loses nothing).
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pvwarranty.batch.stores import SITE, Store
from pvwarranty.errors import DataError, Problem, PvWarrantyError
from pvwarranty.names import TIME

if TYPE_CHECKING:
    import pyarrow as pa

MEASUREMENTS = "measurements.parquet"
CURVES = "ivcurves.csv"
UNSAFE = re.compile(r'^\.|[%/\\:*?"<>|\x00-\x1f]|[. ]$')  # in a folder's name, somewhere
LONGEST = 200  # of a folder's name [bytes]
ROW_GROUP = 1 << 20
CHUNK = 64  # sites handed to the threads at a time: bounds memory


@dataclass(frozen=True, slots=True)
class Packed:
    """What became of one site: its folder in the packed fleet, or what is wrong.

    before, after : size of its measurements as they were and as they are [bytes]
    """

    source: str
    key: str
    before: int
    after: int
    problems: tuple[Problem, ...] = ()


def packed_key(site_id: str) -> str:
    """Return the folder of a site in a packed fleet."""
    digest = hashlib.sha256(site_id.encode("utf-8", "surrogatepass")).hexdigest()
    prefix = digest[:2]
    name = UNSAFE.sub(lambda m: f"%{ord(m[0]):02X}", site_id)
    return f"{prefix}/{name if len(name.encode('utf-8', 'replace')) <= LONGEST else digest}"


def pack(sources: Sequence[Store], out: Store, *, replace: bool) -> Iterator[Packed]:
    """Write the sites below some folders into a packed fleet; yields what became of each.

    One bad site stops nothing. A site that is in the fleet already with other content is left as
    it is unless `replace` is asked for.

    Raises
    ------
    DataError
        Where a source is no folder, or holds no site.
    OSError
        Where the packed fleet cannot be written.
    """
    seen: dict[str, str] = {}
    sites = _sites(sources)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while chunk := list(islice(sites, CHUNK)):
            for found in pool.map(lambda s: _one(s[0], s[1], out, replace=replace), chunk):
                yield _once(found, seen)


def _sites(sources: Sequence[Store]) -> Iterator[tuple[Store, str]]:
    for source in sources:
        empty = True
        for found in source.sites():
            empty = False
            yield source, found.key
        if empty:
            raise DataError(Problem(source.url, "holds no site folder (one with a site.toml)"))


def _once(found: Packed, seen: dict[str, str]) -> Packed:
    """Tell a second folder with the same site: its id must be its own in a fleet."""
    other = seen.setdefault(found.key, found.source) if found.key else found.source
    if other == found.source:
        return found
    hint = "give each site an id of its own"
    problem = Problem(found.source, f"has the same id as {other}", hint)
    return Packed(found.source, found.key, found.before, found.after, (problem,))


def _one(source: Store, key: str, out: Store, *, replace: bool) -> Packed:
    name = f"{source.url}/{key}" if key != "." else source.url
    with source.folder(key) as folder:
        try:
            target, files, before = _prepared(folder)
        except PvWarrantyError as error:
            told = tuple(Problem(f"{name}: {p.where}", p.what, p.hint) for p in error.problems)
            return Packed(name, "", 0, 0, told)
    if not replace and (changed := _changed(out, target, files)):
        hint = "--replace writes it anew"
        problem = Problem(f"{out.url}/{target}", f"is there with another {changed}", hint)
        return Packed(name, target, before, 0, (problem,))
    for file, content in files.items():  # the site file last: with it the site is there
        out.write(f"{target}/{file}", content)
    return Packed(name, target, before, len(files[MEASUREMENTS]))


def _prepared(folder: Path) -> tuple[str, dict[str, bytes], int]:
    """Return a site's folder in the fleet, its files as they are written, and its size before."""
    from pvwarranty.ingest.measurements import find_measurements, read_measurements, read_stored
    from pvwarranty.ingest.site import read_site

    site = read_site(folder)
    read_measurements(folder, site)  # refuses what `verify` would refuse
    table = read_stored(folder, site)
    files = {MEASUREMENTS: encoded(table)}
    if (folder / CURVES).is_file():
        files[CURVES] = (folder / CURVES).read_bytes()
    files[SITE] = (folder / SITE).read_bytes()
    return packed_key(site.id), files, find_measurements(folder).stat().st_size


def _changed(out: Store, target: str, files: dict[str, bytes]) -> str:
    """Return the name of a file that is there with other content, or an empty string."""
    for name, content in files.items():
        try:
            if out.read(f"{target}/{name}") != content:
                return name
        except FileNotFoundError:
            continue
    return ""


def encoded(table: pa.Table) -> bytes:
    """Return a table of measurements as Parquet in the layout for scale."""
    import pyarrow.parquet as pq

    table = _narrowed(table)
    values = [n for n in table.column_names if n != TIME]
    buffer = io.BytesIO()
    pq.write_table(
        table, buffer, compression="zstd", use_dictionary=values, row_group_size=ROW_GROUP,
        column_encoding={TIME: "DELTA_BINARY_PACKED"}, write_page_checksum=True,
        store_schema=False,
    )  # fmt: skip
    return buffer.getvalue()


def _narrowed(table: pa.Table) -> pa.Table:
    """Return the table with times in milliseconds and float32 values, where nothing is lost."""
    import pyarrow as pa

    columns: dict[str, Any] = {}
    for name in table.column_names:
        column = table.column(name)
        if name == TIME:
            columns[name] = _cast(column, pa.timestamp("ms", tz="UTC"))
        elif pa.types.is_float64(column.type):
            columns[name] = _as_float32(column)
        else:
            columns[name] = column
    return pa.table(columns)


def _cast(column: pa.ChunkedArray, kind: Any) -> pa.ChunkedArray:
    import pyarrow as pa

    try:
        return column.cast(kind)
    except pa.ArrowInvalid:  # instants between milliseconds stay as they are
        return column


def _as_float32(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    narrow = column.cast(pa.float32(), safe=False)
    same = narrow.cast(pa.float64()).equals(column) or _same_but_nan(narrow, column)
    return narrow if same else column


def _same_but_nan(narrow: pa.ChunkedArray, column: pa.ChunkedArray) -> bool:
    import numpy as np

    a = narrow.to_numpy().astype(np.float64)
    return narrow.null_count == column.null_count and bool(
        np.array_equal(a, column.to_numpy(), equal_nan=True)
    )
