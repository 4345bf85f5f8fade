"""What a forger, an accident or a clumsy tool does to a bundle, and that each is caught by name."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bundles import (
    KEY,
    OTHER_KEY,
    SITE,
    TRUST,
    bundle,
    looked_at,
    members,
    put_together,
    resealed,
    told,
)  # fmt: skip
from pvwarranty.report.bundle.archive import packed
from pvwarranty.report.bundle.check import Trust, check_bundle
from pvwarranty.report.bundle.keys import public_pem
from pvwarranty.report.bundle.members import ordered

RESULT, DATA, TERMS = "result.json", "data/measurements.parquet", "terms/toshiba"
Tamper = Callable[[dict[str, bytes]], dict[str, bytes]]


def test_a_good_bundle_has_no_fault() -> None:
    found = check_bundle(bundle(), TRUST)
    assert told(found) == ""
    assert found.complete
    assert len(found.told) == 4


def spans(raw: bytes) -> list[tuple[int, int, str]]:
    """Return what of the archive belongs to which member, and its directory and end to none."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        entries = archive.infolist()
        at = archive.start_dir
    found = []
    for e in entries:
        end = e.header_offset + 30 + len(e.filename) + e.file_size
        found.append((e.header_offset, end, e.filename))
    for e in entries:
        found.append((at, at + 46 + len(e.filename), ""))  # the name itself may be what changed
        at += 46 + len(e.filename)
    return [*found, (at, len(raw), "")]


