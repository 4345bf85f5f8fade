"""Entitlement: a query of maker, coverage and facts becomes what the maker's terms give.

from pvwarranty.entitle import answer, as_dict
[as_dict(a) for a in answer({"maker": …, "coverage": …, "facts": {…}})]
"""

from pvwarranty.entitle.answering import answer, answer_query
from pvwarranty.entitle.query import Query, read_query
from pvwarranty.entitle.reading import Line, read_queries
from pvwarranty.entitle.result import as_dict, to_json
from pvwarranty.entitle.timeline import Entry, timeline

__all__ = [
    "Entry",
    "Line",
    "Query",
    "answer",
    "answer_query",
    "as_dict",
    "read_queries",
    "read_query",
    "timeline",
    "to_json",
]
