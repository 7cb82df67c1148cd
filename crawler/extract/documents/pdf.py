"""The text of a PDF, page by page: takes its bytes, gives title and text, and says which pages could not be read."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pypdf import PasswordType, PdfReader

from crawler.extract.documents.text import LONGEST, DocumentText

if TYPE_CHECKING:
    from pypdf import PageObject

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every small fault; what cannot be read is said in the note


def pdf_text(content: bytes, seconds: float) -> DocumentText:
    """A document without its last pages where they would take more than ``seconds`` of CPU. Raises nothing but MemoryError."""
    end = time.process_time() + seconds
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            return DocumentText(note="it is encrypted")
        pages, title = len(reader.pages), _title(reader)
    except MemoryError:
        raise
    except Exception as error:  # pypdf has no common base for what broken files cause
        return DocumentText(note=f"it is broken: {type(error).__name__}")
    texts: list[str] = []
    failed, length = 0, 0
    for text in _texts(reader):
        texts.append(text or "")
        failed += text is None
        length += len(text or "")
        if len(texts) < pages and (time.process_time() > end or length > LONGEST):
            break
    read = "\n\n".join(text for text in texts if text)
    return DocumentText(title, read, _note(read, len(texts), pages, failed))


def _texts(reader: PdfReader) -> Iterator[str | None]:
    """The text of each page; None where it cannot be read."""
    for number in range(len(reader.pages)):
        try:
            yield _page_text(reader.pages[number])
        except MemoryError:
            raise
        except Exception:  # as above; the other pages may be good
            yield None


def _page_text(page: PageObject) -> str:
    return str(page.extract_text()).strip()


def _title(reader: PdfReader) -> str:
    try:
        return str((reader.metadata and reader.metadata.title) or "")
    except Exception:  # a broken table of metadata says nothing of the pages
        return ""


def _note(text: str, read: int, pages: int, failed: int) -> str | None:
    if read < pages:
        return f"the text of the first {read:,} of {pages:,} pages: the others would have taken too long"
    if failed:
        return f"{failed:,} of {pages:,} pages cannot be read"
    return None if text else "it holds no text: its pages may be pictures"
