"""Forms of the makers: sound as data, filled from what is known."""

from __future__ import annotations

import pytest

from pvwarranty.report.forming import Form, Known, fact_told, form_table, forms_of
from pvwarranty.report.labels import LANGUAGES, say
from pvwarranty.terms import packaged_library

LIBRARY = packaged_library()
MAKERS = sorted(LIBRARY.makers)


def everything(maker: str) -> tuple[Form, ...]:
    return forms_of(maker, LIBRARY.maker(maker).coverages())


@pytest.mark.parametrize("maker", MAKERS)
def test_what_a_form_asks_for_stands_in_the_terms_and_the_vocabulary(maker: str) -> None:
    found = LIBRARY.maker(maker)
    clauses = {c for terms in found.editions for c in terms.clauses}
    forms = everything(maker)
    assert forms
    for form in forms:
        for item in form.items:
            assert not item.clause or item.clause in clauses
            assert not item.fact or item.fact in found.vocabulary.facts
            assert item.label or item.fact


def test_known_facts_are_filled_in_and_blanks_marked() -> None:
    maker = LIBRARY.maker("omron")
    facts = {"model": "BN75T", "contracts": [{"sku": "A1"}, {"sku": "B2"}]}
    form = forms_of("omron", ("omr_free_battery",))[0]
    for lang in LANGUAGES:
        table = form_table(form, Known(facts, {}, maker.vocabulary), lang)
        values = {i.fact: r[1] for i, r in zip(form.items, table.rows, strict=True)}
        assert values["model"].text == "BN75T"
        assert values["contracts[].sku"].text == say(lang, "report.comma").join(["A1", "B2"])
        assert values["serial_number"].text == say(lang, "form.blank")
        assert values["serial_number"].tone == "blank"


def test_a_maker_without_forms_has_none() -> None:
    assert forms_of("nobody", ("x",)) == ()


def test_records_are_told_by_the_labels_of_their_parts() -> None:
    vocabulary = LIBRARY.maker("omron").vocabulary
    value = ({"sku": "A1", "years": 1}, {"sku": "B2"})
    assert fact_told("contracts", value, vocabulary, "en") == (
        "Contract SKU A1, Years of the contract 1; Contract SKU B2"
    )
    assert fact_told("contracts", (), vocabulary, "ja") == say("ja", "report.none")
