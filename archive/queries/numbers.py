"""What each number means that is told anywhere: name -> its definition. Pages, ``status``, ``/status.json``, ``/metrics``, the line at the
end of a crawl and docs/numbers.md all say the same name for the same number.
"""

from __future__ import annotations

import sys
from pathlib import Path

NUMBERS: dict[str, str] = {
    # articles
    "articles.held": "Articles that are kept, whether their site still has them or not, and whether they are shown or withheld.",
    "articles.shown": "Articles that these pages show: those held, without those withheld.",
    "articles.withheld": "Articles that are held and not shown, by a decision or by a site's rule of age.",
    "articles.there": "Articles held that were on their site when they were last asked for.",
    "articles.missing": "Articles held that their site no longer has, confirmed or not.",
    "articles.missing_shown": "Of the articles shown, those that their site no longer has, confirmed or not.",
    "articles.unconfirmed": "Articles held that were not there when last asked for; no run a day or more later has confirmed it yet.",
    "articles.gone": "Articles held that were not there, and still not there in a run a day or more later.",
    "articles.reported": "Articles that the site says it has, when it was last asked.",
    "articles.found": "Articles that this search finds.",
    "articles.citing": "Articles shown that link to this address.",
    "marks.hits": "Places of this article, its comments included, where words of the search stand.",
    "marks.in_comments": "Of these places, those in comments.",
    "articles.words": "Words in the text of this state of the article.",
    "articles.unchanged_phrase": "Articles that have these words in every state that was seen.",
    # comments
    "comments.held": "Comments, pingbacks and trackbacks that are kept, whether their site still has them or not, and whether they are"
    " shown or withheld.",
    "comments.shown": "Comments, pingbacks and trackbacks that these pages show: those held, without those withheld.",
    "comments.withheld": "Comments, pingbacks and trackbacks that are held and not shown: withheld themselves, or under a withheld article,"
    " or older than a site's rule of age allows.",
    "comments.there": "Comments held, without pings, that were on their site when they were last asked for; those under articles that"
    " are missing are not.",
    "comments.pings": "Pingbacks and trackbacks held that were on their site when last asked for: sites count them apart from comments.",
    "comments.away": "Comments and pings held that nobody can read on the site any more: missing themselves, or under a missing article.",
    "comments.unconfirmed": "Comments held that were not there when last asked for; no run a day or more later has confirmed it yet.",
    "comments.gone": "Comments held that were not there, and still not there in a run a day or more later. Those under a missing article"
    " are not counted.",
    "comments.reported": "Comments that the site, or the article's page, says there are, when it was last asked.",
    "comments.found": "Comments that this search finds.",
    "comments.shown_then": "Comments of this article that had been seen, and not been found missing, at that moment.",
    "comments.removed": "Comments of this thread that are no longer on the site.",
    "comments.reworded": "Comments of this thread whose text or signature was seen to change.",
    "comments.aged": "Comments of this thread that are held and not shown, because they are older than this archive serves.",
    "comments.replies": "Direct answers to this comment.",
    # states, evidence
    "revisions.held": "States of articles that are kept: an article that never changed has one.",
    "revisions.edits": "Later states of this article: the times it was seen to have been edited.",
    "revisions.steps": "Edits between the two states that are compared.",
    "revisions.found": "Former states that this search finds.",
    "captures.held": "Answers of sites that are kept as records.",
    "captures.address": "Captures of this address.",
    "documents.found": "PDF and office files that this search finds.",
    "blocks.cut": "Blocks of the page that are no part of the author's text.",
    "fields.different": "Fields of which the site's two doors, REST and page, say different things.",
    "topics.shown": "Names of tags and categories of the articles shown; equal names of several sites are one.",
    "authors.shown": "Names that sign the articles shown; equal names of several sites are one.",
    # what happened
    "changes.found": "Stories that are asked for: edits, moves, renames and disappearances, or what was seen for the first time. A"
    " disappearance is one story, also when it is confirmed or ends.",
    # how complete
    "gaps.unexplained": "What the site names, the archive does not hold, and no rule explains.",
    "gaps.explained": "What the site names and the archive does not hold, for a reason that a rule gives.",
    "gaps.reason": "Gaps of this site, kind and reason.",
    "quarantine.waiting": "Pages that were kept and not believed, and that a person has to decide on.",
    "quarantine.settled": "Pages in quarantine that were decided on, or whose article was read well since, or is missing.",
    "months.reported": "What the site says it has of this month.",
    "months.held": "What is held of this month and was on the site when last asked for.",
    "months.counted": "How many more the site counts in these months than it gives.",
    "lists.named": "What this list of the site named when it was last read.",
    "lists.held": "Of what this list names, the articles held.",
    "lists.explained": "Of what this list names, what is not held for a reason that a rule gives.",
    "growth.articles": "Articles first seen in the last 30 days.",
    "growth.comments": "Comments first seen in the last 30 days.",
    "growth.articles_expected": "Articles that the next 30 days bring, at the pace since the first complete run.",
    "growth.comments_expected": "Comments that the next 30 days bring, at the pace since the first complete run.",
    "pictures.shown": "Pictures that articles show.",
    "pictures.not_held": "Of the pictures that articles show, those that are not captured.",
    "documents.shown": "PDF and other files that articles link.",
    "documents.not_held": "Of the files that articles link, those that are not captured.",
    "embeds.not_held": "Videos, sounds and posts of other sites in the current texts: they are not captured.",
    "records.destroyed": "Records that were destroyed on this day, by a legal order.",
    # one run
    "runs.requests": "HTTP requests of this run, robots.txt included.",
    "runs.new": "Articles and comments that this run saw for the first time.",
    "runs.revised": "Articles and comments that got a new state in this run.",
    "runs.unchanged": "Articles and comments that this run read again without a change.",
    "runs.missing": "Articles and comments that this run newly found missing.",
    "runs.quarantined": "Pages that this run kept and did not believe.",
}

HEAD = """\
# What the numbers mean

`make docs` writes this page out of `archive/queries/numbers.py`. Every number on the pages says its definition when the pointer rests on
it; `/numbers` of a served archive has the same list.

A number is about something: the whole archive, a site, an article, a run, a search. Three sums always hold, for each site:

- `articles.held` = `articles.there` + `articles.missing`, and `articles.missing` = `articles.unconfirmed` + `articles.gone`
- `comments.held` = `comments.there` + `comments.pings` + `comments.away`
- held = shown + withheld

| number | what it counts |
|---|---|
"""


def numbers_page() -> str:
    """The definitions as Markdown."""
    return HEAD + "".join(f"| `{name}` | {meaning} |\n" for name, meaning in NUMBERS.items())


def main() -> None:
    """Write the page to the file that is named."""
    Path(sys.argv[1]).write_text(numbers_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
