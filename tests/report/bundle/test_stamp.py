"""Time stamps, by a local authority that each test starts: OpenSSL behind a small server."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bundles import KEY, ON, SITE, bundle, looked_at, members, put_together, resealed, told
from pvwarranty.cli import run
from pvwarranty.errors import DataError
from pvwarranty.report.bundle.assess import assess
from pvwarranty.report.bundle.check import Trust
from pvwarranty.report.bundle.der import in_order
from pvwarranty.report.bundle.make import Sealing, held_files, make_bundle
from pvwarranty.report.bundle.stamp import ask, read_authorities, read_stamp

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

SIG, STAMP = "SHA256SUMS.sig", "SHA256SUMS.sig.tsr"
CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamper]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = authority
[authority]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[strict]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha512
"""


def openssl(folder: Path, *arguments: str, content: bytes = b"") -> bytes:
    done = subprocess.run(
        ["openssl", *arguments], cwd=folder, input=content, capture_output=True, check=True
    )
    return done.stdout


def make_root(folder: Path, name: str) -> None:
    openssl(
        folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-config", "tsa.cnf", "-days",
        "30", "-extensions", "ca", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out",
        f"{name}.pem",
    )  # fmt: skip


def make_signed(folder: Path, name: str, issuer: str, kind: str) -> None:
    openssl(
        folder, "req", "-newkey", "rsa:2048", "-nodes", "-config", "tsa.cnf", "-subj",
        f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr",
    )  # fmt: skip
    openssl(
        folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey",
        f"{issuer}.key", "-CAcreateserial", "-days", "30", "-extfile", "tsa.cnf", "-extensions",
        kind, "-out", f"{name}.pem",
    )  # fmt: skip


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a root, one between, a stamper, and another root."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    make_root(folder, "root")
    make_root(folder, "other")
    make_signed(folder, "between", "root", "ca")
    make_signed(folder, "stamper", "between", "stamper")
    chains = {"chain": ["between", "root"], "backwards": ["root", "between"]}
    for name, parts in chains.items():
        text = "".join((folder / f"{p}.pem").read_text() for p in parts)
        (folder / f"{name}.pem").write_text(text)
    return folder


def answer(folder: Path, query: bytes, *more: str) -> bytes:
    """Return what the authority answers to a request."""
    (folder / "query.tsq").write_bytes(query)
    return openssl(
        folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-signer",
        "stamper.pem", "-inkey", "stamper.key", "-chain", "chain.pem", *more,
    )  # fmt: skip


Answer = Callable[[bytes], bytes]


