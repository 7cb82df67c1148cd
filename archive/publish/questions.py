"""Questions people ask of the archive, as canned queries. A column called ``read`` leads to the reading page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    name: str  # part of the address
    title: str
    description: str
    sql: str


QUESTIONS = [
    Question(
        "edited_articles",
        "Which articles were edited after publication, and was it declared?",
        "Every later state of an article that was seen, the weightiest change in it, and the interval in which it was made.",
        """
select
  articles.url as read,
  edits.title,
  edits.change,
  case edits.declared when 1 then 'declared' when 0 then 'not declared' else '' end as declared,
  edits.unchanged_until as between_this,
  edits.seen_at as and_this,
  edits.old_title
from edits
join articles on articles.id = edits.article_id
order by edits.seen_at desc
""",
    ),
    Question(
        "removed_articles",
        "Which articles disappeared?",
        "Each disappearance as the interval between the last time the article was there and the first time it was not; "
        "gone_at is filled when a later run confirmed it.",
        """
select
  articles.url as read,
  articles.title,
  articles.byline,
  articles.published_on,
  absences.last_seen_at,
  absences.missing_since,
  absences.gone_at,
  absences.back_at
from absences
join articles on articles.id = absences.article_id
where absences.comment_id is null
order by absences.missing_since desc
""",
    ),
    Question(
        "removed_comments",
        "Which comments disappeared?",
        "Comments that were read once and later not found, each confirmed by its own request, with their text.",
        """
select
  comments.author,
  comments.text,
  articles.title as article,
  articles.url as read,
  comments.posted_at,
  absences.last_seen_at,
  absences.missing_since,
  absences.gone_at,
  absences.back_at
from absences
join comments on comments.id = absences.comment_id
join articles on articles.id = absences.article_id
order by absences.missing_since desc
""",
    ),
    Question(
        "edited_comments",
        "Which comments were changed?",
        "Comments whose text or signature was another one before.",
        """
select
  articles.url as read,
  articles.title as article,
  comment_edits.old_author,
  comment_edits.author,
  comment_edits.old_text,
  comment_edits.text,
  comment_edits.seen_at
from comment_edits
join articles on articles.id = comment_edits.article_id
where comment_edits.old_text <> comment_edits.text
  or comment_edits.old_author <> comment_edits.author
order by comment_edits.seen_at desc
""",
    ),
    Question(
        "who_comments_most",
        "Who comments most?",
        "Names under comments. A name is a signature, not a person: equal names may be different people.",
        """
select
  name,
  comments,
  articles,
  first_at,
  last_at
from signatures
order by comments desc
limit 200
""",
    ),
    Question(
        "most_discussed_articles",
        "Which articles were discussed most?",
        "Articles by the number of comments held.",
        """
select
  url as read,
  title,
  byline,
  published_on,
  comments
from most_discussed
order by comments desc
limit 200
""",
    ),
    Question(
        "sources",
        "Which sources does the site rely on?",
        "Hosts that articles link to, by the number of articles; links between archived articles are left out.",
        """
select
  host,
  articles,
  links,
  first_on,
  last_on
from sources
order by articles desc, links desc
limit 500
""",
    ),
    Question(
        "most_cited",
        "Which articles are cited most by others?",
        "Archived articles by the number of archived articles that link to them.",
        """
select
  articles.url as read,
  citations.cited_title as title,
  articles.published_on,
  count(distinct citations.article_id) as cited_by
from citations
join articles on articles.id = citations.cited_id
where citations.article_id <> citations.cited_id
group by citations.cited_id
order by cited_by desc, title
limit 200
""",
    ),
    Question(
        "who_cites",
        "Which articles cite this one?",
        "Give the original address of an article. Left empty, it answers for the article cited most.",
        """
