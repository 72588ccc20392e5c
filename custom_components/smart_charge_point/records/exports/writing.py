"""Writing: a table as the file of a format, whose library is loaded when it is first asked for."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from importlib import import_module
from typing import Final

from .csv_file import write_csv
from .table import Table


class FileFormat(StrEnum):
    """What a file is; its value is how its name ends."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


CONTENT_TYPES: Final[Mapping[FileFormat, str]] = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.PDF: "application/pdf",
}


def write(table: Table, file_format: FileFormat) -> bytes:
    """Return the file of a table. Blocks, at the first XLSX or PDF for a second: it is for a thread."""
    return _writer(file_format)(table)


def _writer(file_format: FileFormat) -> Callable[[Table], bytes]:
    if file_format is FileFormat.CSV:
        return write_csv
    module = import_module(f".{file_format}_file", __package__)
    writer: Callable[[Table], bytes] = getattr(module, f"write_{file_format}")
    return writer