@settings(max_examples=300)
@given(st.data())
def test_any_byte_changed_is_caught_and_its_member_named(data: st.DataObject) -> None:
    raw = bytearray(bundle())
    # the member first: else nearly every example falls into the measurements
    start, end, name = data.draw(st.sampled_from(spans(bundle())))
    at = data.draw(st.integers(start, end - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    found = looked_at(bytes(raw))
    assert found.faults
    named = {f.member for f in found.faults}
    assert not name or name in named, (at, named)


@settings(max_examples=60)
@given(st.integers(0, len(bundle()) - 1))
@example(0)
@example(22)
def test_a_truncated_archive_is_caught(length: int) -> None:
    assert looked_at(bundle()[:length]).faults


def without(name: str) -> Tamper:
    return lambda parts: {n: c for n, c in parts.items() if not n.startswith(name)}


def with_(name: str, content: bytes) -> Tamper:
    return lambda parts: parts | {name: content}


def edited(name: str, old: bytes, new: bytes) -> Tamper:
    def edit(parts: dict[str, bytes]) -> dict[str, bytes]:
        assert old in parts[name]
        return parts | {name: parts[name].replace(old, new, 1)}

    return edit


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Tamper:
    def edit(parts: dict[str, bytes]) -> dict[str, bytes]:
        found = change(parts["SHA256SUMS"].splitlines(keepends=True))
        return parts | {"SHA256SUMS": b"".join(found)}

    return edit


@pytest.mark.parametrize(
    ("tamper", "member", "what"),
    [
        (edited("data/site.toml", b"latitude = ", b"latitude =  "), "data/site.toml", "changed"),
        (edited(RESULT, b'"p_below": 0.', b'"p_below": 1.'), RESULT, "changed"),
        (edited(RESULT, b"\n", b"\r\n"), RESULT, "changed"),
        (with_(DATA, b""), DATA, "changed"),
        (edited("README.txt", b"pvwarranty", b"pvwarrantx"), "README.txt", "changed"),
        (without(DATA), DATA, "missing"),
        (without("facts.json"), "facts.json", "listed in SHA256SUMS and missing"),
        (without("SHA256SUMS"), "SHA256SUMS", "missing"),
        (without("SHA256SUMS.sig"), "SHA256SUMS.sig", "missing beside a key"),
        (without("public-key.pem"), "public-key.pem", "missing beside a signature"),
        (with_("data/ivcurves.csv", b"channel\n"), "data/ivcurves.csv", "not listed"),
        (with_("data/measurements.csv", b"time\n"), DATA, "stands beside"),
        (with_("report.ja.pdf", b"%PDF"), "report.ja.pdf", "not listed"),
        (with_("terms/toshiba/other/x.toml", b""), "terms/toshiba/other/x.toml", "not listed"),
        (with_("SHA256SUMS.sig", bytes(64)), "SHA256SUMS.sig", "does not sign"),
        (with_("SHA256SUMS.sig", b""), "SHA256SUMS.sig", "does not sign"),
        (with_("public-key.pem", b"no key"), "public-key.pem", "no Ed25519 public key"),
        (with_("public-key.pem", public_pem(OTHER_KEY.public_key())), "public-key.pem", "another"),
        (with_("SHA256SUMS.sig.tsr", b"0\x03\x02\x01\x00"), "SHA256SUMS.sig.tsr", "no RFC 3161"),
        (lines(lambda x: x[::-1]), "SHA256SUMS", "another order"),
        (lines(lambda x: x[1:]), "README.txt", "not listed"),
        (lines(lambda x: [*x, x[0]]), "README.txt", "more than once"),
        (lines(lambda x: [line.upper() for line in x]), "SHA256SUMS", "line 1 is not"),
        (lines(lambda x: [*x[:-1], x[-1][:-1] + b"\r\n"]), "SHA256SUMS", "order or form"),
        (lines(lambda x: [*x, b"\x1b[2J evil\n"]), "SHA256SUMS", "is not a SHA-256"),
        (lines(lambda x: [*x, b"0" * 64 + b"  ../etc/passwd\n"]), "../etc/passwd", "missing"),
    ],
)  # fmt: skip
def test_members_and_seals(tamper: Tamper, member: str, what: str) -> None:
    found = looked_at(put_together(tamper(members(bundle()))))
    named = [f for f in found.faults if f.member == member]
    assert any(what in f.text.en for f in named), told(found)
    assert "\x1b" not in told(found)


def rezipped(change: Callable[[zipfile.ZipFile, zipfile.ZipInfo, bytes], None]) -> bytes:
    """Return the bundle zipped again, each member as `change` writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members(bundle()).items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, 0o644 << 16
            change(archive, info, content)
    return buffer.getvalue()


def test_zipping_again_in_the_same_way_changes_nothing() -> None:
    assert rezipped(lambda archive, info, content: archive.writestr(info, content)) == bundle()


def renamed(old: str, new: str) -> bytes:
    def write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, content: bytes) -> None:
        if info.filename == old:
            info.filename = new
        archive.writestr(info, content)

    return rezipped(write)


def dressed(**attributes: object) -> bytes:
    def write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, content: bytes) -> None:
        if info.filename == RESULT:
            for name, value in attributes.items():
                setattr(info, name, value)
        archive.writestr(info, content)

    return rezipped(write)


def doubled() -> bytes:
    def write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, content: bytes) -> None:
        archive.writestr(info, content)
        if info.filename == RESULT:
            archive.writestr(info, content.replace(b"0", b"1"))

    return rezipped(write)


def commented() -> bytes:
    buffer = io.BytesIO(bundle())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"hidden"
    return buffer.getvalue()


def misnamed() -> bytes:
    head = b"result.json{"  # its name in the local header, before its content
    assert bundle().count(head) == 1
    return bundle().replace(head, b"resulu.json{")


def in_other_order() -> bytes:
    parts = members(bundle())
    return packed({name: parts[name] for name in reversed(ordered(parts))})


@pytest.mark.parametrize(
    ("make", "told_as"),
    [
        (lambda: renamed(RESULT, "../../result.json"), r"\.\./result\.json: .*no bundle"),
        (lambda: renamed(RESULT, "/etc/cron.d/x"), r"/etc/cron\.d/x: .*no bundle holds"),
        (lambda: renamed(RESULT, "data\\..\\x"), r"no bundle holds"),
        (lambda: renamed(RESULT, "data/"), r"data/: .*no bundle holds"),
        (lambda: renamed(RESULT, "result.json\x1b[31m"), r"result\.json\\x1b\[31m: .*no bundle"),
        (lambda: renamed(RESULT, "Result.json"), r"Result\.json: .*no bundle holds"),
        (lambda: renamed(RESULT, "ｒesult.json"), r"no bundle holds"),
        (doubled, r"result\.json: .*more than once"),
        (lambda: dressed(compress_type=zipfile.ZIP_DEFLATED), r"result\.json: .*compressed"),
        (lambda: dressed(compress_type=zipfile.ZIP_LZMA), r"result\.json: .*compressed"),
        (lambda: dressed(date_time=(2024, 1, 1, 0, 0, 0)), r"result\.json: byte \d+ of the"),
        (lambda: dressed(external_attr=0o120777 << 16), r"result\.json: byte \d+ of the"),
        (lambda: dressed(comment=b"x"), r"bytes where \d+ are due"),
        (lambda: dressed(extra=b"\xfe\xca\x04\x00abcd"), r"byte"),
        (commented, r"bytes where \d+ are due"),
        (lambda: bundle() + b"\n", r"bytes where \d+ are due|no whole ZIP"),
        (lambda: b"#!/bin/sh\n" + bundle(), r"begins at byte 10 where byte 0 is due"),
        (in_other_order, r"another order than fixed"),
        # another name in the local header than in the directory: programs may read either
        (misnamed, r"result\.json: byte \d+ of the"),
        (lambda: b"", r"no whole ZIP archive"),
        (lambda: b"PK\x05\x06" + bytes(18), r"missing|no whole ZIP"),
        (lambda: b"%PDF-1.7 not a bundle", r"no whole ZIP archive"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_tricks_with_the_archive(make: Callable[[], bytes], told_as: str) -> None:
    found = looked_at(make())
    assert re.search(told_as, told(found)), told(found)


def test_an_archive_of_many_members_is_not_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(501):
            archive.writestr(f"terms/a/b{n}.toml", b"")
    assert "holds 501 members" in told(looked_at(buffer.getvalue()))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(RESULT, bytes(50_000_000))
    assert len(buffer.getvalue()) < 100_000
    assert "compressed" in told(looked_at(buffer.getvalue()))


def test_a_forger_without_the_key_is_caught_by_the_key_given() -> None:
    forged = edited(RESULT, b'"value": 0.9', b'"value": 0.5')(members(bundle()))
    assert "another key than the one given" in told(looked_at(resealed(forged, OTHER_KEY)))
    assert "the bundle is unsigned" in told(looked_at(resealed(forged, None)))
    kept = resealed(forged, OTHER_KEY, keep_key=True)
    assert "does not sign SHA256SUMS" in told(looked_at(kept, Trust()))


@pytest.mark.parametrize(
    ("tamper", "told_as"),
    [
        (edited(RESULT, b'"value": 0.9', b'"value": 0.5'),
         r"result\.json: verdicts\[0\]\.estimate\.value is 0\.5\d+, made anew it is 0\.9\d+"),
        (edited(RESULT, b"\n}", b"\n }"), r"result\.json: differs from .* from byte"),
        (edited("facts.json", b"2019", b"2021"),
         r'facts\.json: completion_date is "2021-11-30", made anew it is "2019-11-30"'),
        (edited("README.txt", b"decides", b"DECIDES"), r"README\.txt: differs .* from byte \d+"),
        (without("facts.json"), r"facts\.json: is missing; made anew there is one"),
        (edited("about.json", b'"2024-11-29"', b'"2024-11-28"'), r"result\.json: on is"),
        (edited("about.json", b'"site": "shaded', b'"site": "shadex'), r"about\.json: site is"),
        (edited("about.json", b'"lang": "en"', b'"lang": "ja"'), r"result\.json: verdicts\[0\]"),
        (edited("about.json", b'"format": 1', b'"format": 2'), r"about\.json: cannot be read"),
        (edited("data/site.toml", b"\n", b"\n\n"), r"provenance\.site"),
        (without("terms/toshiba/long_term_2020-04/clauses"), r"clauses\.toml: is missing"),
        (edited(f"{TERMS}/long_term_2020-04/tables.toml", b"0.81", b"0.91"), r"tables\.toml: dif"),
        (with_("terms/nobody/x.toml", b""), r"terms/nobody/x\.toml: is of no terms"),
        (with_(DATA, b"PAR1no parquet at allPAR1"), r"measurements\.parquet: cannot be assessed"),
        (edited("data/site.toml", b"latitude = ", b"latitude = 1"), r"be assessed anew: site"),
    ],
)  # fmt: skip
def test_what_is_hashed_and_signed_anew_is_caught_by_the_assessment(
    tamper: Tamper, told_as: str
) -> None:
    raw = resealed(tamper(members(bundle())), KEY)
    assert looked_at(raw).faults == () or "about" in told(looked_at(raw))
    found = check_bundle(raw, TRUST)
    assert re.search(told_as, told(found)), told(found)
    assert told(found, "ja") != told(found)


def test_measurements_that_claim_too_many_values_are_not_read() -> None:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    sink = io.BytesIO()
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 4_000_000, pa.int32()), pa.array([1.0]))
    table = pa.table({f"S{n}.p_dc": column for n in range(101)})
    parquet.write_table(table, sink, compression="zstd")
    assert len(sink.getvalue()) < 2_000_000
    parts = members(bundle()) | {DATA: sink.getvalue()}
    assert "holds 404000000 values" in told(check_bundle(resealed(parts, KEY), TRUST))


def test_other_software_is_told_beside_what_differs() -> None:
    parts = members(bundle())
    about = json.loads(parts["about.json"])
    about["software"]["version"] = "9.9.9"
    text = (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()
    same = check_bundle(resealed(parts | {"about.json": text}, KEY), TRUST)
    assert same.faults == ()
    assert "version 9.9.9, here" in same.told[-1].en
    parts = edited(RESULT, b'"value": 0.9', b'"value": 0.5')(parts) | {"about.json": text}
    assert "may come from other software (version 9.9.9" in told(
        check_bundle(resealed(parts, KEY), TRUST)
    )


def test_nothing_is_written_where_a_bundle_is_checked(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    before = sorted(p.name for p in SITE.iterdir())
    check_bundle(renamed(RESULT, "../x"), TRUST)
    assert sorted(p.name for p in SITE.iterdir()) == before
