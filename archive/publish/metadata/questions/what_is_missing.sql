-- What is missing?
-- Things the site lists and the archive does not hold, each with its reason. Unexplained ones come
-- first.
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
