"""Reads a QR picture back, by another library than the one that draws it."""

from __future__ import annotations

import struct
import zlib

import zxingcpp

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_qr(png: bytes) -> list[str]:
    """Return what the QR codes of a picture say (PNG of one bit a pixel, its rows as they are or as
    what differs from the row above)."""
    width, height, data = _pixels(png)
    found = zxingcpp.read_barcodes(memoryview(data).cast("B", shape=[height, width]))
    assert all(code.format == zxingcpp.BarcodeFormat.QRCode for code in found)
    return [code.text for code in found]


def dots_per_inch(png: bytes) -> int:
    """Return the resolution a picture is printed at."""
    across, down, unit = struct.unpack(">IIB", _chunks(png)[b"pHYs"])
    assert across == down
    assert unit == 1
    return round(across * 0.0254)


def size(png: bytes) -> tuple[int, int]:
    """Return width and height in pixels."""
    width, height, _ = _pixels(png)
    return width, height


def _pixels(png: bytes) -> tuple[int, int, bytes]:
    chunks = _chunks(png)
    width, height, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, colour, interlaced) == (1, 0, 0)
    raw, stride = zlib.decompress(chunks[b"IDAT"]), 1 + (width + 7) // 8
    rows, above = [], bytes(stride - 1)
    for start in range(0, height * stride, stride):
        row = raw[start + 1 : start + stride]
        above = {0: row, 2: bytes((a + b) % 256 for a, b in zip(row, above, strict=True))}[
            raw[start]
        ]
        bits = "".join(f"{byte:08b}" for byte in above)
        rows.append(bytes(255 * int(bit) for bit in bits[:width]))
    return width, height, b"".join(rows)


def _chunks(png: bytes) -> dict[bytes, bytes]:
    assert png.startswith(_SIGNATURE)
    at, found = len(_SIGNATURE), {}
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        found[kind] = found.get(kind, b"") + body
        at += 12 + length
    return found
