"""LibGuides and OPDS: answers in the documented shape, real catalogues, and both behind the library's own answers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.knowledge.check import check_library
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.resource_file import ResourcesFile, SignIn
from bot.knowledge.resource_vocabulary import Format
from bot.knowledge.resources import ResourceQuery
from bot.knowledge.sources.libguides import read_list
from bot.knowledge.sources.opds import read_opds
from bot.settings import ROOT
from tests.unit.a_library import write_library

FEEDS = ROOT.parent / "shared" / "feeds" / "opds_palace"
NOW = datetime(2026, 11, 17, 12, tzinfo=ZoneInfo("America/New_York"))
BASE = "https://catalogue.example/feed"
ABOUT = ResourcesFile.model_validate(
    {"subjects": {"nursing": {"name": "Nursing", "words": "nurses, enfermería"}, "law": {"name": "Law"}}}
)


def entry(**changes: Any) -> dict[str, Any]:
    """Return an entry of the A-Z list as the API gives it: every value a text."""
    return {
        "id": "1001",
        "name": "CINAHL",
        "description": "<p>Nursing journals.<script>x()</script></p>",
        "url": "https://search.example/cinahl",
        "meta": {"enable_proxy": "1", "more_info": "", "target": "0"},
        "alt_names": "Nursing index; CINAHL Plus",
        "enable_hidden": "0",
        "internal_note": "password is hush",
        "subjects": [{"id": "5", "name": "Nursing"}],
        "az_types": [{"id": "9", "name": "E-Journals"}],
        **changes,
    }


# --- LibGuides


def test_an_entry_of_the_list_is_read() -> None:
    (one,) = read_list(json.dumps([entry()]).encode(), ABOUT, "https://proxy.example/login?url=")
    assert (one.id, one.name, str(one.what)) == ("libguides_1001", "CINAHL", "Nursing journals.")
    assert one.aliases == ("Nursing index", "CINAHL Plus") and one.subjects == ("nursing",)
    assert one.url == "https://proxy.example/login?url=https://search.example/cinahl"
    assert (one.from_home, one.sign_in) == (True, SignIn.CARD_PIN)


def test_what_is_for_staff_is_never_read() -> None:
    (one,) = read_list(json.dumps([entry()]).encode(), ABOUT)
    assert "hush" not in repr(one)


@pytest.mark.parametrize(
    "changes",
    [{"enable_hidden": "1"}, {"name": ""}, {"name": None}, {"url": ""}, {"url": "javascript:alert(1)"}, {"id": {}}],
)
def test_what_patrons_may_not_see_or_cannot_open_is_left_out(changes: dict[str, Any]) -> None:
    shown = read_list(json.dumps([entry(**changes), entry(id="2", name="Other")]).encode(), ABOUT)
    assert "Other" in [one.name for one in shown] and "" not in [one.name for one in shown]
    assert not [one for one in shown if not one.url.startswith("http")]
    assert len(shown) == (2 if changes == {"id": {}} else 1)


@pytest.mark.parametrize(
    ("changes", "url", "from_home"),
    [
        ({"meta": {"enable_proxy": "0"}}, "https://search.example/cinahl", None),
        ({"meta": ""}, "https://search.example/cinahl", None),
        ({"meta": []}, "https://search.example/cinahl", None),
        ({}, "https://proxy.example/login?qurl=https%3A%2F%2Fsearch.example%2Fcinahl", True),
    ],
)
def test_the_proxy_is_put_before_what_needs_it(changes: dict[str, Any], url: str, from_home: object) -> None:
    (one,) = read_list(json.dumps([entry(**changes)]).encode(), ABOUT, "https://proxy.example/login?qurl=")
    assert (one.url, one.from_home) == (url, from_home)


@pytest.mark.parametrize(
    "changes", [{"subjects": ""}, {"subjects": None}, {"az_types": ""}, {"description": None}, {"alt_names": None}]
)
def test_empty_fields_are_empty(changes: dict[str, Any]) -> None:
    (one,) = read_list(json.dumps([entry(**changes)]).encode(), ABOUT)
    assert one.name == "CINAHL" and str(one.what)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"error": "denied"}', b"null", b"<html>", b"\xff"])
def test_an_answer_that_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_list(body, ABOUT)


# --- OPDS: the real catalogues


def test_all_entries_of_the_real_atom_catalogue_are_titles() -> None:
    page = read_opds((FEEDS / "opds_palace_feed.opds").read_bytes(), BASE)
    assert len(page.titles) == 100
    assert page.following is not None and page.following.startswith("https://openbookshelf.dp.la/OB/lists/")
    assert Counter(form for title in page.titles for form in title.formats) == {Format.EBOOK: 100}
    assert all(title.free and title.url and title.authors for title in page.titles)


def test_an_entry_of_the_real_atom_catalogue_is_read() -> None:
    star = read_opds((FEEDS / "opds_palace_feed.opds").read_bytes(), BASE).titles[0]
    assert (star.title, star.authors, star.language, star.copies) == ("The Star", ("H. G. Wells",), "en", None)


def test_messages_between_the_entries_are_no_titles() -> None:
    page = read_opds((FEEDS / "opds_content_server_mini.opds").read_bytes(), BASE)
    assert [(title.title, title.formats) for title in page.titles] == [
        ("The Green Mouse", (Format.AUDIOBOOK,)),
        ("Johnny Crow's Party", (Format.EBOOK,)),
    ]


def test_publications_of_the_real_json_catalogue_are_read() -> None:
    page = read_opds((FEEDS / "opds2_feed.json").read_bytes(), BASE)
    assert [(title.title, title.authors, title.formats, title.free) for title in page.titles] == [
        ("Moby-Dick", ("Herman Melville",), (Format.AUDIOBOOK,), True),
        ("Adventures of Huckleberry Finn", ("Mark Twain", "Samuel Langhorne Clemens"), (Format.EBOOK,), False),
        ("The Politics of Postmodernism", (), (Format.EBOOK,), False),
    ]


def test_languages_and_the_next_page_of_the_real_json_catalogue_are_read() -> None:
    page = read_opds((FEEDS / "opds2_feed2.json").read_bytes(), BASE)
    assert [(title.title, title.language) for title in page.titles][1:] == [
        ("Le Haricot Qui Germe", "fr"),
        ("Cuentos del Hogar", "es"),
    ]
    assert page.following is not None and "page=2" in page.following


def test_a_catalogue_with_token_endpoints_is_read_like_any_other() -> None:
    assert len(read_opds((FEEDS / "opds2_auth_token_feed.json").read_bytes(), BASE).titles) == 2


# --- OPDS: what the real ones do not have


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opds="http://opds-spec.org/2010/catalog">
  <link rel="next" href="?page=2"/>
  <entry><title>Dune</title><author><name>Frank Herbert</name></author>
    <link rel="http://opds-spec.org/acquisition/borrow" href="/borrow/1" type="application/epub+zip">
      <opds:availability status="unavailable"/><opds:holds total="12"/><opds:copies total="3" available="0"/>
    </link></entry>
  <entry><title>New arrivals</title><link rel="subsection" href="/new"/></entry>
  <entry><title>A sample only</title><link rel="http://opds-spec.org/acquisition/sample" href="/s"/></entry>
</feed>"""


