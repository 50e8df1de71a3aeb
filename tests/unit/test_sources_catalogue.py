"""Catalogues as sources: CSV and MARCXML files, a real SRU server, real SRU answers, Koha's REST API."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import SourceUnavailable
from bot.knowledge.catalogue import CatalogueOutcome
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.library import load_library
from bot.knowledge.source_settings import SourceOfCatalogueFile, SourceOfSru
from bot.knowledge.sources import koha
from bot.knowledge.sources.catalogue_csv import read_rows
from bot.knowledge.sources.catalogue_files import CatalogueFile, read_file
from bot.knowledge.sources.marc import parse_xml, read_marcxml
from bot.knowledge.sources.records import Copies, Format, Record, Sought, title_key
from bot.knowledge.sources.sru import INDEXES, cql, read_response, search_url
from bot.settings import ROOT
from tests.unit.a_library import write_library
from tests.zebra import field, marc_record, zebra

REAL = ROOT.parent / "shared" / "feeds" / "sru_sruthi"
NOW = datetime(2026, 11, 17, 12, tzinfo=ZoneInfo("America/New_York"))
HEAD = "title,author,year,format,language,audience,subjects,series,original_title,isbn,copies\n"
ROWS = (
    "The Hours,Michael Cunningham,1998,book,en,adult,new york;women,,,,north:2/1;south:1/0\n"
    "Moby-Dick,Herman Melville,1851,book,en,adult,sea stories,,,,north:1/0\n"
    'Say "Hi",Ann Other,,dvd,es,,,,,,\n'
)


def of_rows(rows: str) -> list[Record]:
    return read_file((HEAD + rows).encode(), "csv", {})


# Files


def test_a_line_of_csv_is_a_record() -> None:
    hours, whale, hi = of_rows(ROWS)
    assert (hours.title, hours.author, hours.year, hours.format) == (
        "The Hours", "Michael Cunningham", 1998, Format.BOOK)  # fmt: skip
    assert hours.subjects == ("new york", "women")
    assert hours.copies == (Copies("north", 2, 1), Copies("south", 1, 0))
    assert whale.id == "moby-dick-herman-melville-book-en".replace("-dick", "-dick")
    assert (hi.title, hi.year, hi.copies) == ('Say "Hi"', None, None)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (",Ann,2001,book,en,,,,,,", "it has no title"),
        ("A,Ann,2001,scroll,en,,,,,,", "the format 'scroll' is none of book, large_print"),
        ("A,Ann,20x1,book,en,,,,,,", "the year '20x1'"),
        ("A,Ann,2001,book,en,,,,,9780439708181,", "wrong check digit"),
        ("A,Ann,2001,book,en,,,,,,north", "the copies 'north' are not written as"),
        ("A,Ann,2001,book,en,,,,,,north:1/2", "the copies 'north:1/2' are not written as"),
        ("A,Ann,2001,book,en,,,,,,north:1,more,more", "more cells than the first line"),
    ],
)
def test_a_line_that_cannot_be_used_is_left_out_and_says_why(line: str, wrong: str) -> None:
    (found,) = read_rows(HEAD + line, {})
    assert found[0] == 2 and wrong in str(found[1])
    assert of_rows(line + "\n" + ROWS) == of_rows(ROWS)


@pytest.mark.parametrize("head", ["author,format", "title,author", "title,format,shelf"])
def test_a_file_with_other_columns_is_refused(head: str) -> None:
    with pytest.raises(ValueError, match="column"):
        list(read_rows(head + "\nA,B,C", {}))


MARC = marc_record(
    7,
    "Braiding sweetgrass :",
    "Kimmerer, Robin Wall,",
    subtitle="indigenous wisdom /",
    subjects=("Botany.", "Botany.", "Philosophy of nature."),
    more=field("020", ("a", "9781571313560 (pbk.)"))
    + field("952", ("b", "N"), ("q", "2026-12-01"))
    + field("952", ("b", "N"))
    + field("952", ("b", "S"), ("7", "1"))
    + field("999", ("c", "4711")),
)


def of_marc(*records: str, branches: dict[str, str] | None = None) -> list[Record]:
    return read_marcxml(parse_xml(f"<collection>{''.join(records)}</collection>".encode()), branches or {})


def test_a_marc_record_is_read() -> None:
    (one,) = of_marc(MARC, branches={"N": "north", "S": "south"})
    assert (one.id, one.title, one.author) == (
        "4711", "Braiding sweetgrass: indigenous wisdom", "Kimmerer, Robin Wall")  # fmt: skip
    assert (one.year, one.language, one.format) == (2013, "en", Format.BOOK)
    assert (one.subjects, one.isbns) == (("Botany", "Philosophy of nature"), ("9781571313560",))
    assert one.copies == (Copies("north", 2, 1), Copies("south", 1, 0))


@pytest.mark.parametrize(
    ("leader", "more", "expected"),
    [
        ("00000nam a2200000 a 4500", field("300", ("a", "500 pages (large print)")), Format.LARGE_PRINT),
        ("00000nam a2200000 a 4500", field("300", ("a", "1 online resource")), Format.EBOOK),
        ("00000nas a2200000 a 4500", "", Format.MAGAZINE),
        ("00000nim a2200000 a 4500", "", Format.AUDIOBOOK),
        ("00000njm a2200000 a 4500", "", Format.MUSIC),
        ("00000ngm a2200000 a 4500", "", Format.DVD),
        ("00000nrm a2200000 a 4500", field("655", ("a", "Board games.")), Format.GAME),
        ("00000nrm a2200000 a 4500", "", Format.THING),
        ("00000npm a2200000 a 4500", "", None),
    ],
)
def test_the_form_is_told_by_the_leader_and_the_description(leader: str, more: str, expected: Format | None) -> None:
    (one,) = of_marc(marc_record(1, "A", leader=leader, more=more))
    assert one.format == expected


def test_a_translation_knows_its_original_and_a_record_without_a_title_is_left_out() -> None:
    more = field("240", ("a", "Braiding sweetgrass."), ("l", "Spanish"))
    (one,) = of_marc(marc_record(1, "Una trenza", language="spa", more=more), "<record><leader/></record>")
    assert (one.original_title, one.language) == ("Braiding sweetgrass.", "es")
    assert title_key(one.original_title) == "braiding sweetgrass"


@pytest.mark.parametrize(
    "body",
    [
        b"<a>",
        b"",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://evil.example/x.dtd"><a/>',
        b"\xff\xfe<",
    ],
)
def test_bad_or_dangerous_xml_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="XML"):
        parse_xml(body)


class Shelf:
    """A library's folder with a catalogue file, and the cache of its index."""

    def __init__(self, folder: Path, rows: str = ROWS) -> None:
        self.folder, self.cache = write_library(folder / "library"), folder / "cache"
        self.path = self.folder / "catalogue.csv"
        self.write(rows)

    def write(self, rows: str) -> None:
        self.path.write_text(HEAD + rows, encoding="utf-8")

    def opened(self) -> CatalogueFile:
        config = SourceOfCatalogueFile(kind="csv", file="catalogue.csv")
        return CatalogueFile(load_library(self.folder), config, self.cache)

    @property
    def index(self) -> Path:
        (path,) = self.cache.glob("catalogue-*.db")
        return path


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


