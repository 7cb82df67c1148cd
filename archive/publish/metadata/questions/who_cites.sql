-- Which articles cite this one?
-- Give the original address of an article. Left empty, it answers for the article cited most.
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
