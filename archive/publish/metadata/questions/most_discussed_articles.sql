-- Which articles were discussed most?
-- Articles by the number of comments held.
select
  url as read,
  title,
  byline,
  published_on,
  comments
from most_discussed
order by comments desc
limit 200
