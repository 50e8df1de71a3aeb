"""Fetching feeds: only public addresses, bounded in time and size, and honest about old copies."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import zlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import SourceUnavailable
from bot.knowledge.sources.addresses import AddressRefused, CheckedResolver, checked_url, is_public
from bot.knowledge.sources.fetch import Fetcher

NOW = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("America/New_York"))
FRESH = timedelta(minutes=15)
HOUR = timedelta(hours=1)

_TRICKS = """
https://127.0.0.1/ https://127.0.0.1:443/ https://127.1/ https://127.0.1/ https://127.255.255.254/ https://0.0.0.0/
https://0/ https://0.0/ https://2130706433/ https://017700000001/ https://0x7f000001/ https://0x7f.0.0.1/
https://0177.0.0.1/ https://127.0.0.1./ https://127.000.000.001/ https://10.0.0.1/ https://10.255.255.255/
https://172.16.0.1/ https://172.31.255.255/ https://192.168.0.1/ https://192.168.1/ https://169.254.169.254/
https://169.254.169.254/latest/meta-data/ https://0xa9fea9fe/ https://2852039166/ https://0251.0376.0251.0376/
https://100.64.0.1/ https://198.18.0.1/ https://192.0.2.1/ https://203.0.113.7/ https://224.0.0.1/
https://240.0.0.1/ https://255.255.255.255/ https://[::1]/ https://[::]/ https://[0:0:0:0:0:0:0:1]/
https://[::ffff:127.0.0.1]/ https://[::ffff:7f00:1]/ https://[::ffff:169.254.169.254]/ https://[::127.0.0.1]/
https://[64:ff9b::7f00:1]/ https://[64:ff9b:1::a9fe:a9fe]/ https://[2002:7f00:1::]/ https://[2001:0:7f00:1::]/
https://[fe80::1]/ https://[fe80::1%25eth0]/ https://[fc00::1]/ https://[fd00:ec2::254]/ https://[ff02::1]/
https://[fec0::1]/ https://[2001:db8::1]/ https://localhost/ https://LOCALHOST/ https://localhost./
https://foo.localhost/ https://metadata.google.internal/ https://router.local/ https://printer.lan/
https://intranet/ https://db/ https://nas.home.arpa/ https://x.test/ https://user@library.example/
https://user:pass@127.0.0.1/ https://library.example@127.0.0.1/ https://127.0.0.1#@library.example/
https://127.0.0.1?@library.example/ https://library.example:80@127.0.0.1/ https://①②⑦.⓪.⓪.①/ https://127。0。0。1/
https://１２７.0.0.1/ https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/ https://loca\u00adlhost/ https://library.example:22/
https://library.example:8080/ http://library.example/ ftp://library.example/ file:///etc/passwd
gopher://127.0.0.1:11211/_stats dict://127.0.0.1/ ws://library.example/ javascript:alert(1) data:text/html,x
//127.0.0.1/ https:///etc/passwd https:// https:127.0.0.1 https://[::1 https://::1/ https://-bad.example/
https://a..example/ https://library.example:99999/ https://[v1.fe80::a]/ https:\\\\127.0.0.1\\
https://library.example\\@127.0.0.1/ https://%31%32%37.0.0.1/ https://library.example%00.127.0.0.1/
https://127.0.0.1%2f@library.example/ https://1.1.1.1.1/ https://0x/
"""
TRICKS = _TRICKS.split()
MORE_TRICKS = [
    "",
    " https://127.0.0.1/",
    "https://library.example /",
    "https://127.0.0.1\t/",
    "https://library.example\r\nHost: 127.0.0.1",
    "https://library\x00.example/",
    "https://library.example/\u202e",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 130}example/",
]


def test_there_are_sixty_tricks_and_more() -> None:
    assert len(set(TRICKS + MORE_TRICKS)) >= 60


@pytest.mark.parametrize("url", TRICKS + MORE_TRICKS)
def test_an_address_that_may_reach_inside_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        checked_url(url)


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://library.example/hours?x=1#y", "https://library.example/hours?x=1"),
        ("https://Library.EXAMPLE", "https://library.example/"),
        ("https://library.example:443/a", "https://library.example:443/a"),
        ("https://bibliothèque.example/", "https://xn--bibliothque-59a.example/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
        ("https://api2.libcal.example/1.1/hours/1,2", "https://api2.libcal.example/1.1/hours/1,2"),
    ],
)
def test_a_public_address_passes_in_its_plain_form(url: str, plain: str) -> None:
    assert checked_url(url) == plain


async def test_a_name_with_any_private_address_is_refused_at_the_connection() -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        await CheckedResolver(lookup=lookup).resolve("library.example", 443)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "fe80::1%eth0", "100.100.100.200", "not-an-address"]
)
async def test_the_fetcher_refuses_a_name_that_leads_inside(tmp_path: Path, address: str) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return [address]

    fetcher = Fetcher(tmp_path, lookup=lookup)
    with pytest.raises(SourceUnavailable, match="not a"):
        await fetcher.get("https://library.example/", words, NOW, FRESH)
    await fetcher.close()


def test_special_networks_are_not_public() -> None:
    for written in ("192.88.99.1", "198.51.100.1", "::", "2001::1", "5f00::1", "100::1"):
        assert not is_public(ipaddress.ip_address(written)), written


async def words(body: bytes, checked_at: datetime) -> str:
    text = body.decode()
    if text.startswith("broken"):
        raise ValueError("the feed is broken")
    return text


class Feed:
    """A real server whose next answer a test sets, and which notes what it was asked."""

    def __init__(self) -> None:
        self.body: bytes = b"one"
        self.status = 200
        self.headers: dict[str, str] = {}
        self.wait = asyncio.Event()
        self.wait.set()
        self.asked: list[web.Request] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        self.server = TestServer(app)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        await self.wait.wait()
        path = request.match_info["path"]
        if path.startswith("hop"):
            left = int(path[3:])
            raise web.HTTPFound(f"/hop{left - 1}" if left > 1 else "/feed")
        if path == "to":
            raise web.HTTPFound(request.query["url"])
        if self.headers.get("ETag") and request.headers.get("If-None-Match") == self.headers["ETag"]:
            return web.Response(status=304)
        return web.Response(body=self.body, status=self.status, headers=self.headers)

    def url(self, path: str = "feed") -> str:
        return str(self.server.make_url(f"/{path}"))


@pytest.fixture
async def feed() -> AsyncIterator[Feed]:
    one = Feed()
    await one.server.start_server()
    yield one
    one.wait.set()
    await one.server.close()


@pytest.fixture
async def fetcher(tmp_path: Path) -> AsyncIterator[Fetcher]:
    one = Fetcher(tmp_path / "cache", allow_private=True, deadline=0.5, most_bytes=50_000)
    yield one
    await one.close()


async def test_a_feed_is_fetched_once_while_it_is_fresh(feed: Feed, fetcher: Fetcher) -> None:
    for minutes in (0, 5, 14):
        copy = await fetcher.get(feed.url(), words, NOW + timedelta(minutes=minutes), FRESH)
        assert (copy.value, copy.checked_at, copy.stale) == ("one", NOW, False)
    assert len(feed.asked) == 1


async def test_many_askers_share_one_fetch(feed: Feed, fetcher: Fetcher) -> None:
    feed.wait.clear()
    askers = [asyncio.create_task(fetcher.get(feed.url(), words, NOW, FRESH)) for _ in range(20)]
    while not feed.asked:
        await asyncio.sleep(0.01)
    askers[0].cancel()
    feed.wait.set()
    copies = await asyncio.gather(*askers[1:])
    assert {copy.value for copy in copies} == {"one"}
    assert len(feed.asked) == 1


async def test_an_old_copy_is_asked_for_again_and_confirmed_by_not_modified(feed: Feed, fetcher: Fetcher) -> None:
    feed.headers = {"ETag": '"v1"', "Last-Modified": "Wed, 18 Nov 2026 10:00:00 GMT"}
    await fetcher.get(feed.url(), words, NOW, FRESH)
    copy = await fetcher.get(feed.url(), words, NOW + 2 * HOUR, FRESH)
    assert (copy.value, copy.checked_at) == ("one", NOW + 2 * HOUR)
    assert feed.asked[1].headers["If-None-Match"] == '"v1"'
    assert feed.asked[1].headers["If-Modified-Since"] == "Wed, 18 Nov 2026 10:00:00 GMT"


async def test_a_copy_a_little_old_is_given_at_once_and_renewed_behind(feed: Feed, fetcher: Fetcher) -> None:
    await fetcher.get(feed.url(), words, NOW, FRESH)
    feed.body = b"two"
    later = NOW + timedelta(minutes=20)
    assert (await fetcher.get(feed.url(), words, later, FRESH)).value == "one"
    await fetcher.settle()
    copy = await fetcher.get(feed.url(), words, later, FRESH)
    assert (copy.value, copy.checked_at) == ("two", later)


FAILURES = ["dead", "slow", "huge", "error", "broken", "bomb", "brotli", "loop"]


async def fail(feed: Feed, how: str) -> str:
    """Make the feed fail in one way, and return the address that does."""
    url = feed.url("hop9" if how == "loop" else "feed")
    if how == "dead":
        await feed.server.close()
    elif how == "slow":
        feed.wait.clear()
    elif how == "huge":
        feed.body = b"x" * 60_000
    elif how == "error":
        feed.status = 503
    elif how == "broken":
        feed.body = b"broken"
    elif how == "bomb":
        feed.body, feed.headers = gzip.compress(b"x" * 30_000_000), {"Content-Encoding": "gzip"}
    elif how == "brotli":
        feed.headers = {"Content-Encoding": "br"}
    return url


@pytest.mark.parametrize("how", FAILURES)
async def test_a_feed_that_fails_is_told_from_its_last_good_copy_marked_stale(
    feed: Feed, fetcher: Fetcher, how: str
) -> None:
    await fetcher.get(feed.url(), words, NOW, FRESH, key="feed")
    url = await fail(feed, how)
    for hours in (2, 72):
        copy = await fetcher.get(url, words, NOW + hours * HOUR, FRESH, key="feed")
        assert (copy.value, copy.checked_at, copy.stale) == ("one", NOW, True)


@pytest.mark.parametrize("how", FAILURES)
async def test_a_feed_that_never_answered_is_unavailable(feed: Feed, fetcher: Fetcher, how: str) -> None:
    url = await fail(feed, how)
    with pytest.raises(SourceUnavailable):
        await fetcher.get(url, words, NOW, FRESH)


async def test_the_last_good_copy_outlives_the_process(feed: Feed, fetcher: Fetcher, tmp_path: Path) -> None:
    await fetcher.get(feed.url(), words, NOW, FRESH)
    url = feed.url()
    await feed.server.close()
    again = Fetcher(tmp_path / "cache", allow_private=True, deadline=0.5)
    copy = await again.get(url, words, NOW + 72 * HOUR, FRESH)
    assert (copy.value, copy.checked_at, copy.stale) == ("one", NOW, True)
    await again.close()


async def test_a_copy_that_was_tampered_with_or_cut_is_not_used(feed: Feed, fetcher: Fetcher, tmp_path: Path) -> None:
    await fetcher.get(feed.url(), words, NOW, FRESH)
    (path,) = (tmp_path / "cache").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    feed.body = b"two"
    again = Fetcher(tmp_path / "cache", allow_private=True)
    assert (await again.get(feed.url(), words, NOW, FRESH)).value == "two"
    await again.close()


async def test_a_cache_that_cannot_be_written_costs_no_answer(feed: Feed, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    fetcher = Fetcher(tmp_path / "file", allow_private=True)
    assert (await fetcher.get(feed.url(), words, NOW, FRESH)).value == "one"
    await fetcher.close()


async def test_after_a_failure_the_feed_is_left_alone_for_longer_and_longer(feed: Feed, fetcher: Fetcher) -> None:
    feed.status = 500
    asked = []
    for seconds in range(0, 600, 5):
        with pytest.raises(SourceUnavailable, match="500"):
            await fetcher.get(feed.url(), words, NOW + timedelta(seconds=seconds), FRESH)
        asked.append(len(feed.asked))
    assert asked[-1] == 5
    feed.status = 200
    copy = await fetcher.get(feed.url(), words, NOW + HOUR, FRESH)
    assert (copy.value, copy.stale) == ("one", False)


async def test_three_redirects_are_followed(feed: Feed, fetcher: Fetcher) -> None:
    assert (await fetcher.get(feed.url("hop3"), words, NOW, FRESH)).value == "one"
    with pytest.raises(SourceUnavailable, match="more than 3"):
        await fetcher.get(feed.url("hop4"), words, NOW, FRESH)


async def test_a_redirect_leads_to_no_other_private_address(feed: Feed, fetcher: Fetcher) -> None:
    """Even where the feed itself may be on a private address: at first it is asked, then nobody."""
    port = feed.server.port
    targets = (
        f"http://localhost:{port}/feed",
        f"http://127.0.0.2:{port}/feed",
        f"http://[::1]:{port}/",
        "http://169.254.169.254/",
    )
    for number, target in enumerate(targets, 1):
        with pytest.raises(SourceUnavailable):
            await fetcher.get(feed.url(f"to?url={target}"), words, NOW, FRESH)
        assert len(feed.asked) == number


async def test_a_redirect_to_a_public_name_that_leads_inside_is_refused(feed: Feed, tmp_path: Path) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    fetcher = Fetcher(tmp_path, allow_private=True, lookup=lookup)
    with pytest.raises(SourceUnavailable, match="not a public address"):
        await fetcher.get(feed.url("to?url=https://library.example/feed"), words, NOW, FRESH)
    assert len(feed.asked) == 1
    await fetcher.close()


async def test_a_redirect_to_another_kind_of_address_is_refused(feed: Feed, fetcher: Fetcher) -> None:
    for target in ("file:///etc/passwd", "gopher://127.0.0.1/", "http://user@127.0.0.1/"):
        with pytest.raises(SourceUnavailable):
            await fetcher.get(feed.url(f"to?url={target}"), words, NOW, FRESH)


async def test_keys_are_not_carried_to_another_site(feed: Feed, fetcher: Fetcher) -> None:
    other = Feed()
    await other.server.start_server()

    async def headers() -> dict[str, str]:
        return {"Authorization": "Bearer secret"}

    await fetcher.get(feed.url(f"to?url={other.url()}"), words, NOW, FRESH, headers=headers)
    assert feed.asked[0].headers["Authorization"] == "Bearer secret"
    assert "Authorization" not in other.asked[0].headers
    await other.server.close()


async def test_a_name_is_looked_up_once_and_the_connection_goes_there(feed: Feed, tmp_path: Path) -> None:
    looked_up: list[str] = []

    async def lookup(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["127.9.9.9"]

    fetcher = Fetcher(tmp_path, allow_private=True, lookup=lookup)
    url = f"http://rebinding.example:{feed.server.port}/feed"
    assert (await fetcher.get(url, words, NOW, FRESH)).value == "one"
    assert looked_up == ["rebinding.example"]
    await fetcher.close()


@pytest.mark.parametrize("packed", ["gzip", "deflate"])
async def test_packed_answers_are_unpacked(feed: Feed, fetcher: Fetcher, packed: str) -> None:
    pack = gzip.compress if packed == "gzip" else zlib.compress
    feed.body, feed.headers = pack(b"packed words " * 1000), {"Content-Encoding": packed}
    assert (await fetcher.get(feed.url(), words, NOW, FRESH)).value == "packed words " * 1000


async def test_the_whole_set_of_tricks_reaches_no_server(feed: Feed, tmp_path: Path) -> None:
    """Every trick is also tried at the port of a real server on this machine."""
    fetcher = Fetcher(tmp_path / "strict", deadline=0.5)
    port = feed.server.port
    tricks = [
        trick.replace("127.0.0.1", f"127.0.0.1:{port}").replace("/localhost", f"/localhost:{port}") for trick in TRICKS
    ]
    for trick in (*tricks, f"http://127.0.0.1:{port}/", f"https://[::1]:{port}/"):
        with pytest.raises(SourceUnavailable):
            await fetcher.get(trick, words, NOW, FRESH)
    assert feed.asked == []
    await fetcher.close()


async def test_nothing_of_the_address_but_its_site_is_logged(
    feed: Feed, fetcher: Fetcher, caplog: pytest.LogCaptureFixture
) -> None:
    feed.status = 404
    with pytest.raises(SourceUnavailable):
        await fetcher.get(feed.url("ical?k=secret"), words, NOW, FRESH)
    assert caplog.records
    assert "secret" not in caplog.text
