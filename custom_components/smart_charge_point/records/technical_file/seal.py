"""The seal: a document's hash, signed with a key that its installation alone has.

It proves that a file was made by the installation whose public key it bears, and not changed since. It does not prove who
owns the installation, that its clock was right, or that what the wallbox told was true.
"""

import base64
from dataclasses import dataclass
import json
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from .canonical import canonical
from .document import Document

ALGORITHM: Final = "Ed25519"
"""RFC 8032, over the canonical JSON of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """`digest` is the document's SHA-256, hexadecimal; the others are base64."""

    digest: str
    signature: str
    public_key: str

    @property
    def data(self) -> dict[str, str]:
        """The seal as JSON can carry it."""
        return {
            "sha256": self.digest,
            "algorithm": ALGORITHM,
            "public_key": self.public_key,
            "signature": self.signature,
        }


def new_key() -> str:
    """Return a fresh private key, base64: a credential."""
    raw = Ed25519PrivateKey.generate().private_bytes(
        Encoding.Raw, PrivateFormat.Raw, NoEncryption()
    )
    return _text(raw)


def seal(document: Document, key: str) -> Seal:
    """Return the seal of a document by a private key. The same document and key make the same seal.

    Raises:
        ValueError: the key is none.
    """
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key))
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Seal(
        digest=document.digest,
        signature=_text(private.sign(canonical(document.data))),
        public_key=_text(public),
    )


def write_json(document: Document, sealed: Seal) -> bytes:
    """Return the file: the document, and beside it the seal."""
    return (
        json.dumps(
            {"document": document.data, "seal": sealed.data},
            allow_nan=False,
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    ).encode()


def genuine(file: dict[str, Any], public_key: str) -> bool:
    """Return whether a JSON file was made by the installation of this public key (base64), and not changed since."""
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
        public.verify(
            base64.b64decode(file["seal"]["signature"]), canonical(file["document"])
        )
    except InvalidSignature, KeyError, TypeError, ValueError:
        return False
    return True


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
