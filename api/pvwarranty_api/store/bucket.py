"""Objects in an S3-compatible store; the access key comes from the usual ``AWS_…`` variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvwarranty.errors import DataError, Problem
from pvwarranty_api.store.objects import PIECE, Held


@dataclass(frozen=True, slots=True)
class Bucket:
    """Objects of a bucket under a prefix; `store` is obstore's."""

    store: Any

    def put(self, key: str, file: Path) -> None:
        """Keep a file; the store makes it visible when all of it is there."""
        import obstore

        obstore.put(self.store, key, file)
        file.unlink(missing_ok=True)

    def read(self, key: str) -> Iterator[bytes]:
        """Yield an object's bytes; KeyError where there is none."""
        import obstore

        try:
            found = obstore.get(self.store, key)
        except FileNotFoundError:
            raise KeyError(key) from None
        for piece in found.stream(min_chunk_size=PIECE):
            yield bytes(piece)

    def delete(self, key: str) -> None:
        """Remove an object."""
        import obstore

        obstore.delete(self.store, key)

    def held(self, prefix: str) -> Iterator[Held]:
        """Yield the objects under a prefix."""
        import obstore

        for batch in obstore.list(self.store, prefix=prefix):
            for found in batch:
                yield Held(found["path"], found["size"], found["last_modified"])


def open_bucket(url: str, endpoint: str) -> Bucket:
    """Return the bucket at ``s3://BUCKET/PREFIX``; DataError for another address."""
    from obstore.store import S3Store

    if not url.startswith("s3://"):
        hint = "write s3://BUCKET/PREFIX"
        raise DataError(Problem("PVWARRANTY_OBJECTS", f"'{url}' is no bucket", hint))
    about: dict[str, Any] = {}
    if endpoint:
        about = {"endpoint": endpoint, "virtual_hosted_style_request": False}
        if endpoint.startswith("http://"):
            about["client_options"] = {"allow_http": True}
    return Bucket(S3Store.from_url(url, **about))
