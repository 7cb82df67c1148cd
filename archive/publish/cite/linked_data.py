"""An article for machines: takes a citation and a reading page's context, gives schema.org's NewsArticle as JSON-LD for the page's head.

https://schema.org/NewsArticle, https://schema.org/ArchiveComponent
"""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from archive.publish.cite.citation import Citation
from archive.publish.cite.names import split_name
from archive.publish.formats import record_address

ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
"""A script's text ends at ``</script>`` and knows no entities: these are written as JSON's own escapes."""


def linked_data(cited: Citation, context: dict[str, Any], origin: str) -> Markup:
    """The content of ``<script type="application/ld+json">``, safe to stand there as it is."""
    article, revision = context["article"], context["revision"]
    item = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": article["url"],
        "url": article["url"],
        "headline": cited.title,
        "author": [person(name) for name in cited.authors],
        "publisher": {"@type": "Organization", "name": cited.site, "url": article["home"]},
        "datePublished": revision["published_at"] or cited.published_on,
        "dateModified": revision["modified_at"],
        "keywords": list(cited.keywords),
        "wordCount": context["words"],
        "commentCount": len(context["thread"]),
        "creativeWorkStatus": cited.gone,
        "archivedAt": archived_page(cited, context, origin),
    }
    return as_script(filled(item))


def archived_page(cited: Citation, context: dict[str, Any], origin: str) -> dict[str, Any]:
    """The state as this archive holds it: when it was seen, and the record and digests that prove it."""
    identifiers = {
        "WARC-Record-ID": cited.record_id.strip("<>"),
        "payload digest": cited.payload_digest,
        "digest of the revision": context["revision"]["digest"],
        "sealed at": cited.sealed_at,
        "stamped at": cited.stamped_at,
    }
    return filled(
        {
            "@type": ["WebPage", "ArchiveComponent"],
            "url": cited.permalink,
            "dateCreated": cited.seen_at,
            "holdingArchive": {"@type": "ArchiveOrganization", "name": "Archive", "url": f"{origin}/"},
            "itemLocation": origin + record_address(cited.record_id) if cited.record_id else "",
            "identifier": [{"@type": "PropertyValue", "propertyID": name, "value": value} for name, value in identifiers.items() if value],
        }
    )


def person(name: str) -> dict[str, str] | str:
    """A signature: a person where it is surely one, else only the name."""
    parts = split_name(name)
    return {"@type": "Person", "name": name, "familyName": parts[0], "givenName": parts[1]} if parts else name


def filled(item: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty."""
    return {name: value for name, value in item.items() if value not in ("", None, [], 0)}


def as_script(value: dict[str, Any]) -> Markup:
    """JSON in which nothing ends a script or begins markup."""
    return Markup(json.dumps(value, ensure_ascii=False, indent=1).translate(ESCAPES))
