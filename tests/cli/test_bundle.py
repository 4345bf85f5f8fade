"""``pvwarranty verify --bundle`` and ``pvwarranty bundle`` as a user meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pvwarranty.cli import run

SITE = Path(__file__).resolve().parents[2] / "site_data" / "shaded-string"
VERIFY = ["verify", str(SITE), "--on", "2024-11-29"]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    key = str(folder / "key.pem")
    assert run(["bundle", "key", "create", key]) == 0
    assert run(["bundle", "key", "create", str(folder / "other.pem")]) == 0
    assert run([*VERIFY, "--bundle", str(folder / "signed.zip"), "--key", key]) == 0
    return folder


def test_a_signed_bundle_is_whole(made: Path, capsys: Capture) -> None:
    key = ["--public-key", str(made / "key.pem.pub")]
    assert run(["bundle", "check", str(made / "signed.zip"), *key]) == 0
    shown = capsys.readouterr()
    assert "signature: good, by the key given" in shown.out
    assert "came out the same to the byte" in shown.out
    assert shown.out.endswith("decides in the end.\n")
    assert shown.err == ""


def test_what_was_not_checked_is_said(made: Path, capsys: Capture) -> None:
    assert run(["bundle", "check", str(made / "signed.zip"), "--no-repeat", "--lang", "ja"]) == 0
    shown = capsys.readouterr().out
    assert "同梱の鍵" in shown
    assert shown.endswith("確かめた範囲では、この証拠一式に変更はありません。\n")


def test_a_changed_bundle_exits_with_2(made: Path, tmp_path: Path, capsys: Capture) -> None:
    raw = bytearray((made / "signed.zip").read_bytes())
    raw[5000] ^= 1
    (tmp_path / "changed.zip").write_bytes(raw)
    assert run(["bundle", "check", str(tmp_path / "changed.zip")]) == 2
    shown = capsys.readouterr()
    assert "changed.zip: data/measurements.parquet: was changed" in shown.err
    assert "not made anew" in shown.out
    assert all(line.startswith("pvwarranty: changed.zip: ") for line in shown.err.splitlines())


def test_another_key_exits_with_2(made: Path, capsys: Capture) -> None:
    key = ["--public-key", str(made / "other.pem.pub"), "--no-repeat"]
    assert run(["bundle", "check", str(made / "signed.zip"), *key]) == 2
    assert "another key than the one given" in capsys.readouterr().err


def test_the_same_again_is_fine_and_another_is_not_written_over(
    made: Path, capsys: Capture
) -> None:
    arguments = [*VERIFY, "--bundle", str(made / "signed.zip")]
    before = (made / "signed.zip").read_bytes()
    assert run([*arguments, "--key", str(made / "key.pem")]) == 0
    assert run(arguments) == 2
    assert "exists already" in capsys.readouterr().err
    assert (made / "signed.zip").read_bytes() == before


def test_an_unsigned_bundle_says_so(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "unsigned.zip"
    assert run([*VERIFY, "--bundle", str(path), "--json"]) == 0
    shown = capsys.readouterr()
    assert "unsigned" in shown.err
    assert shown.out.startswith("{")
    assert run(["bundle", "check", str(path), "--no-repeat"]) == 0
    assert "signature: none" in capsys.readouterr().out


def test_the_fingerprint_is_shown(made: Path, capsys: Capture) -> None:
    assert run(["bundle", "key", "show", str(made / "key.pem.pub")]) == 0
    assert capsys.readouterr().out.startswith("sha256:")


def test_a_locked_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    key, path = str(tmp_path / "key.pem"), tmp_path / "x.zip"
    monkeypatch.setenv("PVWARRANTY_KEY_PASSPHRASE", "secret")
    assert run(["bundle", "key", "create", key, "--passphrase"]) == 0
    assert run([*VERIFY, "--bundle", str(path), "--key", key]) == 0
    assert path.exists()
    monkeypatch.setenv("PVWARRANTY_KEY_PASSPHRASE", "wrong")
    assert run([*VERIFY, "--bundle", str(tmp_path / "y.zip"), "--key", key]) == 2
    monkeypatch.delenv("PVWARRANTY_KEY_PASSPHRASE")
    assert run([*VERIFY, "--bundle", str(tmp_path / "y.zip"), "--key", key]) == 2
    assert not (tmp_path / "y.zip").exists()
    shown = capsys.readouterr()
    assert "does not open with this passphrase" in shown.err
    assert "set PVWARRANTY_KEY_PASSPHRASE" in shown.err
    assert "secret" not in shown.out + shown.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([*VERIFY, "--key", "key.pem"], "--bundle FILE.zip"),
        ([*VERIFY, "--timestamp", "http://127.0.0.1:9"], "--bundle FILE.zip"),
        ([*VERIFY, "--bundle", "x.zip", "--timestamp-ca", "ca.pem"], "--timestamp URL"),
        ([*VERIFY, "--bundle", "x.zip", "--key", "/no/key.pem"], "/no/key.pem: cannot be read"),
        (["bundle", "check", "/no/such.zip"], "cannot be read"),
        (["bundle", "check", str(SITE / "site.toml")], "no whole ZIP archive"),
        (["bundle", "check", str(SITE)], "cannot be read"),
        (["bundle", "key", "create", "/no/folder/key.pem"], "cannot be written"),
        (["bundle", "key", "show", str(SITE / "site.toml")], "is no Ed25519 public key"),
    ],
)
def test_bad_usage(
    arguments: list[str], told: str, tmp_path: Path, capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert told in shown.err
    assert list(tmp_path.iterdir()) == []
