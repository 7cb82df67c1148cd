"""What stood as JSON in ``lists.watermark``, in part under names that are no lists, becomes checkpoints and feed items. Released:
never edited."""

from __future__ import annotations

SQL = """
insert or ignore into checkpoints(site_id, kind, ref, position, at, count, value)
select site_id, 'newest_' || name, json_extract(mark.value, '$[0]'), mark.key, null, null, nullif(json_extract(mark.value, '$[1]'), '')
from lists
join json_each(watermark) as mark
where name in ('posts', 'comments');

insert into checkpoints(site_id, kind, ref, position, at, count, value)
select site_id, 'mass_loss_' || replace(name, 'mass loss of ', ''), lost.key, row_number() over (partition by site_id, name) - 1,
  json_extract(lost.value, '$[0]'), json_extract(lost.value, '$[1]'), null
from lists
join json_each(watermark) as lost
where name in ('mass loss of articles', 'mass loss of comments');

insert into checkpoints(site_id, kind, ref, position, at, count, value)
select site_id, 'suspect_' || replace(name, 'suspects of ', ''), suspect.key, row_number() over (partition by site_id, name) - 1,
  null, null, suspect.value
from lists
join json_each(watermark) as suspect
where name in ('suspects of posts', 'suspects of comments');

insert into checkpoints(site_id, kind, ref, position, at, count, value)
select site_id, 'sweep_' || replace(name, 'sweep of ', ''), '', 0, checked_at, null, null
from lists
where name in ('sweep of posts', 'sweep of comments', 'sweep of pages') and checked_at is not null;

insert into checkpoints(site_id, kind, ref, position, at, count, value)
select site_id, 'leads_elsewhere', article.key, row_number() over (partition by site_id) - 1, article.value, null, null
from lists
join json_each(watermark) as article
where name = 'addresses that lead elsewhere';

insert or ignore into checkpoints(site_id, kind, ref, position, at, count, value)
select site_id, 'hidden_comments', hidden.value, hidden.key, null, null, null
from lists
join json_each(watermark, '$.hidden') as hidden
where name = 'pages';

insert into checkpoints(site_id, kind, ref, position, at, count, value)
select site_id, 'listed_by', '', 0, null, null, json_extract(watermark, '$.by')
from lists
where name = 'pages' and json_extract(watermark, '$.by') <> '';

insert into checkpoints(site_id, kind, ref, position, at, count, value)
select site_id, 'followed', '', 0, json_extract(watermark, '$.followed'), null, null
from lists
where name = 'pages' and json_extract(watermark, '$.followed') is not null;

insert or ignore into checkpoints(site_id, kind, ref, position, at, count, value)
select site_id, 'sections', section.value, section.key, null, null, null
from lists
join json_each(watermark, '$.sections') as section
where name = 'pages';

insert or ignore into checkpoints(site_id, kind, ref, position, at, count, value)
select site_id, 'unlisted', address.value, address.key, null, null, null
from lists
join json_each(watermark, '$.elsewhere') as address
where name = 'pages';

insert or ignore into feed_items(site_id, url, published_at, authors, digest, seen_at)
select site_id, item.key, null, '', item.value, coalesce(checked_at, '')
from lists
join json_each(watermark, '$.items') as item
where name = 'pages';

delete from lists
where name in (
  'mass loss of articles', 'mass loss of comments', 'suspects of posts', 'suspects of comments',
  'sweep of posts', 'sweep of comments', 'sweep of pages', 'addresses that lead elsewhere'
);

update lists set watermark = null;
"""
