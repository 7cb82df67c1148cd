"""The wording of what sites wrap around an article: appeals, newsletter boxes, share lines, bios, tag lines.

Each test asks for wording that addresses the reader or is nothing else; one word alone ("donation", "share", "tags") never decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_I = re.IGNORECASE

# ---- appeals: two different cues, and the site speaking to its reader -------------------------------------------------
_APPEAL_CUES = tuple(
    re.compile(pattern, _I)
    for pattern in (
        r"\btax[- ]deductible\b",
        r"\b(?:make|making|consider|with|send(?:ing)?|leave|leaving|give|giving) (?:a|an|"
        r"your) (?:\S+ ){0,5}?(?:donation|contribution|gift)\b",
        r"\b(?:small|monthly|one[- ]time|one[- ]off|recurring|generous|annual|modest|"
        r"regular) (?:\S+ ){0,4}?(?:donations?|contributions?|gifts?|pledges?)\b",
        r"\bdonate (?:now|today|here|online|via|to (?:us|our|keep|support|this))\b|^donate\b",
        r"\bgive (?:now|today|here|what you can|generously)\b",
        r"\bplease (?:consider|donate|give|support|help|chip in|contribute|become|subscribe)\b",
        r"\bsupport(?:ing)? (?:our|us|this|independent|my|quality|serious|the) ?(?:\S+ ){0,2}?(?:work|journalism|"
        r"reporting|site|website|blog|research|mission|desk|team|effort|coverage|writing|project|podcast|"
        r"newsroom)\b",
        r"\bsupport (?:it|us|me|them) (?:here|today|now|with|on|by|via|at)\b",
        r"\bbecome (?:a|an|our) (?:\S+ ){0,3}?(?:member|patron|supporter|subscriber|donor|sponsor|contributor|backer)\b",
        r"\b(?:fund[- ]?rais(?:ing|er)|donation|pledge|membership) (?:drive|campaign|appeal|goal)\b",
        r"\bchip in\b|\bpitch in\b|\btip jar\b|\bbuy (?:me|us) a (?:coffee|beer)\b",
        r"\bkeep (?:\S+ ){0,4}?(?:free|independent|open|online|running|going|alive|ad[- ]free|possible|available)\b",
        r"\b(?:readers?|people|supporters|listeners|donors) like you\b|\bour readers\b|\b(?:its|their) readers\b",
        r"\b(?:reader|listener|donor|member)[- ](?:supported|funded|backed)\b",
        r"\b(?:paid for|funded|supported|made possible|financed) by (?:\S+ ){0,2}?(?:readers?|donations?|donors|"
        r"supporters|members|you|contributions)\b",
        r"\b(?:no|without|don.t (?:take|run|accept)) (?:\S+ ){0,2}?(?:advertis\w+|ads|paywalls?|sponsors)\b",
        r"\bif you (?:\S+ ){0,3}?(?:value|enjoy(?:ed)?|like[d]?|appreciate|find|found|rely|benefit(?:ed)?|read|"
        r"believe)\b|\bif (?:it|this|our \S+) (?:has |have )?help(?:s|ed)? you\b",
        r"\bbeen of use to you\b|\bare (?:useful|valuable|helpful) to you\b|\bfind (?:our|this|these|"
        r"it) (?:\S+ ){0,3}?(?:useful|helpful|valuable)\b",
        r"\bthank(?:s| you) for (?:reading|your (?:support|time|generosity)|supporting)\b",
        r"\bbefore you go\b|\bwhile you.re here\b|\bwe need your (?:help|support)\b|\bwe (?:depend|rely|"
        r"count) on (?:you|your|readers|donations|the support|our)\b",
        r"\bshort of (?:our|the) (?:\S+ )?(?:goal|target)\b|\bpays? for (?:\S+,? ){1,6}?(?:and|&) \S+",
        r"\b(?:every|any|each|your) (?:\S+ )?(?:gift|donation|contribution|dollar|euro|pound|amount|penny|cent|"
        r"bit) (?:\S+ ){0,3}?(?:helps?|counts?|goes|matters?|makes?|is|will|keeps?)\b",
        r"\b(?:patreon|ko-?fi|paypal|gofundme|liberapay|buymeacoffee|steady)\b",
        r"\bspende(?:n)? (?:sie|jetzt|hier)\b|\bunterstütz(?:en|t|e) (?:sie|uns|unsere)\b|\bfaites un don\b|"
        r"\bsoutenez[- ]nous\b|\bhaz una donación\b|\bapóyanos\b",
    )
)
_ADDRESSES_READER = re.compile(
    r"\b(?:you|your|you've|we|our|ours|us|my|me|sie|uns|unser\w*|ihre?|vous|votre|nous|notre|nos|tu|"
    r"nuestr\w+)\b|\btoday\.$|\bhere\.$",
    _I,
)
_ASKS = re.compile(
    r"\b(?:donat\w+|gifts?|contribut(?:e|ions?|ing)|support (?:it|us|me|our|this|independent|my|quality)|"
    r"support(?:ing|ers)? (?:our|us|this|me)|fund-?rais\w+|chip in|pitch in|give (?:now|today|here|what)|"
    r"pledge|member(?:s|ship)?|patrons?|"
    r"coffee|beer|paypal|patreon|ko-?fi|paid for by|funded by|tax[- ]deductible|spend\w+|unterstütz\w+|un don|"
    r"soutenez|donación|apóyanos)\b",
    _I,
)
# What each of these begins with: tests that cost a tenth of the pattern.
_ASKING = (
    *("donat", "gift", "contribut", "support", "fundrais", "fund-rais", "chip in", "pitch in", "give ", "pledge", "member", "patron"),
    *("coffee", "beer", "paypal", "patreon", "kofi", "ko-fi", "paid for by", "funded by", "tax-deductible", "tax deductible", "spend"),
    *("unterstütz", "un don", "soutenez", "donación", "apóyanos"),
)
_QUOTED = re.compile(r"[“«„\"][^”»“\"]{3,}[”»“\"],?\s+(?:\w+\s+){0,4}(?:said|says|told|wrote|added|asked)\b", _I)
MAX_APPEAL = 900


def appeal_cues(text: str) -> int:
    """How many different signs of an appeal the text shows; 0 for reported speech and for text that asks for nothing."""
    low = text.lower()
    if (
        len(text) > MAX_APPEAL
        or not any(stem in low for stem in _ASKING)
        or not _ASKS.search(text)
        or not _ADDRESSES_READER.search(text)
        or _QUOTED.search(text)
    ):
        return 0
    cues = sum(1 for cue in _APPEAL_CUES if cue.search(text))
    return cues if len(text) < 450 else max(0, cues - 1)  # in a long paragraph two may meet by accident


# ---- newsletter boxes -------------------------------------------------------------------------------------------------
_NEWSLETTER = re.compile(
    r"^(?:\W|please |you can |join \S+ other |get |receive |want |don.t miss |"
    r"never miss )*?.{0,60}?\b(?:sign[- ]?up|subscribe|join|register|get|receive|delivered)\b.{0,90}?"
    r"\b(?:newsletters?|inbox|mailing list|e-?mail (?:updates|list|alerts|digest)|(?:weekly|daily|"
    r"monthly) (?:digest|e-?mail|briefing|update)s?|by e-?mail|via e-?mail)\b",
    _I | re.S,
)
_NEWSLETTER_ELSEWHERE = re.compile(
    r"\bnewsletter (?:abonnieren|anmeld\w+|signup|sign-up)\b|\babonnez-vous\b.{0,40}newsletter|"
    r"\bto your inbox\b|\bin your inbox\b",
    _I,
)
_MAIL = ("newsletter", "inbox", "mailing list", "email", "e-mail", "digest", "briefing")
MAX_NEWSLETTER = 320


def is_newsletter(text: str) -> bool:
    """A box that asks for the reader's e-mail address. Reported speech about newsletters is none."""
    low = text.lower()
    if len(text) > MAX_NEWSLETTER or not any(word in low for word in _MAIL) or _QUOTED.search(text):
        return False
    return bool(
        _NEWSLETTER_ELSEWHERE.search(text)
        or (_NEWSLETTER.search(text) and re.search(r"\b(?:your|our|us|my|you|the newsletter|newsletter)\b", text, _I))
    )


