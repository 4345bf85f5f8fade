"""Sheets of Excel workbooks as tables of text."""

from __future__ import annotations

import io
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from importlib import import_module
from typing import Any

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.convert.documents import Document, read_all
from pvwarranty.ingest.convert.grids import RowsGrid


def xlsx_grids(document: Document) -> list[RowsGrid]:
    """Return the sheets of a workbook that hold anything; raises DataError where it is damaged."""
    try:
        openpyxl = import_module("openpyxl")
    except ImportError:
        hint = "pip install openpyxl, or save the sheet as CSV"
        raise DataError(Problem(document.name, "needs openpyxl to be read", hint)) from None
    data = io.BytesIO(read_all(document))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl speaks of styles that it does not know
        try:
            book = openpyxl.load_workbook(data, read_only=True, data_only=True)
            sheets = [(s.title, _rows(s)) for s in book.worksheets]
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError) as error:
            told = f"is no readable workbook: {type(error).__name__}"
            raise DataError(Problem(document.name, told, "save it again in Excel")) from None
    several = sum(bool(rows) for _, rows in sheets) > 1
    return [
        RowsGrid(f"{document.name}, sheet {title}" if several else document.name, rows)
        for title, rows in sheets
        if rows
    ]


def _rows(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()  # what a portal writes there is often wrong
    rows = [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return _whole_seconds(cell).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _whole_seconds(moment: datetime) -> datetime:
    # Excel keeps a day as a fraction: 00:30 may come back as 00:29:59.999997
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
