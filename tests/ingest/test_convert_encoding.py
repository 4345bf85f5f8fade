from __future__ import annotations

import io

import pytest

from pvwarranty.errors import DataError
from pvwarranty.ingest.convert.encoding import find_encoding

TEXT = "年月日,時刻,発電電力量（ｋＷｈ）,備考\n2024/04/01,0:00,1.5,髙﨑①㎡\n"
PLAIN = "年月日,時刻,発電電力量,サイト\n2024/04/01,0:00,1.5,山田\n"


def found(data: bytes, forced: str | None = None) -> str:
    return find_encoding(lambda: io.BytesIO(data), "a.csv", forced)


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (TEXT, "utf-8", "utf-8-sig"),
        (TEXT, "utf-8-sig", "utf-8-sig"),
        (TEXT, "cp932", "cp932"),
        (TEXT, "utf-16", "utf-16"),
        ("\ufeff" + TEXT, "utf-16-be", "utf-16"),
        (PLAIN, "euc_jp", "euc_jp"),
        (PLAIN, "shift_jis", "cp932"),
        ("ﾋﾂﾞｹ,ﾊﾂﾃﾞﾝ\n1,2\n", "cp932", "cp932"),
        ("date,time\n1,2\n", "ascii", "utf-8-sig"),
        ("発電", "euc_jp", "euc_jp"),
        ("日時,発電量\n", "euc_jp", "euc_jp"),
    ],
)
def test_ladder(text: str, encoding: str, name: str) -> None:
    assert found(text.encode(encoding)) == name
    assert text.encode(encoding).decode(found(text.encode(encoding))).lstrip(
        "\ufeff"
    ) == text.lstrip("\ufeff")


def test_letter_cut_by_a_chunk_is_no_error() -> None:
    data = ("x" * ((1 << 20) - 1) + "発電\n").encode("cp932")
    assert found(data) == "cp932"


def test_mixed_encodings_are_told_with_their_rows() -> None:
    data = (
        "年月日,発電量\n".encode("cp932") + b"2024/04/01,1\n" * 3 + "備考,発電所の記録\n".encode()
    )
    with pytest.raises(DataError, match="rows 1 and 5"):
        found(data)


def test_encoding_may_be_said_and_must_fit() -> None:
    assert found(PLAIN.encode("euc_jp"), "euc_jp") == "euc_jp"
    assert found(PLAIN.encode(), "utf-8") == "utf-8-sig"
    with pytest.raises(DataError, match=r"byte \d+: is not utf-8"):
        found(PLAIN.encode("cp932"), "utf-8")
    with pytest.raises(DataError, match="there is no encoding 'klingon'"):
        found(b"", "klingon")


def test_latin_letters_are_not_taken_for_japanese() -> None:
    with pytest.raises(DataError, match="is no text in UTF-8"):
        found("Zähler;Größe\n1;2\n".encode("latin-1") + b"\xa0\x80\n")
