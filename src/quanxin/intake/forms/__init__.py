"""Forms for those who hand in, made from the catalogue: a workbook to fill in, a schema for machines.

Invariant: a form names exactly the fields of its resource, in their order and by names that the reader knows; it
promises nothing that the checks do not keep, and what is filled in by it takes the way of every other file.
"""

from quanxin.intake.forms.schema import table_schema
from quanxin.intake.forms.template import write_template
from quanxin.intake.forms.words import Explained, explain

__all__ = ["Explained", "explain", "table_schema", "write_template"]
