"""Pieces kept by time until all are read: in memory while they are few, else on disk."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pvwarranty.ingest.convert.pieces import Piece

BIN = 30 * 86400  # s; slabs end at whole days, so that no coarser interval is cut
MEMORY = 64 << 20  # bytes held before pieces go to disk
SLAB = 4 << 20  # bytes handed on at a time


@dataclass(slots=True)
class Spool:
    """Pieces by bins of 30 days; give it an empty folder of its own."""

    folder: Path
    memory: int = MEMORY
    slab: int = SLAB
    _held: dict[int, list[Piece]] = field(default_factory=dict)
    _filed: dict[int, list[Path]] = field(default_factory=dict)
    _bytes: int = 0
    _sizes: dict[int, int] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=itertools.count)

    def add(self, piece: Piece) -> None:
        """Keep a piece."""
        if not len(piece.time):
            return
        bins = piece.time // BIN
        different = np.unique(bins)
        for number in different.tolist():
            part = piece if len(different) == 1 else _picked(piece, bins == number)
            self._held.setdefault(number, []).append(part)
            size = len(part.time) * 8 * (1 + len(part.columns))
            self._sizes[number] = self._sizes.get(number, 0) + size
            self._bytes += size
        if self._bytes > self.memory:
            self._to_disk()

    def slabs(self) -> Iterator[list[Piece]]:
        """Yield all pieces in order of time, some bins at a time; they are forgotten then."""
        pieces: list[Piece] = []
        size = 0
        for number in sorted(self._sizes):
            pieces += self._taken(number)
            size += self._sizes[number]
            if size >= self.slab:
                yield pieces
                pieces, size = [], 0
        if pieces:
            yield pieces

    def _taken(self, number: int) -> list[Piece]:
        filed = [_loaded(path) for path in self._filed.pop(number, [])]
        return filed + self._held.pop(number, [])

    def _to_disk(self) -> None:
        for number, pieces in self._held.items():
            for piece in pieces:
                path = self.folder / f"{next(self._number)}.npz"
                names = np.array(list(piece.columns), dtype=str)
                values = {str(i): v for i, v in enumerate(piece.columns.values())}
                np.savez(
                    path, allow_pickle=False, time=piece.time, names=names,
                    interval=np.int64(piece.interval), stored=np.bool_(piece.stored), **values,
                )  # fmt: skip
                self._filed.setdefault(number, []).append(path)
        self._held.clear()
        self._bytes = 0


def _picked(piece: Piece, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Piece:
    columns = {name: values[rows] for name, values in piece.columns.items()}
    return Piece(piece.time[rows], columns, piece.interval, piece.stored)


def _loaded(path: Path) -> Piece:
    with np.load(path, allow_pickle=False) as file:
        names = file["names"].tolist()
        columns = {name: file[str(i)] for i, name in enumerate(names)}
        piece = Piece(file["time"], columns, int(file["interval"]), bool(file["stored"]))
    path.unlink()
    return piece
