"""How far the lists of a site are followed, and what a reading of one came to."""

from __future__ import annotations

from typing import Literal

FILES_AT_MOST = 2_000  # sitemap files, feed pages, listing pages: a calendar without end must not become a crawl without end
FILES_IN_VAIN = 50  # sitemap files in a row that name nothing but further files, or nothing at all
SECTIONS_AT_MOST = 30  # menus of a front page
LANGUAGES_AT_MOST = 40  # front pages in other languages
NOTHING_NEW = 3  # pages in a row that name nothing which the same list has not named before: it goes in a circle
NAMED_ELSEWHERE = 300  # pages of a listing in a row that name only what other lists have named: some 3,000 articles
INDEXES_IN_VAIN = 6  # index pages in a row that name only what other lists have named, or that the site does not have
BESIDE_REST_AT_MOST = 2  # such pages of the front page's listing where REST gives the articles: it is a check of REST, not the way in
Reading = Literal["whole", "news", ""]  # to the last entry; as far as there was something new; there is no such list
