"""Writes small city files in MaxMind's format, to be read by the real library.

A file is a binary tree over the bits of addresses, whose leaves point into a section of records,
and a map of metadata behind a marker. From the public format description (version 2.0), as much
as city files use: no pointers within the records, 24-bit links in the tree.
"""

import struct
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, ip_network
from pathlib import Path

Record = Mapping[str, object]

_MARKER = b"\xab\xcd\xefMaxMind.com"
_TEXT, _DOUBLE, _UINT16, _UINT32, _MAP, _UINT64, _ARRAY = 2, 3, 5, 6, 7, 9, 11
_BYTES = {_UINT16: 2, _UINT32: 4, _UINT64: 8}


def city(name: str, region: str, country: str, code: str) -> Record:
    """A record as city files have them."""
    return {
        "city": {"names": {"de": f"{name} (de)", "en": name}},
        "country": {"iso_code": code, "names": {"en": country}},
        "location": {"latitude": 51.5, "longitude": -0.1},
        "subdivisions": [{"iso_code": "X", "names": {"en": region}}],
    }


def write_mmdb(path: Path, records: Mapping[str, Record], ip_version: int = 6) -> Path:
    """Write a file with a record for each network (``81.2.69.0/24``); networks must not overlap."""
    tree: list[list[int | None]] = [[None, None]]
    section = b""
    for network, record in records.items():
        _plant(tree, _bits(network, ip_version), leaf=-1 - len(section))
        section += _encode(record)
    metadata = {
        "binary_format_major_version": _unsigned(_UINT16, 2),
        "binary_format_minor_version": _unsigned(_UINT16, 0),
        "build_epoch": _unsigned(_UINT64, 1_700_000_000),
        "database_type": "Test-City",
        "description": {"en": "A few cities"},
        "ip_version": _unsigned(_UINT16, ip_version),
        "languages": ["de", "en"],
        "node_count": _unsigned(_UINT32, len(tree)),
        "record_size": _unsigned(_UINT16, 24),
    }
    nodes = b"".join(_link(side, len(tree)) for node in tree for side in node)
    path.write_bytes(nodes + bytes(16) + section + _MARKER + _encode(metadata))
    return path


def _bits(network: str, ip_version: int) -> str:
    """The path of a network through the tree: IPv4 lies under ``::/96`` in a tree of IPv6."""
    parsed = ip_network(network)
    is_mixed = isinstance(parsed, IPv4Network) and ip_version == 6
    bits = f"{int(parsed.network_address):0{parsed.max_prefixlen}b}"[: parsed.prefixlen]
    return "0" * 96 + bits if is_mixed else bits


def _plant(tree: list[list[int | None]], bits: str, leaf: int) -> None:
    """Grow the path of ``bits``, and end it in ``leaf``: negative, -1 minus its place in the section."""
    node = 0
    for bit in bits[:-1]:
        side = tree[node][int(bit)]
        if side is None:
            tree.append([None, None])
            side = tree[node][int(bit)] = len(tree) - 1
        node = side
    tree[node][int(bits[-1])] = leaf


def _link(side: int | None, node_count: int) -> bytes:
    """What a node says of one side: another node, a record's place, or nothing (the node count)."""
    value = node_count if side is None else side if side >= 0 else node_count + 16 + (-1 - side)
    return value.to_bytes(3, "big")


def _encode(value: object) -> bytes:
    """The bytes of a value; bytes are encoded already."""
    match value:
        case bytes():
            return value
        case str():
            return _head(_TEXT, len(value.encode())) + value.encode()
        case float():
            return _head(_DOUBLE, 8) + struct.pack(">d", value)
        case Mapping():
            return _head(_MAP, len(value)) + b"".join(_encode(k) + _encode(v) for k, v in value.items())
        case Sequence():
            return _head(_ARRAY, len(value)) + b"".join(map(_encode, value))
    raise TypeError(f"{value!r} has no form in the test's files")


def _unsigned(kind: int, value: int) -> bytes:
    return _head(kind, _BYTES[kind]) + value.to_bytes(_BYTES[kind], "big")


def _head(kind: int, size: int) -> bytes:
    """Type and size: types above 7 take a byte of their own, sizes from 29 on another."""
    assert size < 29 + 256
    in_head, rest = (size, b"") if size < 29 else (29, bytes([size - 29]))
    first = ((kind << 5) if kind <= 7 else 0) | in_head
    return bytes([first]) + (bytes([kind - 7]) if kind > 7 else b"") + rest
