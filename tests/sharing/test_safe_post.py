"""Nothing inside the platform's network is reached by naming it; a post ends in time."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from quanxin.calendar import now
from quanxin.sharing import safe_post
from tests.intake.receiver import Receiver, receiver

HOST = "hook.example"


@pytest.fixture
def consumer(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_PRIVATE = True
    with receiver() as listening:
        yield listening


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.1.2.3",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)
def test_an_address_that_is_not_public_is_known_in_every_guise(address: str) -> None:
    assert not safe_post.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_is_one(address: str) -> None:
    assert safe_post.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.8:8443/hook",
        "http://8.8.8.8/",
        "ftp://8.8.8.8/",
        "8.8.8.8",
        "https:///hook",
        "https://8.8.8.8:port/",
        "https://[8.8.8.8/",
        "https://user:secret@8.8.8.8/",
        "https://user@8.8.8.8/",
        "https://8.8.8.8/a b",
        "https://8.8.8.8/\r\nx: y",
        "https://8.8.8.8:99999/",
        "",
    ],
)
def test_an_address_that_leads_inside_or_nowhere_is_refused(url: str) -> None:
    with pytest.raises(safe_post.Undeliverable):
        safe_post.locate(url)


def test_a_public_https_address_is_taken_apart() -> None:
    place = safe_post.locate("https://8.8.8.8/hook?of=bank#part")
    assert place == safe_post.Place(True, "8.8.8.8", 443, "/hook?of=bank", ("8.8.8.8",))


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *of, **more: entries)
    with pytest.raises(safe_post.Undeliverable, match="not on the public internet"):
        safe_post.locate(f"https://{HOST}/")


def test_the_setting_opens_private_networks_but_http_to_this_machine_alone(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE = True
    assert safe_post.locate("https://10.0.0.8:8443/hook").addresses == ("10.0.0.8",)
    assert not safe_post.locate("http://127.0.0.1:8000/hook").secure
    with pytest.raises(safe_post.Undeliverable, match="https"):
        safe_post.locate("http://10.0.0.8/hook")


def test_a_post_arrives_with_its_headers_and_a_redirect_is_not_followed(consumer: Receiver) -> None:
    consumer.answers = [200, 302]
    assert safe_post.post(consumer.url, b"{}", {"x-said": "this"}) == 200
    assert safe_post.post(consumer.url, b"{}", {}) == 302
    assert [(path, body) for path, _, body in consumer.came] == [("/hook", b"{}")] * 2
    assert consumer.header("host") == [f"127.0.0.1:{consumer.port}"] * 2
    assert consumer.header("x-said") == ["this", None]


def test_nobody_listening_is_said_so(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE = True
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(safe_post.Undeliverable, match="ConnectionRefusedError"):
            safe_post.post(f"http://127.0.0.1:{taken.getsockname()[1]}/", b"", {})


def test_an_answer_that_drips_is_cut_off(consumer: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer.drip = 0.1  # well within a socket's timeout each, and a whole answer in the end
    monkeypatch.setattr(safe_post, "TIMEOUT", 1.0)
    with pytest.raises(safe_post.Undeliverable):
        safe_post.post(consumer.url, b"", {})


def certified(folder: Path, name: str) -> Path:
    """A certificate of its own authority for a host, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - dt.timedelta(days=1))
        .not_valid_after(now() + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(("named", "taken"), [(HOST, True), ("other.example", False)])
def test_a_host_is_looked_up_once_and_held_to_its_certificate(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, named: str, taken: bool
) -> None:
    settings.WEBHOOK_PRIVATE = True
    pem, real, asked = certified(tmp_path, named), socket.getaddrinfo, []

    def answers(host: str, port: int, *of: Any, **more: Any) -> Any:
        asked.append(host)
        return real("127.0.0.1" if host == HOST else host, port, *of, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    safe_post._trust.cache_clear()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    try:
        with receiver(tls) as listening:
            url = f"https://{HOST}:{listening.port}/hook"
            if taken:
                assert safe_post.post(url, b"{}", {}) == 204
                assert listening.header("host") == [f"{HOST}:{listening.port}"]
            else:
                with pytest.raises(safe_post.Undeliverable, match="SSLCertVerificationError"):
                    safe_post.post(url, b"{}", {})
                assert listening.came == []
    finally:
        safe_post._trust.cache_clear()
    assert asked.count(HOST) == 1
