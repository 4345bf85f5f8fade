"""Records of sites as they are kept: files that are written once, named by their content.

A segment holds the records of a few sites: a line that says which, then a line a site, compressed.
Its name is the digest of its bytes, so a torn or changed one is known and counts as not there; two
workers that did the same sites write beside each other and harm nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from pvwarranty.batch.stores import Store

SUFFIX = ".jsonl.gz"
ROWS = 1 << 20  # most records of a segment


@dataclass(frozen=True, slots=True)
class Line:
    """The record of a site, or why there is none.

    mark, digest : cheap mark and digest of all that it depends on
    again : the failure is not the site's: it is tried again when the run is resumed
    """

    key: str
    mark: str
    digest: str | None
    result: dict[str, Any] | None
    failure: str | None
    again: bool

    def with_digest(self, digest: str) -> Line:
        """Return the line with its digest."""
        return replace(self, digest=digest)

    def with_result(self, result: dict[str, Any]) -> Line:
        """Return the line with its record."""
        return replace(self, result=result)

    def with_failure(self, failure: str, *, again: bool) -> Line:
        """Return the line of a site that has no record."""
        return replace(self, failure=failure, again=again)


def write_segment(store: Store, task: str, settings: str, lines: Sequence[Line]) -> None:
    """Keep the records of a few sites. Raises OSError."""
    about = [[x.key, x.mark, x.digest, x.again] for x in lines]
    texts = [json.dumps({"settings": settings, "sites": about}, ensure_ascii=False)]
    texts += [json.dumps([x.result, x.failure], ensure_ascii=False) for x in lines]
    content = gzip.compress("\n".join(texts).encode("utf-8", "surrogatepass"), 3, mtime=0)
    name = hashlib.sha256(content).hexdigest()[:32]
    store.write(f"parts/{task}/{name[:2]}/{name}{SUFFIX}", content)


@lru_cache(maxsize=16)
def read_segment(store: Store, name: str) -> tuple[Line, ...]:
    """Return the records of a segment. Raises OSError, also where it is not what was written."""
    found = _checked(store, name)
    if found is None:
        raise OSError(f"{store.url}/{name}: is damaged")
    head, *texts = found
    return tuple(
        _line(about, json.loads(text))
        for about, text in zip(json.loads(head)["sites"], texts, strict=True)
    )


def _line(about: list[Any], found: list[Any]) -> Line:
    (key, mark, digest, again), (result, failure) = about, found
    return Line(key, mark, digest, result, failure, again)


def _checked(store: Store, name: str) -> list[str] | None:
    content = store.read(name)
    if hashlib.sha256(content).hexdigest()[:32] + SUFFIX != name.rpartition("/")[2]:
        return None
    return gzip.decompress(content).decode("utf-8", "surrogatepass").split("\n")


class Index:
    """Where the records of a task are: two numbers a record, whatever the record's size."""

    def __init__(self, store: Store, task: str, settings: str) -> None:
        self.store, self.task, self.settings = store, task, settings
        self.segments: list[str] = []
        self.stale: list[str] = []
        self.seen: set[str] = set()
        self.hashes = np.empty(0, dtype=np.uint64)
        self.places = np.empty(0, dtype=np.int64)

    def refresh(self, *, failures: bool) -> None:
        """Take in the segments written since; `failures` also those to be tried again."""
        hashes: list[int] = []
        places: list[int] = []
        failed: list[tuple[int, int]] = []
        for name in self.store.names(f"parts/{self.task}"):
            if not name.endswith(SUFFIX) or name in self.seen:
                continue
            found = _checked(self.store, name)
            if found is None:  # done again, perhaps under the same name
                self.store.remove(name)
                continue
            self.seen.add(name)
            head = json.loads(found[0])
            if head["settings"] != self.settings:
                self.stale.append(name)
                continue
            for row, (key, mark, digest, again) in enumerate(head["sites"]):
                place = len(self.segments) * ROWS + row
                if again:
                    failed.append((_hash(key, mark), place))
                else:
                    hashes += [_hash(key, mark), _hash(key, digest or "-")]
                    places += [place, place]
            self.segments.append(name)
        if failures:  # last: a record, where another worker left one, comes before a failure
            hashes += [h for h, _ in failed]
            places += [p for _, p in failed]
        self._sort(hashes, places)

    def _sort(self, hashes: list[int], places: list[int]) -> None:
        both = np.concatenate([self.hashes, np.array(hashes, dtype=np.uint64)])
        order = np.argsort(both, kind="stable")
        where = np.concatenate([self.places, np.array(places, dtype=np.int64)])
        self.hashes, self.places = both[order], where[order]

    def find(self, key: str, mark: str) -> int | None:
        """Return the place of a site's record under its mark or its digest, or None."""
        wanted = np.uint64(_hash(key, mark))
        at = int(np.searchsorted(self.hashes, wanted))
        return int(self.places[at]) if at < len(self.hashes) and self.hashes[at] == wanted else None

    def line(self, place: int) -> Line:
        """Return the record at a place. Raises OSError, also where its segment is damaged."""
        segment, row = divmod(place, ROWS)
        return read_segment(self.store, self.segments[segment])[row]

    def unused(self, used: Iterator[int]) -> list[str]:
        """Return the segments, old ones too, that hold nothing used."""
        kept = {place // ROWS for place in used}
        left = [name for n, name in enumerate(self.segments) if n not in kept]
        return self.stale + left


def _hash(key: str, mark: str) -> int:
    text = f"{key}\0{mark}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
