"""Addresses as browsers understand them: takes references, URLs and query strings, gives the one spelling, and answers. Pure.

All equality of addresses is defined here. ``resolve`` says where a reference leads, ``one_spelling`` gives the form in which an
address is kept, ``same_page`` answers for two URLs, ``url_spellings`` lists what to look for in a table, ``without_parameters`` drops
what newsletters, networks and sessions append, and ``link_key`` is the older, frozen form inside stored digests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

from ada_url import join_url, normalize_url

Origin = tuple[str, str, int]
"""(scheme, host in ASCII, port)."""
DEFAULT_PORTS = {"http": 80, "https": 443}
TRACKING = (
    *("utm_*", "mtm_*", "hsa_*", "itm_*", "vero_*", "oly_*", "at_medium", "at_campaign", "xtor", "cmpid", "icid"),  # campaigns
    *("pk_campaign", "pk_kwd", "pk_source", "pk_medium", "piwik_campaign", "piwik_kwd", "ns_campaign", "ns_mchannel", "wt_mc", "wt.mc_id"),
    *("fbclid", "gclid", "gclsrc", "gad_source", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid"),
    *("li_fat_id", "srsltid", "wickedid", "rb_clickid", "s_kwcid", "ef_id", "_openstat"),  # clicks on advertisements
    *("mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp", "ml_subscriber", "ml_subscriber_hash"),  # newsletters
    *("igshid", "igsh", "ref_src", "ref_url", "_ga", "_gl", "__twitter_impression", "guccounter", "guce_referrer", "guce_referrer_sig"),
    *("fb_action_ids", "fb_action_types", "fb_source", "fb_ref", "_branch_match_id", "__cf_chl_*"),
)
"""Parameters that say where a reader came from; a trailing * is a prefix. Names out of the lists of AdGuard and ClearURLs.

courlan's pattern is not used: it also takes ``cid``, ``uid``, ``source`` and ``session``, which name a page on some sites.
https://github.com/AdguardTeam/AdguardFilters/blob/master/TrackParamFilter/sections/general_url.txt
"""
SESSIONS = (
    *("phpsessid", "jsessionid", "aspsessionid*", "asp.net_sessionid", "sessionid", "session_id", "sessid", "cfid", "cftoken"),
    *("oscsid", "zenid", "xtcsid", "bv_sessionid"),
)
"""Parameters that name a visitor's session. PHP, Java, ASP, ColdFusion and shops write them into every link of visitors without cookies."""
WORDPRESS_LINKS = ("replytocom", "share", "nb")
"""What WordPress and Jetpack append to an article's address for an answer or a shared link: the page stays the same."""
NOISE = (*TRACKING, *SESSIONS, *WORDPRESS_LINKS)
"""Parameters that never name another page."""
VISITS = (
    "_wpnonce",
    "nonce",
    "_nonce",
    "csrf*",
    "_csrf*",
    "authenticity_token",
    "form_token",
    "_",
    "cb",
    "cachebuster",
    "nocache",
    "rnd",
    "rand",
)
"""Parameters that a page writes anew at each visit: a link whose others stay leads where it led before."""
SHORT_SESSIONS = re.compile(r"(?:(?:sid|session|sess)=(?=[^=]*\d)(?=[^=]*[a-z])[0-9a-z,-]{20,}|s=[0-9a-f]{32})", re.I)
"""Sessions under names that name a page on other sites: only a value as long as a session's is one. phpBB, vBulletin."""
JOOMLA = re.compile(r"(?=(?:.*&)?option=com_\w)(?=(?:.*&)?id=\d)")
MENU_ITEM = re.compile(r"itemid=", re.I)
"""Joomla shows the item ``id`` of a component whatever its ``Itemid``, which says only from which menu one came."""
PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sessionid)=[^/;]*|/\((?:[A-Z]\([\w-]{20,}\))+\)(?=/)", re.I)
"""Sessions inside a path: Java's ;jsessionid=... and ASP.NET's /(S(...))/."""
DRESS = re.compile(
    r"/(?:amp|m|mobile|mobi|touch|print|printable|druck|drucken|imprimir|imprimer|stampa)(?=/)|\.(?:amp|mobile|print)(?=[./])", re.I
)
DRESS_PARAMETERS = ("amp", "amp_*", "outputtype", "output", "print", "printable", "printer_friendly", "m", "mobile", "view", "display")
FROZEN_LINK_NOISE = re.compile(r"^(utm_|fbclid$|gclid$|mc_[ce]id$)")
"""What ``link_key`` drops. It stands in the digests of stored revisions: another name here would make them differ."""

