"""Who may ask how often. Counted in memory; no address is ever stored."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.settings import IpNetwork

KNOWN_MOST = 50_000  # buckets kept; the longest unused goes first
READS_FACTOR = 10
OWN_NETWORK_FACTOR = 50  # a library's own computers share one address: they may ask so many times more


@dataclass
class Bucket:
    """Lets `a_minute` requests through a minute, and as many in one burst."""

    a_minute: int
    left: float = field(init=False)
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.left, self.at = float(self.a_minute), time.monotonic()

    def take(self) -> float:
        """Use one request; return 0, or the seconds after which one is free again."""
        now = time.monotonic()
        self.left = min(self.a_minute, self.left + (now - self.at) * self.a_minute / 60)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) * 60 / self.a_minute


class Limits:
    """Buckets by conversation and by address."""

    def __init__(
        self,
        messages_a_minute: int,
        requests_a_minute: int,
        library_networks: Sequence[IpNetwork],
        trusted_proxies: Sequence[IpNetwork],
    ) -> None:
        self._messages = messages_a_minute
        self._requests = requests_a_minute
        self._library_networks = library_networks
        self._trusted_proxies = trusted_proxies
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def message(self, conversation_id: str) -> float:
        """Count a message of a conversation; return the seconds to wait, 0 for none."""
        return self._bucket(f"chat {conversation_id}", self._messages).take()

    def request(self, request: web.Request) -> float:
        """Count a request of an address; return the seconds to wait, 0 for none."""
        return self._of_address("requests", request, self._requests)

    def read(self, request: web.Request) -> float:
        """Count a look at messages, which widgets take often; return the seconds to wait, 0 for none."""
        return self._of_address("reads", request, self._requests * READS_FACTOR)

    def address(self, request: web.Request) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        """Return the address of the patron's device: what the nearest trusted proxy says, else the peer's own."""
        address = ipaddress.ip_address(request.remote or "0.0.0.0")
        for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
            if not any(address in network for network in self._trusted_proxies):
                break
            try:
                address = ipaddress.ip_address(hop.strip())
            except ValueError:
                break
        return address

    def _of_address(self, kind: str, request: web.Request, a_minute: int) -> float:
        address = self.address(request)
        own = any(address in network for network in self._library_networks)
        return self._bucket(f"{kind} {address}", a_minute * (OWN_NETWORK_FACTOR if own else 1)).take()

    def _bucket(self, name: str, a_minute: int) -> Bucket:
        bucket = self._buckets.pop(name, None) or Bucket(a_minute)
        self._buckets[name] = bucket
        if len(self._buckets) > KNOWN_MOST:
            self._buckets.popitem(last=False)
        return bucket