with asked as (
  select id
  from articles
  where url = trim(:url)
  union
  select article_id
  from urls
  where url = trim(:url)
  union
  select target_article_id
  from (
    select target_article_id
    from links
    where target_article_id is not null and trim(:url) = ''
    group by target_article_id
    order by count(*) desc
    limit 1
  )
)
select
  citing.url as read,
  citations.title,
  citations.published_on,
  citations.words,
  citations.cited_title
from citations
join articles as citing on citing.id = citations.article_id
where citations.cited_id in (select id from asked)
order by citations.published_on desc
""",
    ),
    Question(
        "what_was_cut",
        "What was cut from this article, and why?",
        "Everything in the article's page that is not the author's text, with its kind and the rule that decided. "
        "Give the original address; left empty, it answers for the newest article.",
        """
with asked as (
  select revision_id
  from articles
  where url = trim(:url)
  union
  select articles.revision_id
  from urls
  join articles on articles.id = urls.article_id
  where urls.url = trim(:url)
  union
  select revision_id
  from (
    select revision_id
    from articles
    where trim(:url) = ''
    order by published_at desc
    limit 1
  )
)
select
  position,
  kind,
  rule,
  text
from blocks
where revision_id in (select revision_id from asked)
  and kind not in ('body', 'caption')
order by position
""",
    ),
    Question(
        "tag_per_month",
        "How many articles per month carry tag X?",
        "Give a tag or category, in any case. Left empty, it counts all articles.",
        """
select
  articles.month,
  count(distinct articles.id) as articles
from articles
left join article_tags on article_tags.article_id = articles.id
left join tags on tags.id = article_tags.tag_id
where articles.month is not null
  and (tags.name = trim(:tag) collate nocase or trim(:tag) = '')
group by articles.month
order by articles.month
""",
    ),
    Question(
        "what_is_missing",
        "What is missing?",
        "Things the site lists and the archive does not hold, each with its reason. Unexplained ones come first.",
        """
select
  sites.name as site,
  gaps.kind,
  gaps.ref,
  gaps.month,
  gaps.reason,
  case gaps.explained when 1 then 'explained' else 'unexplained' end as state,
  gaps.since
from gaps
join sites on sites.id = gaps.site_id
order by gaps.explained, gaps.since desc
""",
    ),
    Question(
        "how_complete",
        "How complete is the archive, month by month?",
        "What the site says it holds against what is held. An empty number: the site does not say.",
        """
select
  sites.name as site,
  coverage.kind,
  coverage.month,
  coverage.reported,
  coverage.held,
  coverage.reported - coverage.held as lacking,
  coverage.checked_at
from coverage
join sites on sites.id = coverage.site_id
order by coverage.month desc, coverage.kind
""",
    ),
    Question(
        "authors_by_year",
        "Who wrote how much, year by year?",
        "Articles, words and comments received per author and year; an article of two authors counts for both.",
        """
select
  authors.name as author,
  articles.year,
  count(*) as articles,
  sum(articles.word_count) as words,
  sum(articles.comment_count) as comments
from article_authors
join authors on authors.id = article_authors.author_id
join articles on articles.id = article_authors.article_id
group by authors.name, articles.year
order by articles.year desc, articles desc
""",
    ),
    Question(
        "evidence",
        "Which records prove what this article said?",
        "The exchanges in the WARC files that show each state of an article. Give the original address; "
        "left empty, it answers for the newest article.",
        """
with asked as (
  select id
  from articles
  where url = trim(:url)
  union
  select article_id
  from urls
  where url = trim(:url)
  union
  select id
  from (
    select id
    from articles
    where trim(:url) = ''
    order by published_at desc
    limit 1
  )
)
select
  revisions.number as revision,
  revisions.seen_at,
  revision_captures.part,
  captures.captured_at,
  captures.url,
  captures.status,
  captures.payload_digest,
  captures.record_id,
  captures.filename,
  captures.offset,
  captures.length
from revisions
join revision_captures on revision_captures.revision_id = revisions.id
join captures on captures.id = revision_captures.capture_id
where revisions.article_id in (select id from asked)
order by revisions.number, captures.captured_at
""",
    ),
]