def test_copies_and_holds_are_read_and_shelves_are_no_titles() -> None:
    page = read_opds(ATOM.encode(), BASE)
    assert [(one.title, one.copies, one.holds, one.url) for one in page.titles] == [
        ("Dune", 0, 12, "https://catalogue.example/borrow/1")
    ]
    assert page.following == "https://catalogue.example/feed?page=2"


def test_copies_in_groups_of_a_json_catalogue_are_read() -> None:
    link = {"rel": ["http://opds-spec.org/acquisition/borrow"], "href": "b", "type": "audio/mpeg",
            "properties": {"copies": {"total": 2, "available": 1}, "holds": {"total": 0}}}  # fmt: skip
    one = {"metadata": {"title": {"en": "Emma", "es": "Emma"}, "author": {"name": "Jane Austen"}}, "links": [link]}
    (title,) = read_opds(json.dumps({"groups": [{"publications": [one]}]}).encode(), BASE).titles
    assert (title.title, title.authors, title.copies, title.holds) == ("Emma", ("Jane Austen",), 1, 0)
    assert title.formats == (Format.AUDIOBOOK,)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html/>",
        b"<feed",
        b"{}",
        b"[]",
        b'{"publications": 3}',
        b'<!DOCTYPE x [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom">&a;</feed>',
        b"\xff\xfe",
    ],
)
def test_what_is_no_catalogue_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_opds(body, BASE)


