"""Words of pages that stand in place of another: challenges, error pages, maintenance notices, parked domains, consent, login and
payment walls, in the languages in which they are met most. No word decides alone: crawler/extract/article/refusals.py weighs them."""

from __future__ import annotations

import re
from functools import lru_cache

CHALLENGE = re.compile(
    r"just a moment|attention required|forbidden|access (?:is |to this page (?:has been )?)?denied|please wait|"
    r"one moment(?:,? please)?|"
    r"checking your browser.*|ddos[- ]guard|are you (?:a )?(?:human|robot)|security check|verif(?:y|ying) (?:that )?you are (?:a )?human|"
    r"(?:403|401|429|451|50\d) .{0,40}|request blocked|pardon our interruption|(?:sorry,? )?you have been blocked|robot check|"
    r"(?:human|bot) verification|service (?:temporarily )?unavailable|too many requests|bad gateway|gateway time-?out|"
    r"internal server error|.{0,30}website firewall|captcha|unavailable for legal reasons|"
    r"zugriff verweigert|einen moment(?: bitte)?|sicherheitsüberprüfung|accès (?:refusé|interdit)|un instant|vérification.{0,20}|"
    r"acceso denegado|un momento|verificación.{0,20}|доступ (?:запрещ[её]н|ограничен)|проверка браузера|تم رفض الوصول|"
    r"アクセスが拒否されました|少々お待ちください|访问被拒绝|acesso negado|accesso negato|toegang geweigerd|odmowa dostępu",
    re.I,
)
MISSING = re.compile(
    r"(?:error )?404(?: not found| error)?|(?:error )?(?:the )?page (?:not found|does not exist|you .{0,30}not .{0,20})|not found|"
    r"error 404|nothing found|(?:oops.{0,3})?(?:that|this) page can.t be found\.?|seite (?:wurde )?nicht gefunden|page introuvable|"
    r"página no encontrada|pagina non trovata|pagina niet gevonden|página não encontrada|страница не найдена|الصفحة غير موجودة|"
    r"ページが見つかりません.*|页面不存在|nie znaleziono strony",
    re.I,
)
MISSING_BEGINS = re.compile(
    r"^\W*(?:error )?(?:404\b|page not found|not found|nothing found|seite nicht gefunden|page introuvable|"
    r"página no encontrada|oops)|\b(?:page not found|404 not found|404 error|error 404)\b",
    re.I,
)
MAINTENANCE = re.compile(
    r"(?:(?:our |the |this )?(?:web)?site (?:is )?)?"
    r"(?:(?:temporarily )?(?:under|down for|in)|scheduled|site) (?:scheduled |construction|maintenance)(?: mode| maintenance)?|"
    r"maintenance(?: mode)?|(?:we.ll |we will )?be (?:right )?back(?: soon)?|wartung(?:sarbeiten|smodus)?|"
    r"(?:site )?en maintenance|(?:sitio )?en mantenimiento|технические работы|сайт на обслуживании|الموقع تحت الصيانة|メンテナンス中.*|"
    r"in manutenzione|em manutenção",
    re.I,
)
PARKED = re.compile(
    r"(?:the |this )?domain (?:name )?.{0,60}(?:is|may be) for sale.*|.{0,60}(?:is|may be) for sale|buy this domain|parked domain.*|"
    r"domain parking|(?:this )?(?:account|domain) (?:has been )?(?:suspended|expired)|diese domain steht zum verkauf|domaine à vendre",
    re.I,
)
ENTRANCE = re.compile(
    r"(?:we value |about |manage )?your (?:data )?privacy(?: (?:matters|choices|settings))?(?: to us)?|before you continue.*|"
    r"(?:cookies?|consent)(?: (?:consent|settings|preferences|notice))?|privacy (?:settings|preferences)|"
    r"(?:please )?(?:log|sign)[ -]?in(?: to continue.*)?|(?:please )?subscribe(?: (?:now|to (?:continue|read).*))?|subscription required|"
    r"(?:for )?subscribers only|support us|become a member|"
    r"datenschutz(?:-?einstellungen)?|ihre privatsphäre.*|zustimmung.*|anmelden|anmeldung|einloggen|jetzt abonnieren|"
    r"votre vie privée.*|nous respectons votre vie privée|(?:se )?connecter|connexion|identifiez-vous|abonnez-vous.*|réservé aux abonnés|"
    r"(?:tu|su|sus) (?:privacidad|datos).*|iniciar sesión|suscr[ií]b(?:ete|ase).*|solo para suscriptores|"
    r"ваша конфиденциальность.*|согласие.{0,40}|вход|войдите.*|подписка|خصوصيت(?:ك|كم).*|تسجيل الدخول|اشترك.*|"
    r"プライバシー.{0,20}|ログイン|会員限定.*|购买会员|登录|a sua privacidade.*|la tua privacy.*|accedi|uw privacy.*|inloggen|zaloguj się",
    re.I,
)
CUES = re.compile(
    r"cookies?|partners|consent|accept all|accept and|i agree|subscri(?:be|bers?|ption)|log ?in|sign ?in|unlimited access|"
    r"free (?:reports|articles)|javascript|robot|captcha|ray id|reference #|unusual traffic|you are (?:a )?human|your browser|"
    r"akzeptieren|zustimm|einwillig|partner|abonn|anmelden|registrier|datenschutz|"
    r"accepte[rz]|consent|partenaires|abonné|connecte[rz]|"
    r"acept(?:ar|o|e)|consentimiento|socios|suscri|iniciar sesi|"
    r"согла[сш]|принять|подпис|войдите|партн[её]р|файл[ыов]* cookie|"
    r"ملفات تعريف الارتباط|موافق|اشترك|شركاؤنا|شركائنا|تسجيل الدخول|"
    r"同意|クッキー|会員|ログイン|購読|パートナー|登录|订阅|"
    r"accett|aceita|akkoord|zgadzam|çerez|abone",
    re.I,
)
SITE_PAGE = re.compile(
    r"log-?in|sign-?(?:in|up)|register|account|privacy\S*|cookies?\S*|consent|subscri\S*|newsletter|member\S*|donate|support\S*|"
    r"datenschutz\S*|abo\S*|anmelden|anmeldung|connexion|inscription|confidentialit\S*|privacidad|suscri\S*|contact\S*|legal\S*|"
    r"(?:about|imprint|impressum|terms|search)\S*",
    re.I,
)
_SEPARATOR = re.compile(r"\s*[|•·»]\s*|\s+[–—-]\s+")
SHORT = 200  # words: a wall says little
TERSE = 80  # words: a challenge says less


def is_whole(pattern: re.Pattern[str], title: str) -> bool:
    """Whether one part of a title, between its separators, is nothing but such a phrase."""
    return any(map(pattern.fullmatch, _parts(title)))


@lru_cache(maxsize=256)  # one title is looked at for several kinds of walls
def _parts(title: str) -> tuple[str, ...]:
    return tuple(part.strip(" .…!?¡¿。！？").replace("’", "'") for part in (title, *_SEPARATOR.split(title)) if part.strip())


def begins(pattern: re.Pattern[str], title: str) -> bool:
    return pattern.match(title.lstrip(" .…!?¡¿")) is not None


def is_worded_as_wall(title: str, text: str) -> bool:
    """Whether a page is short and asks to be let through: its headline says so, or two different words of its text do."""
    words = len(text.split())
    if words > SHORT or (words < 20 and len(text) > 4 * SHORT):  # a script without spaces
        return False
    cues = {match.casefold() for match in CUES.findall(text)}
    headline = any(is_whole(pattern, title) for pattern in (CHALLENGE, MAINTENANCE, PARKED, ENTRANCE))
    return len(cues) + 2 * headline >= 2
