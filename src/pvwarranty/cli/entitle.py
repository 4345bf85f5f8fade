"""``pvwarranty entitle``: what the makers' terms give for queries."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from pvwarranty.errors import FactError, Problem

if TYPE_CHECKING:
    from pvwarranty.condition import Context
    from pvwarranty.entitle import Query
    from pvwarranty.terms import Library


def entitle(
    file: Annotated[str, Parameter(allow_leading_hyphen=True)],
    *,
    json: Annotated[bool, Parameter(negative="")] = False,
    timeline: Annotated[bool, Parameter(negative="")] = False,
    terms: tuple[Path, ...] = (),
    count_first_day: Annotated[bool, Parameter(negative="")] = False,
    report: Path | None = None,
    lang: Literal["en", "ja"] = "en",
) -> int:
    """Say what the makers' terms give: covered or not, remedy, period, price, clause, and why.

    Parameters
    ----------
    file
        A JSON object, an array of them or JSON Lines, each with maker, coverage (optional) and
        facts; - reads standard input.
    json
        Print one answer a line as JSON and nothing else.
    timeline
        Tell every cover, step, deadline and end of service of the facts, in order.
    terms
        More terms: TOML files or folders in the form of docs/terms.md.
    count_first_day
        Count the day of the event as the first day of a period (the Civil Code does not).
    report
        Write a report of all answers to this file too, PDF or HTML by its ending.
    lang
        Language of texts: en or ja.
    """
    from pvwarranty.calendar import Counting
    from pvwarranty.condition import Context
    from pvwarranty.entitle import read_queries
    from pvwarranty.terms import packaged_library
    from pvwarranty.terms.library import read_path

    if report is not None:
        from pvwarranty.report.writing import check_ending

        check_ending(report)
    library = packaged_library().with_terms(read_path(p) for p in terms)
    counting = Counting.FIRST_DAY_COUNTED if count_first_day else Counting.FIRST_DAY_NOT_COUNTED
    asking = Asking(library, Context(counting), json, timeline, lang)
    status = 0
    for line in read_queries(_text(file)):
        try:
            if line.error:
                raise line.error
            asking.write(line.raw)
        except FactError as error:
            if not line.many:
                raise
            asking.refuse(line.where, error)
            status = 2
    if report is not None:
        asking.report(report)
    return status


def _text(file: str) -> str:
    try:
        return (sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = "give a file of queries, or - for standard input"
        raise FactError(Problem(file, f"cannot be read: {error}", hint)) from None


class Asking:
    """Asks the library and writes what it says, as JSON or for people."""

    def __init__(
        self, library: Library, context: Context, json: bool, timeline: bool, lang: str
    ) -> None:
        self.library, self.context, self.lang = library, context, lang
        self.json, self.timeline = json, timeline
        self.queries: list[Query] = []

    def write(self, raw: Any) -> None:
        """Write the answer to one query. Raises FactError where it is wrong."""
        from pvwarranty.entitle import read_query

        query = read_query(raw, self.library)
        self.queries.append(query)
        told = self._timeline(query) if self.timeline else self._answers(query)
        sys.stdout.write("".join(told))

    def report(self, path: Path) -> None:
        """Write a report of all queries answered so far."""
        from datetime import date

        from pvwarranty.entitle import answer_query, timeline
        from pvwarranty.report.entitlement import Asked, considered, entitlement_report
        from pvwarranty.report.writing import write_report

        asked = [
            Asked(
                query, answer_query(query, self.context), timeline(query, self.context),
                considered(query, date.today()),
            )
            for query in self.queries
        ]  # fmt: skip
        if asked:
            write_report(entitlement_report(asked, self.lang), path)

    def refuse(self, where: str, error: FactError) -> None:
        """Write why one of many queries is refused."""
        from pvwarranty.entitle import to_json

        for problem in error.problems:
            print(f"pvwarranty: {where}: {problem}", file=sys.stderr)
        if self.json:
            told = [{"where": p.where, "what": p.what, "hint": p.hint} for p in error.problems]
            sys.stdout.write(to_json({"error": {"at": where, "problems": told}}) + "\n")

    def _answers(self, query: Query) -> Iterator[str]:
        from pvwarranty.entitle import answer_query, as_dict, to_json
        from pvwarranty.entitle.show import render

        decisions = answer_query(query, self.context)
        if not self.json:
            yield "\n".join(render(d, query.maker.vocabulary, self.lang) for d in decisions) + "\n"
        elif query.coverage is None:
            yield to_json([as_dict(d) for d in decisions]) + "\n"
        else:
            yield to_json(as_dict(decisions[0])) + "\n"

    def _timeline(self, query: Query) -> Iterator[str]:
        from datetime import date

        from pvwarranty.entitle import timeline, to_json
        from pvwarranty.entitle.show import render_timeline
        from pvwarranty.entitle.timeline import next_due

        entries = timeline(query, self.context)
        on = query.facts.get("as_of") or date.today()
        if not self.json:
            yield render_timeline(entries, on, self.lang)
            return
        due = next_due(entries, on)
        told = {
            "maker": query.name,
            "on": on.isoformat(),
            "timeline": [e.as_dict(self.lang) for e in entries],
            "next": due.as_dict(self.lang) if due else None,
        }
        yield to_json(told) + "\n"
