-- What was cut from this article, and why?
-- Everything in the article's page that is not the author's text, with its kind and the rule that
-- decided. Give the original address; left empty, it answers for the newest article.
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
