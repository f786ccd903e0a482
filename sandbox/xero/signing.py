"""Signs the JSON web tokens that the identity service hands out."""

from __future__ import annotations

import base64
import json
from functools import cache

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from sandbox.xero.records import Json

KEY_ID = "sandbox-1"


@cache
def key() -> rsa.RSAPrivateKey:
    """One key for the life of the process; nobody needs to trust it longer."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(claims: Json) -> str:
    header = {"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}
    content = ".".join(text_of(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{content}.{text_of(key().sign(content.encode(), padding.PKCS1v15(), SHA256()))}"


def public_keys() -> Json:
    numbers = key().public_key().public_numbers()
    modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    exponent = numbers.e.to_bytes(3, "big")
    entry = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": text_of(modulus), "e": text_of(exponent)}
    return {"keys": [entry]}
