"""Currencies: how their amounts are written."""

from typing import Final

_SIGNS: Final = {"GBP": "£", "EUR": "€"}
"""Signs that only one currency has."""
_WITHOUT_MINOR: Final = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THREE_DIGITS: Final = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def sign(currency: str) -> str:
    """Return the sign of a currency (ISO 4217) where it is that currency's alone, else its code."""
    return _SIGNS.get(currency, currency)


def digits(currency: str) -> int:
    """Return how many digits of a currency stand behind the decimal mark (ISO 4217, minor unit)."""
    if currency in _WITHOUT_MINOR:
        return 0
    return 3 if currency in _THREE_DIGITS else 2
