"""Posting to an address that someone outside the platform named.

Invariant: naming an address opens no way into the network that the platform stands in. A host is looked up once, each
address found must be a public one, and the connection goes to an address that was looked at, so that a name that
changes its answer gains nothing. A post follows no redirect, reads of an answer its status alone, and ends in time
however slowly the other side speaks.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT = 10.0  # seconds to connect, and again to take the post and answer
_LOCAL = ("localhost", "127.0.0.1", "::1")
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # IPv4 behind a translator (RFC 6052)
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is assigned for the public internet (RFC 4291)
_NOT_PUBLIC = (  # within what is assigned, for examples, tunnels and other uses; not every version of Python knows of each
    ipaddress.ip_network("2001::/23"), ipaddress.ip_network("2001:db8::/32"), ipaddress.ip_network("3fff::/20"),
    ipaddress.ip_network("192.88.99.0/24"), ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("100.64.0.0/10"),
    ipaddress.ip_network("198.18.0.0/15"),
)  # fmt: skip

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Undeliverable(Exception):
    """Nothing can be posted there, or the post failed; both languages say why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads: its parts, and the addresses that may be connected to."""

    secure: bool
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


def locate(url: str) -> Place:
    """Look up where a URL leads. Raises ``Undeliverable`` unless it is ``https`` without a password in it, its port is one
    of ``QUANXIN_WEBHOOK_PORTS``, and every address of its host is public; ``QUANXIN_WEBHOOK_PRIVATE`` allows private ones,
    any port, and ``http`` to this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise Undeliverable("不是有效的网址", "it is no valid URL")
    if parts.scheme != "https" and not (settings.WEBHOOK_PRIVATE and parts.scheme == "http" and host in _LOCAL):
        raise Undeliverable("网址须以 https:// 开头", "the URL must begin with https://")
    if "@" in parts.netloc:
        raise Undeliverable("网址中不得有用户名和密码", "the URL must not hold a user or a password")
    secure = parts.scheme == "https"
    port = port or (443 if secure else 80)
    if not settings.WEBHOOK_PRIVATE and port not in settings.WEBHOOK_PORTS:
        raise Undeliverable(f"端口 {port} 不在允许之列", f"the port {port} is not among those allowed")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(secure, host, port, path, _look_up(host, port))


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post ``body`` and return the status of the answer. Raises ``Undeliverable`` where there is none in time."""
    place = locate(url)
    try:
        with _reach(place) as wire, _in_time(wire):
            return _speak(place, wire, body, headers)
    except (OSError, HTTPException, ValueError) as error:
        said = f"{type(error).__name__}: {error}"
        raise Undeliverable(f"没有得到应答（{said}）", f"there was no answer ({said})") from error


def is_public(address: Address) -> bool:
    """Whether an address is one machine's on the public internet. One that carries another inside is as that one is."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address not in _UNICAST or address.scope_id:
            return False
    reserved = any(address.version == network.version and address in network for network in _NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not address.is_reserved and not reserved


def _look_up(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Undeliverable(f"找不到主机 {host}", f"the host {host} is not found") from None
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings.WEBHOOK_PRIVATE and not all(is_public(ipaddress.ip_address(address)) for address in addresses):
        raise Undeliverable(f"主机 {host} 不在公网上", f"the host {host} is not on the public internet")
    return addresses


def _reach(place: Place) -> socket.socket:
    """Connect to the first address that answers; all attempts together keep to the time."""
    last: OSError | None = None
    for address in place.addresses:
        try:
            wire = socket.create_connection((address, place.port), TIMEOUT / len(place.addresses))
        except OSError as error:
            last = error
        else:
            wire.settimeout(TIMEOUT)
            return wire
    raise last or OSError("no address")


@contextmanager
def _in_time(wire: socket.socket) -> Iterator[None]:
    """Cut the connection when the time is over: a timeout of the socket alone begins anew with each byte."""
    twin = wire.dup()

    def cut() -> None:
        with suppress(OSError):
            twin.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(TIMEOUT, cut)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        twin.close()


def _speak(place: Place, wire: socket.socket, body: bytes, headers: Mapping[str, str]) -> int:
    talk: HTTPConnection
    if place.secure:
        wire = _trust().wrap_socket(wire, server_hostname=place.host)
        talk = HTTPSConnection(place.host, place.port, context=_trust())
    else:
        talk = HTTPConnection(place.host, place.port)
    talk.sock = wire  # it is connected already, to an address that was looked at
    with closing(talk):
        talk.request("POST", place.path, body, dict(headers))
        with talk.getresponse() as answer:
            return answer.status


@cache
def _trust() -> ssl.SSLContext:
    """The machine's certificate authorities; hosts are held to their names."""
    return ssl.create_default_context()
