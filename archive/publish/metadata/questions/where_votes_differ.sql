-- Where do trafilatura and the rules disagree?
-- Each wording that one of them takes for the author's text and the other does not, by the number of
-- articles in whose current state it stands, with the rule that decided and one of these articles.
select
  articles.url as read,
  count(distinct articles.id) as articles,
  blocks.kind,
  blocks.vote,
  blocks.rule,
  blocks.text
from blocks
join articles on articles.revision_id = blocks.revision_id
where blocks.vote is not null
  and blocks.kind <> 'caption'
  and (blocks.kind = 'body') <> (blocks.vote = 'text')
group by blocks.fingerprint, blocks.kind, blocks.vote
order by articles desc, blocks.revision_id desc, blocks.position
limit 500
