-- Which comments disappeared?
-- Comments that were read once and later not found, each confirmed by its own request, with their
-- text.
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
