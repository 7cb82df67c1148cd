"""The wording of lines around an article: share lines, related links, tag lines, bylines, credits, disclosures.

Each test asks for wording that is nothing else; one word alone ("share", "tags") never decides.
"""

from __future__ import annotations

import re

from crawler.extract.boilerplate.appeals import ADDRESSES_READER
from crawler.extract.dom.tree import word_set

_I = re.IGNORECASE

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
    r"|more (?:from|on|about|like|in) .{1,60}|read (?:more|next|also|this next)|see also|don.t miss|up next|"
    r"(?:most|top) (?:read|popular|viewed|shared|stories)(?: (?:in|on|this|stories|articles|news).{0,40})?|"
    r"popular(?: now)?|trending(?: now)?|"
    r"(?:related|more) coverage.{0,60}|editor.?s.? (?:picks?|choice)|(?:in )?case you missed it|"
    r"recommended(?: for you| reading)?|what to read next|keep reading|also (?:read|on) .{0,40}"
    r"|das könnte (?:dich|sie|dir|ihnen) auch .{0,40}|ähnliche (?:beiträge|artikel)|verwandte (?:beiträge|"
    r"artikel)|weitere (?:beiträge|artikel).{0,30}|mehr (?:zum thema|dazu|lesen)|(?:auch|mehr) interessant(?:es)?|"
    r"lesen sie (?:auch|mehr).{0,40}|meistgelesen.{0,30}|zum thema|les også|läs (?:mer|också)|lees (?:ook|meer).{0,30}|"
    r"czytaj (?:więcej|także|też|również)|zobacz (?:też|także|również)|čtěte (?:také|dále)|přečtěte si.{0,30}"
    r"|articles? (?:similaires|liés|connexes)|à lire aussi|lire aussi|artículos? relacionados?|"
    r"sur le m[êe]me sujet|voir aussi|lea (?:también|más)|vea también|más información|noticias relacionadas|"
    r"potrebbe interessarti.{0,30}|ti potrebbe interessare.{0,30}|te puede interesar|"
    r"leia também|articoli correlati|leggi anche|читайте также|похожие (?:записи|"
    r"статьи))\W*",
    _I,
)
RELATED_LINE = re.compile(
    r"\W*(?:related(?: (?:posts?|articles?|stor(?:y|ies)|reading|news|content))?|(?:also )?read(?: (?:more|"
    r"also|next|this))?|see also|also see|more|you (?:may|might) (?:also )?(?:like|enjoy|be interested in)|"
    r"lesen sie auch|lies auch|à lire aussi|"
    r"lire aussi|leer también|leia também|leggi anche|читайте также)\s*[:|–—-]\s*\S",
    _I,
)
TAGS_LINE = re.compile(
    r"\W*(?:tags?|tagged(?: (?:with|as|in|under))?|filed (?:under|in|to)|posted (?:in|under)|categor(?:y|ies)|"
    r"categori[sz]ed (?:as|in|under)|keywords?|labels?|topics?|in this (?:story|article)"
    r"|schlagw(?:ort|örter)|stichw(?:ort|örter)|kategorien?|themen|étiquettes?|mots[- ]clés|catégories?|"
    r"etiquetas?|categorías?|marcadores|метки|рубрики?|теги|الوسوم|برچسب(?:‌ها)?)\s*(?::|：|\||»|→|-|$)\s*",
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
_PARTICLES = word_set("and und et y e en van von der den de del della di da dos al el bin ibn la le ter ten zu du of")
_BYLINE = re.compile(
    r"^\W*(?:(?:this (?:post|article|entry|story) was )?(?:written|posted|reviewed|updated|edited|published|authored|medically reviewed|"
    r"fact[- ]checked) by|by|von|por|par)\s*:?\s+(?-i:[^\W\d_a-z])[^.!?\n]{2,60}$",
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


# A box that stands where a film or a post of another service would be shown: it asks for JavaScript or for consent.
_NOTICE = re.compile(
    r"^\W*(?:to (?:view|watch|play|see|display) th(?:is|e) (?:video|content|slideshow|gallery|post|embed)\b|(?:this|the) "
    r"(?:slideshow|video|content|player|feature|embed) (?:requires|is not available|can.?not be (?:played|shown|displayed))|"
    r"your browser does(?: not|n.t) support|(?:please )?(?:enable|allow|turn on|accept) (?:javascript|cookies)\b|"
    r"allow \w+ content\b|this (?:article|page|post) (?:includes|contains) content (?:provided|hosted) by|"
    r"by (?:clicking|loading|playing)\b.{0,80}\b(?:you agree|you accept|privacy)|"
    r"an dieser stelle (?:findest|finden|steht|befindet)\b|(?:externer|eingebetteter|empfohlener (?:redaktioneller|externer)?) ?inhalt\b|"
    r"(?:um|zum) (?:eingebettete|externe|diese[ns]?)? ?inhalte?n? (?:anzuzeigen|anzeigen)|ich bin damit einverstanden, dass|"
    r"(?:deine|ihre|meine) privatsphäre-einstellungen|mit (?:dem )?(?:klick|aufruf|laden|abspielen)\b.{0,80}(?:einverstanden|daten)|"
    r"personenbezogene daten können an|pour (?:afficher|voir|visionner) ce(?:tte)? (?:contenu|vidéo)|ce contenu (?:est bloqué|n.est pas)|"
    r"para (?:ver|visualizar) este (?:contenido|vídeo|video)|per (?:vedere|visualizzare) questo (?:contenuto|video))",
    _I,
)


def is_notice(text: str) -> bool:
    """``This video requires JavaScript``, ``Allow Instagram content?``: said by the page where something else would be shown."""
    return len(text) < 500 and _NOTICE.match(text) is not None


def is_follow_line(text: str) -> bool:
    """``Follow us on Facebook and Twitter``: a call, not a sentence about networks."""
    return len(text) < 160 and bool(_FOLLOW.search(text))


def is_disclosure(text: str) -> bool:
    """``As an Amazon Associate we earn from ...``: how the site is paid."""
    return (
        len(text) < 450
        and ("ommission" in text or "ffiliate" in text or "mazon" in text or "earn" in text)
        and bool(_DISCLOSURE.search(text))
        and bool(ADDRESSES_READER.search(text) or re.search(r"\b(?:I|this (?:post|article|page|site))\b", text, _I))
    )


def is_byline(text: str) -> bool:
    """``By NAME``, or ``By NAME | July 9, 2014 | 6:05 pm``."""
    if len(text) < 140 and _BYLINE_DATED.match(text):
        return True
    if len(text) > 80 or not _BYLINE.match(text) or text.rstrip().endswith((".", "!", "?", ":", ",")):
        return False
    words = re.sub(r"^.*?\b(?:by|von|por|par)\b", "", text, count=1, flags=_I | re.S).split()
    return all(not word[0].islower() or word in _PARTICLES for word in words)


def is_meta_line(text: str) -> bool:
    """A line that is only a date of publication, a reading time, or a label of the layout."""
    return len(text) < 110 and bool(_META_LINE.match(text))


def is_credit(text: str) -> bool:
    """A picture's credit that stands as a line of its own."""
    return len(text) < 160 and bool(_CREDIT.match(text))


_FOLLOW_NAME = re.compile(r"^\W*[Ff]ollow (?:us|me|along|[A-Z]\S*(?: [A-Z]\S*){0,4})\W*$")
_ORIGIN = re.compile(
    r"^\W*this (?:story|article|piece|report|post)\b.{0,500}[.!?]\s+(?:you can )?(?:sign up|subscribe|register)\b[^.]{0,80}"
    r"\bnewsletters?\b[^.]{0,60}\.?\W*$",
    _I | re.S,
)


def is_follow_heading(text: str) -> bool:
    """``Follow NAME``, above what were the links."""
    return _FOLLOW_NAME.match(text) is not None


def is_origin_note(text: str) -> bool:
    """Who produced the text, and where to sign up for more of it."""
    return _ORIGIN.match(text) is not None
