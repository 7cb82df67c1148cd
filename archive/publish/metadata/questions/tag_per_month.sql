-- How many articles per month carry tag X?
-- Give a tag or category, in any case. Left empty, it counts all articles.
select
  articles.month,
  count(distinct articles.id) as articles
from articles
left join article_tags on article_tags.article_id = articles.id
left join tags on tags.id = article_tags.tag_id
where articles.month is not null
  and (tags.name = trim(:tag) collate nocase or trim(:tag) = '')
group by articles.month
order by articles.month
