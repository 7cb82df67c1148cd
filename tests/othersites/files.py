"""Documents made for tests: PDF and office files, good ones and such as somebody may set as a trap."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from html import escape

from pypdf import PdfReader, PdfWriter

PDF = "application/pdf"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*pages: str, title: str = "") -> bytes:
    """A PDF with a line of text on each page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        shown = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        content = f"BT /F1 12 Tf 72 720 Td ({shown}) Tj ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        font = b"/Resources << /Font << /F1 3 0 R >> >>"
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] %s /Contents %d 0 R >>" % (font, len(objects)))
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    objects.append(b"<< /Title (%s) >>" % title.encode("latin-1"))
    return _pdf_of(objects)


def _pdf_of(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(objects), start)
    return bytes(out)


def encrypted(content: bytes, password: str) -> bytes:
    """The same PDF, which opens with a password; with '' for anybody."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_bomb(size: int) -> bytes:
    """A small PDF whose one page unpacks to so many bytes."""
    packer, packed = zlib.compressobj(9), bytearray()
    for _ in range(size >> 20):
        packed += packer.compress(b"(a) Tj " * (2**20 // 7))
    packed += packer.flush()
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>"
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    pages = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    return _pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", pages, font, page, stream, b"<< >>"])


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def docx(*paragraphs: str, title: str = "") -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    core = f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></c>'
    document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document, "docProps/core.xml": core})


def docx_bomb(size: int) -> bytes:
    """A small docx whose text unpacks to so many bytes."""
    head, tail = f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>', "</w:t></w:r></w:p></w:body></w:document>"
    return zipped({"word/document.xml": head.encode() + b"a" * size + tail.encode()})


def odt(*paragraphs: str) -> bytes:
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    body = "".join(f"<text:p>{text}</text:p>" for text in paragraphs)
    return zipped(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": f"<office:document {names}>{body}</office:document>"}
    )


def xlsx(*rows: Sequence[str]) -> bytes:
    name = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    words = list(dict.fromkeys(cell for row in rows for cell in row))
    shared = "".join(f"<si><t>{escape(word)}</t></si>" for word in words)
    cells = "".join("<row>" + "".join(f'<c t="s"><v>{words.index(cell)}</v></c>' for cell in row) + "</row>" for row in rows)
    return zipped(
        {
            "xl/workbook.xml": f"<workbook {name}/>",
            "xl/sharedStrings.xml": f"<sst {name}>{shared}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet {name}><sheetData>{cells}</sheetData></worksheet>",
        }
    )


def pptx(*slides: str) -> bytes:
    name = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    return zipped(
        {f"ppt/slides/slide{i}.xml": f"<p {name}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p>" for i, text in enumerate(slides, 1)}
    )


def epub(*chapters: str) -> bytes:
    items = "".join(f'<item id="c{i}" href="c{i}.xhtml"/>' for i in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    book = f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>'
    pages = {f"OPS/c{i}.xhtml": f"<html><body><p>{text}</p></body></html>" for i, text in enumerate(chapters)}
    return zipped({"META-INF/container.xml": "<container/>", "OPS/book.opf": book, **pages})
