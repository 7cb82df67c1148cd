"""Every setting, with its reason. Any of them can be given on the command line: ``-s NAME=VALUE``."""

from __future__ import annotations

import logging
import sys

from scrapy.settings import default_settings

BOT_NAME = "crawler"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"  # crawl with our exit codes and lock; update; reextract

# What people set.
ARCHIVE_DIR = None  # folder of archive.db, lock and warc/; None = the environment's ARCHIVE_DIR, else data; relative = beside scrapy.cfg
CONTACT = ""  # an address or e-mail that a webmaster can turn to; it stands in the User-Agent
SWEEP_DAYS = 30  # every article and thread is read again within so many days, young and lively ones more often; 0 = no sweep
GONE_AFTER = 24  # hours between the two confirmations after which what is missing is gone
DUE_REQUESTS = 0  # requests a day that update --due spends on all sites together; 0 = as many as a visit to each a day costs
PAGE_BUDGET = 1000  # pages a run captures as evidence on a site that is read through REST
IMAGE_BUDGET = 1000  # pictures a run asks for with -a images=budget
IMAGE_HOSTS = ""  # other hosts that may be asked for pictures, by comma: a delivery network such as i0.wp.com
ASSET_BUDGET = 1000  # style sheets, fonts and scripts a run asks for with -a assets=budget
ASSET_HOSTS = ""  # other hosts that may be asked for them, by comma
DOCUMENT_BUDGET = 100  # linked documents a run asks for with -a documents=budget
DOCUMENT_HOSTS = ""  # other hosts that may be asked for them, by comma
DOCUMENT_MAXSIZE = 32 * 2**20  # bytes of a document; a larger one is named as a gap, with this reason
OUTLINK_BUDGET = 200  # sources a run of scrapy outlinks asks whether they still answer
OUTLINK_DAYS = 90  # days until a source that answered is asked again; one that failed is asked again the next day
OUTLINK_PRIVATE_HOSTS = ""  # hosts of a private network that it may ask all the same, by comma: for tests
SLICE = 1200  # seconds that a site of a depot is read before its rest waits for the others; docs/scale.md
SLICES_MB = 20_000  # of committed archives of a depot's sites that stay on a worker's disk, those read last; 0 = all
SLICES_DAYS = 30  # that one stays whose site is not read here again; 0 = for ever
EXTRACT_WORKERS = 0  # processes that read pages, for all sites of a run; 0 = as many as cores. One page never blocks the others
EXTRACT_SECONDS = 20  # CPU seconds a page may take before it is cut off and named; a usual page takes 0.003
RETRY_TIMES = 2  # tries after the first; a lost connection gets one
RETRY_HTTP_CODES = [408, 429, 500, 502, 503, 504, 520, 521, 522, 524]  # what may pass
RETRY_WAIT = 5.0  # seconds before the first retry, doubled for the next; a Retry-After of the server wins
PROXY = ""  # http://host:port or socks5h://host:port (Tor): every request of a run goes through it, none past it
PATIENCE = 300  # seconds of waiting for a site that limits us, in all; then the run ends with exit code 5
TSA_URL = None  # the authority that stamps the seal of a run (RFC 3161), asked once a process; None = the environment's TSA_URL, else none
TSA_CERT = None  # a file with its certificates (PEM), to which its stamps must lead; None = the environment's TSA_CERT, else any will do

FEED_EXPORT_ENCODING = "utf-8"  # feeds such as -O items.jsonl hold letters; without this JSON spells all but ASCII as numbers

LEASE, EPOCH = None, 0  # set for each slice of a site in a depot: the right to ask it, and the epoch that its WARC files are named after

GO_ON_WITHIN = 0  # set for each slice, as these: seconds from its begin in which a run that was killed is gone on with; 0 = never

NOW = None  # the time of the whole run, as 2026-03-01T12:00:00Z; for rehearsals of months in minutes. None = the clock

# Manners.
USER_AGENT = None  # None = built from BOT_NAME, its release and CONTACT
ROBOTSTXT_OBEY = True  # stricter than Scrapy's own: a robots.txt that fails means "keep out" (RFC 9309)
DOWNLOAD_DELAY = 1.0  # seconds between two requests to a host
DOWNLOAD_DELAY_JITTER = 0  # its default shortens gaps now and then and would break a Crawl-delay
CONCURRENT_REQUESTS = 8  # in all
CONCURRENT_REQUESTS_PER_DOMAIN = 8  # the delay is what limits; with DOWNLOAD_DELAY=0 this does
DOWNLOAD_TIMEOUT = 30  # a stop signal waits for the answer under way: no longer than this

# Safety.
COOKIES_ENABLED = False  # two runs must see the same site
REFERRER_POLICY = "no-referrer"  # a site need not know our way through it
METAREFRESH_ENABLED = False  # a page must not send us anywhere
TELNETCONSOLE_ENABLED = False  # a port that executes code
REMOTE_CONTROL_ENABLED = False  # another one
DOWNLOAD_VERIFY_CERTIFICATES = True  # evidence from an unverified host is none
DOWNLOAD_MAXSIZE = 16 * 2**20  # bytes, unpacked: a small body can unpack to a gigabyte
DOWNLOAD_WARNSIZE = 0  # long threads are no news
DOWNLOAD_FAIL_ON_DATALOSS = False  # a truncated answer is captured and flagged, not hidden
REDIRECT_MAX_TIMES = 5
DOWNLOAD_HANDLERS = {
    "http": "crawler.http.pace.PacedDownloadHandler",  # keeps DOWNLOAD_DELAY where a request leaves, however late the program is
    "https": "crawler.http.pace.PacedDownloadHandler",
    "data": None,  # the web only; a file is for scrapy shell, and no run asks for one
    "ftp": None,
    "s3": None,
}
HTTPCACHE_ENABLED = False  # an answer out of a cache is no evidence: with True every crawl is refused
MEMUSAGE_LIMIT_MB = 2048  # a runaway run ends before the machine does

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.http.guard.GuardMiddleware": 50,  # first of all: may this request leave?
    "crawler.http.robots.RobotsMiddleware": 100,  # the others are Scrapy's own, made stricter, where Scrapy's own stand
    "crawler.http.retry.PatienceMiddleware": 550,
    "crawler.http.decompress.UnpackMiddleware": 590,
    "crawler.http.decompress.FollowMiddleware": 600,
    "crawler.http.capture.CaptureMiddleware": 950,  # nearest the downloader: bodies still compressed, robots.txt and redirects included
}
EXTENSIONS = {
    "crawler.extensions.archive.ArchiveExtension": 100,  # opens the archive for a spider of ours, and closes it
    "crawler.extensions.progress.Progress": 200,
}
unwanted = ("telnet.TelnetConsole", "remote_control.RemoteControl")  # ports that execute code: not even imported
EXTENSIONS_BASE = {name: order for name, order in default_settings.EXTENSIONS_BASE.items() if not name.endswith(unwanted)}  # the others

# Words. On a terminal a progress bar and a summary; under cron the summary and what went wrong: crawl, update and reextract log
# from WARNING on, other ways of running Scrapy as it always does.
LOG_SUMMARY = True  # a run's one line goes to the log; the commands print it instead
LOG_FORMAT = "%(levelname)s %(message)s"
PROGRESS = sys.stderr.isatty()
for noisy in ("trafilatura", "htmldate", "py.warnings"):
    logging.getLogger(noisy).setLevel(logging.ERROR)
