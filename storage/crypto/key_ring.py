"""Several master keys at once, so that one can replace another while the program runs."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from storage.crypto.vault import BadKey, KeyWrapper, MasterKey, Wrapped, WrongKey

log = logging.getLogger("meldwijzer")


class KeyRing(KeyWrapper):
    """Wraps with the newest key and unwraps with any. Kinds may differ, so that one can move to a key service."""

    def __init__(self, newest_first: Sequence[KeyWrapper]) -> None:
        self._newest_first = tuple(newest_first)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(map(repr, self._newest_first))})"

    @classmethod
    def from_text(cls, text: str) -> KeyRing:
        """Read master keys, newest first, with white space or commas between them. Raises BadKey, which quotes none."""
        return cls([MasterKey.from_text(key) for key in re.split(r"[\s,]+", text.strip())])

    @property
    @override
    def key_id(self) -> str:
        return self._newest_first[0].key_id

    @property
    @override
    def key_ids(self) -> frozenset[str]:
        return frozenset().union(*(key.key_ids for key in self._newest_first))

    @override
    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        return self._newest_first[0].wrap(key, context)

    @override
    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        for one in self._newest_first:
            try:
                return one.unwrap(wrapped, context)
            except WrongKey:
                continue
        raise WrongKey(f"{_this_key(len(self._newest_first))} the database's keys")


class KeysInFile(KeyWrapper):
    """The master keys in a file, which is read again when it changes, so that a running program follows a rotation."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._state = self._state_of_file()
        self._ring = self._read()

    def __repr__(self) -> str:
        return f"KeysInFile({self._ring!r})"

    @property
    @override
    def key_id(self) -> str:
        return self._current().key_id

    @property
    @override
    def key_ids(self) -> frozenset[str]:
        return self._current().key_ids

    @override
    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        return self._current().wrap(key, context)

    @override
    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Raises WrongKey when no key opens it, after reading a changed file again."""
        known = self._ring
        try:
            return known.unwrap(wrapped, context)
        except WrongKey:
            ring = self._current()
            if ring is known:
                raise
            return ring.unwrap(wrapped, context)

    def _current(self) -> KeyRing:
        try:
            state = self._state_of_file()
            if state != self._state:
                self._take_over(self._read())
                self._state = state
        except (OSError, UnicodeDecodeError, BadKey) as error:
            log.warning("The master key file cannot be read now (%s); the keys from before stay", type(error).__name__)
        return self._ring

    def _take_over(self, ring: KeyRing) -> None:
        # A rotation adds a key, then removes one. A file with none of the keys in use is a mistake.
        if ring.key_ids & self._ring.key_ids:
            self._ring = ring
        else:
            log.warning("The master key file has other keys than before; the keys from before stay")

    def _read(self) -> KeyRing:
        return KeyRing.from_text(self._file.read_text(encoding="ascii"))

    def _state_of_file(self) -> tuple[int, int, int]:
        found = self._file.stat()
        return (found.st_mtime_ns, found.st_size, found.st_ino)


def _this_key(count: int) -> str:
    return "this master key does not open" if count == 1 else f"none of these {count} master keys opens"
