"""The data as it is today, table by table: read this first.

Every column says in its comment what it means; the served pages show these meanings, and the archive carries them inside itself
(``carried_meanings``). Times are UTC, ISO 8601 with ``Z``. A wall clock whose zone is not known has no ``Z``.
An id is ours unless it is called ``source_id``: that one is the site's own.
Full-text search stands beside the tables: ``revisions_fts``, ``comments_fts`` and ``documents_fts``, kept by triggers
(``migrations/m029_searched_sooner.py``), the text as its first column; texts in languages whose words those do not find stand once more
in ``revision_words``, ``comment_words`` and ``document_words``, under indexes of their own (``migrations/m025_words.py``, ``words.py``).
Every text is stored once: ``blocks`` and ``comment_revisions`` are views over ``block_spans`` and ``comment_states``, which may be
written to as if they were tables (``migrations/m013_texts_once.py``, ``m028_smaller_rows.py``).

This text makes no table: the steps in ``archive/db/migrations/`` do, and a test holds what they make to what is written here.
To change the data, write the next step, then change this text. The wording of a meaning is changed here alone.
"""

from __future__ import annotations

import re

from sqlite_utils import Database

from archive.db import progress
from archive.db.migrations import MIGRATIONS, STEPS
from archive.db.shrink import spacious
from archive.db.views import ensure_views
from archive.errors import NewerSchema

