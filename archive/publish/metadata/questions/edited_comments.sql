-- Which comments were changed?
-- Comments whose text or signature was another one before.
select
  articles.url as read,
  articles.title as article,
  comment_edits.old_author,
  comment_edits.author,
  comment_edits.old_text,
  comment_edits.text,
  comment_edits.seen_at
from comment_edits
join articles on articles.id = comment_edits.article_id
where comment_edits.old_text <> comment_edits.text
  or comment_edits.old_author <> comment_edits.author
order by comment_edits.seen_at desc
