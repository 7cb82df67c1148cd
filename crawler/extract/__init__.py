"""HTML pages and REST fragments to Articles. Pure: bytes and strings in, values out; no network, no Scrapy, no state.

tree      bytes -> tree, text of an element          container  which element holds the article's body
units     container -> block-level units             labels     which kind a unit is, and by which rule
sanitise  markup that may be shown                   body       the three of them together: Content
metadata  title, authors, terms, dates of a page     dates      written dates in several languages
comments  the thread                                 paging     other pages of the thread and of the article
page      a whole page -> Article                    rest       REST JSON -> Article, Comment
"""
