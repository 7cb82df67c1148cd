-- Which articles are cited most by others?
-- Archived articles by the number of archived articles that link to them.
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
