"""Which web addresses a feed may have: public ones over https, unless private ones are allowed in the settings."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit, urlunsplit

import idna
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors import SourceUnavailable

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Awaitable[list[str]]]
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_INNER = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "localdomain",
    "arpa",
    "onion",
    "test",
    "invalid",
)
# Networks that carry IPv4 addresses inside, or that the standard library does not yet know as special.
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in ("192.88.99.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "3fff::/20", "5f00::/16")
)


class AddressRefused(SourceUnavailable):
    """An address that a feed may not have. The message says which and why."""

    code = "address_refused"


def is_public(address: IpAddress) -> bool:
    """Say whether an address is one of the public internet; one that wraps a private IPv4 address is not."""
    if any(address in network for network in _SPECIAL):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None or address.is_site_local:
            return False
        # The forms that carry an IPv4 address are never needed to reach a public server.
        if address.ipv4_mapped or address.sixtofour or address.teredo:
            return False
        if int(address) >> 32 == 0:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def checked_url(url: str, allow_private: bool = False) -> str:
    """Return a web address in its plain form, ready to be fetched; raise AddressRefused.

    A private, loopback, link-local or other special address passes only with `allow_private`, and so does http or an
    unusual port. The host's name is looked up later, by `CheckedResolver`, whose answer is the one connected to.
    """
    if not url.isprintable() or re.search(r"[\s\\]", url):
        raise AddressRefused("the address holds a space, a backslash or a control character")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"the address cannot be read: {error}") from None
    if parts.scheme not in (("http", "https") if allow_private else ("https",)):
        raise AddressRefused(f"'{parts.scheme}' is not https")
    if "@" in parts.netloc:
        raise AddressRefused("the address holds a user name")
    if port not in (None, 443) and not allow_private:
        raise AddressRefused(f"port {port} is not 443")
    host = _checked_host(parts.hostname or "", allow_private)
    # No fragment; and the plain host, so that the client cannot read another one out of the same letters.
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


def _checked_host(host: str, allow_private: bool) -> str:
    if ":" in host:
        try:
            address: IpAddress = ipaddress.IPv6Address(host)
        except ValueError:
            raise AddressRefused(f"'{host}' is not an address") from None
        if not is_public(address) and not allow_private:
            raise AddressRefused(f"{address} is not a public address")
        return f"[{address}]"
    try:
        name = idna.encode(host.rstrip("."), uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        # idna knows no underscore and no numbers; plain letters are checked label by label below.
        if not host.isascii():
            raise AddressRefused(f"'{host}' is not a host name") from None
        name = host.rstrip(".").lower()
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(name) > 253:
        raise AddressRefused(f"'{host}' is not a host name")
    if re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):
        # Whatever ends in a number is an IPv4 address to some reader: only the plain form of one is taken.
        try:
            address = ipaddress.IPv4Address(name)
        except ValueError:
            raise AddressRefused(f"'{host}' is an address in an unusual form") from None
        if not is_public(address) and not allow_private:
            raise AddressRefused(f"{address} is not a public address")
        return name
    if not allow_private and (len(labels) < 2 or labels[-1] in _INNER):
        raise AddressRefused(f"'{host}' is a name inside a private network")
    return name


async def system_lookup(host: str, port: int) -> list[str]:
    """Return the addresses that the system's resolver has for a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedResolver(AbstractResolver):
    """Looks a name up once for a connection and refuses it if any of its addresses is not public.

    aiohttp connects to the addresses returned here and to no others, so a name that changes its address between the
    check and the connection gains nothing.
    """

    def __init__(self, allow_private: bool = False, lookup: Lookup = system_lookup) -> None:
        self._allow_private = allow_private
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the checked addresses of a name."""
        results = []
        for found in await self._lookup(host, port):
            try:
                address = ipaddress.ip_address(found)
            except ValueError:
                raise AddressRefused(f"{host} is at '{found}', which is not an address") from None
            if not self._allow_private and not is_public(address):
                raise AddressRefused(f"{host} is at {address}, which is not a public address")
            results.append(
                ResolveResult(
                    hostname=host,
                    host=str(address),
                    port=port,
                    family=socket.AF_INET6 if address.version == 6 else socket.AF_INET,
                    proto=socket.IPPROTO_TCP,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                )
            )
        if not results:
            raise AddressRefused(f"{host} has no address")
        return results

    async def close(self) -> None:
        """Nothing is held open."""