TABLES = """
-- Sites that are known; scrapy update visits all of them but those that are paused or removed
create table sites (
  id integer primary key,  -- ours
  name text not null unique,  -- short name, also the folder of its WARC files
  home text not null unique,  -- address of the front page, with a trailing slash
  title text,  -- what the site calls itself
  timezone text,  -- IANA name of the site's wall clock; empty when not known
  added_at text,  -- when it was made known without a run; empty: its first crawl made it known
  paused_at text,  -- since when update leaves it out; empty: it is visited
  removed_at text  -- since when it is visited no more, though what is held stays; empty: it is visited
) strict;

-- What is remembered of each site for its next runs, as people set it
create table site_settings (
  site_id integer not null references sites(id),  -- the site
  name text not null,  -- pages, images, ..., delay, every, proxy: archive/store/site_settings.py says what each means
  value text not null,  -- as a person wrote it
  primary key (site_id, name)
) strict, without rowid;

-- Runs of the crawler, one row each, with how they ended
create table crawls (
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site that was visited
  started_at text not null,  -- when the run began
  finished_at text,  -- when it ended; empty while it runs, or when it was killed
  mode text not null,  -- update: what changed; full: everything read again; reextract: read again from the captures, no visit
  outcome text,  -- one word: complete, interrupted, failed, killed, ...
  exit_code integer,  -- 0 complete, 1 bug, 2 configuration, 3 disk or database, 4 content alarm, 5 unreachable, 130 interrupted
  requests integer not null default 0,  -- HTTP requests sent, robots.txt included
  bytes integer not null default 0,  -- body bytes received, as transferred
  new integer not null default 0,  -- articles and comments seen for the first time
  revised integer not null default 0,  -- articles and comments that got a new revision
  unchanged integer not null default 0,  -- articles and comments read again without a change
  missing integer not null default 0,  -- articles and comments newly found missing, each confirmed by its own request
  quarantined integer not null default 0,  -- pages kept but not believed
  note text,  -- the summary line, or what went wrong
  database_bytes integer  -- size of the database when it ended
) strict;

-- HTTP exchanges as they are in the WARC files: the evidence
create table captures (
  id integer primary key,  -- ours
  crawl_id integer references crawls(id),  -- the run that fetched it; empty for a record adopted after a kill
  article_id integer references articles(id),  -- the article this page or picture belongs to, where it is one article's
  door text not null,  -- what was asked: rest, page, feed, sitemap, robots, image, asset, document
  url text not null,  -- the address asked
  captured_at text not null,  -- when the answer arrived
  status integer not null,  -- HTTP status
  mime text,  -- media type as declared by the server
  payload_digest text not null,  -- sha256:HEX of the body as transferred
  record_id text not null unique,  -- WARC-Record-ID of the response record
  record_digest text not null,  -- sha256:HEX of the compressed record's bytes in the file
  filename text not null,  -- WARC file, relative to the archive's folder
  offset integer not null,  -- byte at which the compressed record starts
  length integer not null,  -- bytes of the compressed record
  imported_from text  -- name of the file of another tool that it was taken from; empty for our own
) strict;
create unique index captures_place on captures(filename, offset);
create index captures_crawl on captures(crawl_id);
create index captures_article on captures(article_id, captured_at);
create index captures_url on captures(url, captured_at);

-- The site's own lists, how far each has been read and what it said last: the crawler's memory between runs
create table lists (
  site_id integer not null references sites(id),  -- the site
  name text not null,  -- of REST: posts, another type, posts@de, comments, users, categories, tags; else that of a feed or sitemap
  door text not null,  -- rest, feed, sitemap, listing
  url text not null,  -- where it is asked
  total integer,  -- what the site said it holds, when it was last read whole or checked
  walk_started_at text,  -- when the present or last walk through the whole list began
  cursor text,  -- how far that walk has come; the next run goes on from here
  walked_at text,  -- when the walk came to its end; empty while it is unfinished
  checked_at text,  -- when the list was last asked
  closed text,  -- why this door is closed, empty while it is open
  held integer,  -- of the articles that it names, how many are held
  explained integer,  -- of the articles that it names, how many are not held for a reason that a rule gives
  primary key (site_id, name)
) strict;

-- What the crawler has to come back to: its memory between runs, beside the site's own lists
create table checkpoints (
  site_id integer not null references sites(id),  -- the site
  kind text not null,  -- what is remembered: archive/store/checkpoints.py names the kinds
  ref text not null,  -- what it is about: our id, the site's own id, or an address; empty where it is about the whole site
  position integer not null,  -- order within the kind from 0
  at text,  -- when: first observed, or last done
  count integer,  -- in how many runs it was observed
  value text,  -- what else the kind remembers
  primary key (site_id, kind, ref)
) strict, without rowid;

-- What the feed told of articles: those it names now, and those that do not hold yet what it told
create table feed_items (
  site_id integer not null references sites(id),  -- the site
  url text not null,  -- address of the article
  published_at text,  -- when it was published, to the second; empty where the feed does not say
  authors text not null,  -- all its authors, one name per line
  digest text not null,  -- of what the feed shows of it: another one means that there is news
  seen_at text not null,  -- when the feed was first seen to show this digest
  primary key (site_id, url)
) strict, without rowid;

-- Addresses that lists name and that were read as no article: on what evidence, and since when
create table verdicts (
  site_id integer not null references sites(id),  -- the site
  url text not null,  -- address that the list names
  reason text not null,  -- why it is no article
  decided_at text not null,  -- when it was first found so
  checked_at text not null,  -- when it was last read
  readings integer not null,  -- how often in a row it was found so: the next reading is due after 1, 2, 4, ... days
  digest text not null,  -- of what the page showed, without numbers: the same at other addresses is no verdict but a wall
  lastmod text not null,  -- what the list said of its last change; empty where it said nothing
  extractor text not null,  -- code that read it: it is read again by another
  primary key (site_id, url)
) strict, without rowid;

-- How often a list was right that said that a held page had changed
create table claims (
  site_id integer not null references sites(id),  -- the site
  list text not null,  -- sitemap or feed
  asked integer not null,  -- pages read because of it; old ones count less and less
  confirmed integer not null,  -- of these, how many were different
  checked_at text not null,  -- when it was last put to the test
  primary key (site_id, list)
) strict, without rowid;

-- Spans of time in which a site's totals count more items than it gives, so that its counting finds what really vanished
create table overcounts (
  site_id integer not null references sites(id),  -- the site
  list text not null,  -- the list whose total it is: posts, comments, or another name in lists
  first_at text not null,  -- earliest item given in the span
  last_at text not null,  -- latest item given in the span
  count integer not null,  -- how many more are counted than given
  primary key (site_id, list, first_at)
) strict, without rowid;

-- Articles that have been read as articles, each with its current revision
create table articles (
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  source_id text,  -- the site's own id, such as WordPress's post id
  url text not null,  -- current address
  kind text not null,  -- article; link: a headline that points elsewhere; picture; video
  title text not null,  -- headline of the current revision
  byline text,  -- who signs it, as one line
  published_at text,  -- the site's claim
  published_on text,  -- the site's local date, YYYY-MM-DD
  published_precision text,  -- second, minute or day: how much of published_at was observed
  modified_at text,  -- the site's claim of its last change
  year integer,  -- local year of publication
  month text,  -- local month of publication, YYYY-MM
  word_count integer not null default 0,  -- words in the text
  comment_count integer not null default 0,  -- comments held, pingbacks included, missing ones not
  reported_comment_count integer,  -- what the page itself says
  revision_id integer references revisions(id),  -- the current revision
  first_seen_at text not null,  -- our first observation
  last_seen_at text not null,  -- our last observation of it being there
  checked_at text not null,  -- when it was last asked for, there or not
  comments_checked_at text,  -- when its thread was last read to the end
  missing_since text,  -- confirmed missing since; empty while it is there
  gone_at text,  -- confirmed again, a day or more later; empty otherwise
  list text,  -- the list of the site's REST API that names it, as in lists; empty where none does
  language text,  -- of the text of its current revision, as ISO 639-1 has it; empty where it is not sure
  unique (site_id, source_id)
) strict;
create index articles_site_published on articles(site_id, published_at);
create index articles_published on articles(published_at);
create index articles_year on articles(year);
create index articles_month on articles(month);
create index articles_byline on articles(byline);
create index articles_kind on articles(kind);
create index articles_language on articles(language);
create index articles_comment_count on articles(comment_count);
create index articles_first_seen on articles(first_seen_at);
create index articles_checked on articles(site_id, checked_at);
create index articles_missing on articles(missing_since) where missing_since is not null;
create index articles_revision on articles(revision_id);

-- Every address an article has had
create table urls (
  url text primary key,  -- the address
  article_id integer not null references articles(id),  -- the article
  kind text not null,  -- current or alias
  first_seen_at text not null  -- when it was first seen under this address
) strict;
create index urls_article on urls(article_id);
create index urls_former on urls(article_id) where kind = 'alias';

-- Distinct states of an article's own content: title, byline, tags, text, captions
create table revisions (
  id integer primary key,  -- ours
  article_id integer not null references articles(id),  -- the article
  number integer not null,  -- 1 is the first state seen
  seen_at text not null,  -- when this state was first seen
  last_seen_at text not null,  -- when this state was last seen
  change text,  -- weightiest change since the revision before: correction, number, name, headline, byline, date, tags, link, wording, typo
  declared integer,  -- 1 when the article itself declares the change, 0 when not, empty when there is nothing to declare
  door text not null,  -- rest or page: which door showed it
  title text not null,  -- headline
  byline text,  -- who signs it, as one line
  published_at text,  -- the site's claim in this state
  modified_at text,  -- the site's claim of the last change in this state
  tags text not null default '',  -- tags and categories, one per line, as "tag: NAME" or "category: NAME"
  text text not null,  -- the author's text: the body blocks, a blank line between them
  digest text not null,  -- sha256:HEX over everything stored of this revision, for verify
  content_key text not null,  -- sha256:HEX over the normalised content: equal keys are one state
  extractor text not null,  -- which code read it
  extracted_at text not null,  -- when that code read it
  unique (article_id, number)
) strict;
create index revisions_seen on revisions(seen_at);
create index revisions_later on revisions(seen_at) where number > 1;

-- Which captures show a revision
create table revision_captures (
  revision_id integer not null references revisions(id),  -- the revision
  capture_id integer not null references captures(id),  -- the exchange in the WARC
  part text not null,  -- rest, page, or page-N of an article over several pages
  primary key (revision_id, capture_id)
) strict, without rowid;
create index revision_captures_capture on revision_captures(capture_id);

-- Where the text of each block stands in the text of its revision: read the view blocks, which shows the blocks themselves
create table block_spans (
  revision_id integer not null references revisions(id),  -- the revision
  position integer not null,  -- reading order from 0
  kind text,  -- caption, appeal, bio, tags, share, related, newsletter, chrome; empty: body
  rule text,  -- the rule that decided the kind; empty: container
  fingerprint any not null,  -- equal for equal wording: case, punctuation and link targets aside; its 16 hex digits as a number
  vote text,  -- what trafilatura said of it: chrome (left out), or unasked: it could not be asked, or was not yet; empty: text (kept)
  start integer,  -- at which character of the revision's text it begins, counted from 1; empty where it is no part of that text
  length integer,  -- how many characters long it is there
  text text,  -- plain text, where it is no part of the revision's text
  html text,  -- sanitised markup: all of it, or what stands between head and tail; empty where it is the text as one plain paragraph
  head integer,  -- how many characters of the markup of a plain paragraph come first; empty where html is all of it
  tail integer,  -- how many characters of the markup of a plain paragraph come last; empty where html is all of it
  primary key (revision_id, position),
  check (start is not null or text is not null)
) strict;
create index block_spans_embeds on block_spans(revision_id) where rule = 'media' and substr(html, 1, 12) = '<p><a href="';

-- What each door last showed of an article: a value is compared only with the last value from the same door
create table readings (
  article_id integer not null references articles(id),  -- the article
  door text not null,  -- rest or page
  fields text not null,  -- JSON: title, byline, authors, dates, terms, keys of text and captions, as this door showed them; nothing empty
  read_at text not null,  -- when
  capture_id integer references captures(id),  -- from which exchange
  extractor text not null,  -- which code read it
  primary key (article_id, door)
) strict;

-- Names that sign articles
create table authors (
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  name text not null,  -- as signed
  url text,  -- the author's page on the site
  source_id text,  -- the site's own id, where it tells one
  unique (site_id, name)
) strict;

-- Who signs which article
create table article_authors (
  article_id integer not null references articles(id),  -- the article
  author_id integer not null references authors(id),  -- the author
  position integer not null,  -- order in the byline from 0
  primary key (article_id, author_id)
) strict, without rowid;
create index article_authors_author on article_authors(author_id);

-- Tags and categories of the sites
create table tags (
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  kind text not null,  -- tag or category
  name text not null,  -- as shown
  slug text,  -- the part of its address
  source_id text,  -- the site's own id, where it tells one
  unique (site_id, kind, name)
) strict;

-- Which article carries which tag
create table article_tags (
  article_id integer not null references articles(id),  -- the article
  tag_id integer not null references tags(id),  -- the tag or category
  primary key (article_id, tag_id)
) strict, without rowid;
create index article_tags_tag on article_tags(tag_id);

-- Pictures of the current revision
create table images (
  article_id integer not null references articles(id),  -- the article
  position integer not null,  -- reading order from 0
  url text not null,  -- address of the picture
  caption text not null default '',  -- what stands under it
  alt text not null default '',  -- its text alternative
  digest text,  -- sha256:HEX of the picture, where it was captured
  capture_id integer references captures(id),  -- the exchange that brought the picture
  primary key (article_id, position)
) strict, without rowid;

-- Links in the text of the current revision: the sources it relies on
create table links (
  article_id integer not null references articles(id),  -- the article
  position integer not null,  -- reading order from 0
  url text not null,  -- address linked to
  host text not null,  -- its host, without www.
  text text not null default '',  -- the words that carry the link
  target_article_id integer references articles(id),  -- the archived article it leads to
  primary key (article_id, position)
) strict, without rowid;
create index links_host on links(host);
create index links_url on links(url);
create index links_target on links(target_article_id) where target_article_id is not null;

-- How addresses outside of the sites answered when scrapy outlinks asked them: a row while nothing changes
create table outlink_checks (
  id integer primary key,  -- ours
  url text not null,  -- address, without what follows a #
  first_at text not null,  -- when it first answered so
  last_at text not null,  -- when it last did
  checks integer not null,  -- how often in a row it was asked
  outcome text not null,  -- answers; refused: something is there, and not for us; failing; not asked: by robots.txt, or not public
  status integer,  -- HTTP status of the answer; empty where none came
  reason text,  -- why it is not asked, or why no answer came; empty where there is a status
  location text,  -- where it led to, when it answered from another address
  unique (url, first_at)
) strict;

-- Files that captured pages show themselves with: style sheets, fonts, scripts, pictures
create table assets (
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  url text not null,  -- address
  kind text not null,  -- style, font, script or picture
  depth integer not null,  -- how many style sheets lie between it and the page; 0: the page names it
  page_capture_id integer references captures(id),  -- the captured page on which it, or the style sheet that names it, was first seen
  first_seen_at text not null,  -- when it was first named
  digest text,  -- sha256:HEX of the file, where it was captured
  capture_id integer references captures(id),  -- the exchange that brought it
  unique (site_id, url)
) strict;
create index assets_page on assets(page_capture_id);
create index assets_capture on assets(capture_id) where capture_id is not null;

-- PDF and other files that articles link, each address once, held or not
create table documents (
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  url text not null,  -- address, without what follows a #
  name text not null,  -- name of the file, as its address says it
  state_id integer references document_states(id),  -- the current state; empty while none is held
  first_seen_at text not null,  -- when an article was first seen to link it
  last_seen_at text,  -- our last observation of it being there
  checked_at text,  -- when it was last asked for, there or not
  missing_since text,  -- its address answers 404 or 410 since; empty while it is there, and while it was never held
  gone_at text,  -- that was confirmed by a later run, a day or more after; empty otherwise
  unique (site_id, url)
) strict;
create index documents_state on documents(state_id) where state_id is not null;

-- Distinct states of documents: other bytes at the same address are a further state
create table document_states (
  id integer primary key,  -- ours
  document_id integer not null references documents(id),  -- the document
  number integer not null,  -- 1 is the first state seen
  seen_at text not null,  -- when this state was first seen
  last_seen_at text not null,  -- when this state was last seen
  capture_id integer not null references captures(id),  -- the exchange that brought it first
  digest text not null,  -- sha256:HEX of the file
  mime text,  -- media type as declared by the server
  bytes integer not null,  -- size of the file
  title text not null default '',  -- what the file calls itself
  text text not null default '',  -- the text in it, as far as it could be read
  note text,  -- why there is no text, or not all of it; empty where all was read
  extractor text not null,  -- which code read it
  extracted_at text not null,  -- when that code read it
  unique (document_id, number)
) strict;
create index document_states_capture on document_states(capture_id);

-- Which articles link which documents, or did
create table article_documents (
  article_id integer not null references articles(id),  -- the article
  document_id integer not null references documents(id),  -- the document
  first_seen_at text not null,  -- when the link was first seen
  primary key (article_id, document_id)
) strict, without rowid;
create index article_documents_document on article_documents(document_id);

-- Comments under articles: signatures with a time and a text
create table comments (
  id integer primary key,  -- ours
  article_id integer not null references articles(id),  -- the article
  source_id text not null,  -- the site's own id
  parent_id integer references comments(id),  -- the comment it answers
  source_parent_id text,  -- the site's own id of that one, also where the site hides it
  position integer not null default 0,  -- reading order within the thread from 0
  depth integer not null default 1,  -- 1 is top level
  kind text not null,  -- comment, pingback or trackback
  author text not null,  -- the name it is signed with: a signature, not a person
  author_url text not null default '',  -- the address given with the name
  posted_at text,  -- the site's claim
  posted_precision text,  -- second, minute or day: how much of posted_at was observed
  text text not null,  -- paragraphs apart by a blank line
  door text not null,  -- rest or page: which door showed the present state
  first_seen_at text not null,  -- our first observation
  last_seen_at text not null,  -- our last observation of it being there
  missing_since text,  -- confirmed missing since; empty while it is there
  gone_at text,  -- confirmed again, a day or more later; empty otherwise
  unique (article_id, source_id)
) strict;
create index comments_thread on comments(article_id, position);
create index comments_parent on comments(parent_id) where parent_id is not null;
create index comments_author on comments(author, kind, article_id, posted_at);
create index comments_posted on comments(posted_at);
create index comments_first_seen on comments(first_seen_at);
create index comments_missing on comments(missing_since) where missing_since is not null;
create index comments_pings on comments(article_id, posted_at) where kind <> 'comment';

-- What each state of a comment adds to the comment: read the view comment_revisions, which shows the states themselves
create table comment_states (
  id integer primary key,  -- ours
  comment_id integer not null references comments(id),  -- the comment
  number integer not null,  -- 1 is the first state seen
  seen_at text not null,  -- when this state was first seen
  digest any not null,  -- the 32 bytes of the sha256 over everything stored of this state
  content_key any not null,  -- the 32 bytes of the sha256 over the normalised content
  author text,  -- the name it was signed with; empty where it is the comment's
  text text,  -- paragraphs apart by a blank line; empty where it is the comment's
  parent_id integer references comments(id),  -- the comment it answered
  capture_id integer references captures(id),  -- the exchange that showed it
  unique (comment_id, number)
) strict;
create index comment_revisions_later on comment_states(seen_at) where number > 1;

-- Earlier readings of the same record: what scrapy reextract replaced in place, with the digest by which it may have been cited
create table rereadings (
  id integer primary key,  -- ours
  revision_id integer references revisions(id),  -- the revision of an article; empty when it is one of a comment
  comment_revision_id integer references comment_states(id),  -- the revision of a comment; empty when it is one of an article
  crawl_id integer not null references crawls(id),  -- the run that read the record again
  read_at text not null,  -- when it did
  digest text not null,  -- the revision's digest until then
  content_key text not null,  -- its content_key until then
  extractor text  -- which code had read it until then; empty for comments
) strict;
create index rereadings_revision on rereadings(revision_id) where revision_id is not null;
create index rereadings_comment on rereadings(comment_revision_id) where comment_revision_id is not null;
create index rereadings_digest on rereadings(digest);

-- Disappearances: intervals between two observations
create table absences (
  id integer primary key,  -- ours
  article_id integer not null references articles(id),  -- the article, or the article under which the comment stood
  comment_id integer references comments(id),  -- the comment, when it is one
  last_seen_at text not null,  -- the last time it was there
  missing_since text not null,  -- the first time it was not, confirmed by its own request
  gone_at text,  -- when a later run, a day or more after, found it missing again
  back_at text,  -- when it was seen again
  capture_id integer references captures(id),  -- the exchange that confirmed it
  reason text  -- how it shows where no answer says so: where its address leads; empty for 404, 410, and what REST does not give
) strict;
create index absences_article on absences(article_id);
create index absences_comment on absences(comment_id) where comment_id is not null;
create index absences_missing on absences(missing_since);
create index absences_gone on absences(gone_at) where gone_at is not null;
create index absences_back on absences(back_at) where back_at is not null;

-- What the site says it holds against what is held, per local month
create table coverage (
  site_id integer not null references sites(id),  -- the site
  kind text not null,  -- article or comment
  month text not null,  -- local month YYYY-MM; 'all' for the whole site
  reported integer,  -- what the site says; empty when it does not say
  held integer not null,  -- what is held of it
  checked_at text not null,  -- when the site said so
  primary key (site_id, kind, month)
) strict, without rowid;

-- Things that the site lists and the archive does not hold, each with its reason
create table gaps (
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  kind text not null,  -- article, comment, image, asset or document
  ref text not null,  -- the site's own id or address
  month text,  -- local month, where known
  reason text not null,  -- why: password, robots, over budget, limit, failed, ...
  explained integer not null,  -- 1: nothing to do about it; 0: it was asked for and not obtained
  since text not null,  -- when it was first missed
  unique (site_id, kind, ref)
) strict;

-- Where the two doors, REST and page, say different things about an article
create table differences (
  article_id integer not null references articles(id),  -- the article
  field text not null,  -- which field
  rest text,  -- what REST says
  page text,  -- what the page says
  seen_at text not null,  -- when they were last compared
  primary key (article_id, field)
) strict, without rowid;

-- Pages that were kept but not believed: they did not become current
create table quarantine (
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  url text not null,  -- the address asked
  captured_at text not null,  -- when the answer arrived
  reason text not null,  -- what was wrong with it
  capture_id integer references captures(id),  -- the exchange in the WARC
  last_at text,  -- when the address was last refused for the same reason; empty: only once
  title text,  -- the headline that was read of it
  text text  -- the text that was read of it; where it is no article, the beginning of what it shows
) strict;
create index quarantine_url on quarantine(url);

-- What the site wraps around articles, learned over the archive
create table boilerplate (
  site_id integer not null references sites(id),  -- the site
  fingerprint text not null,  -- of the block
  kind text not null,  -- appeal, bio, ...
  text text not null,  -- one wording of it
  articles integer not null,  -- in how many articles it stands
  authors integer not null,  -- by how many authors
  decided_by text not null,  -- the rule, or a person
  primary key (site_id, fingerprint)
) strict, without rowid;

-- What people overruled; survives every new extraction
create table decisions (
  id integer primary key,  -- ours
  kind text not null,  -- label, accept, reject, withhold, pseudonymise or spelling
  ref text not null,  -- what it is about: a fingerprint, a capture, an address, an alarm, a signature, two spellings
  value text not null,  -- what was decided
  reason text,  -- why
  decided_at text not null  -- when
) strict;
create index decisions_ref on decisions(kind, ref);

-- Seals over the digests of records, in chains: each names the one before it
create table seals (
  id integer primary key,  -- ours
  chain text not null,  -- id of the archive where it was made: its folder under warc/seals
  number integer not null,  -- place in the chain, from 1 on
  filename text not null unique,  -- its file, relative to the archive's folder
  digest text not null,  -- sha256:HEX of that file: the next seal names it, a stamp is over it
  root text not null,  -- root of the tree over the digests of its records, in hex
  records integer not null,  -- how many records it has, requests included
  sealed_at text not null,  -- when it was made, by the clock of that archive: no proof for others
  last_capture integer,  -- highest id in captures when it was made; empty where another seal of the same run follows
  stamped_at text,  -- when an authority stamped it, by the authority's clock: its records existed then at the latest
  authority text,  -- who stamped it, as the certificate says
  stamp_digest text,  -- sha256:HEX of the stamp's file
  asked_at text,  -- when a stamp was first asked for in vain; empty when none was, or when it has one
  refusal text,  -- why the last asking was in vain
  unique (chain, number)
) strict;

-- In which seal a record is
create table sealed_records (
  prefix text not null,  -- first 16 hex digits of the SHA-256 of the compressed record; the seal's leaves have all of it
  seal_id integer not null references seals(id),  -- the seal
  position integer not null,  -- its place among the seal's leaves, from 0 on
  primary key (prefix, seal_id, position)
) strict, without rowid;

-- The archive's own name among archives: one row
create table identity (
  id text primary key  -- the record id of its first capture or, where it had none when it was named, a random one
) strict, without rowid;

-- Archives that were merged into this one
create table merged_archives (
  id text primary key,  -- that archive's own name
  folder text not null,  -- where it lay when it was merged last
  merged_at text not null  -- when something was taken over from it last
) strict, without rowid;

-- What was taken over from other archives: the next merge passes over what is still the same
create table merged_parts (
  archive_id text not null references merged_archives(id),  -- the other archive
  kind text not null,  -- article: one article with its thread; site: the lists and gaps of one site
  part_id integer not null,  -- the id of the article or site there
  digest any not null,  -- 16 bytes over all of its rows, as they were then
  primary key (archive_id, kind, part_id)
) strict, without rowid;

-- What was destroyed by a legal order: a row for each record, and for each name by which it could come back
create table expunged (
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  what text not null,  -- the article or comment, by our id: article 12, comment 34
  record_id text,  -- WARC-Record-ID of a destroyed record; empty where the row is about a name
  record_digest text,  -- sha256:HEX that the compressed record had
  filename text,  -- WARC file in which it lay, relative to the archive's folder
  revisions text,  -- JSON: ids of other revisions that rested on it; their texts are held, that evidence is not
  refused text,  -- what is never archived again: sha256:HEX of an address, or the site's own id, as article 12
  passages any,  -- by what its text is known again: 8 bytes of the SHA-256 of each run of 5 to 16 words that stands nowhere else
  looked integer,  -- the last capture that was searched for these passages
  expunged_at text not null,  -- when
  reason text not null,  -- why: the order
  unfinished integer not null  -- 1 until the files are in place and the database's free pages are overwritten
) strict;
create index expunged_record on expunged(record_id) where record_id is not null;
create index expunged_refused on expunged(site_id, refused) where refused is not null;
create index expunged_unfinished on expunged(unfinished) where unfinished = 1;

-- Texts whose words wait to be read for the tables of words: empty between two transactions
create table words_due (
  words text not null,  -- revision_words, comment_words or document_words
  id integer not null,  -- the row there
  primary key (words, id)
) strict, without rowid;

-- Words of revisions in languages that need it, each in the one form by which it is found
create table revision_words (
  id integer primary key,  -- the revision
  title text not null,  -- of the headline
  byline text not null,  -- of who signs it
  text text not null,  -- of the text; what its compounds are made of comes last
  way text not null,  -- plain or german: how words were brought into one form
  rules integer not null  -- by which rules
) strict;

-- Words of comments in languages that need it, each in the one form by which it is found
create table comment_words (
  id integer primary key,  -- the comment
  author text not null,  -- of the signature
  text text not null,  -- of the text; what its compounds are made of comes last
  way text not null,  -- plain or german: how words were brought into one form
  rules integer not null  -- by which rules
) strict;

-- Words of linked documents in languages that need it, each in the one form by which it is found
create table document_words (
  id integer primary key,  -- the state of the document
  title text not null,  -- of its title
  text text not null,  -- of the text; what its compounds are made of comes last
  way text not null,  -- plain or german: how words were brought into one form
  rules integer not null  -- by which rules
) strict;

-- How often rows of a table came, went, or changed in what is searched and counted
create table table_changes (
  name text primary key,  -- the table
  changes integer not null  -- how often so far: while it is the same, what was found before holds
) strict, without rowid;
"""

