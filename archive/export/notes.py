"""What an export says: the text of its README and the short program that checks it, as templates."""

from __future__ import annotations

RECORDS = "evidence"  # WARC files begin so
SUMS = "SHA256SUMS"
INDEX = "index.html"

CHECK = """\
import csv
import gzip
import hashlib
import zlib

wrong = 0
for row in csv.DictReader(open("records.csv", encoding="utf-8", newline="")):
    with open(row["file"], "rb") as evidence:
        evidence.seek(int(row["offset"]))
        record = evidence.read(int(row["length"]))
    try:
        warc_headers, _, block = gzip.decompress(record).partition(b"\\r\\n\\r\\n")
    except (OSError, EOFError, zlib.error):  # damaged
        warc_headers = block = b""
    body = block.partition(b"\\r\\n\\r\\n")[2].removesuffix(b"\\r\\n\\r\\n")
    digests = {"sha256:" + hashlib.sha256(part).hexdigest() for part in (record, body)}
    wanted = {row["record_digest"], row["payload_digest"]}
    if b"WARC-Type: revisit" in warc_headers:  # the body lies in the record that it refers to
        wanted = digests & {row["record_digest"]} and digests
    right = digests == wanted and row["record_id"].encode() in warc_headers
    wrong += not right
    print("right" if right else "WRONG", row["captured_at"], row["url"])
raise SystemExit(wrong > 0)
"""

README = """\
{head}
Exported {at}. All times are UTC. A time of publication is the site's claim; a time of being seen is an observation.
A name under a comment is a signature, not a person.

HOW TO CHECK IT

1. Nothing in this folder has changed since the export:

     sha256sum -c {sums}

2. The records are what the site sent. {warc} is a WARC file (ISO 28500), which any web archive's program reads, such as
   warcio (pip install warcio) or pywb:

     warcio check {warc}
     warcio index {warc}

   records.csv says of each exchange where it lies (file, and offset and length in bytes), and two digests: record_digest is the
   SHA-256 of those bytes, payload_digest that of the answer's body as it was transferred. This compares both; it is short, reads
   only these files and needs nothing but Python:

     python3 check.py

3. The text is what the record says: read the record (warcio extract --payload {warc} OFFSET) beside revision-N.txt.
   Paragraphs that stand around the author's text on the page (biographies, appeals, lists of links) are left out there.

4. The whole archive holds the same bytes: source and source_offset in records.csv say where. Compare its copy with this one;
   whoever keeps another copy of the archive can do the same.
{more}
FILES

  revision-N.txt, .html   the text in its N-th state; its digest is that of the archive's database
  diff-N-M.txt, .html     what changed: [-taken out-] {{+put in+}}
  thread.txt, .html, .json  the comments, removed ones too; .json has every state of each
  article.json            what the archive says of the article, its addresses, its disappearances
  {warc}        the records
  records.csv             where each record lies, and its digests; check.py compares them
{files}  {sums}              SHA-256 of every file here
"""

OF_ONE = """\
{title}
{url}{gone}

States of this article that were seen, each with the first and the last time:
{states}

Exchanges with the site that show it ({warc} has them, byte by byte as they were recorded):
{shown}
"""

OF_MANY = """\
{title}

{articles} and {records} of exchanges with the site. {index} lists the articles; each has a folder with its texts, and {warc} has the
records that show them, byte by byte as they were recorded.
"""

LEFT_OUT = """
5. {count} left out, because they hold what may not be shown, or it together with other text. left-out.csv names them.
"""
LEFT_OUT_FILE = "  left-out.csv            the records that were left out, and why\n"

PROVEN = """
{number}. proofs.jsonl says of each record since when it existed at the latest. "path" leads from its digest (SHA-256 of the record as it
   lies in the file) to the root of a tree that was sealed at "sealed_at" and, where "stamped_at" is set, stamped by "authority".
   It begins with SHA-256(0x00 + digest); each step names the other node and its side: SHA-256(0x01 + left + right). Seals and
   stamps lie under seals/.
"""
PROVEN_FILE = "  proofs.jsonl, seals/    since when each record existed at the latest\n"
