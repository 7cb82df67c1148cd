"""The sitemaps of one site: takes where robots.txt, an earlier run or custom place them, gives the addresses that all their files name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.clock import later
from archive.text.urls import resolve
from crawler.discover.limits import FILES_AT_MOST, FILES_IN_VAIN, LANGUAGES_AT_MOST, Reading
from crawler.discover.sitemap import RARE_PLACES, SITEMAP_PLACES, Sitemap, read_links, read_sitemap
from crawler.discover.xml import absolute_link
from crawler.errors import BadStatus
from crawler.session.checkpoints import as_refs

if TYPE_CHECKING:
    from crawler.discover.discovered import DiscoveredUrls
    from crawler.discover.list_files import ListFiles

KEPT_OUT = (401, 403)
AGAIN_AT_MOST = 10  # lists that an earlier run could not read


class SiteSitemaps:
    """Reads the sitemaps of one site. ``files`` asks for them; ``found`` keeps what they name."""

    def __init__(self, files: ListFiles, found: DiscoveredUrls) -> None:
        self.files, self.found, self.run = files, found, files.run
        self.named: set[str] = set()  # files that robots.txt, an index or an earlier run names
        self.indexed: set[str] = set()  # those that an index names
        self.unasked: list[str] = []  # lists that an earlier run could not read, and that this one leaves for the next comparison
        self.outside: list[str] = []  # those that robots.txt places on other hosts, where the site has no sitemap of its own

    async def read(self) -> Reading:
        """What a broken file still tells is used, but is not the whole list. A site that has none is asked again after a month."""
        below = self.run.checkpoints.refs("sitemaps")
        named = [*(place for place in [*self.run.sitemaps, *await self._in_head()] if self.run.addresses.reaches(place)), *below]
        last = self.run.remembered("sitemap")
        due = self.run.options.mode == "full" or not last["checked_at"] or later(last["checked_at"], days=30) <= self.run.store.now()
        places = [last["url"]] if last["url"] and not last["closed"] else []
        self.named.update(named, places)
        places += [absolute_link(base, place) for base in self._roots() for place in SITEMAP_PLACES] if due or places else []
        found: list[tuple[str, bool]] = []  # (place, whether it was read whole) of those that name articles
        failures = len(self.files.failures)
        for place in dict.fromkeys([*named, *places]):
            if (found and place not in named) or (last["url"] and len(self.files.failures) > failures):
                break  # found; or the one that was found before fails today, which makes no other one more likely
            names, whole = await self._tree(place)
            found += [(place, whole)] if names else []
        found += await self._below_languages(below) if due and found else []
        self.outside = [] if found else [place for place in self.run.sitemaps if place not in named]
        whole = bool(found) and all(whole for _, whole in found)
        place = found[0][0] if found else ""
        if place != last["url"] if found else due and len(self.files.failures) == failures:
            self._remember(place)
        return "whole" if whole else ""

    async def _in_head(self) -> tuple[str, ...]:
        """Those that the front page names, in a run that has asked for it."""
        return (await self.files.front())[1].sitemaps if self.run.home_response is not None else ()

    async def read_rare(self) -> Reading:
        """The places where few sites have a sitemap: for a site of which no other list names anything."""
        for place in (absolute_link(self.run.site.home, rare) for rare in RARE_PLACES):
            names, whole = await self._tree(place)
            if names:
                self._remember(place)
                return "whole" if whole else "news"
        return ""

    async def _below_languages(self, known: list[str]) -> list[tuple[str, bool]]:
        """The sitemaps below the front pages of other languages, where the site's own names nothing there. They are remembered."""
        _, page = await self.files.front()
        found: list[tuple[str, bool]] = []
        for front in [address for address in page.languages if self.run.addresses.belongs(address)][:LANGUAGES_AT_MOST]:
            folder = self.run.addresses.canonical(front).rstrip("/") + "/"
            if (
                "?" in folder
                or folder.rstrip("/") == self.run.site.home.rstrip("/")
                or any(url.startswith(folder) for url in self.found.addresses)
            ):
                continue
            for place in SITEMAP_PLACES:
                names, whole = await self._tree(absolute_link(folder, place))
                if names:
                    found.append((absolute_link(folder, place), whole))
                    break
        if found:
            self.run.store.save_checkpoints(self.run.site_id, "sitemaps", as_refs([*known, *(place for place, _ in found)]))
        return found

    def failed(self) -> list[str]:
        """What went wrong with files that something names, and those that end too early: what they hold is not known."""
        cut = [f"{address} is cut off" for address, door in self.files.cut.items() if door == "sitemap"]
        return [*(why for address, why in self.files.failures.items() if address in self.named), *cut]

    def unread(self) -> dict[str, str]:
        """Files that the site names and does not give: a stale line of robots.txt may name what is not there, an index does not."""
        found = dict.fromkeys(self.unasked, "the site names this list, and it could not be read")
        found |= dict.fromkeys(self.outside, "robots.txt names this list on another host, where we do not go")
        for address, error in self.files.ended.items():
            if isinstance(error, BadStatus) and (address in self.indexed or (address in self.named and error.status in KEPT_OUT)):
                found[address] = f"the site names this list, and it answers {error.status}"
        return found

    async def read_again(self, places: list[str]) -> None:
        """Lists that an earlier run could not read."""
        ours = [place for place in places if self.run.addresses.reaches(place)]
        self.outside = [place for place in places if place not in ours]
        self.indexed.update(ours)
        self.unasked = ours[AGAIN_AT_MOST:]
        for place in ours[:AGAIN_AT_MOST]:
            await self._tree(place)

    def _roots(self) -> list[str]:
        """The home, and the root of its host: there the sitemap of a home in a folder may lie."""
        return list(dict.fromkeys((self.run.site.home, resolve(self.run.site.home, "/"))))

    def _remember(self, place: str) -> None:
        closed = None if place else "no sitemap with articles was found"
        self.run.store.save_list(self.run.site_id, "sitemap", door="sitemap", url=place, closed=closed, checked_at=self.run.store.now())

    async def _tree(self, place: str) -> tuple[int, bool]:
        """(how many addresses of the site it names, whether it was read whole)."""
        waiting, seen, names, asked, idle, whole = [place], {place}, 0, 0, 0, True
        doubtful = set[str]()
        while waiting and asked < FILES_AT_MOST and idle < FILES_IN_VAIN:
            place = waiting.pop()
            read = read_links if place in self.run.sitemaps else read_sitemap
            sitemap: Sitemap | None = await self.files.get(place, "sitemap", read)
            asked, idle = asked + 1, 0 if sitemap and sitemap.addresses else idle + 1
            if sitemap is None:
                is_page = place in doubtful and not self.files.lacks(place)
                names += is_page and self.found.add(place, "sitemap")
                whole = whole and is_page
                continue
            doubtful |= sitemap.doubtful
            for address, lastmod in reversed(sitemap.addresses.items()):  # WordPress lists the oldest first
                names += self.run.addresses.belongs(address)
                self.found.add(address, "sitemap", lastmod)
            files = [file for file in sitemap.files if file not in seen]
            ours = [file for file in files if self.run.addresses.reaches(file)]
            whole = whole and len(ours) == len(files) and sitemap.whole and place not in self.files.broken
            seen.update(files)
            self.named.update(ours)
            self.indexed.update(ours)
            waiting += ours
        return names, whole and not waiting
