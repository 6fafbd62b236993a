"""Phone numbers, e-mail addresses and citizen numbers in a text (rule S1.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import PhoneNumberMatcher

from meldcode.hints.tokens import Span

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}\w{2,24}(?!\w)")
_MANY_DIGITS = re.compile(r"(?:\d[^\w\n]{0,3}){8}")
_MOBILE = re.compile(r"(?<![\w+])(?:06|(?:\+|00)[ ]?31[ -]?(?:\(0\))?[ ]?6)(?:[ .\-/]{0,3}\d){8}(?!\d)")
_NINE = re.compile(
    r"(?<!\w)(?<!\+31[ -])(?<!0031[ -])[0-9]{9}(?!\w)"
    r"|(?<![\w+])(?<![0-9][ .-])(?:[0-9]{4}([ .-])[0-9]{2}\1[0-9]{3}|[0-9]{3}([ .-])[0-9]{3}\2[0-9]{3}"
    r"|[0-9]{3}([ .-])[0-9]{2}\3[0-9]{4})(?!\w|[ .-][0-9])"
)
_EIGHT = re.compile(r"(?:bsn|burgerservicenummer|sofinummer)\W{0,5}(?:\w{1,10}\W{1,3}){0,3}?([0-9]{8})(?!\w)", re.I)
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def emails(text: str) -> Iterator[Span]:
    """Find e-mail addresses."""
    return (match.span() for match in _EMAIL.finditer(text)) if "@" in text else iter(())


def citizen_numbers(text: str) -> Iterator[Span]:
    """Find numbers that pass the eleven test; with eight digits only after a word such as "bsn"."""
    yield from (match.span() for match in _NINE.finditer(text) if passes_eleven_test(match[0]))
    yield from (match.span(1) for match in _EIGHT.finditer(text) if passes_eleven_test(match[1]))


def passes_eleven_test(number: str) -> bool:
    """Whether the digits can be a citizen number."""
    digits = [int(char) for char in number if char.isdecimal()]
    digits = [0] * (9 - len(digits)) + digits
    return any(digits) and sum(w * d for w, d in zip(_WEIGHTS, digits, strict=True)) % 11 == 0


def phones(text: str) -> Iterator[Span]:
    """Find phone numbers: Dutch ones, and others with a country code."""
    if _MANY_DIGITS.search(text):
        yield from (match.span() for match in _MOBILE.finditer(text))
        yield from ((match.start, match.end) for match in PhoneNumberMatcher(text, "NL"))