# ---- lines that are nothing else than a label -------------------------------------------------------------------------
SHARE_LINE = re.compile(
    r"\W*(?:(?:please )?(?:share|spread|tell)(?: (?:this|it|the|with|on|via|your|love|post|article|story|page|"
    r"entry|friends?|now|word|to|a|news|facebook|twitter|x|linkedin|whatsapp))*"
    r"|sharing is caring|like this|loading|tweet|retweet|pin (?:it|this|me)(?: for later| now)?|"
    r"print(?: this)?|e-?mail(?: this)?|follow (?:us|me)(?: on .{1,40})?|share buttons?|\d* ?shares?"
    r"|(?:click to )?(?:share|tweet|email|print)(?: (?:on|via|to|a link).{1,60}\(opens in new window\).*)"
    r"|teilen(?: auf .*)?|teilen mit|gefällt mir|beitrag teilen|partager(?: sur .*)?|compartir(?: en .*)?|"
    r"compartilhe.{0,30}|condividi.{0,30}|поделиться.{0,30}|copy link|link copied.?)\W*",
    _I,
)
_NETWORKS = re.compile(
    r"\W*(?:facebook|twitter|x|linkedin|pinterest|reddit|tumblr|whatsapp|telegram|pocket|e-?mail|print|more|"
    r"share|tweet|pin|threads|bluesky|mastodon|messenger|"
    r"copy link|flipboard|skype|viber|line|xing|google\+?|instagram|youtube|rss|wechat|vk|mix|digg|stumbleupon|buffer|like|post)\W*",
    _I,
)
RELATED_HEADING = re.compile(
    r"\W*(?:related(?: (?:posts?|articles?|stor(?:y|ies)|content|reading|news|links|topics|items|entries))?|"
    r"(?:you (?:may|might|could|will)|readers) (?:also )?(?:like|love|enjoy|be interested).{0,30}"
    r"|(?:more|other|recent|latest|similar|popular|recommended|trending|next|previous|suggested|featured|"
    r"further) (?:posts?|articles?|stories|reads?|news|reading|for you|content)(?: (?:from|on|about|in|by|"
    r"like) .{1,60})?"
    r"|more (?:from|on|about|like|in) .{1,60}|read (?:more|next|also|this next)|see also|don.t miss|"
    r"recommended(?: for you| reading)?|what to read next|keep reading|also (?:read|on) .{0,40}"
    r"|das könnte (?:dich|sie|dir|ihnen) auch .{0,40}|ähnliche (?:beiträge|artikel)|verwandte (?:beiträge|"
    r"artikel)|weitere (?:beiträge|artikel).{0,30}|mehr zum thema|auch interessant"
    r"|articles? (?:similaires|liés|connexes)|à lire aussi|lire aussi|artículos? relacionados?|"
    r"te puede interesar|leia também|articoli correlati|leggi anche|читайте также|похожие (?:записи|"
    r"статьи))\W*",
    _I,
)
RELATED_LINE = re.compile(
    r"\W*(?:related(?: (?:posts?|articles?|stor(?:y|ies)|reading|news|content))?|(?:also )?read(?: (?:more|"
    r"also|next|this))?|see also|also see|more|you may also like|lesen sie auch|lies auch|à lire aussi|"
    r"lire aussi|leer también|leia também|leggi anche|читайте также)\s*[:|–—-]\s*\S",
    _I,
)
TAGS_LINE = re.compile(
    r"\W*(?:tags?|tagged(?: (?:with|as|in|under))?|filed (?:under|in|to)|posted (?:in|under)|categor(?:y|ies)|"
    r"categorized (?:as|in|under)|keywords?|labels?|topics?|in this (?:story|article)"
    r"|schlagw(?:ort|örter)|stichw(?:ort|örter)|kategorien?|themen|étiquettes?|mots[- ]clés|catégories?|"
    r"etiquetas?|categorías?|marcadores|метки|рубрики?|теги|الوسوم|برچسب(?:‌ها)?)\s*(?::|：|\||»|→|-|$)\s*",
    _I,
)
BIO_HEADING = re.compile(
    r"\W*(?:about (?:the |this |our )?(?:authors?|writers?|contributors?|guest (?:author|writer|blogger))|"
    r"author(?:s|'s)?(?: (?:bio|profile|info|details|biography))?|written by|the authors?|meet the author|"
    r"über (?:den|die|den/die) autor(?:in|en|innen)?|"
    r"zur person|à propos (?:de l.|des )auteurs?|(?:sobre|acerca de)(?: el| la| los| o| a)? aut(?:or|ora|ores))(?:\s*:.{0,60})?\W*",
    _I,
)


