"""Warranty terms as data: the makers' documents as TOML, the vocabulary of facts, their checks."""

from pvwarranty.terms.library import Chosen, Library, Maker, packaged_library
from pvwarranty.terms.loading import Source, read_terms
from pvwarranty.terms.schema import Block, Clause, Measured, Rule, Terms
from pvwarranty.terms.vocabulary import (
    Fact,
    Vocabulary,
    packaged_vocabulary,
    read_facts,
)

__all__ = [
    "Block",
    "Chosen",
    "Clause",
    "Fact",
    "Library",
    "Maker",
    "Measured",
    "Rule",
    "Source",
    "Terms",
    "Vocabulary",
    "packaged_library",
    "packaged_vocabulary",
    "read_facts",
    "read_terms",
]
