"""Object stores and other file systems through fsspec; S3-compatible ones through obstore.

Credentials and endpoints are the environment's (``AWS_ENDPOINT_URL``, ``AWS_REGION`` and so on) of
each machine; none travels with a run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from pvwarranty.batch.stores import FILES, SITE, Found
from pvwarranty.errors import DataError, Problem

OBJECTS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "azure"}
HINT = "install the extra 'batch' (pip install 'pvwarranty[batch]')"


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A tree of files at a URL."""

    url: str

    def sites(self) -> Iterator[Found]:
        """Yield the site folders below the root; see `Store`."""
        yield from _grouped(_listed(self.url))

    @contextmanager
    def folder(self, key: str) -> Iterator[Path]:
        """Give a temporary folder with a site's files."""
        with tempfile.TemporaryDirectory(prefix="pvwarranty-") as scratch:
            folder = Path(scratch) / (PurePosixPath(key).name or "site")
            folder.mkdir()
            for name in FILES:
                with suppress(FileNotFoundError):
                    (folder / name).write_bytes(self.read(f"{key}/{name}" if key != "." else name))
            yield folder

    def names(self, under: str) -> Iterator[str]:
        """Yield the names of all files under a folder."""
        for name, _ in _listed(f"{self.url}/{under}"):
            yield f"{under}/{name}"

    def read(self, name: str) -> bytes:
        """Return a file."""
        with _as_os_errors(self.url):
            return bytes(_system(self.url).cat_file(f"{self.url}/{name}"))

    def write(self, name: str, content: bytes) -> None:
        """Write a file; an object appears whole or not at all."""
        with _as_os_errors(self.url):
            _system(self.url).pipe_file(f"{self.url}/{name}", content)

    def put(self, name: str, path: Path) -> None:
        """Write a file from a local one."""
        with _as_os_errors(self.url):
            _system(self.url).put_file(str(path), f"{self.url}/{name}")

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with _as_os_errors(self.url), suppress(FileNotFoundError):
            _system(self.url).rm_file(f"{self.url}/{name}")


@contextmanager
def _as_os_errors(url: str) -> Iterator[None]:
    """Tell what a client library raises as OSError: to the caller a store is a disk."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{url}: {type(error).__name__}: {error}") from error


def _scheme(url: str) -> str:
    return url.split("://", 1)[0]


@lru_cache(maxsize=8)
def _system(url: str) -> Any:
    """Return the file system behind a URL."""
    try:
        if _scheme(url) in OBJECTS:
            from obstore import fsspec as adapter

            store: Any = adapter.FsspecStore  # its overloads know schemes as literals alone
            return store(_scheme(url), client_options=_plain_http(url))
        import fsspec

        return fsspec.filesystem(_scheme(url))
    except (ImportError, ValueError) as error:
        raise DataError(Problem(url, f"cannot be opened: {error}", HINT)) from None


def _plain_http(url: str) -> Any:
    """Allow an endpoint without TLS where the environment names one, as a store in a house does."""
    import os

    endpoint = os.environ.get("AWS_ENDPOINT_URL", "") if _scheme(url).startswith("s3") else ""
    return {"allow_http": True} if endpoint.startswith("http://") else None


def _listed(url: str) -> Iterator[tuple[str, str]]:
    """Yield the names below a URL with a mark of each, in the order of the names."""
    with _as_os_errors(url):
        if _scheme(url) in OBJECTS:
            yield from _objects(url)
            return
        root = _system(url)._strip_protocol(url).rstrip("/")
        try:
            found = _system(url).find(url, detail=True)
        except FileNotFoundError:
            return
        for name, about in sorted(found.items()):
            yield (
                name[len(root) + 1 :],
                f"{about.get('size')}:{about.get('mtime', about.get('created', ''))}",
            )


def _objects(url: str) -> Iterator[tuple[str, str]]:
    """Yield the objects of a store page by page, so that memory is that of a page."""
    from obstore.store import from_url

    bucket, _, prefix = url.partition("://")[2].partition("/")
    store: Any = from_url(f"{_scheme(url)}://{bucket}", client_options=_plain_http(url))
    last = ""
    for page in store.list(prefix or None):
        for about in page:
            name = about["path"][len(prefix) :].lstrip("/")
            if name < last:
                raise DataError(Problem(url, "lists its objects in no order", "use another store"))
            last = name
            yield name, f"{about['size']}:{about['e_tag'] or about['last_modified']}"


def _grouped(listed: Iterator[tuple[str, str]]) -> Iterator[Found]:
    """Yield the sites among names in order; a site ends with the first name outside its folder."""
    open_folders: dict[str, dict[str, str]] = {}
    for name, mark in listed:
        folder, _, file = name.rpartition("/")
        for left in [f for f in open_folders if f and not name.startswith(f + "/")]:
            yield from _site(left, open_folders.pop(left))
        if file in FILES:
            open_folders.setdefault(folder, {})[file] = mark
    for left, marks in open_folders.items():
        yield from _site(left, marks)


def _site(folder: str, marks: dict[str, str]) -> Iterator[Found]:
    if SITE in marks:
        yield Found(folder or ".", " ".join(f"{n}:{marks[n]}" for n in FILES if n in marks))
