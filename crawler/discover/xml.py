"""Takes XML as sites send it, gzipped or not, and gives its root. Only well-formed XML counts: a truncated list is not a whole one."""

from __future__ import annotations

import gzip
import io
import zlib
from urllib.parse import urljoin

from lxml import etree

from crawler.errors import DoorClosed

MOST_UNPACKED = 64 * 2**20  # bytes unpacked; the sitemap protocol allows 50 MB


def parse_xml(body: bytes, what: str) -> etree._Element:
    """The root element, of gzipped XML too. Raises DoorClosed when it is not well-formed.

    No entity of the document is resolved, and libxml2 keeps its own limits (huge_tree stays off): a document that
    multiplies itself is refused, not unfolded.
    """
    try:
        root = etree.fromstring(gunzipped(body).lstrip(), etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError, OSError, EOFError, zlib.error) as error:
        raise DoorClosed(f"{what} is no well-formed XML ({error})") from error
    if root is None:
        raise DoorClosed(f"{what} is empty")
    return root


def gunzipped(body: bytes) -> bytes:
    """The content of a .gz file; other bytes as they are. Raises ValueError for one that unpacks to more than LARGEST."""
    if body[:2] != b"\x1f\x8b":
        return body
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
        content = file.read(MOST_UNPACKED + 1)
    if len(content) > MOST_UNPACKED:
        raise ValueError("it unpacks to more than the protocol allows")
    return content


def name_of(element: etree._Element) -> str:
    """Local name without its namespace; '' for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def xml_text(element: etree._Element | None) -> str:
    return "".join(element.itertext()).strip() if element is not None else ""


def absolute_link(base: str, link: str) -> str:
    """The link's whole address; '' for one that is none, such as ``http://[``."""
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return ""
