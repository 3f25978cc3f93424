"""The open data as a catalogue for machines: DCAT 3 (W3C Recommendation, 2024) in JSON-LD.

Invariant: it names exactly the files of the day it is about, each with its size and checksum.
"""

from __future__ import annotations

from typing import Any

from quanxin.archive.open_data.days import Dataset, OpenDay
from quanxin.calendar import local

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MEDIA = {
    "csv": "https://www.iana.org/assignments/media-types/text/csv",
    "parquet": "https://www.iana.org/assignments/media-types/application/vnd.apache.parquet",
}
DAILY = "http://publications.europa.eu/resource/authority/frequency/DAILY"


def catalogue(day: OpenDay, *, home: str, files: str, title: str, publisher: str) -> dict[str, Any]:
    """The catalogue of a day. ``home`` is the page's address, ``files`` the address below which the day's files lie."""
    return {
        "@context": CONTEXT,
        "@id": home,
        "@type": "dcat:Catalog",
        "dct:title": _both(title, title),
        "dct:publisher": {"@type": "http://xmlns.com/foaf/0.1/Agent", "http://xmlns.com/foaf/0.1/name": publisher},
        "dct:modified": {"@value": local(day.made_at).isoformat(), "@type": "xsd:dateTime"},
        "dcat:dataset": [_dataset(one, day, home, files) for one in day.datasets],
    }


def _dataset(one: Dataset, day: OpenDay, home: str, files: str) -> dict[str, Any]:
    return {
        "@id": f"{home}#{one.resource}",
        "@type": "dcat:Dataset",
        "dct:identifier": one.resource,
        "dct:title": _both(one.title, one.title_en),
        "dct:description": "；".join(one.basis),
        "dct:issued": {"@value": day.day.isoformat(), "@type": "xsd:date"},
        "dct:accrualPeriodicity": {"@id": DAILY},
        "dcat:keyword": [field["title"] for field in one.fields],
        "dcat:distribution": [
            {
                "@id": f"{files}{file.name}",
                "@type": "dcat:Distribution",
                "dct:title": file.name,
                "dcat:downloadURL": {"@id": f"{files}{file.name}"},
                "dcat:mediaType": {"@id": MEDIA[file.format]},
                "dcat:byteSize": {"@value": str(file.bytes), "@type": "xsd:nonNegativeInteger"},
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": file.sha256,
                },
            }
            for file in one.files
        ],
    }


def _both(zh: str, en: str) -> list[dict[str, str]]:
    return [{"@value": zh, "@language": "zh"}, {"@value": en, "@language": "en"}]
