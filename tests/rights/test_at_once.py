"""Acts about one record at the same time: one case is made of one objection, and nothing is read after a consent ended."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from django.db import connection

from quanxin.accounts import operator
from quanxin.accounts.people import add_organisation
from quanxin.calendar import travel
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.rights import consents
from quanxin.rights.consent_models import ConsentUse
from tests.casework.acts import objections
from tests.rights.life import LATER, morning, owner, penalised
from tests.rights.test_consents import OFFICER, given
from tests.rights.test_objections import WRONG


@pytest.mark.django_db(transaction=True)
def test_revoking_beside_reading_leaves_no_reading_after_it(tmp_path: Path) -> None:
    with travel(morning(LATER)):
        add_organisation(operator(), "sample-bank", name="样例银行", kind="bank")
        penalised(tmp_path)
        consent = given()

    def read() -> None:
        try:
            with travel(morning(LATER)):
                for _ in range(20):
                    try:
                        consents.read(OFFICER, consent.pk)
                    except RightsError:
                        return
        finally:
            connection.close()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    with travel(morning(LATER)):
        consents.revoke(owner(), consent.pk)
    after = ConsentUse.objects.count()
    for reader in readers:
        reader.join()
    assert ConsentUse.objects.count() == after


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_case(tmp_path: Path) -> None:
    with travel(morning(LATER)):
        record = penalised(tmp_path)
    found: list[str] = []

    def ask() -> None:
        try:
            with travel(morning(LATER) + dt.timedelta(minutes=1)):
                found.append(objections.object_to(owner(), WRONG, record=record).number)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert Case.objects.count() == 1
