"""A real Zebra server with a few records, for the tests of SRU."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
FILES = ("zebra.cfg", "dom.xml", "fields.xsl", "cql.txt", "server.xml")


@contextmanager
def zebra(folder: Path, records: Sequence[str]) -> Iterator[str]:
    """Run a server over MARCXML records until the block ends; gives its SRU address."""
    modules = next(Path("/usr/lib").glob("*/idzebra-2.0/modules"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in FILES:
        text = (HERE / name).read_text(encoding="utf-8")
        filled = text.replace("PORT", str(port)).replace("PROFILE", str(folder)).replace("MODULES", str(modules))
        (folder / name).write_text(filled, encoding="utf-8")
    together = '<collection xmlns="http://www.loc.gov/MARC21/slim">' + "".join(records) + "</collection>"
    (folder / "records.xml").write_text(together, encoding="utf-8")
    for command in (["init"], ["update", "records.xml"], ["commit"]):
        subprocess.run([_command("zebraidx"), "-c", "zebra.cfg", *command], cwd=folder, check=True, capture_output=True)
    log = folder / "server.log"
    server = subprocess.Popen(
        [_command("zebrasrv"), "-f", "server.xml", "-v", "warn,fatal", "-l", str(log)], cwd=folder
    )
    try:
        _wait(port, server)
        yield f"http://127.0.0.1:{port}/Default"
    finally:
        server.terminate()
        server.wait(10)


def _command(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing: run tests/prepare.py"
    return found


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "the server has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not answer")


def marc_record(
    number: int,
    title: str,
    author: str = "",
    *,
    subtitle: str = "",
    leader: str = "00000nam a2200000 a 4500",
    year: str = "2013",
    language: str = "eng",
    subjects: Sequence[str] = (),
    more: str = "",
) -> str:
    """Return a MARCXML record; `more` is further fields as XML."""
    fixed = f"000000s{year}    nyu                 {language}  "[:40]
    name = _field("100", a=author) if author else ""
    titles = _field("245", a=title, b=subtitle) if subtitle else _field("245", a=title)
    topics = "".join(_field("650", a=subject) for subject in subjects)
    return (
        f'<record xmlns="http://www.loc.gov/MARC21/slim"><leader>{leader}</leader>'
        f'<controlfield tag="001">{number}</controlfield><controlfield tag="008">{fixed}</controlfield>'
        f"{name}{titles}{topics}{more}</record>"
    )


def _field(tag: str, **parts: str) -> str:
    return field(tag, *parts.items())


def field(tag: str, *parts: tuple[str, str]) -> str:
    """Return a data field with its subfields."""
    inner = "".join(f'<subfield code="{code}">{text}</subfield>' for code, text in parts)
    return f'<datafield tag="{tag}" ind1=" " ind2=" ">{inner}</datafield>'
