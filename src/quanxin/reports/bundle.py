"""The reports of a batch as one ZIP file: each PDF as it was issued, its signed JSON, and an index.

Invariant: the index names each file with its SHA-256, and nothing is in the file that it does not name.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
import zipfile
from pathlib import Path
from typing import IO

from django.conf import settings

from quanxin.documents import issuing
from quanxin.reports.models import Batch
from quanxin.reports.queries import of_check
from quanxin.runtime.cells import harmless
from quanxin.subjects.models import Subject

HEADER = ("序号", "报告编号", "统一社会信用代码", "名称", "文件", "SHA-256", "有效期至")


def bundle(batch: Batch) -> IO[bytes]:
    """The file, open at its beginning; it is gone once it is closed."""
    place = Path(settings.DATA_DIR) / "work"
    place.mkdir(parents=True, exist_ok=True)
    out = tempfile.TemporaryFile(dir=place)  # noqa: SIM115  whoever answers with it closes it
    index = io.StringIO()
    rows = csv.writer(index)
    rows.writerow(HEADER)
    documents = list(of_check(batch.check_of.number, batch.language))
    about = Subject.objects.filter(pk__in=[one.subject_id for one in documents])
    names = {pk: (code, name) for pk, code, name in about.values_list("pk", "code", "name")}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for number, one in enumerate(documents, start=1):
            code, name = names.get(one.subject_id or 0, ("", ""))
            for form, body in (("pdf", issuing.pdf(one)), ("json", issuing.json(one))):
                file, digest = f"{one.number}.{form}", hashlib.sha256(body).hexdigest()
                packed.writestr(file, body)
                rows.writerow([number, one.number, code, harmless(name), file, digest, one.valid_until])
        packed.writestr("index.csv", "\ufeff" + index.getvalue())
    out.seek(0)
    return out