async def titles(catalogue: CatalogueFile, **sought: object) -> list[str]:
    found = await catalogue.search(Sought(**sought), NOW, 20)  # type: ignore[arg-type]
    return [record.title for record in found.records]


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        ({"title": "the hours"}, ["The Hours"]),
        ({"title": "HOURS"}, ["The Hours"]),
        ({"words": "moby dick"}, ["Moby-Dick"]),
        ({"words": "melville moby"}, ["Moby-Dick"]),
        ({"words": "moby dikc"}, ["Moby-Dick"]),
        ({"words": "cuningham"}, ["The Hours"]),
        ({"author": "melville"}, ["Moby-Dick"]),
        ({"author": "melville", "title": "the hours"}, []),
        ({"words": "sea", "about": True}, ["Moby-Dick"]),
        ({"title": "the hours", "formats": (Format.DVD,)}, []),
        ({"words": "hi", "language": "es"}, ['Say "Hi"']),
        ({"words": 'hi" OR title:*'}, []),
        ({"words": 'NEAR("hours" moby)'}, []),
        ({"words": "*"}, []),
        ({"words": "'; DROP TABLE record; --"}, []),
        ({"isbn": "9780000000000"}, []),
    ],
)
async def test_the_index_finds(shelf: Shelf, sought: dict[str, object], expected: list[str]) -> None:
    assert await titles(shelf.opened(), **sought) == expected


