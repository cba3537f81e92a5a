"""Seeded draws that depend on what they are about, not on the order in which they are asked for.

A draw is a hash of (seed, stream, ids...): the same parcel meets the same luck in every run of a seed, whatever else
happens around it, and nothing has to be remembered between two draws. Mixing function: splitmix64 finaliser
(Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_A, _B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The splitmix64 finaliser, element by element."""
    x = (x ^ (x >> np.uint64(30))) * _A
    x = (x ^ (x >> np.uint64(27))) * _B
    return np.asarray(x ^ (x >> np.uint64(31)))


def hashed(seed: int, stream: str, *ids: ArrayLike) -> NDArray[np.uint64]:
    """One 64-bit hash for each element of the broadcast ids; `stream` names what is drawn."""
    with np.errstate(over="ignore"):
        start = np.array([seed % 2**64], np.uint64) + np.uint64(zlib.crc32(stream.encode())) * _GOLDEN
        h = mix(start)
        for each in ids:
            h = mix(h + np.asarray(each).astype(np.int64).astype(np.uint64) * _GOLDEN + _GOLDEN)
    return h


def uniform(seed: int, stream: str, *ids: ArrayLike) -> NDArray[np.float64]:
    """Draws in [0, 1), one for each element of the broadcast ids."""
    return np.asarray((hashed(seed, stream, *ids) >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def normal(seed: int, stream: str, *ids: ArrayLike) -> NDArray[np.float64]:
    """Standard normal draws (Box and Muller 1958)."""
    u = uniform(seed, stream + "/r", *ids)
    v = uniform(seed, stream + "/a", *ids)
    return np.asarray(np.sqrt(-2.0 * np.log1p(-u)) * np.cos(2.0 * np.pi * v))


def below(seed: int, stream: str, share: ArrayLike, *ids: ArrayLike) -> NDArray[np.bool_]:
    """True with probability `share` (0..1), one for each element of the broadcast ids."""
    return np.asarray(uniform(seed, stream, *ids) < np.asarray(share))


def child(seed: int, stream: str, *ids: int) -> int:
    """A seed of its own for one job, for example one station's routing on one day."""
    return int(hashed(seed, stream, *ids)[0] >> np.uint64(1))


def generator(seed: int, stream: str, *ids: int) -> np.random.Generator:
    """An ordinary numpy generator for bulk draws, seeded by `child`."""
    return np.random.default_rng(child(seed, stream, *ids))
