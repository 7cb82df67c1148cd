-- How complete is the archive, month by month?
-- What the site says it holds against what is held. An empty number: the site does not say.
select
  sites.name as site,
  coverage.kind,
  coverage.month,
  coverage.reported,
  coverage.held,
  coverage.reported - coverage.held as lacking,
  coverage.checked_at
from coverage
join sites on sites.id = coverage.site_id
order by coverage.month desc, coverage.kind