APPLICATION_ID = 0x41724A6F  # tells an archive from any other SQLite file, and from an empty one


def migrate(db: Database) -> bool:
    """Bring an archive to this program's schema, and its views to this program's questions. Returns whether a step was due.

    Raises NewerSchema when the archive has migrations that this program does not know: nothing is touched then.
    """
    refuse_newer(db)
    stepped = False
    if MIGRATIONS.pending(db):
        with spacious(db.conn), progress.shown(db.conn), db.atomic():
            MIGRATIONS.apply(db)  # with its table of migrations: a disk that fills up leaves an empty file, not half an archive
        stepped = True
    ensure_views(db)
    return stepped


def refuse_newer(db: Database) -> None:
    """Raises NewerSchema when the archive has migrations that this program does not know."""
    known = {migration.name for migration in MIGRATIONS._migrations}
    unknown = [m.name for m in MIGRATIONS.applied(db) if m.name not in known]
    if unknown:
        raise NewerSchema(f"the archive was written by a newer release (it has {unknown[-1]}); install that release or a later one")


def pending_steps(db: Database) -> list[tuple[str, str]]:
    """(name, what it is for in one sentence) of the migrations that an archive lacks, in their order."""
    said = {module.__name__.rpartition(".")[2]: first_sentence(module.__doc__ or "") for module in STEPS}
    return [(migration.name, said[migration.name]) for migration in MIGRATIONS.pending(db)]


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, on one line."""
    return re.split(r"(?<=\.)\s", " ".join(text.split()), maxsplit=1)[0]


def is_older(db: Database) -> bool:
    """Whether it is an archive that lacks a migration of this release."""
    return "sites" in db.table_names() and bool(MIGRATIONS.pending(db))


def column_meanings(db: Database) -> dict[str, dict[str, str]]:
    """Table or view -> column -> meaning in today's words, of all that ``db`` holds; '' has the meaning of the whole."""
    carried = carried_meanings(db)
    return carried | {name: meanings for name, meanings in written_meanings().items() if name in carried}


