"""Passwords: hashed with argon2id, away from the event loop, and refused where they are easily guessed."""

from __future__ import annotations

import asyncio
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.web.desk.errors import BadForm

LEAST, MOST = 10, 200  # characters
AT_ONCE = 2  # hashes at a time: each takes 64 MB for some fifty milliseconds

# The heads of the lists that guessers try first, of ten characters and more, and the keyboard's own rows.
_COMMON = """
    1234567890 0123456789 12345678910 0987654321 9876543210 1111111111 0000000000 1234512345 1122334455 1231231234
    123456789a 123456789q 1234567891 1234567899 12345678900 123456789123 1234554321 1212121212 1010101010 5555555555
    7777777777 9999999999 qwertyuiop qwerty12345 qwerty123456 qwertyuiop123 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc
    q1w2e3r4t5 qazwsxedcrfv asdfghjkl1 asdfghjkl; zxcvbnm123 zaq12wsxcde3 poiuytrewq 0987654321q password10 password11
    password12 password123 password1234 password12345 passwordpassword password2024 password2025 password2026 passw0rd12
    passw0rd123 p@ssw0rd12 p@ssw0rd123 p@ssword123 mypassword mypassword1 newpassword changeme123 changemenow
    changeit123 letmein123 letmein1234 welcome123 welcome1234 welcome2024 welcome2025 welcome2026 iloveyou12 iloveyou123
    iloveyou1234 sunshine123 princess123 football123 baseball123 basketball administrator admin12345 admin123456
    admin1234567 adminadmin administrator1 superman123 batman12345 dragon12345 monkey12345 master12345 shadow12345
    abcdefghij abcdefghijk abcdefghijkl abc1234567 abcd123456 abcde12345 a123456789 aa123456789 qq123456789 library123
    library1234 library2026 librarylibrary librarian1 librarian123 bookworm123 books12345 reading123 publiclibrary
    readingroom contraseña contrasena123 biblioteca biblioteca1 biblioteca123 trustno1trustno1 startrek12 starwars123
    jennifer123 michelle123 computer123 internet123 google12345 facebook123 secret12345 test123456 testtest12 testing123
    qwerasdfzxcv summer2026! winter2026!
"""
COMMON = frozenset(_COMMON.split())

_hasher = PasswordHasher()
_slots = asyncio.Semaphore(AT_ONCE)


def check_new(password: str, again: str, *names: str) -> None:
    """Raise BadForm with the cure when `password` cannot be taken: too short, easily guessed, or one of `names`."""
    plain = _plain(password)
    if password != again:
        raise BadForm("The two passwords are not the same. Type them again.", field="password")
    if not LEAST <= len(password) <= MOST:
        raise BadForm(
            f"Give the password {LEAST} to {MOST} characters. Three or four words are good.", field="password"
        )
    if plain in COMMON or len(set(plain)) < 4:
        raise BadForm("This password is one of the first that people guess. Choose another.", field="password")
    if any(name and plain in (_plain(name), _plain(name) * 2, _plain(name)[::-1]) for name in names):
        raise BadForm("The password may not be your name. Choose another.", field="password")


async def hashed(password: str) -> str:
    """Return the argon2id hash of a password."""
    async with _slots:
        return await asyncio.to_thread(_hasher.hash, _normal(password))


async def matches(password: str, password_hash: str | None) -> bool:
    """Return whether the password is the one that was hashed; without a hash it takes as long, and is not."""
    async with _slots:
        return await asyncio.to_thread(_matches, _normal(password), password_hash)


def _matches(password: str, password_hash: str | None) -> bool:
    try:
        return _hasher.verify(password_hash or _nobodys(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")


def _normal(password: str) -> str:
    # The same letters may come composed or not, by the keyboard's whim.
    return unicodedata.normalize("NFKC", password)[: MOST * 4]


def _plain(words: str) -> str:
    return "".join(_normal(words).casefold().split())