async def test_the_index_is_kept_and_made_anew_when_the_file_has_changed(shelf: Shelf) -> None:
    catalogue = shelf.opened()
    assert await titles(catalogue, words="melville") == ["Moby-Dick"]
    made = shelf.index.stat().st_ino
    assert await titles(shelf.opened(), words="melville") == ["Moby-Dick"]
    assert shelf.index.stat().st_ino == made
    shelf.write("Omoo,Herman Melville,1847,book,en,,,,,,\n")
    assert await titles(catalogue, words="melville") == ["Omoo"]
    assert catalogue.known_title("omoo") and not catalogue.known_title("moby dick")


@pytest.mark.parametrize(
    "damage", [b"", b"not a database at all", b"SQLite format 3\0" + b"\xff" * 5000], ids=["empty", "text", "half"]
)
async def test_a_damaged_index_is_made_anew(shelf: Shelf, damage: bytes) -> None:
    await titles(shelf.opened(), words="melville")
    shelf.index.write_bytes(damage)
    assert await titles(shelf.opened(), words="melville") == ["Moby-Dick"]


BUILDING = """
import sys, asyncio
from datetime import datetime, timezone
from pathlib import Path
from bot.knowledge.library import load_library
from bot.knowledge.source_settings import SourceOfCatalogueFile
from bot.knowledge.sources.catalogue_files import CatalogueFile
from bot.knowledge.sources.records import Sought
config = SourceOfCatalogueFile(kind="csv", file="catalogue.csv")
one = CatalogueFile(load_library(Path(sys.argv[1])), config, Path(sys.argv[2]))
print("begun", flush=True)
asyncio.run(one.search(Sought(words="melville"), datetime.now(timezone.utc), 5))
"""


async def test_an_index_whose_making_was_killed_does_no_harm(shelf: Shelf) -> None:
    shelf.write(ROWS + "".join(f"Book {n},Writer {n},2001,book,en,,,,,,\n" for n in range(20_000)))
    command = [sys.executable, "-c", BUILDING, str(shelf.folder), str(shelf.cache)]
    for pause in (0.1, 0.4, 0.8):
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        await asyncio.sleep(pause)
        child.kill()
        child.communicate()
    for draft in shelf.cache.glob("*.draft*"):
        os.utime(draft, (0, 0))
    assert await titles(shelf.opened(), words="melville") == ["Moby-Dick"]
    assert list(shelf.cache.glob("*.draft*")) == []


async def test_a_missing_file_is_unavailable_and_knows_no_title(shelf: Shelf) -> None:
    shelf.path.unlink()
    with pytest.raises(SourceUnavailable):
        await titles(shelf.opened(), words="melville")
    assert not shelf.opened().known_title("the hours")


async def test_a_marcxml_file_is_searched_too(shelf: Shelf) -> None:
    (shelf.folder / "marc.xml").write_text(f"<collection>{MARC}</collection>", encoding="utf-8")
    config = SourceOfCatalogueFile(kind="marcxml", file="marc.xml", branches={"N": "north"})
    catalogue = CatalogueFile(load_library(shelf.folder), config, shelf.cache)
    assert catalogue.known_title("Braiding Sweetgrass")
    (one,) = (await catalogue.search(Sought(isbn="9781571313560"), NOW, 5)).records
    assert one.copies == (Copies("north", 2, 1), Copies("s", 1, 0))