@pytest.mark.parametrize("href", ["javascript:alert(1)", "", "data:text/html,x", None])
def test_an_address_that_nobody_can_open_is_not_passed_on(href: str | None) -> None:
    link = {"rel": "http://opds-spec.org/acquisition", "href": href, "type": "application/epub+zip"}
    one = {"metadata": {"title": "Emma"}, "links": [link]}
    (title,) = read_opds(json.dumps({"publications": [one]}).encode(), BASE).titles
    assert title.url is None


# --- both behind the library's answers


class Site:
    """A LibGuides and an OPDS catalogue of three pages; either can be put out of order."""

    def __init__(self) -> None:
        self.broken = False
        self.tokens = self.pages = 0
        app = web.Application()
        app.router.add_post("/1.2/oauth/token", self.token)
        app.router.add_get("/1.2/az", self.list)
        app.router.add_get("/opds", self.opds)
        self.server = TestServer(app)

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if (form["client_id"], form["client_secret"], form["grant_type"]) != ("7", "hush", "client_credentials"):
            return web.Response(status=401)
        self.tokens += 1
        return web.json_response({"access_token": "t", "expires_in": 3600})

    async def list(self, request: web.Request) -> web.StreamResponse:
        if self.broken or request.headers.get("Authorization") != "Bearer t":
            return web.Response(status=503)
        assert request.query["expand"].startswith("subjects")
        return web.json_response([entry(), entry(id="2", name="Alpha", subjects=[{"name": "Law"}])])

    async def opds(self, request: web.Request) -> web.StreamResponse:
        self.pages += 1
        number = int(request.query.get("page", "1"))
        links = [{"rel": "next", "href": f"/opds?page={number + 1}"}] if number < 3 else []
        way = {
            "rel": "http://opds-spec.org/acquisition/open-access",
            "href": f"/b{number}",
            "type": "application/epub+zip",
        }
        one = {"metadata": {"title": f"Volume {number}", "author": "Jane Austen"}, "links": [way]}
        return web.json_response({"metadata": {}, "links": links, "publications": [one]})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    one = Site()
    await one.server.start_server()
    yield one
    await one.server.close()


def library(folder: Path, *sources: dict[str, Any]) -> Path:
    write_library(folder, sources={"resources": [{"kind": "files"}, *sources]})
    mine = {
        "id": "alpha",
        "name": "Alpha",
        "what": "Books, here.",
        "url": "https://alpha.example",
        "formats": ["ebook"],
    }
    subjects = {"nursing": {"name": "Nursing"}, "law": {"name": "Law"}}
    (folder / "resources.yml").write_text(yaml.safe_dump({"subjects": subjects, "resources": [mine]}))
    return folder


def libguides(site: Site) -> dict[str, Any]:
    url = str(site.server.make_url("")).rstrip("/")
    return {"kind": "libguides", "name": "LibGuides", "url": url, "client_id": "7", "secret_from": "GUIDES_SECRET"}


