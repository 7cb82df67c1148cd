"""HTML pages and REST fragments to Articles. Pure: bytes and strings in, values out; no network, no Scrapy, no state.

parsing    bytes -> tree; tree   the text of an element      document   a page walked once: names, anchors, texts
container  which element holds the article's body          units      container -> block-level units
labels     which kind a unit is, by which rule             neighbours the rules that ask where it stands
regions    boxes known by their names                      appeals, bios, phrases   the wording of what is not text
judge, cleaner   what trafilatura takes for text           sanitise   markup that may be shown
body       all of these together: Content                  media      pictures and frames
head, jsonld     what the head states                      metadata   title, authors, dates; terms   tags, categories
headline, bylines, person   title, who wrote it, names          dates, months   written dates in several languages
thread     where the comments are                          nesting    which answers which
unnumbered comments without numbers of their own           crosscheck, ld_comments   trafilatura's and the head's comments
roles, signature    the parts of a comment, its author     comments   the thread: tuple of Comment
count, paging       what the page says of other pages      refusals, repair   pages that are none; markup put right
page       a whole page -> Article                         rest       REST JSON -> Article, Comment
"""
