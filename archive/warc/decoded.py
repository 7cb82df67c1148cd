"""A body as text: takes HTTP headers and a body as transferred, gives the text, its content encoding and its charset undone."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

from warcio.statusandheaders import StatusAndHeaders

LARGEST = 1 << 28  # bytes that a body may unpack to
DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
MAGIC = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}  # how what is packed so begins
NO_TEXT = re.compile(r"(?:image/(?!svg)|audio/|video/|font/|application/(?:pdf|zip|gzip|octet-stream|font|vnd\.|x-font|wasm))", re.I)


class Undecodable(ValueError):
    """A body whose content encoding cannot be undone."""


def encoding_of(http: StatusAndHeaders | None, body: bytes) -> str:
    """The content encoding that a body has; '' for none. Some tools unpack bodies and keep the header: what begins as text is no gzip."""
    named = ((http.get_header("Content-Encoding") or "") if http else "").strip().lower()
    unpacked = named in MAGIC and not body.startswith(MAGIC[named]) and body.lstrip()[:1] in (b"<", b"{", b"[")
    return "" if unpacked or named == "identity" else named


def decoded_body(http: StatusAndHeaders | None, body: bytes) -> bytes:
    """The body without its content encodings. Raises Undecodable where one is unknown, broken, or unpacks to too much."""
    for coding in reversed([coding.strip() for coding in encoding_of(http, body).split(",")]):
        if coding in ("", "identity") or not body:
            continue
        if coding not in DECODERS:
            raise Undecodable(f"content encoding {coding[:40]!r} is not known")
        body = DECODERS[coding](body)
    return body


def body_text(http: StatusAndHeaders | None, body: bytes) -> str:
    """The body as text, by the charset that its headers or its first kilobytes declare, else UTF-8. Raises Undecodable."""
    data = decoded_body(http, body)
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace")
    declared = DECLARED.search(((http.get_header("Content-Type") or "") if http else "").encode()) or DECLARED.search(data[:4096])
    try:
        return data.decode(declared[1].decode() if declared else "utf-8", "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def is_text(mime: str | None) -> bool:
    """Whether a media type may hold text that can be read without its program."""
    return NO_TEXT.match(mime or "") is None


def _inflated(body: bytes, kinds: tuple[int, ...]) -> bytes:
    for kind in kinds:
        data, rest = bytearray(), body
        try:
            while rest:  # gzip allows several members
                unzip = zlib.decompressobj(kind)
                data += unzip.decompress(rest, LARGEST - len(data) + 1)
                if len(data) > LARGEST:
                    raise Undecodable("it unpacks to too much")
                rest = unzip.unused_data if unzip.eof else b""
                if not rest.startswith(body[:2]):
                    break
        except zlib.error:
            if not data:
                continue
        return bytes(data)  # of a torn one, what is there
    raise Undecodable("its content encoding is broken")


def _gunzipped(body: bytes) -> bytes:
    return _inflated(body, (zlib.MAX_WBITS + 32, -zlib.MAX_WBITS))


def _unbrotlied(body: bytes) -> bytes:
    try:
        import brotli  # older captures have it; the crawler asks for gzip

        data: bytes = brotli.Decompressor().process(body)
    except ImportError as error:
        raise Undecodable("the package brotli is not installed") from error
    except Exception as error:  # brotli.error, which older releases do not name
        raise Undecodable("its content encoding is broken") from error
    return data


def _unzstd(body: bytes) -> bytes:
    try:
        import zstandard

        with zstandard.ZstdDecompressor().stream_reader(body) as reader:
            data: bytes = reader.read(LARGEST + 1)
    except ImportError as error:
        raise Undecodable("the package zstandard is not installed") from error
    except zstandard.ZstdError as error:
        raise Undecodable("its content encoding is broken") from error
    if len(data) > LARGEST:
        raise Undecodable("it unpacks to too much")
    return data


DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _gunzipped,
    "br": _unbrotlied,
    "zstd": _unzstd,
}