# SRU: the query


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        (Sought(words="moby dick"), 'cql.serverChoice all "moby dick"'),
        (Sought(words="sea", about=True), 'dc.subject all "sea"'),
        (Sought(title="The Hours", author="Cunningham"), 'dc.title all "The Hours" and dc.creator all "Cunningham"'),
        (Sought(isbn="9781571313560"), 'bath.isbn="9781571313560"'),
        (Sought(words='x" or cql.allRecords=1 or "'), 'cql.serverChoice all "x or cql allRecords 1 or"'),
        (Sought(words="a* b? c^ \\"), 'cql.serverChoice all "a b c"'),
    ],
)
def test_a_query_is_quoted_so_that_no_word_is_an_operator(sought: Sought, expected: str) -> None:
    assert cql(sought, INDEXES) == expected


def test_the_address_asks_for_marcxml_in_the_library_s_own_indexes() -> None:
    config = SourceOfSru(
        kind="sru", name="K", url="https://sru.library.example/cat?x=1", version="1.2", indexes={"any": "pica.all"}
    )
    asked = parse_qs(urlsplit(search_url(config, Sought(words="hours"), 5)).query)
    assert asked == {
        "x": ["1"], "version": ["1.2"], "operation": ["searchRetrieve"], "query": ['pica.all all "hours"'],
        "recordSchema": ["marcxml"], "startRecord": ["1"], "maximumRecords": ["5"],
    }  # fmt: skip


# SRU: real answers of servers in four countries


@pytest.mark.parametrize(
    ("name", "total", "records"),
    [
        ("response_multiple_1.xml", 220, 99),
        ("response_single.xml", 1, 1),
        ("response_single_sru11.xml", 8985, 1),
        ("test_searchretrieve.xml", 12, 12),
        ("test_searchretrieve_sru11.xml", 790, 12),
    ],
)
def test_a_real_answer_is_read(name: str, total: int, records: int) -> None:
    answer = read_response((REAL / name).read_bytes(), {})
    assert answer.total == total
    assert all(one.title for one in answer.records)
    assert len(answer.records) == records


def test_dublin_core_of_a_real_answer_is_read() -> None:
    (one,) = read_response((REAL / "response_single_sru11.xml").read_bytes(), {}).records
    assert one.title == "Moving Art: East Asian Objects and Their Journeys to the West"
    assert one.author == "Thomsen, Hans Bjarne"


@pytest.mark.parametrize("name", ["test_explain.xml", "test_explain_with_zr2_namespace.xml"])
def test_an_answer_that_is_no_search_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="explainResponse"):
        read_response((REAL / name).read_bytes(), {})


def test_a_diagnostic_is_told_in_words() -> None:
    body = (
        b'<searchRetrieveResponse xmlns="http://www.loc.gov/zing/srw/"><version>1.1</version><numberOfRecords>0'
        b'</numberOfRecords><diagnostics><diagnostic xmlns="http://www.loc.gov/zing/srw/diagnostic/">'
        b"<uri>info:srw/diagnostic/1/15</uri><message>Unsupported context set</message><details>pica</details>"
        b"</diagnostic></diagnostics></searchRetrieveResponse>"
    )
    with pytest.raises(ValueError, match=r"diagnostic 15 Unsupported context set$"):
        read_response(body, {})


def test_a_record_sent_as_a_string_is_read() -> None:
    packed = MARC.replace("&", "&amp;").replace("<", "&lt;")
    data = f"<numberOfRecords>1</numberOfRecords><recordData>{packed}</recordData>"
    body = f"<searchRetrieveResponse>{data}</searchRetrieveResponse>"
    assert read_response(body.encode(), {}).records[0].id == "4711"