def written_meanings() -> dict[str, dict[str, str]]:
    """Table -> column -> meaning, as it stands above."""
    return dict(_meanings(re.sub(r"^-- ([^\n]*)\n(create table \w+ \()", r"\2  -- \1", sql)) for sql in TABLES.strip().split("\n\n"))


def carried_meanings(db: Database) -> dict[str, dict[str, str]]:
    """Table or view -> column -> meaning, in the words that the archive's own schema has carried since the column was made."""
    rows = db.execute("select sql from sqlite_master where type in ('table', 'view') and sql is not null")
    return dict(_meanings(sql) for (sql,) in rows if "  -- " in sql.splitlines()[0])


def _meanings(sql: str) -> tuple[str, dict[str, str]]:
    """(name, column -> meaning) of a ``create`` statement. A column that was added later has its meaning in /* */."""
    added = re.findall(r"(\w+)[^,/]*/\* (.*?) \*/", sql)
    first, *lines = re.sub(r"/\*.*?\*/", "", sql).splitlines()
    head, _, whole = first.partition("  -- ")
    column = r".*?(\w+),?  -- (.+)$" if first.lower().startswith("create view") else r"\s*(\w+).*?  -- (.+)$"
    columns = (re.match(column, line) for line in lines)
    return head.split()[2].strip('"'), {"": whole} | {c[1]: c[2] for c in columns if c} | dict(added)
