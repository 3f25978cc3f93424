"""XLSX read as a stream: a workbook's sheets, rows and cells, none of them kept.

Invariant: memory follows what the cells hold, never how large a sheet claims to be; a cell without content does not
exist, however it is styled; no entity is expanded and no part is unpacked beyond its limit.
"""

from quanxin.intake.reading.xlsx.book import Sheet, Workbook, opened
from quanxin.intake.reading.xlsx.formats import Kind, moment, months_only
from quanxin.intake.reading.xlsx.rows import Cell, Row

__all__ = ["Cell", "Kind", "Row", "Sheet", "Workbook", "moment", "months_only", "opened"]