async def test_the_list_of_libguides_joins_the_librarys_own(tmp_path: Path, site: Site) -> None:
    folder = library(tmp_path / "library", libguides(site))
    knowledge = Knowledge.open(folder, tmp_path / "feeds", allow_private=True, secrets={"GUIDES_SECRET": "hush"})
    all_known = await knowledge.resources.all(NOW)
    assert [(one.id, one.name) for one in all_known] == [("alpha", "Alpha"), ("libguides_1001", "CINAHL")]
    answer = await knowledge.resources.find(ResourceQuery("cinahl plus"), NOW)
    assert [one.name for one in answer.resources] == ["CINAHL"]
    answer = await knowledge.resources.find(ResourceQuery("nursing articles"), NOW)
    assert [one.name for one in answer.resources] == ["CINAHL"]
    assert [str(source.name) for source in answer.sources] == ["Test Library", "LibGuides"]
    assert site.tokens == 1
    site.broken = True
    later = await knowledge.resources.find(ResourceQuery("cinahl"), NOW + timedelta(days=3))
    assert later.resources and later.sources[-1].stale
    await knowledge.close()


async def test_without_libguides_the_librarys_own_list_still_answers(tmp_path: Path, site: Site) -> None:
    folder = library(tmp_path / "library", libguides(site))
    knowledge = Knowledge.open(folder, tmp_path / "feeds", allow_private=True, secrets={})
    assert [one.name for one in await knowledge.resources.all(NOW)] == ["Alpha"]
    await knowledge.close()


async def test_titles_of_a_catalogue_are_found_page_after_page(tmp_path: Path, site: Site) -> None:
    opds = {"kind": "opds", "name": "Catalogue", "url": str(site.server.make_url("/opds")), "resource": "alpha"}
    folder = library(tmp_path / "library", opds)
    knowledge = Knowledge.open(folder, tmp_path / "feeds", allow_private=True)
    assert [one.title for one in await knowledge.resources.titles("alpha", NOW)] == ["Volume 1", "Volume 2", "Volume 3"]
    answer = await knowledge.resources.find(ResourceQuery("jane austen ebooks"), NOW)
    assert [one.title for one in answer.titles] == ["Volume 1", "Volume 2", "Volume 3"] and site.pages == 3
    assert (await knowledge.resources.find(ResourceQuery("ebooks"), NOW)).titles == ()
    await knowledge.close()


async def test_no_more_pages_are_asked_for_than_allowed(tmp_path: Path, site: Site) -> None:
    url = str(site.server.make_url("/opds"))
    folder = library(tmp_path / "library", {"kind": "opds", "name": "C", "url": url, "resource": "alpha", "pages": 2})
    knowledge = Knowledge.open(folder, tmp_path / "feeds", allow_private=True)
    assert len(await knowledge.resources.titles("alpha", NOW)) == 2
    await knowledge.close()


async def test_a_catalogue_out_of_order_costs_its_titles_and_nothing_else(tmp_path: Path, site: Site) -> None:
    opds = {"kind": "opds", "name": "C", "url": str(site.server.make_url("/nothing")), "resource": "alpha"}
    knowledge = Knowledge.open(library(tmp_path / "library", opds), tmp_path / "feeds", allow_private=True)
    answer = await knowledge.resources.find(ResourceQuery("jane austen ebooks"), NOW)
    assert answer.outcome == "one" and answer.titles == ()
    await knowledge.close()


def test_check_names_a_catalogue_of_a_service_that_is_not_there(tmp_path: Path) -> None:
    library(tmp_path, {"kind": "opds", "name": "C", "url": "https://c.example/opds", "resource": "beta"})
    assert "'beta' is no resource" in str(check_library(tmp_path)[0])


def test_check_names_a_source_at_an_address_that_may_not_be_asked(tmp_path: Path) -> None:
    library(tmp_path, {"kind": "opds", "name": "C", "url": "http://10.0.0.1/opds", "resource": "alpha"})
    assert "ALLOW_PRIVATE_FEEDS" in str(check_library(tmp_path)[0]) and check_library(tmp_path)[0].line > 1
