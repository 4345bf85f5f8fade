"""``pvwarranty convert``: a maker's export to canonical Parquet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from pvwarranty.errors import DataError, Problem


def convert(
    files: Annotated[list[Path], Parameter(help="exports: CSV, JSON, XLSX, or ZIP of these")],
    /,
    *,
    site: Path,
    profile: str = "auto",
    out: Path | None = None,
    explain: bool = False,
    json: bool = False,
    dry_run: bool = False,
    replace: bool = False,
    plot: bool = True,
    map: tuple[str, ...] = (),
    unit: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
    zone: str | None = None,
    label: Literal["start", "end"] | None = None,
    interval: int | None = None,
    encoding: str | None = None,
    only: str | None = None,
) -> int:
    """Convert a maker's exports to the canonical measurements of a site.

    Parameters
    ----------
    files
        Exports to convert together: CSV, JSON, XLSX, or ZIP archives of these.
    site
        Folder with the site.toml that names the channels.
    profile
        Name of a profile (see `pvwarranty profiles list`), a TOML file, or auto.
    out
        Parquet file to write or to add to; by default measurements.parquet of the site.
    explain
        Print what was understood before anything is written.
    json
        Print the quality report as JSON and nothing else.
    dry_run
        Read and check everything, and write nothing.
    replace
        Write the file anew instead of adding to it.
    plot
        Draw the strip plot beside the file.
    map
        NAME=CHANNEL.QUANTITY[,UNIT[,READING]]: where a column's or a device's values go.
    unit
        NAME=UNIT: the unit of a column, against what its header says.
    missing
        A word that stands for "no value" in this file.
    zone
        Time zone of the stamps, against what the profile says.
    label
        Whether stamps mark the start or the end of an interval.
    interval
        Interval of the result in seconds, a multiple of the files' own.
    encoding
        Encoding of the text, where the guess is wrong.
    only
        Of files that hold several sites, the name of the one to read.
    """
    from pvwarranty.ingest.convert.explain import explanation
    from pvwarranty.ingest.convert.options import Options, read_rules, read_units
    from pvwarranty.ingest.convert.plan import make_plan
    from pvwarranty.ingest.convert.run import carry_out
    from pvwarranty.ingest.import_report import import_report
    from pvwarranty.ingest.site import read_site

    options = Options(
        profile, read_rules(map), read_units(unit), missing, zone, label, encoding, interval, only,
        replace,
    )  # fmt: skip
    plan = make_plan(files, read_site(site), options)
    target = None if dry_run else _target(site, out, plan.columns)
    if explain:
        print(explanation(plan), file=sys.stderr if json else sys.stdout, flush=True)
    imported = carry_out(plan, target)
    report = import_report(imported)
    if target is not None:
        _write_report(report, target)
        if plot:
            _plot(imported.tally, target.with_suffix(".import.png"))
    _print(report, json)
    return 0


def _target(site: Path, out: Path | None, columns: tuple[str, ...]) -> Path:
    """Return the file to write: a hint of the whole area is no measurement of the site."""
    if out is not None:
        return out
    if all(name.startswith("area.") for name in columns):
        return site / "curtailment.parquet"
    if (site / "measurements.csv").exists() and not (site / "measurements.parquet").exists():
        hint = "--out FILE.parquet writes another file"
        what = "holds a measurements.csv, which a measurements.parquet would hide"
        raise DataError(Problem(str(site), what, hint))
    return site / "measurements.parquet"


def _write_report(report: dict[str, Any], target: Path) -> None:
    import json

    text = json.dumps(report, ensure_ascii=False, indent=1)
    target.with_suffix(".import.json").write_text(text + "\n", encoding="utf-8")


def _plot(tally: Any, path: Path) -> None:
    from pvwarranty.ingest.import_plot import strip_plot

    try:
        strip_plot(tally, path)
    except DataError as error:
        print(f"pvwarranty: note: {error.problems[0]}", file=sys.stderr)


def _print(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        import json

        print(json.dumps(report, ensure_ascii=False, indent=1))
        return
    where = report["out"] or "nothing (dry run)"
    print(f"{report['rows']} rows of {report['interval']} s, {report['first']} to {report['last']}")
    for name, column in report["coverage"].items():
        print(f"  {name}: {100 * column['share']:.1f} % of the intervals have a value")
    for table in report["understood"]:
        for reason, count in table["dropped"].items():
            print(f"  {table['file']}: {count} {reason} left out")
    for flag in report["flags"]:
        place = f"{flag['where']}: " if flag["where"] else ""
        print(f"  {flag['code']}: {place}{flag['what']} ({flag['count']})")
    print(f"wrote {where}")