# SRU: a real server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    records = [
        MARC,
        marc_record(2, "The hours", "Cunningham, Michael", year="1998", subjects=("London.",)),
        marc_record(3, "The hours", "Daldry, Stephen", year="2002", leader="00000ngm a2200000 a 4500"),
        marc_record(4, "Cien años de soledad", "García Márquez, Gabriel", year="1967", language="spa"),
        marc_record(5, "L'étranger", "Camus, Albert", year="1942", language="fre"),
    ]
    with zebra(tmp_path_factory.mktemp("zebra"), records) as url:
        yield url


@pytest.fixture
async def by_sru(server: str, tmp_path: Path) -> AsyncIterator[Knowledge]:
    source = {"kind": "sru", "name": "Zebra", "url": server, "branches": {"N": "north", "S": "south"}}
    folder = write_library(tmp_path / "library", sources={"catalogue": [source]})
    knowledge = Knowledge.open(folder, tmp_path / "cache", allow_private=True)
    yield knowledge
    await knowledge.close()


@pytest.mark.parametrize(
    ("sought", "outcome", "expected"),
    [
        (Sought(words="hours"), "several", ["Cunningham, Michael", "Daldry, Stephen"]),
        (Sought(title="The Hours", author="cunningham"), "found", ["Cunningham, Michael"]),
        (Sought(words="hours", formats=(Format.DVD,)), "found", ["Daldry, Stephen"]),
        (Sought(words="CIEN AÑOS, soledad"), "found", ["García Márquez, Gabriel"]),
        (Sought(words="L’Étranger"), "found", ["Camus, Albert"]),
        (Sought(isbn="9781571313560"), "found", ["Kimmerer, Robin Wall"]),
        (Sought(words="botany", about=True), "found", ["Kimmerer, Robin Wall"]),
        (Sought(words="cien años", language="en"), "other_form", ["García Márquez, Gabriel"]),
        (Sought(words='hours" or title="cien'), "none", []),
        (Sought(words="no such book"), "none", []),
    ],
)
async def test_a_real_server_is_searched(by_sru: Knowledge, sought: Sought, outcome: str, expected: list[str]) -> None:
    found = await by_sru.catalogue.find(sought, NOW)
    assert (found.outcome, sorted(work.first.author for work in found.works)) == (outcome, expected)


async def test_a_real_server_tells_copies_by_branch(by_sru: Knowledge) -> None:
    found = await by_sru.catalogue.find(Sought(words="sweetgrass"), NOW)
    assert found.works[0].first.copies == (Copies("north", 2, 1), Copies("south", 1, 0))
    assert found.source is not None and str(found.source.name) == "Zebra"


async def test_a_real_server_s_diagnostic_leaves_the_question_open(server: str, tmp_path: Path) -> None:
    source = {"kind": "sru", "name": "Zebra", "url": server, "indexes": {"any": "pica.all"}}
    folder = write_library(tmp_path / "library", sources={"catalogue": [source]})
    knowledge = Knowledge.open(folder, tmp_path / "cache", allow_private=True)
    assert (await knowledge.catalogue.find(Sought(words="hours"), NOW)).outcome is CatalogueOutcome.UNAVAILABLE
    await knowledge.close()


# Koha


class KohaSite:
    """A Koha that answers as its API is documented; it can be put out of order."""

    def __init__(self) -> None:
        self.broken = False
        self.asked: list[str] = []
        app = web.Application()
        app.router.add_post("/api/v1/oauth/token", self.token)
        app.router.add_get("/api/v1/biblios", self.biblios)
        app.router.add_get("/api/v1/public/biblios/{id}/items", self.items)
        self.server = TestServer(app)

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert (form["client_id"], form["client_secret"], form["grant_type"]) == ("7", "hush", "client_credentials")
        return web.json_response({"access_token": "open", "expires_in": 3600, "token_type": "Bearer"})

    async def biblios(self, request: web.Request) -> web.Response:
        self.asked.append(request.query["q"])
        if self.broken or request.headers["Authorization"] != "Bearer open":
            return web.Response(status=503)
        assert request.headers["Accept"] == "application/marcxml+xml"
        found = MARC if "sweetgrass" in request.query["q"] else ""
        return web.Response(text=f"<collection>{found}</collection>", content_type="application/marcxml+xml")

    async def items(self, request: web.Request) -> web.Response:
        item = {"biblio_id": int(request.match_info["id"]), "home_library_id": "N", "holding_library_id": "S"}
        out = {**item, "item_id": 2, "checked_out_date": "2026-11-01"}
        return web.json_response([
            {**item, "item_id": 1, "checked_out_date": None, "lost_status": 0, "withdrawn": 0},
            out,
            {**item, "item_id": 3, "lost_status": 1},
            {**item, "item_id": 4, "holding_library_id": "N", "effective_not_for_loan_status": 1},
        ])  # fmt: skip


