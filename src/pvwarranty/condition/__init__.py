"""One-line expressions of terms: read once, refused where not understood, three-valued."""

from pvwarranty.condition.expression import Condition, Expression
from pvwarranty.condition.functions import AGGREGATES, FUNCTIONS, LOOKUPS, Context, Function
from pvwarranty.condition.reading import read, reads
from pvwarranty.condition.values import CONTEXT, Record, Scope, is_simple

__all__ = [
    "AGGREGATES",
    "CONTEXT",
    "FUNCTIONS",
    "LOOKUPS",
    "Condition",
    "Context",
    "Expression",
    "Function",
    "Record",
    "Scope",
    "is_simple",
    "read",
    "reads",
]
