"""Takes the bytes of a page, and the header that came with them, and gives its text: the encoding is found as browsers find it, and a
declaration that the bytes contradict is not believed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from w3lib.encoding import read_bom, resolve_encoding
from webencodings import lookup

from crawler.extract.dom.tree import word_list, word_set

_HEADER = re.compile(r"""(?:^|;)\s*charset\s*=\s*["']?\s*([^\s"';,]+)""", re.I)
_LOOKED_AT = 8192  # bytes in which a declaration is looked for: browsers take 1024, but long scripts stand before some
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_META = re.compile(r"""<meta(?=[\s/])((?:[^<>"']|"[^"]*"|'[^']*')*)""", re.I)
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_CONTENT = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.I)
_XML = re.compile(r"""\s*<\?xml\s[^<>]*?encoding\s*=\s*["']([^"']+)["']""", re.I)
# The web's standard gives up such pages, for reasons of safety that an archive of plain text has not.
_STATEFUL = {"hz-gb-2312": "hz", "iso-2022-kr": "iso2022_kr", "csiso2022kr": "iso2022_kr", "iso-2022-jp": "iso2022_jp_ext"}
_HANDLERS = {"gb18030": "web-gb18030", "euc_jp": "web-euc-jp"}  # of Python's codecs, to read what the web's read
_ERRORS = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff]")  # no letter there, a control character, a private one
_FEW = 50  # non-ASCII bytes for each error in a text that was read rightly
_TAGS = re.compile(rb"<(?:script|style)\b.*?</(?:script|style)|<[^>]*>", re.S | re.I)
_LANGUAGE = re.compile(rb"""<html[^>]*?\slang\s*=\s*["']?([a-zA-Z]{2,3})""", re.I)
_SAMPLE = 20_000  # bytes
_GUESSED = word_list(  # those in use
    "cp1251 koi8_r gb18030 big5hkscs cp932 euc_jp cp949 cp1250 iso8859_2 cp1253 cp1254 cp1255 cp1256 cp1257 cp874 cp1252"
)
# Told apart by the page's language: they differ in too few letters.
_LATIN = word_set("cp1250 iso8859_2 iso8859-2 iso8859-15 cp1252 cp1254 cp1257")
_LATIN_OF = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "hr", "sl", "bs", "ro", "sq"), "cp1250"),
    **dict.fromkeys(("tr", "az"), "cp1254"),
    **dict.fromkeys(("lt", "lv", "et"), "cp1257"),
}


class DecodedText(NamedTuple):
    text: str
    errors: int


def decode(body: bytes, content_type: str | None = None) -> str:
    """Bytes to text. A byte order mark comes first; valid UTF-8 is UTF-8 whatever the page says, as no other encoding is valid
    as UTF-8 by accident; then the header, the page's ``meta`` and its XML declaration, under the labels of
    https://encoding.spec.whatwg.org; what none of them explains is guessed. A letter that is cut off at the end is left out."""
    encoding, mark = read_bom(body)
    if encoding is not None and mark is not None:
        return body[len(mark) :].decode(encoding, "replace")
    if wide := _utf16_without_mark(body):
        return body.decode(wide, "replace")
    if (b"\x1b" in body or (b"~" in body and b"~{" in body)) and (stateful := _stateful(body, content_type)):
        return body.decode(stateful, "replace")
    try:
        text, size = codecs.utf_8_decode(body, "strict", False)
    except UnicodeDecodeError:
        return _not_utf8(body, content_type)
    if size < len(body) and text.isascii() and not any(_is_utf8(label) for label in _labels(body, content_type)):
        return _not_utf8(body, content_type)  # the one letter of the text is the last: cut off, or of another encoding
    return text


def _is_utf8(label: str) -> bool:
    found = lookup(label)
    return found is not None and found.name == "utf-8"


def _utf16_without_mark(body: bytes) -> str:
    start = body[:400]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 4 <= len(start) or min(even, odd) * 8 >= max(even, odd):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _stateful(body: bytes, content_type: str | None) -> str:
    return next((_STATEFUL[name] for label in _labels(body, content_type) if (name := _stateful_name(label)) in _STATEFUL), "")


def _stateful_name(label: str) -> str:
    label = label.strip().lower()
    found = lookup(label)
    return found.name if found is not None and found.name == "iso-2022-jp" else label


def _not_utf8(body: bytes, content_type: str | None) -> str:
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    letters = len(text) - broken - len(body.translate(None, _HIGH))
    if letters > 2 * broken:  # some bytes were lost, or pasted in from elsewhere
        return text
    odd = len(body.translate(None, _ASCII))
    tried: list[DecodedText] = []
    for label in _labels(body, content_type):
        codec = _codec_of(label)
        if codec is None or (codec.name in _LATIN and _is_no_latin(body)):
            continue
        found = _read(body, codec)
        if found.errors * _FEW <= odd:
            return found.text
        tried.append(found)
    tried.append(_read(body, codecs.lookup(_guess(body))))
    return min(tried, key=lambda found: found.errors).text


