"""Gives the month names of the languages that sites write their dates in, and the words of relative dates with their seconds."""

# ruff: noqa: E501  (a line per language)
from __future__ import annotations

from crawler.extract.dom.tree import word_set

# One line per language: January to December, forms apart by "/". Abbreviations of three letters and more are added below.
_LINES = """
january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sept/sep october/oct november/nov december/dec
januar/jänner/jan februar/feber/feb märz/mrz/mär/maerz april/apr mai juni/jun juli/jul august/aug september/sep/sept oktober/okt november/nov dezember/dez
janvier/janv février/févr/fevrier/fév mars avril/avr mai juin juillet/juil août/aout septembre/sept octobre/oct novembre/nov décembre/déc/decembre
enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago septiembre/setiembre/sept/sep octubre/oct noviembre/nov diciembre/dic
gennaio/gen febbraio/feb marzo/mar aprile/apr maggio/mag giugno/giu luglio/lug agosto/ago settembre/set ottobre/ott novembre/nov dicembre/dic
janeiro/jan fevereiro/fev março/mar abril/abr maio/mai junho/jun julho/jul agosto/ago setembro/set outubro/out novembro/nov dezembro/dez
januari/jan februari/feb maart/mrt april/apr mei juni/jun juli/jul augustus/aug september/sep oktober/okt november/nov december/dec
stycznia/styczeń/sty lutego/luty/lut marca/marzec/mar kwietnia/kwiecień/kwi maja/maj czerwca/czerwiec/cze lipca/lipiec/lip sierpnia/sierpień/sie września/wrzesień/wrz października/październik/paź listopada/listopad/lis grudnia/grudzień/gru
января/январь/янв февраля/февраль/фев марта/март/мар апреля/апрель/апр мая/май июня/июнь/июн июля/июль/июл августа/август/авг сентября/сентябрь/сен/сент октября/октябрь/окт ноября/ноябрь/ноя декабря/декабрь/дек
січня/січень лютого/лютий березня/березень квітня/квітень травня/травень червня/червень липня/липень серпня/серпень вересня/вересень жовтня/жовтень листопада/листопад грудня/грудень
januari/jan februari/feb mars/mar april/apr maj juni/jun juli/jul augusti/aug september/sep oktober/okt november/nov december/dec
januar/jan februar/feb marts/mar april/apr maj juni/jun juli/jul august/aug september/sep oktober/okt november/nov december/dec
ocak/oca şubat/şub mart/mar nisan/nis mayıs/may haziran/haz temmuz/tem ağustos/ağu eylül/eyl ekim/eki kasım/kas aralık/ara
ledna/leden února/únor března/březen dubna/duben května/květen června/červen července/červenec srpna/srpen září října/říjen listopadu/listopad prosince/prosinec
tammikuuta/tammikuu helmikuuta/helmikuu maaliskuuta/maaliskuu huhtikuuta/huhtikuu toukokuuta/toukokuu kesäkuuta/kesäkuu heinäkuuta/heinäkuu elokuuta/elokuu syyskuuta/syyskuu lokakuuta/lokakuu marraskuuta/marraskuu joulukuuta/joulukuu
január/jan február/febr március/márc április/ápr május/máj június/jún július/júl augusztus/aug szeptember/szept október/okt november/nov december/dec
ianuarie/ian februarie/feb martie/mar aprilie/apr mai iunie/iun iulie/iul august/aug septembrie/sept octombrie/oct noiembrie/noi decembrie/dec
januari februari maret april mei juni juli agustus/agu september oktober november desember/des
ιανουαρίου/ιαν φεβρουαρίου/φεβ μαρτίου/μαρ απριλίου/απρ μαΐου/μαι ιουνίου/ιουν ιουλίου/ιουλ αυγούστου/αυγ σεπτεμβρίου/σεπ οκτωβρίου/οκτ νοεμβρίου/νοε δεκεμβρίου/δεκ
- شباط آذار نيسان أيار حزيران تموز آب أيلول - - -
يناير فبراير مارس أبريل/ابريل/إبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر/اكتوبر نوفمبر ديسمبر
"""

LANGUAGES = word_set("en de fr es it pt nl pl ru uk sv da nb nn no tr cs fi hu ro id el ar")
MONTH_NUMBERS: dict[str, int] = {}
for _line in _LINES.strip().splitlines():
    for _number, _forms in enumerate(_line.split(), 1):
        for _form in _forms.split("/"):
            MONTH_NUMBERS.setdefault(_form, _number)

# Units of time in seconds; the longest forms first where one begins another.
UNITS: dict[str, int] = {}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
for _names, _seconds in (
    ("second seconds sec secs sekunde sekunden seconde secondes segundo segundos secondi", 1),
    ("minute minutes min mins minuten minuto minutos minuti minuut", _MINUTE),
    ("hour hours hr hrs stunde stunden std heure heures hora horas ora ore uur", _HOUR),
    ("day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen", _DAY),
    ("week weeks wk wks woche wochen semaine semaines semana semanas settimana settimane weken", 7 * _DAY),
    ("month months monat monate monaten mois mes meses mese mesi maand maanden mês", 2_629_800),
    ("year years yr yrs jahr jahre jahren an ans année années año años anno anni ano anos jaar", 31_557_600),
):
    for _name in _names.split():
        UNITS[_name] = _seconds
