"""A slow, obvious reader of vector tiles, from the words of the standard (MVT 2.1) and of protocol buffers alone."""

from __future__ import annotations

import gzip
import math
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

Point = tuple[float, float]


class Feature(NamedTuple):
    """kind: 1 points, 2 lines, 3 areas; parts: lists of grid points, rings without their closing point."""

    kind: int
    parts: list[list[tuple[int, int]]]
    props: dict[str, Any]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value: Any
            value, at = _varint(data, at)
        elif key & 7 == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif key & 7 == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        yield key >> 3, value


def _numbers(data: bytes) -> list[int]:
    at, found = 0, []
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _geometry(numbers: list[int]) -> list[list[tuple[int, int]]]:
    parts: list[list[tuple[int, int]]] = []
    at = x = y = 0
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        at += 1
        if command == 7:
            continue
        for _ in range(count):
            x += (numbers[at] >> 1) ^ -(numbers[at] & 1)
            y += (numbers[at + 1] >> 1) ^ -(numbers[at + 1] & 1)
            at += 2
            if command == 1:
                parts.append([])
            parts[-1].append((x, y))
    return parts


def layers(tile: bytes) -> dict[str, list[Feature]]:
    """Layer -> its features. Fails where a layer is of another version or grid, or comes twice."""
    found: dict[str, list[Feature]] = {}
    for number, layer in _fields(gzip.decompress(tile)):
        assert number == 3
        name, extent, version, keys, values, features = "", 0, 0, [], [], []
        for field, value in _fields(layer):
            if field == 1:
                name = value.decode()
            elif field == 2:
                features.append(dict(_fields(value)))
            elif field == 3:
                keys.append(value.decode())
            elif field == 4:
                ((kind, raw),) = _fields(value)
                values.append(raw.decode() if kind == 1 else raw)
            elif field == 5:
                extent = value
            elif field == 15:
                version = value
        assert (version, extent) == (2, 4096)
        assert name not in found
        found[name] = []
        for each in features:
            tags = _numbers(each.get(2, b""))
            props = {keys[tags[i]]: values[tags[i + 1]] for i in range(0, len(tags), 2)}
            found[name].append(Feature(each[3], _geometry(_numbers(each[4])), props))
    return found


def lonlat(zoom: int, x: int, y: int, point: tuple[int, int]) -> Point:
    """Degrees of a grid point of a tile."""
    across, down = (x + point[0] / 4096) / 2**zoom, (y + point[1] / 4096) / 2**zoom
    return across * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))


def grid(zoom: int, x: int, y: int, point: Point) -> Point:
    """The other way: where degrees lie on a tile's grid."""
    down = (1 - math.log(math.tan(math.pi / 4 + math.radians(point[1]) / 2)) / math.pi) / 2
    return ((point[0] + 180) / 360 * 2**zoom - x) * 4096, (down * 2**zoom - y) * 4096


def signed_area(ring: list[tuple[int, int]]) -> float:
    """Surveyor's formula with y downwards: positive for outer rings, by the standard."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)) / 2
