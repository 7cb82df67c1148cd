-- Who comments most?
-- Names under comments. A name is a signature, not a person: equal names may be different people.
select
  name,
  comments,
  articles,
  first_at,
  last_at
from signatures
order by comments desc
limit 200
