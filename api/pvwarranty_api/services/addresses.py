"""Addresses that requests may go to: of the public Internet alone, unless the settings allow more.

A name is looked up once and the connection goes to the address found, so that a name cannot point
elsewhere between the check and the request.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from pvwarranty_api.errors import Refusal, invalid

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the URL's host by name, and the address to connect to."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def url(self) -> str:
        """Return the URL with the address in place of the name."""
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{shown}:{self.port}{self.path}"

    @property
    def authority(self) -> str:
        """Return the value of the Host header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if PORTS[self.scheme] == self.port else f"{name}:{self.port}"


def check_url(url: str, private: bool) -> None:
    """Refuse a URL that is none, carries a password, or is plain HTTP to the Internet."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise invalid("url", "is no address") from None
    if parts.scheme not in PORTS or not host or len(url) > 1000 or not url.isascii():
        raise invalid("url", "is no address", "https://HOST/PATH, in ASCII")
    if any(c.isspace() or not c.isprintable() for c in url):
        raise invalid("url", "holds spaces or control characters")
    if parts.username or parts.password or parts.fragment:
        raise invalid("url", "carries a password or a fragment")
    if parts.scheme == "http" and not private:
        raise invalid("url", "is not https", "what is told must be encrypted on its way")
    if not private and _literal(host) is not None and not is_public(host):
        raise invalid("url", "is an address of a private network")


def resolve(url: str, private: bool) -> Target:
    """Return where a URL leads; refuses where any of its addresses is not public."""
    check_url(url, private)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refusal("unavailable") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses or (not private and not all(is_public(a) for a in addresses)):
        raise invalid("url", "leads to an address of a private network")
    path = parts.path or "/"
    if parts.query:
        path += f"?{parts.query}"
    return Target(parts.scheme, host, port, path, addresses[0])


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public Internet, whatever its notation."""
    found = _literal(address)
    if found is None:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or _nat64(found)
        if inner is not None:
            found = inner
        elif found.teredo is not None:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
