"""Making the assessment of a bundle anew, and comparing it byte by byte."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from pvwarranty.errors import PvWarrantyError
from pvwarranty.report.bundle import texts
from pvwarranty.report.bundle.about import About, about_bytes, differences, read_about, software
from pvwarranty.report.bundle.assess import assess
from pvwarranty.report.bundle.derived import made_of
from pvwarranty.report.bundle.differences import member_faults
from pvwarranty.report.bundle.faults import Fault, shown
from pvwarranty.report.bundle.manifest import digest
from pvwarranty.report.bundle.members import ABOUT, INPUTS, MADE_ANEW, MEASUREMENTS, terms_of
from pvwarranty.report.bundle.seals import Part
from pvwarranty.terms.library import packaged_files

MOST_VALUES = 400_000_000  # of a file of measurements; a small file can claim many


def check_about(members: Mapping[str, bytes]) -> Part:
    """Check that ``about.json`` can be read."""
    try:
        read_about(members.get(ABOUT, b""))
    except PvWarrantyError as error:
        reason = shown(error)
        return Part((Fault(ABOUT, texts.ABOUT_BAD.filled(reason=reason)),))
    return Part()


def check_repeated(members: Mapping[str, bytes]) -> Part:
    """Assess the files of a bundle anew; every member made of them is due to be the same."""
    about = read_about(members[ABOUT])
    other = "; ".join(shown(d) for d in differences(about.software, software()))
    faults = list(_size_faults(members)) or list(_repeat(members, about))
    if faults and other:
        faults.append(Fault("", texts.OTHER_SOFTWARE_HINT.filled(differences=other)))
    if faults:
        return Part(tuple(faults))
    names = ", ".join(n for n in MADE_ANEW if n in members)
    told = [texts.REPEATED.filled(names=names)]
    if other:
        told.append(texts.OTHER_SOFTWARE.filled(differences=other))
    return Part(told=tuple(told))


def _size_faults(members: Mapping[str, bytes]) -> Iterable[Fault]:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    name = MEASUREMENTS[0]
    if name not in members:
        return
    try:
        found = parquet.read_metadata(pa.BufferReader(members[name]))
    except (pa.ArrowInvalid, OSError) as error:
        yield Fault(name, texts.NOT_POSSIBLE.filled(reason=shown(error)))
        return
    values = found.num_rows * found.num_columns
    if values > MOST_VALUES:
        yield Fault(name, texts.TOO_MANY_VALUES.filled(values=values, most=MOST_VALUES))


def _repeat(members: Mapping[str, bytes], about: About) -> Iterable[Fault]:
    with tempfile.TemporaryDirectory(prefix="pvwarranty-") as folder:
        for name in INPUTS:
            if name in members:
                (Path(folder) / Path(name).name).write_bytes(members[name])
        try:
            case = assess(Path(folder), about.on, about.seed)
        except PvWarrantyError as error:
            for problem in error.problems:
                yield Fault("", texts.NOT_POSSIBLE.filled(reason=shown(problem)))
            return
    named = about.model_copy(update={"site": case.result.site})
    for name, due in (made_of(case, about.lang) | {ABOUT: about_bytes(named)}).items():
        yield from member_faults(name, members.get(name), due)
    due_terms = {
        f"terms/{name}": text
        for terms in case.result.terms
        for name, text in packaged_files(terms["id"]).items()
    }
    yield from _terms_faults(members, due_terms)


def _terms_faults(members: Mapping[str, bytes], due: Mapping[str, bytes]) -> Iterable[Fault]:
    for name in sorted({*due, *terms_of(members)}):
        if name not in due:
            yield Fault(name, texts.TERMS_UNKNOWN)
        elif name not in members:
            yield Fault(name, texts.TERMS_LEFT_OUT)
        elif members[name] != due[name]:
            words = {"actual": digest(members[name]), "due": digest(due[name])}
            yield Fault(name, texts.TERMS_DIFFER.filled(**words))
