"""The master key as three sheets of words, any two of which restore it (SLIP-39)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from string import Template

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from storage.crypto.vault import BadKey, MasterKey, key_as_text, key_of_text

NEEDED, SHEETS = 2, 3
WORDS_A_LINE = 5


class BadShares(ValueError):
    """These words do not restore a key. The message never quotes a word."""


def sheets(key: str, day: date) -> list[str]:
    """Return the sheets to print for the master key. Raises BadKey."""
    [shares] = generate_mnemonics(1, [(NEEDED, SHEETS)], key_of_text(key))
    template = Template(files("bot.cli").joinpath("recovery_sheet.txt").read_text(encoding="utf-8"))
    known = {"key_id": MasterKey.from_text(key).key_id, "day": f"{day:%d-%m-%Y}"}
    return [
        template.substitute(known, number=number, words=_numbered(share.split()))
        for number, share in enumerate(shares, start=1)
    ]


def recovered(shares: Sequence[str]) -> str:
    """Return the master key from the words of two sheets. Raises BadShares."""
    try:
        key = key_as_text(combine_mnemonics({" ".join(_words(share)) for share in shares}))
        MasterKey.from_text(key)
    except (MnemonicError, BadKey) as error:
        raise BadShares(
            "These words give no key. Compare them with the sheets, word by word; two different sheets of the same "
            "key are needed."
        ) from error
    return key


def _words(share: str) -> list[str]:
    """The words without the numbers of a printed sheet, from several lines or from one."""
    return [word for word in share.lower().split() if word.isalpha()]


def _numbered(words: list[str]) -> str:
    cells = [f"{number:>2} {word:<10}" for number, word in enumerate(words, start=1)]
    lines = [cells[start : start + WORDS_A_LINE] for start in range(0, len(cells), WORDS_A_LINE)]
    return "\n".join("  " + "  ".join(line).rstrip() for line in lines)