_ASCII = bytes(range(0x80))
_HIGH = bytes(range(0x80, 0x100))
_NO_LETTERS = bytes(set(range(0x80)) - set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def _is_no_latin(body: bytes) -> bool:
    """Are most letters none of ASCII? No language in Latin letters is written so: the page's declaration is a server's default."""
    sample = _sample(body)
    odd = len(sample.translate(None, _ASCII))
    return odd > 20 and odd * 3 > len(sample.translate(None, _NO_LETTERS)) * 2


def _labels(body: bytes, content_type: str | None) -> Iterator[str]:
    """What the header, the ``meta`` elements and the XML declaration say, in the order of their weight."""
    if content_type and (match := _HEADER.search(content_type)):
        yield match[1]
    start = body[:_LOOKED_AT].decode("latin-1")
    for meta in _META.findall(_COMMENT.sub("", start)):
        if label := _of_meta(meta):
            found = lookup(label)
            yield "windows-1252" if found is not None and found.name == "x-user-defined" else label  # as the standard has it
    if match := _XML.match(start):
        yield match[1]


def _of_meta(attributes: str) -> str:
    said: dict[str, str] = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(attributes)}
    if said.get("charset"):
        return said["charset"]
    pragma = said.get("http-equiv", "").strip().lower().replace("_", "-")
    match = _CONTENT.search(said.get("content", "")) if pragma == "content-type" else None
    return match[1] if match else ""


def _codec_of(label: str) -> codecs.CodecInfo | None:
    """None for an unknown label, and for UTF-8 and UTF-16, which the bytes were tried as before."""
    encoding = lookup(label)
    if encoding is None:  # no label of the standard, but what is meant is plain: "cp932", "euc_jp"
        name = resolve_encoding(label)
        codec = codecs.lookup(name) if name else None
        return codec if codec is not None and codec._is_text_encoding and not codec.name.startswith("utf") else None
    if encoding.name.startswith("utf") or encoding.name == "replacement":
        return None
    return codecs.lookup("gb18030") if encoding.name == "gbk" else encoding.codec_info  # their decoders are one in the standard


def _read(body: bytes, codec: codecs.CodecInfo) -> DecodedText:
    if codec.name == "x-user-defined":
        return DecodedText(codec.decode(body, "replace")[0], 0)
    decoder = codec.incrementaldecoder
    errors = _HANDLERS.get(codec.name, "replace")
    text = codec.decode(body, errors)[0] if decoder is None else decoder(errors).decode(body)  # which keeps back a letter cut off
    return DecodedText(text, sum(1 for _ in _ERRORS.finditer(text)))


def _sample(body: bytes) -> bytes:
    """The lines of text that are not ASCII, without markup."""
    lines = [line for line in _TAGS.sub(b"\n", body[: 10 * _SAMPLE]).split(b"\n") if not line.isascii()]
    size = 0
    for at, line in enumerate(lines):
        size += len(line)
        if size > _SAMPLE:
            return b"\n".join(lines[: at + 1])[: 2 * _SAMPLE]
    return b"\n".join(lines)


def _guess(body: bytes) -> str:
    """By the letters that occur in the text; where Latin ones do, by the page's language."""
    from charset_normalizer import from_bytes  # a tenth of a second, for few pages

    sample = _sample(body)
    for lost in range(4) if len(sample.translate(None, _ASCII)) > 7 else ():  # bytes of a letter that is cut off
        best = from_bytes(sample[: len(sample) - lost], cp_isolation=list(_GUESSED), enable_fallback=False).best()
        if best is not None and best.encoding not in _LATIN:
            return str(best.encoding)
    language = _LANGUAGE.search(body[:_LOOKED_AT])
    return _LATIN_OF.get(language[1].decode().lower() if language else "", "cp1252")


def _web_gb18030(error: UnicodeError) -> tuple[str, int]:
    """0x80 is the euro sign, https://encoding.spec.whatwg.org/#gb18030-decoder"""
    assert isinstance(error, UnicodeDecodeError)
    return ("€", error.start + 1) if error.object[error.start] == 0x80 else ("\ufffd", error.end)


def _web_euc_jp(error: UnicodeError) -> tuple[str, int]:
    """The characters of NEC and IBM (①, ㈱, 髙), which the web's EUC-JP has and Python's has not. Both encodings number the same
    table, so that they are found under Shift_JIS."""
    assert isinstance(error, UnicodeDecodeError)
    pair = error.object[error.start : error.start + 2]
    if len(pair) == 2 and all(0xA1 <= code <= 0xFE for code in pair):
        row, cell = pair[0] - 0xA1, pair[1] - 0xA1
        lead = row // 2 + (0x81 if row < 62 else 0xC1)
        trail = cell + (0x9F if row % 2 else 0x40 if cell < 63 else 0x41)
        found = bytes((lead, trail)).decode("cp932", "ignore")
        if found:
            return found, error.start + 2
    return "\ufffd", error.end


codecs.register_error("web-gb18030", _web_gb18030)
codecs.register_error("web-euc-jp", _web_euc_jp)
