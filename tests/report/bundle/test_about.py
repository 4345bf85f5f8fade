"""What a bundle says of the software that made it."""

from __future__ import annotations

import json
from datetime import date

import pytest

from pvwarranty.errors import DataError
from pvwarranty.report.bundle.about import (
    About,
    about_bytes,
    differences,
    json_bytes,
    read_about,
    software,
)  # fmt: skip


def about() -> About:
    return About(
        format=1, site="x", on=date(2024, 11, 29), seed=0, lang="ja", software=software()
    )  # fmt: skip


def test_it_is_read_as_it_was_written() -> None:
    assert read_about(about_bytes(about())) == about()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": 2}, "format"),
        ({"lang": "fr"}, "lang"),
        ({"on": "yesterday"}, "on"),
        ({"more": 1}, "more"),
        ({"software": None}, "software"),
    ],
)
def test_another_form_is_refused(change: dict[str, object], told: str) -> None:
    content = json.loads(about_bytes(about())) | change
    with pytest.raises(DataError, match=told):
        read_about(json_bytes(content))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(DataError, match="JSON"):
        read_about(b"[" * 100_000)


def test_differences_name_what_is_other() -> None:
    here = software()
    assert differences(here, here) == []
    libraries = here.libraries | {"numpy": "1.0"}
    libraries.pop("scipy")
    other = here.model_copy(update={"version": "9.9.9", "libraries": libraries})
    told = differences(other, here)
    assert told[0].startswith("version 9.9.9, here ")
    assert told[1].startswith("numpy 1.0, here ")
    assert told[2].startswith("scipy –, here ")
