-- Which records prove what this article said?
-- The exchanges in the WARC files that show each state of an article. Give the original address; left
-- empty, it answers for the newest article.
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
