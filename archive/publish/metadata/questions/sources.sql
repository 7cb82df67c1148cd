-- Which sources does the site rely on?
-- Hosts that articles link to, by the number of articles; links between archived articles are left
-- out.
select
  host,
  articles,
  links,
  first_on,
  last_on
from sources
order by articles desc, links desc
limit 500