def is_share_line(text: str) -> bool:
    """One line that is only a call to share, or names of networks."""
    if len(text) > 400:
        return False
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and all(SHARE_LINE.fullmatch(line) or _NETWORKS.fullmatch(line) for line in lines)


def is_tags_line(text: str, link_share: float) -> bool:
    """``Tags:`` and then nothing, only commas, or almost only links; or a short list of names without a sentence."""
    match = TAGS_LINE.match(text)
    if match is None:
        return False
    rest = text[match.end() :].strip()
    if not re.search(r"\w", rest):
        return True
    if link_share > 0.5:
        return True
    named = match.group().strip().rstrip(":").lower()
    return (
        named in ("tags", "tag", "tagged", "filed under", "keywords", "labels")
        and len(rest) < 300
        and not re.search(r"[.!?…](?:\s|$)", rest)
        and rest.count(" ") < 40
    )


# ---- bios ------------------------------------------------------------------------------------------------------------
_NAME = (
    r"(?:(?:Dr|Prof|Professor|Sir|Maj|Col|Gen|Lt|Capt|Ret|Mr|Mrs|"
    r"Ms)\.?\s+)*[^\W\d_a-zа-яё][\w'’.-]*(?:\s+(?:(?:van|von|der|den|de|del|della|di|da|dos|al|el|bin|ibn|la|"
    r"le|ter|ten|zu|al-|the)\s+)*(?:[^\W\d_a-zа-яё][\w'’.-]*|\([^)]{1,40}\))){0,5}"
)
_IS = (
    r"(?:,[^,]{1,60},)?\s+(?:(?:is|was|are|were)\s+(?:(?:currently|also|now|both|formerly|"
    r"previously)\s+)?(?:an?|the|one|co-?|senior|research|currently|based|former|head|chief|founder|author|"
    r"editor|director|professor|president|managing|deputy|adjunct|associate|assistant|staff|vice|two|working|"
    r"responsible)\b"
    r"|(?:is|are) (?:\S+ ){0,3}?(?:fellow|analyst|analysts|editor|editors|contributor|writer|reporter|"
    r"journalist|correspondent|researcher)s?\b"
    r"|(?:writes|covers|reports|serves|served|works|worked|teaches|holds|leads|directs|studies|focuses|"
    r"specializes|specialises|blogs|tweets|has (?:been|written|worked|served|covered|reported)|"
    r"can be (?:reached|followed))\b)"
)
_SAYS_WHO = re.compile(_IS, _I)
_BIO = re.compile(rf"^\W*(?:By\s+)?{_NAME}(?:(?:,| and| &| und|,? and) {_NAME}){{0,4}}{_IS}")
_BIO_CONTACT = re.compile(
    r"\bfollow (?:him|her|them|me|us|[A-Z]\w+|the author)\b|\b(?:on|via|at) (?:twitter|x|linkedin|mastodon|"
    r"bluesky|instagram|threads)\b|(?<![\w.])@\w{2,}|\b(?:view|see|read|more) (?:all )?(?:\S+ )?(?:posts|"
    r"articles|stories) (?:by|from)\b|"
    r"\b(?:reached|contacted?) (?:at|via|on|by)\b|\bis the author of\b|\bviews? expressed\b",
    _I,
)
_ROLE = re.compile(
    r"\b(?:analysts?|fellows?|editors?|contributors?|writers?|reporters?|journalists?|correspondents?|"
    r"researchers?|professors?|lecturers?|columnists?|bloggers?|authors?|directors?|founders?|"
    r"scholars?|experts?|specialists?|consultants?|veterans?|students?|candidates?|photographers?|"
    r"freelancers?|interns?|associates?|historians?|advis[eo]rs?|officers?|presidents?|managers?|"
    r"publishers?)\b",
    _I,
)
MAX_BIO = 1200


