"""Tables of text cells, whatever file they come from: a head to look at, and batches to read."""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.convert.documents import Document

if TYPE_CHECKING:
    import pyarrow as pa

HEAD = 64  # rows looked at for the header
_BLOCK = 1 << 18  # bytes read at a time
_LONGEST = 2000  # letters in a cell: more comes of a quote that is never closed
_BREAKS = 3  # line breaks in a cell: likewise
_ROWS = 20_000  # rows a batch where the file is in memory anyway


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows as columns of text; rows of another width (`odd`) were put in at the end.

    `first` is the row of the file of cell 0, were there no odd rows before it; `gaps` are the odd
    rows of the file so far, in order.
    """

    cells: list[pa.Array]
    odd: Sequence[int]
    first: int
    gaps: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.cells[0]) if self.cells else 0

    def row(self, i: int) -> int:
        """Return the row of the file (1 is the first) of cell `i`."""
        regular = len(self) - len(self.odd)
        if i >= regular:
            return self.odd[i - regular]
        row = self.first + i
        while (further := self.first + i + bisect_right(self.gaps, row)) != row:
            row = further
        return row


class Grid(Protocol):
    """A table of a document. `unit` and `interval` are what the document says of all of it."""

    name: str
    head: list[list[str]]
    unit: str
    interval: int | None
    separator: str

    def batches(self, start: int, width: int) -> Iterator[Batch]:
        """Yield the rows from row `start` (counted from 0) on, `width` cells each."""
        ...


@dataclass(slots=True)
class RowsGrid:
    """A table that is in memory: a sheet of a workbook, or the rows of a JSON answer."""

    name: str
    rows: list[list[str]]
    unit: str = ""
    interval: int | None = None
    separator: str = ""
    head: list[list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.head = self.rows[:HEAD]

    def batches(self, start: int, width: int) -> Iterator[Batch]:
        """Yield the rows from row `start` on."""
        for low in range(start, len(self.rows), _ROWS):
            rows = self.rows[low : low + _ROWS]
            _refuse_wide(rows, low, width, self.name)
            yield Batch(columns_of(rows, width), (), low + 1)


def columns_of(rows: Sequence[Sequence[str]], width: int) -> list[pa.Array]:
    """Turn rows of text into `width` columns; short rows end in empty cells."""
    import pyarrow as pa

    return [
        pa.array([row[i] if i < len(row) else "" for row in rows], pa.string())
        for i in range(width)
    ]


def _refuse_wide(rows: list[list[str]], low: int, width: int, name: str) -> None:
    for i, row in enumerate(rows):
        if any(cell.strip() for cell in row[width:]):
            raise DataError(too_wide(f"{name}, row {low + i + 1}", len(row), width))


def too_wide(where: str, found: int, width: int) -> Problem:
    """Return the problem of a row with more cells than the header has names."""
    hint = "a thousands comma without quotes would do that"
    return Problem(where, f"has {found} cells where the header has {width}", hint)


@dataclass(slots=True)
class TextGrid:
    """A text file with one separator; read a block at a time."""

    name: str
    document: Document
    encoding: str
    separator: str
    head: list[list[str]]
    lines: list[int]  # of each row of the head, the lines of the file up to its end
    unit: str = ""
    interval: int | None = None

    def batches(self, start: int, width: int) -> Iterator[Batch]:
        """Yield the rows from row `start` on; raises DataError where the file is no table."""
        import pyarrow as pa

        skip = self.lines[start - 1] if start else 0
        try:
            yield from _read(self, skip, start, width)
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error) or "Could not skip" in str(error):
                return
            raise DataError(_not_closed(self.name)) from None


def _not_closed(where: str) -> Problem:
    return Problem(where, "is no table: a quote is opened and never closed", 'look for a lone "')


def _read(grid: TextGrid, skip: int, start: int, width: int) -> Iterator[Batch]:
    import pyarrow as pa
    import pyarrow.csv as arrow

    odd: list[tuple[int, str]] = []
    gaps: list[int] = []

    def keep(row: arrow.InvalidRow) -> str:
        odd.append((start + row.number - skip, row.text))
        gaps.append(odd[-1][0])
        return "skip"

    names = [str(i) for i in range(width)]
    with grid.document.open() as file:
        reader = arrow.open_csv(
            file,
            arrow.ReadOptions(
                use_threads=False, block_size=_BLOCK, skip_rows=skip, column_names=names,
                encoding="utf8" if grid.encoding == "utf-8-sig" else grid.encoding,
            ),
            arrow.ParseOptions(
                delimiter=grid.separator, ignore_empty_lines=False, newlines_in_values=True,
                invalid_row_handler=keep,
            ),
            arrow.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )  # fmt: skip
        first = start + 1
        for block in reader:
            _refuse_long(block.columns, grid.name)
            taken, odd[:] = list(odd), []
            yield Batch(*_with_odd(grid, block.columns, taken), first, gaps)
            first += block.num_rows
        if odd:
            empty = [pa.array([], pa.string())] * width
            yield Batch(*_with_odd(grid, empty, list(odd)), first, gaps)


def _refuse_long(columns: list[pa.Array], name: str) -> None:
    import pyarrow.compute as pc

    for column in columns:
        longest = pc.max(pc.utf8_length(column)).as_py()
        breaks = pc.max(pc.count_substring(column, "\n")).as_py()
        if (longest or 0) > _LONGEST or (breaks or 0) > _BREAKS:
            raise DataError(_not_closed(name))


def _with_odd(
    grid: TextGrid, columns: list[pa.Array], odd: list[tuple[int, str]]
) -> tuple[list[pa.Array], list[int]]:
    """Put rows of another width under the columns; returns them and the numbers of those rows."""
    import pyarrow as pa

    if not odd:
        return columns, []
    numbers = [number for number, _ in odd]
    rows = [_split(text, grid.separator) for _, text in odd]
    _refuse_ragged(grid, rows, numbers, len(columns))
    ragged = columns_of(rows, len(columns))
    return [pa.concat_arrays(pair) for pair in zip(columns, ragged, strict=True)], numbers


def _split(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return [text]


def _refuse_ragged(grid: TextGrid, rows: list[list[str]], numbers: list[int], width: int) -> None:
    problems = [
        too_wide(f"{grid.name}, row {number}", len(row), width)
        for row, number in zip(rows, numbers, strict=True)
        if any(cell.strip() for cell in row[width:])
    ]
    if problems:
        raise DataError(limited(problems, grid.name))


def limited(problems: list[Problem], where: str, most: int = 20) -> list[Problem]:
    """Return the first problems and a last one that says how many more there are."""
    if len(problems) <= most:
        return problems
    rest = Problem(where, f"and {len(problems) - most} more problems like these")
    return [*problems[:most], rest]


def text_grid(document: Document, encoding: str, separator: str) -> TextGrid | None:
    """Return the table of a text file under a separator; None where its head is no table."""
    rows: list[list[str]] = []
    lines: list[int] = []
    with document.open() as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
        bounded = islice(iter(lambda: text.readline(1 << 16), ""), 4 * HEAD)
        reader = csv.reader(bounded, delimiter=separator, skipinitialspace=True)
        try:
            for row in islice(reader, HEAD):
                rows.append(row)
                lines.append(reader.line_num)
        except csv.Error:
            return None
    return TextGrid(document.name, document, encoding, separator, rows, lines)
