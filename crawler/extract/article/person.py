"""Takes the words of one name and says what they are: a person, an organisation, a degree, an office; gives the name without dates,
addresses and the words around it. The lists are those of bylines in a dozen languages."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from crawler.extract.article.labels import LABEL, is_other_role, without_any_label
from crawler.extract.dates.months import MONTH_NUMBERS, month_of

_TAIL = re.compile(
    r"\s+(?:(?:op|em|pada|den|il|på|w dniu|le|el)\s+\d.*|(?i:on|at)\s+(?:\d|[A-Z][a-z]{2}).*|"
    r"(?:on|in|at|for|am|um)\b.*|(?i:published|updated|posted|last updated|leave|comments?|\d+ (?:min|comments?))\b.*|[–—-]+\s.*|\(?@.*)$",
)
_NOT_A_NAME = re.compile(
    r"https?:|www\.|\w@\w|\d{3,}|\d\d:\d\d|^\W*$|"
    r"^(?:fotos?|bild(?:er)?|quelle|source|fuente|fonte|video|grafik|picture|illustration)\b\W|"
    r"\b(?:comments?|minutes?|follow|view|profile|fact|checked|articles? by|archive|author|photo|image|credit|"
    r"courtesy|updated|published|ago)\b|^(?:read|share|posts?|more)\b|(?-i:\b(?:read|share|posts?|more)\b)|"
    r"\b(?:read|learn|see|show|load|out|no) more\b|\b(?:facebook|twitter|instagram|linkedin|youtube)\b|"
    r"\b(?:by|von|par|and|und|of|the|with)$",
    re.I,
)
IMPERSONAL = re.compile(
    r"\b(?:news|staff|team|admin|editors?|editorial|desk|newsroom|company|inc|llc|group|magazine|journal|"
    r"institut[eo]?|office|cent(?:er|re)|stud(?:y|ies)|project|council|university|college|association|society|department|"
    r"ministry|committee|foundation|research|agency|press|media|times|post|board|bureau|administration|initiative|"
    r"coalition|commission|alliance|network|redaktion|universit[äéày]t?|agencies)\b",
    re.I,
)
AGENCIES = frozenset(
    (
        *("reuters", "afp", "ap", "dpa", "epd", "kna", "apa", "sda", "ansa", "efe", "tass", "ria novosti", "interfax", "xinhua", "kyodo"),
        *("yonhap", "pti", "upi", "ani", "ians", "bloomberg", "associated press", "the associated press", "agence france-presse", "bbc"),
        *("cnn", "npr", "anp", "belga", "lusa", "ntb", "tt", "ritzau", "stt", "pap", "ctk", "čtk", "mti", "anadolu", "anadolu agency"),
        *("afp-jiji", "jiji", "jiji press", "kyodo news", "共同", "时事", "時事", "新华社", "中央社", "رويترز", "рейтер", "тасс"),
    )
)
_TITLE = (
    r"(?:Drs?|Prof|Professor|Sir|Dame|Lord|Lady|Rev|Fr|Msgr|Rabbi|Imam|Sheikh|Sgt|Sergeant|Cpl|Cap|Capt|Captain|Lt|Lieutenant|Maj|Major|Col|"
    r"Colonel|Gen|General|Brig|Adm|Admiral|Cmdr|Cdr|Amb|Ambassador|Sen|Senator|Rep|Gov|Hon|Judge|Mr|Mrs|Ms|Mme|Herr|Frau|Dipl|Ing|Mag|Dott|"
    r"Ir|Shri|Smt|Ph\.?D)\.?(?:-Ing\.?)?"
)
_GENERATION = r"(?:Jr|Sr|Jnr|Snr)\.?|II|III|IV"
_DEGREE = (
    r"(?:Ph\.?\s?D|D\.?\s?Phil|M\.?Phil|Ed\.?D|Psy\.?D|Pharm\.?D|Sc\.?D|Dr\.?P\.?H|M\.?D|D\.?O|D\.?D\.?S|D\.?V\.?M|J\.?D|LL\.?[BMD]|"
    r"M\.?B\.?A|M\.?P\.?[AHP]|M\.?Sc|B\.?Sc|M\.?S\.?W?|B\.?S|M\.?A|B\.?A|M\.?Ed|M\.?F\.?A|R\.?N|B\.?S\.?N|M\.?S\.?N|N\.?P|R\.?D\.?N?|"
    r"C\.?P\.?A|C\.?F\.?[AP]|P\.?E|L\.?C\.?S\.?W|L\.?M\.?F\.?T|Esq(?:uire)?|Ret(?:['’]?d|ired)?|U\.?S\.?N|USMC|USAF|USCG|[OCMK]BE|"
    r"[QK]\.?C|MEP|FRS|FRCP|S\.?J|O\.?P|O\.?F\.?M|O\.?S\.?B)\b\.?®?"
)
_SUFFIX = rf"(?:{_GENERATION}|\(?{_DEGREE}\)?)"
SUFFIXES = re.compile(rf"{_SUFFIX}(?:[\s,]+{_SUFFIX})*")
GENERATION = re.compile(_GENERATION, re.I)
PARTICLES = (
    r"van|von|vom|vander|der|den|de|del|della|delle|degli|dei|di|da|das|do|dos|du|des|d['’]|al|el|ul|bin|bint|ben|ibn|abu|abd|la|le|lo|los|las|ter|"
    r"ten|te|zu|zum|zur|af|av|y|e|i|st\.?|['’]t|ap|ab|und"
)
# Signs of vowels and joiners, which Python counts to no word: of Hebrew, Arabic, India, Thailand, Burma and Cambodia.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0971-\u0dff"
    "\u0e31-\u0e4e\u0eb1-\u0ecd\u102b-\u103e\u17b4-\u17d3\u200c\u200d"
)
_NAME_WORD = (
    rf"[^\W\d_a-zа-яёα-ωà-öø-ÿ](?:[\w{_MARKS}'’.-]|,(?=\w))*|(?:al|el|as|ad|ash|an|ar|ul)-[^\W\d_a-z][\w'’-]*|"
    r"[dl]['’][^\W\d_a-z][\w'’-]*"
)
# Two to four words, none of them small but particles; titles before and degrees after do not count.
_WORD = rf"(?:(?:{PARTICLES})\s+){{0,3}}(?:{_NAME_WORD})(?:\s+|$|(?=,))"
PERSON = re.compile(rf"(?!\s)(?:{_TITLE}\s+){{0,3}}{_WORD}(?:(?!{_DEGREE}(?:\s|$)){_WORD}){{1,3}}(?:,?\s*{_SUFFIX})*")
_DATE_IN_DIGITS = re.compile(r"\d{1,4}[./年-]\d{1,2}[./月-](?:\d{1,4}日?)?[,.]?|\d{2,4}[년年]")
_WEEKDAY = re.compile(  # the last word before a date
    r",?\s+(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|"
    r"(?:segunda|terça|quarta|quinta|sexta)-feira|(?:lune|marte|mercole|giove|vener)d[ìi]|sabato|domenica|"
    r"poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|(?:maan|dins|woens|donder|vrij|zater|zon)dag|"
    r"понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|ponedjeljak|utorak|srijeda|četvrtak|petak|subota|nedjelja|"
    r"الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد|(?:یک|دو|سه|چهار|پنج)[\s\u200c]?شنبه|شنبه|جمعه|"
    r"सोमवार|मंगलवार|बुधवार|गुरुवार|शुक्रवार|शनिवार|रविवार|pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar)[,.]?$",
    re.I,
)
_GLUED = re.compile(r"(?<=[^\W\d_])([^\W\d_a-zà-ÿ][a-zà-ÿ]{2,})$")
# What somebody is: ``Ann Lee, Staff Writer``. Words of the second kind are surnames, too: they need others beside them.
_OFFICE = re.compile(
    r"\b(?:writer|editor|reporter|correspondent|columnist|analyst|contributor|journalist|producer|photographer|videographer|director|"
    r"professor|lecturer|researcher|scholar|scientist|economist|historian|president|chairman|chairwoman|secretary|officer|manager|"
    r"founder|adviser|advisor|specialist|expert|consultant|attorney|lawyer|student|candidate|veteran|blogger|author|intern|strategist|"
    r"engineer|ceo|cto|cfo|coo|ambassador|diplomat|minister|commentator|critic|psychologist|physician|nutritionist|dietitian|"
    r"educator|coach|therapist|horticulturalist|redactora?|periodista|corresponsal|giornalista|rédact(?:eur|rice)|journaliste|"
    r"correspondante?|[\w-]*(?:redakteur|korrespondent|reporter|journalist|volontär|autor|leiter|experte|forscher)(?:in)?|jornalista|"
    r"журналист|корреспондент|обозреватель|редактор|эксперт)s?\b",
    re.I,
)
_HIGH = (
    r"(?:senior|junior|research|visiting|associate|assistant|deputy|executive|managing|chief|policy|non-?resident|distinguished|former|"
    r"retired|emerit\w+|adjunct|staff|vice|special|contributing|principal|lead|national|foreign|political|legal|general|postdoctoral)"
)
_OFFICE_BESIDE = re.compile(
    rf"\b{_HIGH}\b.*\b(?:fellow|dean|major|judge|head|chief|host|chair|partner|counsel|associate|assistant|member|leader)s?\b|"
    r"\b(?:fellow|dean|head|chief|host|chair|partner|counsel|associate|assistant|member|leader|colonel|general|captain|veteran)s?\s+"
    r"(?:of|at|for|in|on|with)\b|\bfellow\b$",
    re.I,
)
_AT_END = re.compile(rf"(?:\s+{_HIGH})*\s+(?:writer|editor|reporter|correspondent|columnist|contributor)s?$", re.I)
_CALLED = re.compile(r"\s*(?:기자|특파원|논설위원|(?<=\w\w)(?:記者|记者|報導|报道|編集委員))$")
_BESIDE = re.compile(  # who else had a hand in it, and where
    r"\s+(?:additional |with )?(?:photo\w*|images?|illustrat\w+|edited|reviewed|video\w*|graphics?|translated|reporting|research(?:ed)?)"
    r"(?: \w+)? by\b.*|\s*(?:写真|撮影|編集|摄影|\bFotos?|\bBilder)\s*[:：].*|\s*[／/]\s*\S{1,6}(?:報導|报道|電|电)$",
    re.I,
)
_ACCOUNT = re.compile(r"<?\(?\b[\w.+-]+@[\w-]+\.[\w.-]+\)?>?|(?<!\w)@\w+")
_ASIDE = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]](?!\s+[^\W\d_a-z])")  # not the one within a name
_PLACE = re.compile(r"\s+(?:in|aus|à|en|da)\s+[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?(?=\s*,|\s+(?:and|und|et|y|e)\s)")
_THE_DESK = re.compile(
    r"the .*\b(?:press|board|agency|bureau|service|collective|network|team|staff|editors?|editorial|desk|group|union)\b", re.I
)
_LABEL = re.compile(
    rf"^\W*(?:(?:(?:written|posted|published|authored|guest post|articles?|words|story|text|report(?:ed|ing)?|op-ed|opinion|"
    rf"analysis|comment(?:ary)?|review|column|essay|interview) )?(?:by|von(?: unser(?:em|er) \w+)?|par|por|door|"
    rf"text|texte|tekst)\b\s*[:：]?|{LABEL}|(?:記者|记者)(?=\w{{2,4}}$))\s*",
    re.I,
)


def fold_name(name: str) -> str:
    """Letters and digits alone: the same for two spellings of one name."""
    return re.sub(r"[\W_]+", "", name).casefold()


def name_key(name: str) -> str:
    """The same for one person with and without titles, degrees and accents."""
    bare = re.sub(rf"^(?:{_TITLE}\s+)+(?=\S+\s)", "", name)
    bare = re.sub(rf"(?:,?\s+\(?{_DEGREE}\)?)+$", "", bare)
    folded = "".join(sign for sign in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(sign))
    return fold_name(folded) or fold_name(name)


def is_agency(name: str) -> bool:
    return name.strip(" .").casefold() in AGENCIES


def is_person(name: str) -> bool:
    """Does it read like the name of one human being?"""
    return PERSON.fullmatch(name) is not None and not IMPERSONAL.search(name) and not is_agency(name)


def is_office(words: str) -> bool:
    """Is it what somebody is, or where they are?"""
    if _OFFICE_BESIDE.search(words):
        return True
    match = _OFFICE.search(words)
    return match is not None and (match.start() > 0 or not is_person(words))


@lru_cache(maxsize=4096)
def tidy_name(text: str, *, whole: bool = False) -> str:
    """``whole``: it is a name and nothing else, so "Institute for Peace" keeps its second half."""
    line = _BESIDE.sub("", without_any_label(_LABEL.sub("", " ".join(text.split()).strip("【】"))))
    line = re.sub(r"^[Bb]y(?=[A-Z])", "", line)
    line = re.split(r"\s[|•·]\s|\s*[|•·]\s*", line)[0]
    line = _ACCOUNT.sub("", line).strip()
    line = _ASIDE.sub(lambda match: match[0] if SUFFIXES.fullmatch(match[0].strip()) else "", line) or line.strip("()[]（）")
    line = (line if whole else _TAIL.sub("", _PLACE.sub("", line))).strip(" ,;:–—-|/")
    return _spelled(_CALLED.sub("", _without_date(line)))


def _without_date(line: str) -> str:
    """A name without the date behind it: "Caleb Weiss July 9", "Anne Roy 16 juin 2019"."""
    if not any(sign.isdigit() for sign in line):
        return line
    words = line.split()
    for i, word in enumerate(words):
        if i and _begins_date(words, i):
            return _WEEKDAY.sub("", " ".join(words[:i])).strip(" ,;")
        glued = _GLUED.search(word)  # "Caleb WeissJuly 9", from two elements without a blank between them
        if glued is not None and glued.group(1).lower() in MONTH_NUMBERS and _has_digit(words[i + 1 : i + 2]):
            return " ".join([*words[:i], word[: glued.start(1)]]).strip(" ,;")
    return line


def _begins_date(words: list[str], i: int) -> bool:
    """Does a date begin with this word: a day or year before its month, a month before its day, digits alone?"""
    word, following = words[i], words[i + 1 : i + 3]
    if word[0].isdigit():
        return any(_is_month(other) for other in following) or _DATE_IN_DIGITS.fullmatch(word) is not None
    return _is_month(word) and (_has_digit(following[:1]) or (len(following) > 1 and following[0].islower() and _has_digit(following[1:])))


def _is_month(word: str) -> bool:
    return word.strip(".,").lower() in MONTH_NUMBERS or month_of(word) is not None


def _has_digit(words: list[str]) -> bool:
    return any(sign.isdigit() for word in words for sign in word)


def without_office(name: str) -> str:
    """``Ann Lee Staff Writer``, from two boxes in a line, without the office."""
    short = _AT_END.sub("", name)
    return short if is_person(short) else name


def _spelled(name: str) -> str:
    """A person's name in capitals, which is the layout's doing, in the usual letters."""
    if not (name.isupper() and name[:1].isascii() and len(name.split()) > 1 and is_person(name)):
        return name
    return " ".join(_word_spelled(word, first=not i) for i, word in enumerate(name.split()))


def _word_spelled(word: str, *, first: bool) -> str:
    bare = word.strip(".,()")
    if SUFFIXES.fullmatch(bare) or "." in bare or (len(bare) < 3 and not re.search("[AEIOUY]", bare)):
        return word
    if not first and re.fullmatch(r"(?:VAN|VON|DER|DEN|DE|DEL|DELLA|DI|DA|DOS|DU|LA|BIN|IBN|ZU|TER|TEN|AF|AL)", bare):
        return word.lower()
    spelled = re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word.lower())
    return re.sub(r"^(Mc)([a-z])", lambda part: part[1] + part[2].upper(), spelled)


_NOTHING = frozenset(("null", "undefined", "none", "n/a", "nan", "false", "true", "[object object]"))  # what a program wrote for no name


@lru_cache(maxsize=4096)
def is_name(name: str) -> bool:
    """Could it be a person's (or desk's) name? Dates, addresses and labels are none."""
    body = IMPERSONAL.search(name) is not None
    return (
        1 < len(name) <= (110 if body else 70)
        and "*" not in name
        and len(name.split()) <= (14 if body else 7)
        and not _NOT_A_NAME.search(name)
        and SUFFIXES.fullmatch(name) is None
        and name.casefold() not in _NOTHING
        and (not name.startswith("the ") or _THE_DESK.match(name) is not None)  # a heading "By the Numbers" names nobody
        and any(c.isalpha() for c in name)
        and not is_other_role(name)
    )
