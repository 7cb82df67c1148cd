-- Which articles disappeared?
-- Each disappearance as the interval between the last time the article was there and the first time it
-- was not; gone_at is filled when a later run confirmed it.
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
