"""What an export says: the text of its README and the short program that checks it, as templates."""

from __future__ import annotations

SLICE = "evidence.warc.gz"
SUMS = "SHA256SUMS"

CHECK = """\
import csv
import gzip
import hashlib

evidence = open("{slice}", "rb").read()
wrong = 0
for row in csv.DictReader(open("records.csv", encoding="utf-8", newline="")):
    record = evidence[int(row["offset"]) : int(row["offset"]) + int(row["length"])]
    warc_headers, http_headers, body = gzip.decompress(record).split(b"\\r\\n\\r\\n", 2)
    body = body.removesuffix(b"\\r\\n\\r\\n")
    digests = {"sha256:" + hashlib.sha256(part).hexdigest() for part in (record, body)}
    right = digests == {row["record_digest"], row["payload_digest"]} and row["record_id"].encode() in warc_headers
    wrong += not right
    print("right" if right else "WRONG", row["captured_at"], row["url"])
raise SystemExit(wrong)
""".replace("{slice}", SLICE)

README = """\
{title}
{url}{gone}

States of this article that were seen, each with the first and the last time:
{states}

Exchanges with the site that show it ({slice} has them, byte by byte as they were recorded):
{shown}

Exported {at}. All times are UTC. A time of publication is the site's claim; a time of being seen is an observation.
A name under a comment is a signature, not a person.

HOW TO CHECK IT

1. Nothing in this folder has changed since the export:

     sha256sum -c {sums}

2. The records are what the site sent. {slice} is a WARC file (ISO 28500), which any web archive's program reads, such as
   warcio (pip install warcio) or pywb:

     warcio check {slice}
     warcio index {slice}

   records.csv says of each exchange where it lies there (offset and length, in bytes), and two digests: record_digest is the
   SHA-256 of those bytes, payload_digest that of the answer's body as it was transferred. This compares both; it is short, reads
   only these files and needs nothing but Python:

     python3 check.py

3. The text is what the record says: read the record (warcio extract --payload {slice} OFFSET) beside revision-N.txt.
   Paragraphs that stand around the author's text on the page (biographies, appeals, lists of links) are left out there.

4. The whole archive holds the same bytes: source and source_offset in records.csv say where. Compare its copy with this one;
   whoever keeps another copy of the archive can do the same.

FILES

  revision-N.txt, .html   the text in its N-th state; its digest is that of the archive's database
  diff-N-M.txt, .html     what changed: [-taken out-] {{+put in+}}
  thread.txt, .html, .json  the comments, removed ones too; .json has every state of each
  article.json            what the archive says of the article, its addresses, its disappearances
  {slice}        the records
  records.csv             where each record lies, and its digests; check.py compares them
  {sums}              SHA-256 of every file here
""".replace("{slice}", SLICE).replace("{sums}", SUMS)
