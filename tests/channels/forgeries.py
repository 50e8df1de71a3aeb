"""Requests that pretend to come from a platform: an honest one with one thing wrong, a table for each platform."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from multidict import CIMultiDict
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator

from tests.channels.stand_ins import (
    APP,
    BOT,
    PAGE,
    PUBLIC,
    SECRET,
    SID,
    SIGNING,
    TOKEN,
    VERIFY,
    WHSEC,
    XOXB,
    Bridge,
    Messenger,
    Request,
    Slack,
    StandIn,
    Twilio,
)

DEEP = b'{"a":' * 30_000
NOT_UTF8 = b"\xff\xfe\x00{"
Forgery = tuple[str, "Letter"]


@dataclass(frozen=True)
class Letter:
    """A request as it goes over the line: a header may be there twice."""

    path: str
    headers: CIMultiDict[str]
    body: bytes

    @classmethod
    def of(cls, request: Request, path: str | None = None, body: bytes | None = None, **headers: str | None) -> Letter:
        """Return a request with another path, body, or other headers (None: without it; _ for -)."""
        found = CIMultiDict(request.headers)
        for name, value in headers.items():
            found.popall(name.replace("_", "-"), None)
            if value is not None:
                found[name.replace("_", "-")] = value
        return cls(path or request.path, found, request.body if body is None else body)

    def twice(self, name: str, first: str, second: str) -> Letter:
        """Return it with a header twice."""
        found = CIMultiDict(self.headers)
        found.popall(name, None)
        found.add(name, first)
        found.add(name, second)
        return Letter(self.path, found, self.body)


def proofs(request: Request, name: str) -> Iterator[Forgery]:
    """Spoil the header that proves a request."""
    plain, right = Letter.of(request), request.headers[name]
    given: dict[str, str | None] = {
        "no proof": None,
        "an empty proof": "",
        "the first sign wrong": chr(ord(right[0]) ^ 1) + right[1:],
        "the last sign wrong": right[:-1] + ("A" if right[-1] != "A" else "B"),
        "one sign less": right[:-1],
        "half of it": right[: len(right) // 2],
        "one sign more": right + "A",
        "twice in one": right + right,
        "two, parted by a comma": f"{right},{right}",
        "capitals and small letters changed": right.swapcase(),
        "not ASCII": right[:-1] + "é",
        "figures of another script": right.replace("1", "１") + "１",
        "very long": "a" * 7000,
        "a word of another language": "nóne",
        "true": "true",
    }
    for case, value in given.items():
        yield case, Letter.of(request, **{name.replace("-", "_"): value})
    yield "the right proof and the same again", plain.twice(name, right, right)
    yield "the right proof, then a wrong one", plain.twice(name, right, "wrong")
    yield "a wrong proof, then the right one", plain.twice(name, "wrong", right)
    yield "the proof under another name", Letter.of(request, **{name.replace("-", "_"): None, "X_Signature": right})
    yield (
        "the proof in the address",
        Letter.of(request, f"{request.path}?{urlencode({name: right})}", **{name.replace("-", "_"): None}),
    )


def bodies(request: Request) -> Iterator[Forgery]:
    """Spoil the body under its proof."""
    raw, middle = request.body, len(request.body) // 2
    given = {
        "the first byte changed": bytes([raw[0] ^ 1]) + raw[1:],
        "a byte in the middle changed": raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :],
        "the last byte changed": raw[:-1] + bytes([raw[-1] ^ 1]),
        "a byte less": raw[:-1],
        "a line break more": raw + b"\n",
        "a space before": b" " + raw,
        "no body": b"",
        "not UTF-8": NOT_UTF8,
        "no JSON and no form": b"\x00<xml/>&&&===;",
        "deep": DEEP,
        "the body of two": raw + raw,
        "a mark of its encoding before": b"\xef\xbb\xbf" + raw,
    }
    for case, body in given.items():
        yield f"{case}, under the proof of another", Letter.of(request, body=body)


def of_twilio(platform: StandIn) -> Iterator[Forgery]:
    assert isinstance(platform, Twilio)
    path, name = "/messaging/twilio", "X_Twilio_Signature"
    fields = platform.fields("Hello, niña 🙂")
    honest = platform.signed(path, fields)
    yield from proofs(honest, "X-Twilio-Signature")
    yield from bodies(honest)
    url = f"{PUBLIC}{path}"
    for case, other in {
        "another path": f"{PUBLIC}/messaging/twilio/status",
        "a slash more": f"{url}/",
        "another host": url.replace("www.", ""),
        "another prefix": url.replace("/ask/", "/chat/"),
        "no prefix": url.replace("/ask", ""),
        "http in place of https": url.replace("https:", "http:"),
        "a query": f"{url}?a=1",
        "another port": url.replace(".example", ".example:8443"),
        "capitals in its path": url.replace("twilio", "Twilio"),
        "the address behind the proxy": f"http://127.0.0.1:8080{path}",
    }.items():
        yield f"signed for another address: {case}", Letter.of(platform.signed(path, fields, other))
    yield "a query that was not signed", Letter.of(honest, f"{path}?a=1")
    yield "at the address of the reports", Letter.of(honest, f"{path}/status")
    pairs = parse_qsl(honest.body.decode(), keep_blank_values=True)
    for case, changed in {
        "a field more": [*pairs, ("Extra", "1")],
        "an empty field more": [*pairs, ("Extra", "")],
        "a field less": pairs[:-1],
        "a field twice": [*pairs, pairs[5]],
        "a field twice, with other words": [*pairs, ("Body", "STOP")],
        "other words": [(key, "STOP" if key == "Body" else value) for key, value in pairs],
        "another sender": [(key, "+13155550999" if key == "From" else value) for key, value in pairs],
        "two values changed about": [(key, {"From": pairs[4][1], "To": pairs[3][1]}.get(key, v)) for key, v in pairs],
    }.items():
        yield case, Letter.of(honest, body=urlencode(changed).encode())
    right = url + "".join(key + fields[key] for key in sorted(fields))
    for kind in ("sha256", "md5", "sha512"):
        digest = base64.b64encode(hmac.new(TOKEN.encode(), right.encode(), kind).digest()).decode()
        yield f"signed by {kind}", Letter.of(honest, **{name: digest})
    unsorted = url + "".join(key + value for key, value in fields.items())
    digest = base64.b64encode(hmac.new(TOKEN.encode(), unsorted.encode(), "sha1").digest()).decode()
    yield "signed in the order of the body", Letter.of(honest, **{name: digest})
    digest = hmac.new(TOKEN.encode(), right.encode(), "sha1").hexdigest()
    yield "signed in hex", Letter.of(honest, **{name: digest})
    other = RequestValidator("another-token").compute_signature(url, fields)
    yield "signed by another token", Letter.of(honest, **{name: other})
    yield "signed by an empty token", Letter.of(honest, **{name: RequestValidator("").compute_signature(url, fields)})
    yield "of another account", Letter.of(platform.signed(path, fields | {"AccountSid": SID[:-1] + "b"}))
    fields.pop("AccountSid")
    yield "of no account", Letter.of(platform.signed(path, fields))


def of_telegram(platform: StandIn) -> Iterator[Forgery]:
    honest, name = platform.message("Hello, niña 🙂"), "X_Telegram_Bot_Api_Secret_Token"
    yield from proofs(honest, "X-Telegram-Bot-Api-Secret-Token")
    for case, value in {
        "the bot's token": BOT,
        "the secret's hash": hashlib.sha256(SECRET.encode()).hexdigest(),
        "a signature of the body": hmac.new(SECRET.encode(), honest.body, "sha256").hexdigest(),
        "a bearer": f"Bearer {SECRET}",
    }.items():
        yield f"{case} in place of the secret", Letter.of(honest, **{name: value})
    for case, body in {"deep": DEEP, "not UTF-8": NOT_UTF8, "no JSON": b"x", "no body": b""}.items():
        yield f"{case} and no proof", Letter.of(honest, body=body, **{name: None})


def of_messenger(platform: StandIn) -> Iterator[Forgery]:
    assert isinstance(platform, Messenger)
    honest, name = platform.message("Hello, niña 🙂"), "X_Hub_Signature_256"
    yield from proofs(honest, "X-Hub-Signature-256")
    yield from bodies(honest)

    def by(kind: str, secret: str = APP, body: bytes = honest.body) -> str:
        return hmac.new(secret.encode(), body, kind).hexdigest()

    for case, value in {
        "sha1, named so": f"sha1={by('sha1')}",
        "sha1 under the name of sha256": f"sha256={by('sha1')}",
        "sha256 under the name of sha1": f"sha1={by('sha256')}",
        "md5": f"md5={by('md5')}",
        "sha512": f"sha512={by('sha512')}",
        "no name of the way": by("sha256"),
        "another secret": f"sha256={by('sha256', 'another-secret')}",
        "no secret": f"sha256={by('sha256', '')}",
        "the word for the challenge": f"sha256={by('sha256', VERIFY)}",
        "the page's token": f"sha256={by('sha256', PAGE)}",
        "of the same body, written differently": "sha256="
        + by("sha256", APP, json.dumps(json.loads(honest.body), ensure_ascii=False).encode()),
        "a plain hash": f"sha256={hashlib.sha256(honest.body).hexdigest()}",
        "of nothing": f"sha256={by('sha256', APP, b'')}",
    }.items():
        yield case, Letter.of(honest, **{name: value})
    yield "the former header alone", Letter.of(honest, X_Hub_Signature=f"sha1={by('sha1')}", **{name: None})


def of_slack(platform: StandIn) -> Iterator[Forgery]:
    assert isinstance(platform, Slack)
    honest = platform.message("Hello, niña 🙂")
    moment, now = honest.headers["X-Slack-Request-Timestamp"], int(time.time())
    yield from proofs(honest, "X-Slack-Signature")
    yield from bodies(honest)
    for case, at in {
        "six minutes old": now - 360,
        "six minutes early": now + 360,
        "of last year": now - 31536000,
    }.items():
        yield case, Letter.of(platform.signed(honest.body, at))
    for case, changed in {
        "a second later than signed": str(int(moment) + 1),
        "no time": None,
        "an empty time": "",
        "a time that is no number": "now",
        "a time with a fraction": f"{moment}.0",
        "a time of another script": "١٢٣٤٥٦٧٨٩٠",
        "a very long time": "9" * 6000,
    }.items():
        yield case, Letter.of(honest, X_Slack_Request_Timestamp=changed)
    yield "two times", Letter.of(honest).twice("X-Slack-Request-Timestamp", moment, moment)

    def by(kind: str, secret: str = SIGNING, mark: str = "v0") -> str:
        signed = f"{mark}:{moment}:".encode() + honest.body
        return f"{mark}={hmac.new(secret.encode(), signed, kind).hexdigest()}"

    other = SignatureVerifier("another-secret").generate_signature(timestamp=moment, body=honest.body)
    for case, value in {
        "sha1": by("sha1"),
        "md5": by("md5"),
        "sha512": by("sha512"),
        "another version": by("sha256", mark="v1"),
        "no version": by("sha256").removeprefix("v0="),
        "another secret": other,
        "no secret": by("sha256", ""),
        "the bot's token": by("sha256", XOXB),
        "of the body alone": f"v0={hmac.new(SIGNING.encode(), honest.body, 'sha256').hexdigest()}",
    }.items():
        yield f"signed by {case}", Letter.of(honest, X_Slack_Signature=value)


def of_webhook(platform: StandIn) -> Iterator[Forgery]:
    assert isinstance(platform, Bridge)
    honest, now = platform.message("Hello, niña 🙂"), int(time.time())
    id_, moment = honest.headers["webhook-id"], honest.headers["webhook-timestamp"]
    yield from proofs(honest, "webhook-signature")
    yield from bodies(honest)
    told = json.loads(honest.body)
    for case, at in {
        "six minutes old": now - 360,
        "six minutes early": now + 360,
        "of last year": now - 31536000,
    }.items():
        yield case, Letter.of(platform.signed(told, at))
    for case, changed in {
        "a second later than signed": str(int(moment) + 1),
        "no time": None,
        "an empty time": "",
        "a time that is no number": "now",
        "a time with a sign": f"+{moment}",
        "a time with a fraction": f"{moment}.0",
        "a time of another script": "١٢٣٤٥٦٧٨٩٠",
        "a very long time": "9" * 6000,
    }.items():
        yield case, Letter.of(honest, webhook_timestamp=changed)
    for case, changed in {"another id": "msg_other", "no id": None, "an empty id": "", "an id not ASCII": "é"}.items():
        yield case, Letter.of(honest, webhook_id=changed)
    yield "two ids", Letter.of(honest).twice("webhook-id", id_, id_)
    yield "two times", Letter.of(honest).twice("webhook-timestamp", moment, moment)

    def by(kind: str, key: bytes = b"b" * 32, signed: bytes | None = None) -> str:
        text = f"{id_}.{moment}.".encode() + honest.body if signed is None else signed
        return base64.b64encode(hmac.new(key, text, kind).digest()).decode()

    for case, value in {
        "sha1": f"v1,{by('sha1')}",
        "md5": f"v1,{by('md5')}",
        "sha512": f"v1,{by('sha512')}",
        "another version": f"v2,{by('sha256')}",
        "the version for public keys": f"v1a,{by('sha256')}",
        "no version": by("sha256"),
        "another secret": f"v1,{by('sha256', b'c' * 32)}",
        "no secret": f"v1,{by('sha256', b'')}",
        "the secret as it is written": f"v1,{by('sha256', WHSEC.encode())}",
        "the body alone": f"v1,{by('sha256', signed=honest.body)}",
        "nothing": f"v1,{by('sha256', signed=b'')}",
        "many wrong ones": " ".join(["v1,AAAA"] * 200),
    }.items():
        yield f"signed by {case}", Letter.of(honest, webhook_signature=value)


OF: dict[str, Callable[[StandIn], Iterator[Forgery]]] = {
    "sms": of_twilio,
    "whatsapp": of_twilio,
    "telegram": of_telegram,
    "messenger": of_messenger,
    "slack": of_slack,
    "webhook": of_webhook,
}
