"""When two URLs are the same page, and which spellings one page has. Pure: URLs and query strings in, strings and answers out.

All equality of addresses is defined here. ``same_page`` answers for two URLs, ``url_spellings`` lists what to look for in a table,
``without_parameters`` drops what newsletters and networks append, and ``link_key`` is the older, frozen form inside stored digests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, unquote_plus, urlsplit

TRACKING = (
    *("utm_*", "mtm_*", "pk_campaign", "pk_kwd", "pk_source", "pk_medium", "vero_*", "oly_*"),  # campaigns, by measuring programs
    *("fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "li_fat_id"),  # clicks on advertisements
    *("mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "ml_subscriber", "ml_subscriber_hash"),  # newsletters
    *("igshid", "igsh", "ref_src", "_ga", "_gl"),
)
"""Parameters that say where a reader came from; a trailing * is a prefix. Names out of the lists of AdGuard and ClearURLs.

courlan's pattern is not used: it also takes ``cid``, ``uid``, ``source`` and ``session``, which name a page on some sites.
https://github.com/AdguardTeam/AdguardFilters/blob/master/TrackParamFilter/sections/general_url.txt
"""
WORDPRESS_LINKS = ("replytocom", "share", "nb")
"""What WordPress and Jetpack append to an article's address for an answer or a shared link: the page stays the same."""
NOISE = (*TRACKING, *WORDPRESS_LINKS)
"""Parameters that never name another page."""
FROZEN_LINK_NOISE = re.compile(r"^(utm_|fbclid$|gclid$|mc_[ce]id$)")
"""What ``link_key`` drops. It stands in the digests of stored revisions: another name here would make them differ."""

PageKey = tuple[str, str, str]  # host, path, query
SAFE_IN_PATH = "/:@!$&'()*+,;=~-._"


def link_key(url: str) -> str:
    """A link's target as stored digests compare it: scheme, www., some tracking parameters and a final slash do not count.

    Frozen: ``archive verify`` computes it again for every stored revision. For anything new use ``same_page``.
    """
    bare = re.sub(r"^https?://(www\.)?", "", url.strip())
    address, _, query = bare.partition("?")
    kept = [pair for pair in query.split("&") if pair and not FROZEN_LINK_NOISE.match(pair.split("=")[0].lower())]
    return address.rstrip("/") + ("?" + "&".join(kept) if kept else "")


def same_page(one: str, other: str, noise: Iterable[str] = NOISE) -> bool:
    """The same page but for scheme, www., port 80 or 443, a final slash, percent escapes, fragment and the parameters ``noise``.

    A malformed URL is the same as itself only.
    """
    return page_key(one, noise) == page_key(other, noise)


def page_key(url: str, noise: Iterable[str] = NOISE) -> PageKey:
    """(host, path, query) of a URL in the form in which ``same_page`` compares them."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "", url, ""
    return bare_host(parts.netloc), unquote(parts.path).rstrip("/"), without_parameters(parts.query, noise)


def bare_host(netloc: str) -> str:
    """A host in lower case without ``www.`` and without port 80 or 443; any other port stays."""
    return re.sub(r":(80|443)$", "", netloc.rpartition("@")[2].lower()).removeprefix("www.")


def host_of(url: str) -> str:
    """The bare host of a URL, without any port; empty for a malformed URL and for one that has no host."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def without_parameters(query: str, noise: Iterable[str] = NOISE) -> str:
    """A query string without these parameters; the others stay as they are spelled. ``utm_*`` is a prefix."""
    patterns = tuple(noise)
    pairs = query.split("&")
    kept = [pair for pair in pairs if not is_noise(unquote_plus(pair.partition("=")[0]), patterns)]
    return query if len(kept) == len(pairs) else "&".join(pair for pair in kept if pair)


def is_noise(name: str, noise: Iterable[str] = NOISE) -> bool:
    """Whether a parameter's name is among ``noise``, in any case."""
    lower = name.lower()
    return any(lower.startswith(one[:-1]) if one.endswith("*") else lower == one for one in noise)


def split_url(text: str) -> tuple[str, str, str] | None:
    """(host, path, query) of whatever a person pasted as an address, with or without a scheme; None when it is none."""
    text = "".join(character for character in text.strip() if character.isprintable())
    address = text if re.match(r"https?://", text, re.I) else f"http://{text.removeprefix('//')}"
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return None
    if not host or " " in host:
        return None
    return re.sub(r":(80|443)$", "", host), parts.path or "/", parts.query


def url_spellings(host: str, path: str, query: str) -> list[str]:
    """URLs under which a site may have published an address, likeliest first: both schemes, with and without www. and query."""
    bare = host.removeprefix("www.")
    hosts = [host, bare, f"www.{bare}"]
    queries = [query, without_parameters(query)]
    if path.strip("/"):  # ?amp=1: beside a path of its own, a query string is mostly an addition
        queries.append("")
    return [
        f"{scheme}://{name}{spelling}{'?' + asked if asked else ''}"
        for asked in dict.fromkeys(queries)
        for spelling in path_spellings(path)
        for name in dict.fromkeys(hosts)
        for scheme in ("https", "http")
    ]


def path_spellings(path: str) -> list[str]:
    """A path with its percent escapes in either case or none, with and without the last slash."""
    decoded = unquote(path, errors="replace")
    encoded = quote(decoded, safe=SAFE_IN_PATH)
    lower = re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), encoded)
    plain = [decoded] if unquote(decoded) == decoded else []  # /%2533 decodes to /%33, which is the address of /3
    spellings = dict.fromkeys([path, encoded, lower, *plain])
    slashed = [turned for spelling in spellings for turned in (spelling, spelling.rstrip("/") + "/", spelling.rstrip("/"))]
    return list(dict.fromkeys(slashed))
