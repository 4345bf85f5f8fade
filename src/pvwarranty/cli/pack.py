"""``pvwarranty fleet pack``: many sites in the layout for scale."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter


def pack(
    *sites: str,
    out: str,
    replace: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Copy sites into a fleet laid out for scale, with their measurements re-encoded.

    Exit status 1 where some site could not be packed; the others are.

    Parameters
    ----------
    sites
        Site folders, or folders of them at any depth; paths or URLs such as s3://bucket/raw.
    out
        Folder or URL of the packed fleet.
    replace
        Write sites anew that are there with other content.
    """
    from pvwarranty.batch import store_of
    from pvwarranty.batch.packing import pack as pack_sites
    from pvwarranty.errors import DataError, Problem

    if not sites:
        raise DataError(Problem("SITES", "is missing", "name site folders, or folders of them"))
    done = bad = before = after = 0
    try:
        for found in pack_sites([store_of(s) for s in sites], store_of(out), replace=replace):
            bad += bool(found.problems)
            done += not found.problems
            before, after = before + found.before, after + found.after
            for problem in found.problems:
                print(f"pvwarranty: {problem}", file=sys.stderr)
    except OSError as error:
        raise DataError(Problem(out, f"cannot be written: {error}")) from error
    sizes = f"{before / 1e6:.1f} MB became {after / 1e6:.1f} MB"
    print(f"{done} sites packed, {bad} not; {sizes}: {out}")
    return 1 if bad else 0