def bio_sentence(text: str) -> bool:
    """``NAME is a senior analyst at ...``: names, then what they are, with a role or a way to reach them."""
    return len(text) <= MAX_BIO and bool(_BIO.match(text)) and bool(_ROLE.search(text) or _BIO_CONTACT.search(text))


def bio_contact(text: str) -> bool:
    """A bio that tells how to follow or reach its person: certain enough without italics."""
    return len(text) <= MAX_BIO and bool(_BIO.match(text)) and bool(_ROLE.search(text)) and bool(_BIO_CONTACT.search(text))


# ---- headings of boxes ------------------------------------------------------------------------------------------------
_BOX_HEADING = re.compile(
    r"\b(?:about|author|writer|contributors?|bio|who (?:we|i) (?:am|are)|support|stand with|donat\w+|give|gift|help|join|member\w*|patreon|"
    r"subscri\w+|newsletter|sign up|stay|follow|share|spread|tags?|tagged|topics|related|more|also|read|next|previous|recommended|latest|"
    r"recent|popular|you may|you might|like this|like what|keep|our|us)\b",
    _I,
)


def heads_box(text: str) -> bool:
    """Whether a heading's own wording can head a box of the site: an author's last heading, with no text of its own, cannot."""
    return bool(_BOX_HEADING.search(text))


