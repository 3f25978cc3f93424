"""Forms that bring files are bounded, by a real server and a client that really sends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from quanxin.attachments import storage, upload_handler
from quanxin.attachments.models import Attachment
from tests.attachments.making import jpeg, png, printed, segment
from tests.attachments.test_accepting import on_disk
from tests.intake.processes import here, until
from tests.intake.test_serve import free_port

MB = 1 << 20
LARGE = jpeg(more=segment(0xE1, bytes(60000)) * 18)
SERVER = """
import sys
from granian import Granian
from granian.constants import Interfaces
Granian("tests.attachments.site:application", address="127.0.0.1", port=int(sys.argv[1]),
        interface=Interfaces.WSGI, workers=1, blocking_threads=4, log_access=False).serve()
"""


@pytest.fixture
def form(settings: Settings) -> Client:
    """A browser, that has the form and its token, on a site whose files may have 1 MB."""
    settings.ROOT_URLCONF = "tests.attachments.site_urls"
    settings.ATTACHMENT_MB = {"": 1}
    client = Client(enforce_csrf_checks=True)
    client.token = client.get("/form").content.decode()  # type: ignore[attr-defined]
    return client


def sent(client: Client, *files: bytes, token: bool = True, **fields: str) -> tuple[int, str]:
    told: dict[str, object] = {"file": [SimpleUploadedFile(f"{n}.bin", data) for n, data in enumerate(files)], **fields}
    if token:
        told["csrfmiddlewaretoken"] = client.token  # type: ignore[attr-defined]
    answer = client.post("/form", told)
    return answer.status_code, answer.content.decode()


@pytest.mark.django_db
def test_files_and_fields_come_through(form: Client) -> None:
    assert sent(form, printed(), png(), note="说明") == (200, "taken 2 说明")
    assert {one.content_type for one in Attachment.objects.all()} == {"application/pdf", "image/png"}
    assert len(on_disk()) == 2, "what was received is not kept twice"


@pytest.mark.django_db
def test_forgery_is_still_refused(form: Client) -> None:
    assert sent(form, printed(), token=False)[0] == 403
    assert on_disk() == []


@pytest.mark.django_db
def test_too_much_is_answered_with_413_and_words(form: Client) -> None:
    for files, words in (
        ((LARGE,), "文件超过 1 MB"),
        ((printed(), LARGE), "文件超过 1 MB"),
        ((bytes(4 * MB),), "超过一次可提交的 3.0 MB"),
    ):
        status, said = sent(form, *files)
        assert status == 413
        assert words in said
    status, said = sent(form, png(), png(), png())
    assert (status, "最多" in said) == (422, True)
    assert on_disk() == []


@pytest.mark.django_db
def test_fields_that_are_too_much_are_refused_too(form: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert sent(form, png(), note="x" * 2000)[0] == 413
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    assert sent(form, png(), a="1", b="2", c="3", d="4", e="5", f="6")[0] == 413


@pytest.mark.django_db
def test_a_request_that_is_no_form_is_refused_in_words(form: Client) -> None:
    for body, kind in ((b"", "multipart/form-data"), (b"--x", "multipart/form-data; boundary=" + "x" * 500)):
        answer = form.generic("POST", "/form", body or b"y", content_type=kind)
        assert (answer.status_code, answer.content.decode()[:4]) == (400, "上传中断")
    answer = form.generic("POST", "/form", b"y", content_type="text/plain", CONTENT_LENGTH="many")
    assert answer.status_code == 400


@pytest.mark.django_db
def test_a_form_without_a_file_is_told(form: Client) -> None:
    assert sent(form) == (422, "没有选择文件。请选择文件后再提交。\n")


@pytest.mark.django_db
def test_a_disk_that_is_full_is_told(form: Client) -> None:
    storage.root().parent.mkdir(parents=True, exist_ok=True)
    storage.root().write_text("in the way")
    status, said = sent(form, printed())
    assert (status, "没有保存" in said) == (500, True)


class Site:
    """The small site on a real server, and what it takes."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], data: Path) -> None:
        self.port, self.process, self.data = port, process, data

    def memory(self) -> int:
        """Bytes that the server and its workers hold."""
        total = 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                if os.getpgid(int(status.parent.name)) == self.process.pid:
                    total += int((status.parent / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            except (FileNotFoundError, ProcessLookupError):
                continue
        return total

    def send(self, head: str, size: int, *, chunked: bool = False) -> tuple[str, int, int]:
        """Send ``size`` bytes as fast as they are taken; return the answer, bytes sent, and the most memory more."""
        before = most = self.memory()
        sent, done = 0, threading.Event()

        def watch() -> None:
            nonlocal most
            while not done.wait(0.05):
                most = max(most, self.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        block = bytes(MB)
        piece = b"%x\r\n" % MB + block + b"\r\n" if chunked else block
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as session:
            session.sendall(head.encode())
            try:
                while sent < size:
                    session.sendall(piece)
                    sent += MB
            except OSError:  # it stopped reading
                pass
            answer = b""
            try:
                while more := session.recv(65536):
                    answer += more
                    if b"\r\n\r\n" in answer and "。".encode() in answer:
                        break
            except OSError:
                pass
        done.set()
        watcher.join()
        return answer.decode(errors="replace"), sent, most - before


@pytest.fixture
def site() -> Iterator[Site]:
    env = here() | {"DJANGO_SETTINGS_MODULE": "tests.attachments.site", "SERVE_SITE": "1", "PYTHONPATH": "."}
    storage.incoming()
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], env=env, start_new_session=True)

    def up() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    try:
        until(up, "the site")
        time.sleep(1)
        yield Site(port, process, storage.root())
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


PART = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
TWO_GB = 2 << 30


def head(*more: str, body: str = PART) -> str:
    lines = ("POST /form HTTP/1.1", "Host: localhost", "Content-Type: multipart/form-data; boundary=x", *more)
    return "\r\n".join(lines) + "\r\n\r\n" + body


# How a client sends: what it says of the length, how much it has, and what it is told.
WAYS = {
    "honest": (f"Content-Length: {TWO_GB}", TWO_GB, 413, "超过一次可提交的"),
    "a little too large": (f"Content-Length: {60 * MB + len(PART)}", 60 * MB, 413, "超过一次可提交的"),
    "chunked": ("Transfer-Encoding: chunked", TWO_GB, 411, "没有说明长度"),
    "one file of what two may be": (f"Content-Length: {20 * MB + len(PART)}", 20 * MB, 413, "文件超过 10 MB"),
    "lying": (f"Content-Length: {20 * MB}", TWO_GB, 413, "文件超过 10 MB"),
}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_gigabytes_fill_neither_memory_nor_disk(site: Site) -> None:
    site.send(head("Content-Length: 5", body="--x--"), 0)
    for how, (line, size, status, words) in WAYS.items():
        chunked = how == "chunked"
        free = shutil.disk_usage(site.data).free
        answer, sent, memory = site.send(head(line, body="" if chunked else PART), size, chunked=chunked)
        disk = free - shutil.disk_usage(site.data).free
        print(f"{how}: {sent / MB:.0f} MB sent, {memory / MB:.1f} MB of memory, {disk / MB:.1f} MB of disk")
        assert f"HTTP/1.1 {status} " in answer, how
        assert words in answer, how
        assert sent <= 64 * MB, how
        assert memory < 48 * MB, how
        assert disk < 64 * MB, how
        assert on_disk() == [], how
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_what_was_being_received_leaves_with_its_process() -> None:
    """The files of a request have no name on disk: nothing is left to sweep, however the process ends."""
    handler = upload_handler.BoundedUpload(None, 1)  # type: ignore[arg-type]
    handler.new_file("file", "a.pdf", "application/pdf", None)
    handler.receive_data_chunk(b"x" * 1000, 0)
    assert on_disk() == []
    handler.upload_interrupted()
