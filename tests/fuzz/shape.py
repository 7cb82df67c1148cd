"""Draws a site out of a seed: which system made it, in which language, what lists it has and what each of them names, how it writes dates,
what it counts, and, on sites with an odd seed, what goes wrong. One seed always gives the same site."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from zoneinfo import ZoneInfo

from .prose import LANGUAGES, Language

SYSTEMS = ("wordpress", "drupal", "joomla", "typepad", "ghost", "blogger", "static", "plain")
_WEIGHTS = (8, 3, 2, 2, 2, 2, 3, 2)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Europe/Zagreb")
# What a system has by itself; other kinds of lists come by plugins, so a part of the sites has those.
SITEMAPS = {
    "wordpress": ("index", "index", "urlset", "none"),
    "drupal": ("urlset", "paged", "none"),
    "joomla": ("urlset", "gz", "none"),
    "typepad": ("urlset", "text", "none"),
    "ghost": ("index",),
    "blogger": ("index", "none"),
    "static": ("urlset", "text", "gz", "none"),
    "plain": ("text", "none", "urlset"),
}
FEEDS = {
    "wordpress": ("rss",),
    "drupal": ("rss", "none"),
    "joomla": ("rss", "atom"),
    "typepad": ("atom", "rss"),
    "ghost": ("rss",),
    "blogger": ("atom",),
    "static": ("rss", "atom", "json", "none"),
    "plain": ("none", "none", "rss"),
}
PAGERS = {
    "wordpress": ("path",),
    "drupal": ("query0",),
    "joomla": ("start",),
    "typepad": ("path",),
    "ghost": ("path", "words"),
    "blogger": ("words",),
    "static": ("path", "words"),
    "plain": ("single", "single", "query1"),
}
DATES = ("iso", "iso", "rfc2822", "digits", "words", "words", "microdata", "json-ld", "dublin", "citation", "epoch")
# What may go wrong, where it fits: (fault, systems; none = all).
FAULTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("500 at first", ()),
    ("500 at some articles", ()),
    ("consent wall", ()),
    ("cut answers", ()),
    ("sitemap with a bare &", ()),
    ("sitemap cut off", ()),
    ("sitemap fails", ()),
    ("feed is broken", ()),
    ("listing's second page fails", ()),
    ("count is too high", ()),
    ("comment page fails", ()),
    ("article's second page fails", ()),
    ("robots.txt keeps out", ()),
    ("REST: bad JSON", ("wordpress",)),
    ("REST: notice before JSON", ("wordpress",)),
    ("REST: at most 10 a page", ("wordpress",)),
    ("REST: 500 at 100 a page", ("wordpress",)),
    ("REST: no totals", ("wordpress",)),
    ("REST: bad dates", ("wordpress",)),
    ("REST: empty texts", ("wordpress",)),
    ("REST: comments fail", ("wordpress",)),
    ("REST: fails now and then", ("wordpress",)),
)


@dataclass(frozen=True)
class Shape:
    seed: int
    system: str
    language: Language
    encoding: str
    declares: str  # where the encoding is said: header | meta
    zone: ZoneInfo
    count: int
    sitemap: str
    feed: str
    feed_items: int
    pager: str
    per_page: int
    date_form: str
    marked: bool  # Open Graph on the pages
    rest: str  # "" | open | closed
    thread: str  # "" no comments | one page | paged
    parted: bool  # some articles go on on further pages
    custom: str  # REST base of a custom type, "" = none
    second: Language | None  # another language of the same site
    lists_lack: str  # "" | "sitemap lacks some" | "feed alone names some"
    redirects: bool  # lists name some articles by old addresses
    slugs: str  # "ascii", or "native": words of the language, percent-encoded
    links: str  # how pages link: "plain", "base" (relative to a base element), "session" (with an id that each visit changes)
    feed_links: str  # "plain", or "tracked": with parameters of a newsletter
    robots: str  # how robots.txt names the sitemap: "whole" address or "relative"
    numerals: str  # of the dates that readers see: "ascii", "native" digits, or the "jalali" calendar
    faults: frozenset[str] = field(default_factory=frozenset)

    @property
    def sound(self) -> bool:
        """Is nothing wrong with it?"""
        return not self.faults

    def features(self) -> dict[str, str]:
        """For the report: what this site has of each feature."""
        return {
            "system": self.system,
            "language": self.language.code,
            "encoding": self.encoding,
            "sitemap": self.sitemap,
            "feed": self.feed,
            "pager": self.pager,
            "dates": self.date_form,
            "REST": self.rest or "none",
            "thread": self.thread or "none",
            "articles of several pages": "yes" if self.parted else "no",
            "custom type": "yes" if self.custom else "no",
            "second language": "yes" if self.second else "no",
            "lists": self.lists_lack or "name all",
            "old addresses": "yes" if self.redirects else "no",
            "slugs": self.slugs,
            "links": self.links,
            "links of the feed": self.feed_links,
            "sitemap in robots.txt": self.robots if self.sitemap != "none" else "none",
            "numerals": self.numerals,
        }


def draw(seed: int) -> Shape:
    random = Random(f"site {seed}")
    system = random.choices(SYSTEMS, _WEIGHTS)[0]
    language = random.choice(LANGUAGES)
    wordpress = system == "wordpress"
    encoding = random.choice(language.encodings) if system in ("static", "plain", "typepad", "joomla") else "utf-8"
    sitemap, feed, pager = random.choice(SITEMAPS[system]), random.choice(FEEDS[system]), random.choice(PAGERS[system])
    rest = random.choice(("open", "open", "open", "closed")) if wordpress else ""
    count = random.choice((3, 5, 8, 12)) if random.random() < 0.95 or not wordpress else 112
    shape = Shape(
        seed=seed,
        system=system,
        language=language,
        encoding=encoding,
        declares=random.choice(("header", "meta")),
        zone=ZoneInfo(random.choice(ZONES)),
        count=count,
        sitemap=sitemap,
        feed=feed,
        feed_items=random.choice((3, 5, 10)),
        pager=pager,
        per_page=random.choice((3, 5, 10)),
        date_form="iso" if wordpress else "json-ld" if system == "ghost" else random.choice(DATES),
        marked=system in ("wordpress", "ghost") or random.random() < 0.6,
        rest=rest,
        thread="" if system in ("ghost", "plain") or random.random() < 0.25 else random.choice(("one page", "one page", "paged")),
        parted=system in ("wordpress", "joomla", "plain", "static") and random.random() < 0.3,
        custom=random.choice(("", "", "briefings", "field-notes")) if (wordpress and rest == "open") or system == "drupal" else "",
        second=random.choice([other for other in LANGUAGES if other.code[:2] != language.code[:2]])
        if encoding == "utf-8" and system in ("wordpress", "drupal", "static") and random.random() < 0.25
        else None,
        lists_lack=random.choice(("", "", "sitemap lacks some", "feed alone names some")) if sitemap != "none" and feed != "none" else "",
        redirects=random.random() < 0.15,
        **manners(seed, system, language),
        faults=frozenset(),
    )
    return with_faults(shape, random) if seed % 2 else shape


def manners(seed: int, system: str, language: Language) -> dict[str, str]:
    """How addresses and dates are written."""
    random = Random(f"manners {seed}")
    numerals = {"fa": ("ascii", "native", "jalali"), "ar": ("ascii", "native"), "hi": ("ascii", "native")}.get(language.code, ("ascii",))
    return {
        "slugs": random.choice(("ascii", "native")) if system in ("wordpress", "static", "drupal") else "ascii",
        "links": random.choice(("plain", "plain", "base", "session") if system in ("joomla", "plain", "static") else ("plain",)),
        "feed_links": random.choice(("plain", "plain", "tracked")),
        "robots": random.choice(("whole", "whole", "whole", "relative")),
        "numerals": random.choice(numerals),
    }


def with_faults(shape: Shape, random: Random) -> Shape:
    """One to three of those that fit, never none."""
    fitting = [name for name, systems in FAULTS if (not systems or shape.system in systems) and _fits(name, shape)]
    return replace(shape, faults=frozenset(random.sample(fitting, min(len(fitting), random.randint(1, 3)))))


def _fits(fault: str, shape: Shape) -> bool:
    needed = {
        "sitemap with a bare &": shape.sitemap in ("urlset", "index", "paged"),
        "sitemap cut off": shape.sitemap in ("urlset", "index", "paged"),
        "sitemap fails": shape.sitemap != "none",
        "feed is broken": shape.feed != "none",
        "listing's second page fails": shape.pager != "single" and shape.count > shape.per_page,
        "count is too high": bool(shape.thread),
        "comment page fails": shape.thread == "paged",
        "article's second page fails": shape.parted and shape.rest != "open",
        "REST: comments fail": bool(shape.thread),
    }
    return needed.get(fault, True) and (not fault.startswith("REST") or shape.rest == "open")
