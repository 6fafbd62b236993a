"""Keys and what they protect (promise 3).

A master key, which is not in the database, wraps all other keys: a data key for each case and draft, and a root secret
from which the keys of staff names, indexes and the chain are derived. To replace a master key, only these are wrapped
again. A key service can take its place (`KeyWrapper`).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from abc import ABC, abstractmethod
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from typing_extensions import override

from meldcode.domain.case.names import look_alike_keys
from meldcode.domain.case.state import Pupil
from meldcode.domain.ids import CaseId, PersonId, SchoolId

KEY_BYTES = 32
NONCE_BYTES = 12
PADDED_TO = 64
VERSION = b"\x01"


class BadKey(ValueError):
    """The text is not a master key."""


class WrongKey(Exception):
    """The database was made with another master key."""


class Tampered(Exception):
    """A ciphertext was changed, or moved to another place."""


class Wrapped(NamedTuple):
    """An encrypted key, and the name of the key that wraps it."""

    key: bytes
    key_id: str


class KeyWrapper(ABC):
    """Wraps the other keys: a master key, or a key management service (docs/adr/0021-keys.md)."""

    @property
    @abstractmethod
    def key_id(self) -> str:
        """The name of the key that wraps; it reveals nothing of the key."""

    @property
    def key_ids(self) -> frozenset[str]:
        """The names of all keys that unwrap."""
        return frozenset({self.key_id})

    @abstractmethod
    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        """Encrypt the key, bound to the context."""

    @abstractmethod
    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Decrypt the key. Raises WrongKey."""


class MasterKey(KeyWrapper):
    """A master key held in memory: 32 random bytes, given as base64url."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise BadKey(f"the master key must be {KEY_BYTES} bytes long, this one is {len(key)}")
        self._cipher = AESGCM(_derived(key, "wrap"))
        self._key_id = _derived(key, "key id")[:8].hex()

    def __repr__(self) -> str:
        return f"MasterKey({self._key_id})"

    @classmethod
    def from_text(cls, text: str) -> MasterKey:
        """Read the key from base64url text. Raises BadKey, which does not quote the text."""
        return cls(key_of_text(text))

    @property
    @override
    def key_id(self) -> str:
        return self._key_id

    @override
    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        return Wrapped(_encrypt(self._cipher, key, context), self._key_id)

    @override
    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return _decrypt(self._cipher, wrapped, context)
        except InvalidTag:
            raise WrongKey("this master key does not open the database's keys") from None


def new_master_key() -> str:
    """A new master key as base64url text."""
    return key_as_text(secrets.token_bytes(KEY_BYTES))


def key_as_text(key: bytes) -> str:
    """Encode a master key as base64url text."""
    return base64.urlsafe_b64encode(key).decode()


def key_of_text(text: str) -> bytes:
    """Decode base64url text. Raises BadKey, which does not quote the text."""
    stripped = text.strip().rstrip("=")
    try:
        return base64.b64decode(stripped + "=" * (-len(stripped) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("the master key is not base64url text") from None


class DataKey:
    """Encrypts values, each bound to its table, column and row; moved elsewhere it does not decrypt."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "DataKey(...)"

    def seal(self, plaintext: bytes, *, table: str, column: str, row: str) -> bytes:
        """Encrypt the value, padded to hide its exact length."""
        return _encrypt(self._cipher, _padded(plaintext), _place(table, column, row))

    def open(self, sealed: bytes, *, table: str, column: str, row: str) -> bytes:
        """Decrypt the value. Raises Tampered."""
        try:
            return _unpadded(_decrypt(self._cipher, sealed, _place(table, column, row)))
        except InvalidTag:
            raise Tampered(f"{table}.{column} does not open at its place") from None