@pytest.fixture
async def koha_site() -> AsyncIterator[KohaSite]:
    site = KohaSite()
    await site.server.start_server()
    yield site
    await site.server.close()


def by_koha(site: KohaSite, folder: Path, secret: str = "hush") -> Knowledge:
    source = {"kind": "koha", "name": "Koha", "url": str(site.server.make_url("/")), "client_id": "7",
              "secret_from": "KOHA_SECRET", "branches": {"N": "north", "S": "south"}}  # fmt: skip
    written = write_library(folder / "library", sources={"catalogue": [source]})
    return Knowledge.open(written, folder / "cache", allow_private=True, secrets={"KOHA_SECRET": secret})


async def test_koha_tells_what_it_has_and_where(koha_site: KohaSite, tmp_path: Path) -> None:
    knowledge = by_koha(koha_site, tmp_path)
    found = await knowledge.catalogue.find(Sought(words="Braiding Sweetgrass"), NOW)
    assert found.outcome is CatalogueOutcome.FOUND
    assert found.works[0].first.copies == (Copies("south", 2, 1), Copies("north", 1, 0))
    assert json.loads(koha_site.asked[0])["-and"][0] == {
        "-or": [{name: {"-like": "%braiding%"}} for name in ("title", "author", "subtitle")]
    }
    assert (await knowledge.catalogue.find(Sought(words="nothing"), NOW)).outcome is CatalogueOutcome.NONE
    await knowledge.close()


async def test_an_old_answer_is_given_while_koha_is_down_and_nothing_of_it_is_on_disk(
    koha_site: KohaSite, tmp_path: Path
) -> None:
    knowledge = by_koha(koha_site, tmp_path)
    await knowledge.catalogue.find(Sought(words="sweetgrass"), NOW)
    koha_site.broken = True
    later = NOW + timedelta(hours=1)
    found = await knowledge.catalogue.find(Sought(words="sweetgrass"), later)
    assert found.source is not None and found.source.stale
    assert (await knowledge.catalogue.find(Sought(words="hobbit"), later)).outcome is CatalogueOutcome.UNAVAILABLE
    asked = len(koha_site.asked)
    assert (await knowledge.catalogue.find(Sought(words="dune"), later)).outcome is CatalogueOutcome.UNAVAILABLE
    assert len(koha_site.asked) == asked, "a server that is down is left alone for a while"
    assert not [path for path in tmp_path.rglob("*.copy") if b"sweetgrass" in path.read_bytes()]
    await knowledge.close()


async def test_koha_without_its_key_is_unavailable(koha_site: KohaSite, tmp_path: Path) -> None:
    knowledge = by_koha(koha_site, tmp_path, secret="")
    found = await knowledge.catalogue.find(Sought(words="sweetgrass"), NOW)
    assert found.outcome is CatalogueOutcome.UNAVAILABLE
    await knowledge.close()


@pytest.mark.parametrize("body", [b"{}", b"[", b"null"])
def test_what_is_no_list_of_items_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        koha.read_items(body, {})


def test_masks_in_a_patron_s_words_are_escaped_for_koha() -> None:
    assert "%25_%25" not in koha.search_path(Sought(words="100% _"), 5)