def bio_of(text: str, names: Sequence[str]) -> bool:
    """A paragraph that begins with an author's own name and says what that person is or does."""
    return len(text) <= MAX_BIO and any(_introduces(text, name) for name in names if " " in name)


def _introduces(text: str, name: str) -> bool:
    start = text.lstrip(' \n"“—–-*•')
    return start[: len(name)].casefold() == name.casefold() and bool(_SAYS_WHO.match(start, len(name)))


# ---- lines around the text ---------------------------------------------------------------------------------------------
_FOLLOW = re.compile(
    r"^\W*(?:please |don.t forget to |be sure to |you can (?:also )?)?(?:follow|join|connect with|like|find|"
    r"visit|stay connected|subscribe|keep up)\b.{0,110}\b(?:facebook|twitter|instagram|pinterest|youtube|"
    r"linkedin|telegram|whatsapp|tiktok|discord|mastodon|bluesky|social media)\b",
    _I,
)
_DISCLOSURE = re.compile(
    r"\b(?:affiliate (?:links?|commissions?|marketer|disclosure)|amazon (?:associate|affiliate)|earn (?:from|"
    r"a (?:small )?commission)|(?:small |an affiliate )?commission (?:if|when|on|at no)|earn us (?:a|money))\b",
    _I,
)
_BYLINE = re.compile(
    r"^\W*(?:(?:written|posted|reviewed|updated|edited|published|authored|medically reviewed|"
    r"fact[- ]checked) by|by|von|por|par)\s*:?\s+[^\W\d_a-z][^.!?\n]{2,60}$",
    _I,
)
_BYLINE_DATED = re.compile(
    r"^\W*(?:written |posted |published )?(?:by|von|par|por)\s+[^.!?\n]{2,80}\s[|•·–—]\s[^!?\n]{0,40}\d{4}[^!?\n]{0,40}$", _I
)
_META_LINE = re.compile(
    r"^\W*(?:advertisement|sponsored|ad|loading|table of contents|\d+ min(?:ute)?s?(?: read)?|"
    r"(?:estimated )?reading time\W.{0,30}|[\d,.]+ (?:views?|shares?|reads?)|"
    r"(?:last |first |originally )?(?:published|updated|posted|modified|reviewed|"
    r"last updated)(?: on)?\s*:?\s*(?:on )?[^.!?]{0,40}\d{4}[^.!?]{0,20})\W*$",
    _I,
)
_CREDIT = re.compile(
    r"^\W*(?:(?:(?:feature[d]?|cover|header|main|hero|lead|top) )?(?:image|photo|picture|photograph|"
    r"illustration|graphic)s?(?: credits?| source| courtesy| by|:)|credits?:)[^\n]{0,140}$",
    _I,
)


def is_follow_line(text: str) -> bool:
    """``Follow us on Facebook and Twitter``: a call, not a sentence about networks."""
    return len(text) < 160 and bool(_FOLLOW.search(text))


def is_disclosure(text: str) -> bool:
    """``As an Amazon Associate we earn from ...``: how the site is paid."""
    return (
        len(text) < 450
        and ("ommission" in text or "ffiliate" in text or "mazon" in text or "earn" in text)
        and bool(_DISCLOSURE.search(text))
        and bool(_ADDRESSES_READER.search(text) or re.search(r"\b(?:I|this (?:post|article|page|site))\b", text, _I))
    )


def is_byline(text: str) -> bool:
    """``By NAME``, or ``By NAME | July 9, 2014 | 6:05 pm``."""
    if len(text) < 140 and _BYLINE_DATED.match(text):
        return True
    return len(text) < 80 and bool(_BYLINE.match(text)) and not text.rstrip().endswith((".", "!", "?", ":", ","))


def is_meta_line(text: str) -> bool:
    """A line that is only a date of publication, a reading time, or a label of the layout."""
    return len(text) < 110 and bool(_META_LINE.match(text))


def is_credit(text: str) -> bool:
    """A picture's credit that stands as a line of its own."""
    return len(text) < 160 and bool(_CREDIT.match(text))
