-- Which articles were edited after publication, and was it declared?
-- Every later state of an article that was seen, the weightiest change in it, and the interval in
-- which it was made.
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