class Vault:
    """All cryptography that the tables need. `keys.open_vault` makes one and checks the master key."""

    def __init__(self, wrapper: KeyWrapper, root: bytes) -> None:
        self._wrapper = wrapper
        self.staff = DataKey(_derived(root, "staff"))
        self.alarms = DataKey(_derived(root, "alarms"))
        self.installations = DataKey(_derived(root, "installations"))
        self._index_key = _derived(root, "pupil index")
        self._submission_key = _derived(root, "submissions")
        self._chain_key = _derived(root, "chain")
        self._tombstone_key = _derived(root, "tombstones")
        self._file_key = _derived(root, "files")
        self._schools_file_key = _derived(root, "schools file")
        self._state_key = _derived(root, "install states")

    def __repr__(self) -> str:
        return f"Vault({self._wrapper.key_id})"

    @property
    def key_id(self) -> str:
        """The name of the master key in use."""
        return self._wrapper.key_id

    def new_case_key(self, case: CaseId) -> tuple[DataKey, Wrapped]:
        """A new data key for the case, plain and wrapped."""
        key = secrets.token_bytes(KEY_BYTES)
        return DataKey(key), self._wrapper.wrap(key, case_context(case))

    def case_key(self, case: CaseId, wrapped: bytes) -> DataKey:
        """Unwrap the case's data key. Raises WrongKey."""
        return DataKey(self._wrapper.unwrap(wrapped, case_context(case)))

    def new_draft_key(self, index: bytes, author: PersonId) -> tuple[DataKey, Wrapped]:
        """A new data key for this author's draft, plain and wrapped."""
        key = secrets.token_bytes(KEY_BYTES)
        return DataKey(key), self._wrapper.wrap(key, draft_context(index, author))

    def draft_key(self, index: bytes, author: PersonId, wrapped: bytes) -> DataKey:
        """Unwrap the draft's data key. Raises WrongKey."""
        return DataKey(self._wrapper.unwrap(wrapped, draft_context(index, author)))

    def name_keys(self, school: SchoolId, pupil: Pupil) -> list[bytes]:
        """Keyed indexes that find the school's cases about a pupil of this name or one like it (ADR 39)."""
        return [_mac(self._index_key, school.bytes + text.encode()) for text in look_alike_keys(pupil)]

    def submission_index(self, key: str) -> bytes:
        """A keyed index that finds a submission or draft by its idempotency key."""
        return _mac(self._submission_key, key.encode())

    def file_entry(self, content: bytes) -> bytes:
        """A keyed digest that shows whether an entry of the schools file changed, and nothing of its content."""
        return _mac(self._schools_file_key, content)

    def link(self, content: bytes) -> bytes:
        """A link of the chain over this content (promise 7)."""
        return _mac(self._chain_key, content)

    def tombstone(self, content: bytes) -> bytes:
        """Proof that this program destroyed a case with this content (promise 8)."""
        return _mac(self._tombstone_key, content)

    def file_proof(self, content: bytes) -> bytes:
        """Proof that this installation wrote a file (backup, anchor) with this content."""
        return _mac(self._file_key, content)

    def state_proof(self, content: str) -> str:
        """Proof that an OAuth installation was begun here."""
        return _mac(self._state_key, content.encode()).hex()


def case_context(case: CaseId) -> bytes:
    """The context that the wrapping of this case's key is bound to."""
    return _place("case_keys", "wrapped_key", str(case))


def draft_context(index: bytes, author: PersonId) -> bytes:
    """The context that the wrapping of this draft's key is bound to."""
    return _place("draft_keys", "wrapped_key", f"{index.hex()}/{author}")


def _derived(key: bytes, purpose: str) -> bytes:
    info = f"meldwijzer {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, sha256)


def _place(table: str, column: str, row: str) -> bytes:
    return f"{table}\0{column}\0{row}".encode()


def _encrypt(cipher: AESGCM, plaintext: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + cipher.encrypt(nonce, plaintext, VERSION + context)


def _decrypt(cipher: AESGCM, sealed: bytes, context: bytes) -> bytes:
    if sealed[:1] != VERSION or len(sealed) <= NONCE_BYTES:
        raise InvalidTag
    start = 1 + NONCE_BYTES
    return cipher.decrypt(sealed[1:start], sealed[start:], VERSION + context)


def _padded(plaintext: bytes) -> bytes:
    marked = plaintext + b"\x80"
    return marked + bytes(-len(marked) % PADDED_TO)


def _unpadded(padded: bytes) -> bytes:
    return padded.rstrip(b"\0")[:-1]
