"""SSCC-18: the serial shipping container code on every package (GS1 General Specifications, section 2.2.1 and 7.9.1).

Extension digit, GS1 company prefix, serial reference, check digit: 18 digits, written as application identifier (00).
"""

from __future__ import annotations

from doorward.core.errors import BadInput

DIGITS = 18


def check_digit(digits: str) -> int:
    """GS1 check digit: weights 3, 1, 3, ... from the right; brings the sum to a multiple of ten."""
    total = sum(int(d) * (3 if k % 2 == 0 else 1) for k, d in enumerate(reversed(digits)))
    return -total % 10


def sscc18(serial: int, *, extension: int, prefix: str) -> str:
    """The SSCC of a serial number; the serial is cut to the digits that the company prefix (4 to 12) leaves."""
    if not (prefix.isascii() and prefix.isdigit() and 4 <= len(prefix) <= 12):
        raise BadInput(
            f"GS1 company prefix {prefix!r}",
            where="fulfillment.sscc_prefix",
            rule="4 to 12 digits",
            remedy="write the prefix that GS1 gave to your company",
        )
    if not 0 <= extension <= 9:
        raise BadInput(f"extension digit {extension}", where="fulfillment.sscc_extension", rule="0 to 9")
    if serial < 0:
        raise BadInput(
            f"serial {serial}", where="Labels.serial", rule="a printed label has a serial of 0 or more"
        )
    room = DIGITS - 2 - len(prefix)
    body = f"{extension}{prefix}{serial % 10**room:0{room}d}"
    return f"{body}{check_digit(body)}"
