"""Takes the bytes of a document and the format that its address names, gives its title and text, and says what could not be read.

Foreign bytes: it is called in worker processes alone, whose time and memory are limited. What a file is, its first bytes decide.
"""

from __future__ import annotations

from crawler.extract.documents.text import LONGEST, UNKNOWN, DocumentText
from crawler.extract.dom.encoding import decode
from crawler.extract.dom.tree import clean_text

PLAIN = ("txt", "csv", "tsv", "md")


def document_text(content: bytes, form: str, seconds: float) -> DocumentText:
    """``form``: as ``archive.text.documents.document_format`` gives it; ``seconds`` of CPU after which the rest of a PDF is left.

    Raises nothing for what the bytes cause, but MemoryError.
    """
    if b"%PDF-" in content[:1024]:
        from crawler.extract.documents.pdf import pdf_text  # a fifth of a second

        read = pdf_text(content, seconds)
    elif content.startswith(b"PK\x03\x04"):
        from crawler.extract.documents.office import office_text

        read = office_text(content)
    elif form in PLAIN:
        read = plain_text(content)
    else:
        read = DocumentText(note=f"it is no {form.upper()} file" if form == "pdf" else UNKNOWN)
    return _cleaned(read)


def plain_text(content: bytes) -> DocumentText:
    """Text as it stands, in the encoding that its bytes show."""
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return DocumentText(note="it is no text, though its name says so")
    return DocumentText(text=decode(content))


def _cleaned(read: DocumentText) -> DocumentText:
    text, note = clean_text(read.text).strip(), read.note
    if len(text) > LONGEST:
        text, note = text[:LONGEST], note or f"the first {LONGEST:,} characters of its text"
    return DocumentText(" ".join(clean_text(read.title).split())[:500], text, note)
