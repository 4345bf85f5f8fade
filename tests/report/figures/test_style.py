"""How figures become SVG and PNG."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")

from pvwarranty.report.figures import png, style, svg
from pvwarranty.terms import packaged_library

TEXT = "公称最大出力（𠮷・髙・﨑・㎾）"


def drawn() -> str:
    figure = style.canvas(1.5)
    axes = figure.subplots()
    axes.plot([0, 1], [0.0, 1.0])
    axes.set_xlabel(TEXT)
    style.percent(axes)
    return svg(figure)


def test_text_stays_text_in_the_font_of_the_package() -> None:
    text = drawn()
    assert TEXT in text
    assert "100 %" in text
    assert "Noto Sans JP" in text
    assert "DejaVu" not in text


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert drawn() == drawn()
    assert "<metadata" not in drawn()


def test_figures_are_told_to_a_thousandth_of_a_point_and_names_by_order() -> None:
    import re

    tags = "".join(re.findall(r"<[^>]*>", drawn()))
    assert not re.search(r"\d\.\d{4}", tags)
    assert 'id="i0"' in tags
    assert set(re.findall(r'href="#(i\d+)"', tags)) <= set(re.findall(r'id="(i\d+)"', tags))


def test_a_png_is_a_png() -> None:
    assert png(style.canvas(0.5), dpi=40).startswith(b"\x89PNG")


def test_every_character_of_all_texts_is_in_the_fonts() -> None:
    """Characters of labels, sentences, vocabulary, words and terms, and names of people."""
    from fontTools.ttLib import TTFont

    texts = [TEXT, "髙橋 山﨑 濵田 𠮷野 德永 ① ➀ ㎡ ～ − …"]
    package = resources.files("pvwarranty")
    for folder, names in (
        ("report", ("labels.toml", "sentences.toml", "captions.toml")),
        ("terms", ("facts.toml", "words.toml")),
    ):
        texts += [package.joinpath(folder, n).read_text("utf-8") for n in names]
    for terms in packaged_library().everything():
        texts += [c.at + c.quote for c in terms.clauses.values()]
        texts += [terms.document.title, terms.document.edition, terms.document.publisher]
    used = {c for text in texts for c in text if c.isprintable()}
    for weight in ("Regular", "Bold"):
        path = package.joinpath("report", "fonts", f"NotoSansJP-{weight}.ttf")
        with resources.as_file(path) as file, TTFont(file) as font:
            missing = {c for c in used if ord(c) not in font.getBestCmap()}
        assert not missing


def test_sentences_have_both_languages_with_the_same_places() -> None:
    import string

    package = resources.files("pvwarranty").joinpath("report")
    for name in ("sentences.toml", "captions.toml"):
        for group, words in tomllib.loads(package.joinpath(name).read_text("utf-8")).items():
            for word, pair in words.items():
                assert len(pair) == 2, (group, word)
                places = [{p[1] for p in string.Formatter().parse(t) if p[1]} for t in pair]
                assert places[0] == places[1], (group, word)