@contextmanager
def served(answered: Answer, status: int = 200) -> Iterator[str]:
    """Serve answers on a port of this machine; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            content = answered(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa"
        finally:
            server.shutdown()
            thread.join()


def trust(folder: Path, name: str = "root") -> Trust:
    return Trust(KEY.public_key(), read_authorities(folder / f"{name}.pem"))


@pytest.fixture(scope="module")
def stamped(authority: Path) -> bytes:
    roots = read_authorities(authority / "root.pem")
    with served(lambda query: answer(authority, query)) as url:
        sealing = Sealing(KEY, lambda content: ask(url, content, roots))
        return make_bundle(held_files(SITE), assess(SITE, ON), "en", sealing)


def test_a_stamped_bundle_is_whole(stamped: bytes, authority: Path) -> None:
    found = looked_at(stamped, trust(authority))
    assert told(found) == ""
    assert "says CN=stamper; verified with the certificate given" in found.told[2].en
    parts = members(stamped)
    assert parts[SIG] == members(bundle())[SIG]
    assert list(parts)[-1] == STAMP


def test_openssl_verifies_it_by_hand(stamped: bytes, authority: Path) -> None:
    for name in (SIG, STAMP):
        (authority / name).write_bytes(members(stamped)[name])
    said = openssl(authority, "ts", "-verify", "-data", SIG, "-in", STAMP, "-CAfile", "root.pem")
    assert b"OK" in said


def test_without_the_authority_it_is_said_that_nothing_was_verified(stamped: bytes) -> None:
    found = looked_at(stamped)
    assert found.faults == ()
    assert "was not verified" in found.told[2].en
    assert not found.complete


def test_another_authority_does_not_verify_it(stamped: bytes, authority: Path) -> None:
    found = looked_at(stamped, trust(authority, "other"))
    assert "does not verify against the authority's certificate" in told(found)
    (fault,) = found.faults
    assert fault.member == STAMP
    found = looked_at(stamped, trust(authority, "between"))
    assert "no root certificate" in told(found)


def test_a_stamp_of_something_else_is_caught(stamped: bytes, authority: Path) -> None:
    parts = members(stamped)
    forged = members(resealed(members(bundle()) | {"README.txt": b"other"}, KEY))
    found = looked_at(put_together(forged | {STAMP: parts[STAMP]}), trust(authority))
    assert "is the stamp of other data" in told(found)


def test_a_stamp_without_what_it_stamps_is_caught(stamped: bytes) -> None:
    parts = members(stamped)
    del parts[SIG], parts["public-key.pem"]
    assert f"stamps {SIG}, which is missing" in told(looked_at(put_together(parts), Trust()))


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 0.999])
def test_a_changed_byte_of_a_stamp_is_caught(share: float, stamped: bytes, authority: Path) -> None:
    content = bytearray(members(stamped)[STAMP])
    content[int(share * len(content))] ^= 0x55
    raw = stamped.replace(members(stamped)[STAMP], bytes(content))
    assert STAMP in {f.member for f in looked_at(raw, trust(authority)).faults}
    assert STAMP in {f.member for f in looked_at(raw).faults}  # its checksum in the archive


def test_the_time_cannot_be_changed(stamped: bytes, authority: Path) -> None:
    content = members(stamped)[STAMP]
    at = content.index(b"\x18\x0f20") + 2  # GeneralizedTime, fifteen characters
    forged = content[:at] + b"2019" + content[at + 4 :]
    raw = put_together(members(stamped) | {STAMP: forged})
    found = looked_at(raw, trust(authority))
    assert "does not verify" in told(found)


def test_an_unsigned_bundle_is_stamped_by_its_manifest(authority: Path) -> None:
    with served(lambda query: answer(authority, query)) as url:
        sealing = Sealing(None, lambda content: ask(url, content))
        raw = make_bundle(held_files(SITE), assess(SITE, ON), "en", sealing)
    assert list(members(raw))[-2:] == ["SHA256SUMS", "SHA256SUMS.tsr"]
    found = looked_at(raw, Trust(None, read_authorities(authority / "root.pem")))
    assert found.faults == ()
    assert "verified" in found.told[2].en


def test_certificates_in_any_order_are_read(authority: Path) -> None:
    for order in ("chain.pem", "backwards.pem"):
        with served(lambda query, order=order: answer(authority, query, "-chain", order)) as url:  # type: ignore[misc]
            raw = ask(url, b"content", read_authorities(authority / "root.pem"))
        found = read_stamp(raw, b"content", read_authorities(authority / "root.pem"))
        assert found.fault is None
        assert found.verified
        assert sorted(in_order(raw)) == sorted(raw)


def test_what_is_no_der_stays_as_it_is() -> None:
    for raw in (b"", b"0", b"0\x84\xff\xff\xff\xff", b"0\x82", bytes(100), b"0\x03\x02\x01\x02"):
        assert in_order(raw) == raw
        assert read_stamp(raw, b"x").fault is not None


def elsewhere(authority: Path) -> Answer:
    """Return an authority that stamps another content than the one it is asked for."""
    return lambda _: answer(
        authority, openssl(authority, "ts", "-query", "-data", "tsa.cnf", "-sha256", "-cert")
    )


def replayed(authority: Path) -> Answer:
    """Return an authority that answers each request with its answer to the first one."""
    kept: list[bytes] = []

    def reply(query: bytes) -> bytes:
        kept.append(answer(authority, query))
        return kept[0]

    return reply


def test_an_answer_to_another_request_is_refused(authority: Path) -> None:
    with served(elsewhere(authority)) as url, pytest.raises(DataError, match="of other data"):
        ask(url, b"content")
    with served(replayed(authority)) as url:
        ask(url, b"content")
        with pytest.raises(DataError, match="answers another request"):
            ask(url, b"content")


def test_a_refusal_is_told(authority: Path) -> None:
    def refuse(query: bytes) -> bytes:
        return answer(authority, query, "-section", "strict")

    with served(refuse) as url, pytest.raises(DataError, match="refused by the authority: reject"):
        ask(url, b"content")


def test_an_authority_that_does_not_verify_is_refused(authority: Path) -> None:
    roots = read_authorities(authority / "other.pem")
    with (
        served(lambda query: answer(authority, query)) as url,
        pytest.raises(DataError, match="does not verify"),
    ):
        ask(url, b"content", roots)


@pytest.mark.parametrize(
    ("content", "status", "what"),
    [
        (b"", 200, "no RFC 3161"),
        (b"<html>maintenance</html>", 200, "no RFC 3161"),
        (b"", 503, "status 503"),
        (b"", 404, "status 404"),
        (bytes((1 << 20) + 1), 200, "more than 1 MiB"),
    ],
)
def test_a_server_that_fails_leaves_no_bundle(
    content: bytes, status: int, what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.zip"
    arguments = ["verify", str(SITE), "--on", "2024-11-29", "--bundle", str(path)]
    with served(lambda _: content, status) as url:
        assert run([*arguments, "--timestamp", url]) == 2
    shown = capsys.readouterr()
    assert what in shown.err
    assert "the bundle was not written" in shown.err
    assert shown.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://127.0.0.1:9/tsa", "cannot be reached"),
        ("ftp://127.0.0.1/", "is no address"),
        ("file:///etc/passwd", "is no address"),
        ("http://[::1", "is no address"),
        ("nonsense", "is no address"),
        ("http://127.0.0.1:9/a b", "cannot be reached"),
    ],
)
def test_a_server_that_is_not_there(url: str, what: str) -> None:
    with pytest.raises(DataError, match=what):
        ask(url, b"content")


def test_the_command_line_stamps_and_verifies(
    authority: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, root = str(tmp_path / "x.zip"), str(authority / "root.pem")
    arguments = ["verify", str(SITE), "--on", "2024-11-29", "--bundle", path]
    with served(lambda query: answer(authority, query)) as url:
        assert run([*arguments, "--timestamp", url, "--timestamp-ca", root]) == 0
    assert run(["bundle", "check", path, "--timestamp-ca", root, "--lang", "ja"]) == 0
    assert "指定された証明書で検証しました" in capsys.readouterr().out


def test_files_that_hold_no_certificate_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_authorities(tmp_path / "no.pem")
    (tmp_path / "x.pem").write_text("x")
    with pytest.raises(DataError, match="holds no certificate"):
        read_authorities(tmp_path / "x.pem")