PageKey = tuple[str, str, str]  # host, path, query
# An address that a browser leaves as it is: most links are, and a look at them is cheaper than taking them apart.
_PLAIN = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*[a-z](?::(?!80/|443/)[1-9]\d{0,3})?/(?!(?:[^?#]*/)?\.{1,2}(?:[/?#]|$))"
    r"[\w/~=+,:@!$&'()*;.-]*(?:\?[\w/~=+,:@!$&()*;.?-]*)?(?:#[\w/~=+,:@!$&'()*;.?-]*)?",
    re.ASCII,
)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_UNRESERVED = re.compile(r"%(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])")
_ODD_ESCAPE = re.compile(r"%(?![0-9A-F]{2})|" + _UNRESERVED.pattern)
_DELIMITERS = "%/?#;\\"
"""Characters whose escapes mean something else than they do themselves: ``/a%2Fb`` is not ``/a/b``."""


@lru_cache(maxsize=8192)
def resolve(base: str, reference: str) -> str:
    """Where a reference on a page at ``base`` leads, in the normal form of ``normal_url``; empty for what is no address.

    As https://url.spec.whatwg.org says: dot segments, backslashes, blanks and line breaks, hosts in Unicode, default ports.
    """
    if _PLAIN.fullmatch(reference):
        return reference
    try:
        return _percent_normal(join_url(base, reference) if base else normalize_url(reference))
    except ValueError:
        return normal_url(reference) if base else ""


def normal_url(url: str) -> str:
    """A whole URL as a browser would send it, percent escapes in one form (RFC 3986, 6.2.2); empty for what is none.

    Unicode is escaped, escapes are in upper case, those of letters, digits and ``-._~`` are decoded; a reserved one stays.
    """
    return resolve("", url)


def _percent_normal(url: str) -> str:
    if "%" not in url or not _ODD_ESCAPE.search(url):
        return url
    return _ESCAPES.sub(_normal_escapes, _STRAY_PERCENT.sub("%25", url))


def _normal_escapes(run: re.Match[str]) -> str:
    return _UNRESERVED.sub(lambda escape: chr(int(escape[0][1:], 16)), run[0].upper())


def one_spelling(url: str, noise: Iterable[str] = NOISE) -> str:
    """The spelling under which the address of a page is kept: normal, without fragment, session and the parameters ``noise``.

    Empty for what is no address. Scheme and host stay: which of them are one site, the crawler knows.
    """
    parts = urlsplit(normal_url(url))
    return urlunsplit((parts.scheme, parts.netloc, PATH_SESSION.sub("", parts.path), without_parameters(parts.query, noise), ""))


def origin(url: str) -> Origin:
    """Scheme, host and port to which a request for this URL goes. Raises ValueError for a malformed one."""
    parts = urlsplit(url)
    return parts.scheme, ascii_host(parts.hostname or ""), parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def ascii_host(host: str) -> str:
    """A host in lower case, in the ASCII form of its name where it is written in Unicode; a port behind it stays."""
    return host.lower() if host.isascii() else urlsplit(normal_url(f"http://{host}/")).netloc or host.lower()


def unicode_host(host: str) -> str:
    """A host as a reader writes it: its Unicode name, where that is the name of the very same host."""
    try:
        shown = ".".join(part[4:].encode("ascii").decode("punycode") if part.startswith("xn--") else part for part in host.split("."))
    except UnicodeError:
        return host
    return shown if ascii_host(shown) == host else host


def link_key(url: str) -> str:
    """A link's target as stored digests compare it: scheme, www., some tracking parameters and a final slash do not count.

    Frozen: ``archive verify`` computes it again for every stored revision. For anything new use ``same_page``.
    """
    bare = re.sub(r"^https?://(www\.)?", "", url.strip())
    address, _, query = bare.partition("?")
    kept = [pair for pair in query.split("&") if pair and not FROZEN_LINK_NOISE.match(pair.split("=")[0].lower())]
    return address.rstrip("/") + ("?" + "&".join(kept) if kept else "")


def without_visits(url: str) -> str:
    """A link without the parameters that another visit would find changed."""
    address, mark, query = url.partition("?")
    return address + (f"?{kept}" if (kept := without_parameters(query, VISITS)) else "") if mark else url


def same_page(one: str, other: str, noise: Iterable[str] = NOISE) -> bool:
    """The same page but for scheme, www., port 80 or 443, a final slash, percent escapes, fragment, session and the parameters ``noise``.

    A malformed URL is the same as itself only.
    """
    return page_key(one, noise) == page_key(other, noise)


def page_key(url: str, noise: Iterable[str] = NOISE) -> PageKey:
    """(host, path, query) of a URL in the form in which ``same_page`` compares them."""
    return _page_key(url, tuple(noise))


@lru_cache(maxsize=4096)
def _page_key(url: str, noise: tuple[str, ...]) -> PageKey:
    whole = one_spelling(url, noise)
    if not whole:
        return "", url, ""
    parts = urlsplit(whole)
    return bare_host(parts.netloc), unescaped(parts.path).rstrip("/"), parts.query


def unescaped(path: str) -> str:
    """A path with every escape decoded that is no delimiter's: ``/%D0%B0%2Fb`` -> ``/а%2Fb``. One that is no UTF-8 stays."""
    return _ESCAPES.sub(_decoded, path)


def _decoded(run: re.Match[str]) -> str:
    try:
        text = bytes.fromhex(run[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return run[0].upper()
    return "".join(quote(character, safe="") if character in _DELIMITERS else character for character in text)


def undressed(url: str) -> tuple[str, str]:
    """An address without host and without what marks the same page for phones, as AMP and for print: (path, query).

    Equal ones may be the same page; that they are, only the pages themselves can say.
    """
    _, path, query = page_key(url, (*NOISE, *DRESS_PARAMETERS))
    return DRESS.sub("", f"{path}/").strip("/"), query


def is_dressed(url: str, plain: str) -> bool:
    """Whether an address may be ``plain`` for phones, as AMP or for print."""
    return len(url) > len(plain) and undressed(url) == undressed(plain) and not same_page(url, plain)


def bare_host(netloc: str) -> str:
    """A host in lower case without ``www.`` and without port 80 or 443; any other port stays."""
    return re.sub(r":(80|443)$", "", ascii_host(netloc.rpartition("@")[2])).removeprefix("www.")


def host_of(url: str) -> str:
    """The bare host of a URL, without any port; empty for a malformed URL and for one that has no host."""
    try:
        return ascii_host(urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def without_parameters(query: str, noise: Iterable[str] = NOISE) -> str:
    """A query string without these parameters and without sessions; the others stay as they are spelled, in their order."""
    if not query:
        return query
    patterns = tuple(noise)
    pairs = query.split("&")
    kept = [pair for pair in pairs if not (is_noise(unquote_plus(pair.partition("=")[0]), patterns) or SHORT_SESSIONS.fullmatch(pair))]
    if JOOMLA.match(query):
        kept = [pair for pair in kept if not MENU_ITEM.match(pair)]
    return query if len(kept) == len(pairs) else "&".join(pair for pair in kept if pair)


def is_noise(name: str, noise: Iterable[str] = NOISE) -> bool:
    """Whether a parameter's name is among ``noise``, in any case; ``utm_*`` is a prefix."""
    names, prefixes = _names(tuple(noise))
    return name.lower() in names or name.lower().startswith(prefixes)


@lru_cache(maxsize=64)
def _names(noise: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    prefixes = tuple(name[:-1] for name in noise if name.endswith("*"))
    return frozenset(name for name in noise if not name.endswith("*")), prefixes


def split_url(text: str) -> tuple[str, str, str] | None:
    """(host, path, query) of whatever a person pasted as an address, with or without a scheme; None when it is none."""
    text = "".join(character for character in text.strip() if character.isprintable())
    address = text if re.match(r"https?://", text, re.I) else f"http://{text.removeprefix('//')}"
    parts = urlsplit(normal_url(address))
    host = re.sub(r":(80|443)$", "", parts.netloc.rpartition("@")[2])
    return (host, parts.path or "/", parts.query) if host else None


def url_spellings(host: str, path: str, query: str) -> list[str]:
    """URLs under which a site may have published an address, likeliest first: both schemes, with and without www. and query."""
    bare = host.removeprefix("www.")
    names = [host, bare, f"www.{bare}"]
    hosts = dict.fromkeys([*names, *(unicode_host(name) for name in names)])
    queries = [query, without_parameters(query)]
    if path.strip("/"):  # ?amp=1: beside a path of its own, a query string is mostly an addition
        queries.append("")
    return [
        f"{scheme}://{name}{spelling}{'?' + asked if asked else ''}"
        for asked in dict.fromkeys(queries)
        for spelling in path_spellings(path)
        for name in hosts
        for scheme in ("https", "http")
    ]


def escape_spellings(url: str) -> list[str]:
    """A URL as it stands, and with its percent escapes in lower case, as some sites write them."""
    return list(dict.fromkeys((url, _ESCAPES.sub(lambda run: run[0].lower(), url))))


def path_spellings(path: str) -> list[str]:
    """A path with its percent escapes in either case or none, without a session, with and without the last slash."""
    encoded = urlsplit(normal_url(f"http://host.example{path}")).path if path.startswith("/") else path
    decoded = unescaped(encoded)
    plain = [decoded] if unescaped(decoded) == decoded else []  # /%2533 decodes to /%33, which is the address of /3
    known = [path, *escape_spellings(encoded), *plain]
    spellings = dict.fromkeys([*known, *(PATH_SESSION.sub("", spelling) for spelling in known)])
    slashed = [turned for spelling in spellings for turned in (spelling, spelling.rstrip("/") + "/", spelling.rstrip("/"))]
    return list(dict.fromkeys(slashed))
