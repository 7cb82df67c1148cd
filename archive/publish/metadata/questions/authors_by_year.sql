-- Who wrote how much, year by year?
-- Articles, words and comments received per author and year; an article of two authors counts for
-- both.
select
  authors.name as author,
  articles.year,
  count(*) as articles,
  sum(articles.word_count) as words,
  sum(articles.comment_count) as comments
from article_authors
join authors on authors.id = article_authors.author_id
join articles on articles.id = article_authors.article_id
group by authors.name, articles.year
order by articles.year desc, articles desc
