-- How much was published, and how much was discussed, year by year?
-- Articles and their words by local year of publication, and the comments that were posted in that year, whatever
-- they stand under.
with written as (
  select
    year,
    count(*) as articles,
    sum(word_count) as words
  from articles
  where year is not null
  group by year
),
said as (
  select
    cast(substr(posted_at, 1, 4) as integer) as year,
    count(*) as comments
  from comments
  where posted_at is not null and kind = 'comment'
  group by 1
),
years as (
  select year from written
  union
  select year from said
)
select
  years.year,
  coalesce(written.articles, 0) as articles,
  coalesce(said.comments, 0) as comments,
  coalesce(written.words, 0) as words
from years
left join written on written.year = years.year
left join said on said.year = years.year
order by years.year
