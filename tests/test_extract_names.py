"""Names in bylines: suffixes, particles, organisations, offices, other languages."""

from __future__ import annotations

import pytest

from crawler.extract.article.names import split_names, spoken_name, two_names
from crawler.extract.article.person import is_person, name_key
from crawler.extract.page import extract_page

URL = "https://own.example/2019/a.html"
TEXT = "".join(f"<p>The dredger left basin {n} at dawn, and nobody on the quay wrote down which way it turned.</p>" for n in range(5))

LINES = {
    # suffixes
    "By Jane Doe, PhD": ["Jane Doe, PhD"],
    "By Jane Doe, Ph.D., and John Roe, M.D.": ["Jane Doe, Ph.D.", "John Roe, M.D."],
    "Martin Luther King, Jr.": ["Martin Luther King Jr."],
    "John Roe III and Bo Berg": ["John Roe III", "Bo Berg"],
    "Jane Doe, Esq.": ["Jane Doe, Esq."],
    "Col. Bo Lee (Ret.) and Lt. Col. John A. Roe": ["Col. Bo Lee (Ret.)", "Lt. Col. John A. Roe"],
    "Jillian Berg, MS, RD": ["Jillian Berg, MS, RD"],
    # particles
    "Anna van der Berg and Bo de la Cruz": ["Anna van der Berg", "Bo de la Cruz"],
    "Osama al-Najjar, Mohammed bin Salman": ["Osama al-Najjar", "Mohammed bin Salman"],
    "Von Jana Müller und Karl-Theodor von und zu Guttenberg": ["Jana Müller", "Karl-Theodor von und zu Guttenberg"],
    "John le Carré": ["John le Carré"],
    "Ursula K. Le Guin on May 3": ["Ursula K. Le Guin"],
    "José Ortega y Gasset": ["José Ortega y Gasset"],
    "Maria de Souza e Silva": ["Maria de Souza e Silva"],
    # the family name first, initials
    "Doe, Jane": ["Jane Doe"],
    "Doe, Jane; van der Berg, Jan": ["Jane Doe", "Jan van der Berg"],
    "J. R. R. Tolkien, C.D. Roe and E. F. Gray": ["J. R. R. Tolkien", "C.D. Roe", "E. F. Gray"],
    # lists in several languages
    "By Ann Lee, Bo Berg, and Carl Cox on May 3, 2011": ["Ann Lee", "Bo Berg", "Carl Cox"],
    "Par Jean Dupont et Marie Curie": ["Jean Dupont", "Marie Curie"],
    "Por Ana Pérez y Juan López": ["Ana Pérez", "Juan López"],
    "Ana Souza e João Lima": ["Ana Souza", "João Lima"],
    "Jan Kowalski i Anna Nowak": ["Jan Kowalski", "Anna Nowak"],
    "Автор: Иван Петров и Анна Смирнова": ["Иван Петров", "Анна Смирнова"],
    "بقلم: أحمد محمد و علي حسن": ["أحمد محمد", "علي حسن"],
    "أحمد محمد، علي حسن": ["أحمد محمد", "علي حسن"],
    "作者：王小明、李四": ["王小明", "李四"],
    "山田太郎、鈴木花子": ["山田太郎", "鈴木花子"],
    "ジョン・スミス": ["ジョン・スミス"],
    "記者王小明": ["王小明"],
    "김철수 기자": ["김철수"],
    # agencies
    "Reuters": ["Reuters"],
    "AFP, Reuters and AP": ["AFP", "Reuters", "AP"],
    "Jane Doe, Reuters": ["Jane Doe"],
    "Jane Doe/AFP": ["Jane Doe"],
    "Lena Müller, dpa": ["Lena Müller"],
    "Jane Doe (AP)": ["Jane Doe"],
    # organisations
    "Center for Strategic and International Studies": ["Center for Strategic and International Studies"],
    "By the Center for War, Peace, and the News Media": ["Center for War, Peace, and the News Media"],
    "Institute for War and Peace Reporting": ["Institute for War and Peace Reporting"],
    "Food and Drug Administration": ["Food and Drug Administration"],
    "Simon & Schuster": ["Simon & Schuster"],
    "Editorial Board": ["Editorial Board"],
    "By The Editorial Board": ["The Editorial Board"],
    "Staff": ["Staff"],
    # titles, offices, addresses
    "Prof. Anna Berg, Sgt. Bo Lee and Dr Marna van der Merwe": ["Prof. Anna Berg", "Sgt. Bo Lee", "Dr Marna van der Merwe"],
    "Jane Doe, Senior Fellow": ["Jane Doe"],
    "Jane Doe – Senior Fellow": ["Jane Doe"],
    "Leïla Slimani, écrivaine": ["Leïla Slimani"],
    "Jane Doe in Berlin and Bo Berg in Paris": ["Jane Doe", "Bo Berg"],
    "Op-ed by Jane Doe": ["Jane Doe"],
    "By Jane Doe Photographs by Bo Berg": ["Jane Doe"],
    "Jane Doe\nSenior Fellow": ["Jane Doe"],
    "By\nJane Doe,\nBo Berg\nand Carl Cox\nSpecial to the Journal": ["Jane Doe", "Bo Berg", "Carl Cox"],
    "Von unserem Korrespondenten Hans Meier": ["Hans Meier"],
    "jane@paper.example (Jane Doe)": ["Jane Doe"],
    "@janedoe": [],
    "null": [],
    "文：山田太郎　写真：鈴木花子": ["山田太郎"],
    "【記者王小明／台北報導】": ["王小明"],
    "Jane Doe, Director of Research, University of Oxford": ["Jane Doe"],
    "James Dean, Ann Major": ["James Dean", "Ann Major"],
    "Ann Lee Staff Writer": ["Ann Lee"],
    "Jane Doe jane@paper.example": ["Jane Doe"],
    "Jane Doe (@jdoe) and Bo Berg @bo": ["Jane Doe", "Bo Berg"],
    "Thomas More": ["Thomas More"],
    "Read More": [],
    # labels in many languages, and those of other roles
    "लेखक: सुनीता राव": ["सुनीता राव"],
    "द्वारा मीना गुप्ता": ["मीना गुप्ता"],
    "লেখক: মীনা গুপ্ত": ["মীনা গুপ্ত"],
    "Автор: Иван Петров": ["Иван Петров"],
    "Автор текста: Иван Петров": ["Иван Петров"],
    "작성자 김철수": ["김철수"],
    "著者: 山田太郎": ["山田太郎"],
    "文／山田太郎": ["山田太郎"],
    "ผู้เขียน: สมชาย ใจดี": ["สมชาย ใจดี"],
    "מאת: דוד לוי": ["דוד לוי"],
    "الكاتب: سامي الخطيب": ["سامي الخطيب"],
    "Συντάκτης: Νίκος Παπάς": ["Νίκος Παπάς"],
    "Napisao Ivan Horvat": ["Ivan Horvat"],
    "Rakstīja: Jānis Bērziņš": ["Jānis Bērziņš"],
    "Foto: Ann Lee": [],
    "Фото: Иван Петров": [],
    "Übersetzung: Ann Lee": [],
    # a date beside the name
    "Anne Lefèvre 16 juin 2019": ["Anne Lefèvre"],
    "Anne Lefèvre lundi 16 juin 2019": ["Anne Lefèvre"],
    "Ana Ruiz 16 de junio de 2019": ["Ana Ruiz"],
    "Hans Meier Montag, 3. Juni 2019": ["Hans Meier"],
    "Иван Петров, 5 марта 2019 г.": ["Иван Петров"],
    "نادر پاکزاد ۴ اسفند ۱۳۹۷": ["نادر پاکزاد"],
    "سامي الخطيب ٣١ مايو ٢٠١٦": ["سامي الخطيب"],
    "मीना गुप्ता ६ अक्टूबर २०१६": ["मीना गुप्ता"],
    "山田太郎 2019年6月16日": ["山田太郎"],
    "김철수 2019년 3월 5일": ["김철수"],
    "Ann Lee 16.06.2019 10:15": ["Ann Lee"],
    "April May": ["April May"],
    # capitals
    "BY JANE DOE AND JOHN O'BRIEN": ["Jane Doe", "John O'Brien"],
    "JAN VAN DER BERG III": ["Jan van der Berg III"],
    "ABBY BYRON, JD VANCE and ANA OCASIO-CORTEZ": ["Abby Byron", "JD Vance", "Ana Ocasio-Cortez"],
    "BBC NEWS": ["BBC NEWS"],
}


@pytest.mark.parametrize(("line", "names"), LINES.items(), ids=LINES)
def test_a_byline_gives_its_names(line: str, names: list[str]) -> None:
    assert split_names(line) == names


@pytest.mark.parametrize(
    "name", ["Jane Doe, PhD", "Center for X and Y", "Ann & Bo Lee", "Smith, Jones and Brown LLP", "admin", "The Editors"]
)
def test_one_account_stays_one(name: str) -> None:
    assert two_names(name) == [name]
    assert spoken_name(name) == name


def test_an_account_is_called_as_its_byline_is_read() -> None:
    assert spoken_name("Jane Doe, Senior Fellow") == "Jane Doe"
    assert spoken_name("JANE DOE") == "Jane Doe"
    assert spoken_name("Ann Lee and Bo Berg") == "Ann Lee and Bo Berg"


@pytest.mark.parametrize(
    ("one", "other"),
    [("José Álvarez", "Jose Alvarez"), ("Jane Doe, PhD", "jane doe"), ("Dr. Jane Doe", "Jane Doe"), ("Seán O’Brien", "SEAN O'BRIEN")],
)
def test_two_spellings_are_one_person(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_different_people_are_not_one() -> None:
    assert (
        len(
            {
                name_key(name)
                for name in ("Ann Lee", "Ann Leeds", "Anna Lee", "Bo Lee", "王小明", "Иван Петров", "Martin King", "Martin King Jr.")
            }
        )
        == 8
    )


def test_what_is_no_person_is_known() -> None:
    assert all(
        is_person(name)
        for name in ("Ann Lee", "Dr. Ann Lee", "Ann Lee, PhD", "Lt. Col. John A. Roe", "Bo de la Cruz", "Иван Петров", "सुनीता राव")
    )
    assert not any(is_person(name) for name in ("Reuters", "BBC News", "staff", "Editorial Board", "MS, RD", "lower case words"))


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ('<p class="byline">By <b>Jane Doe</b>, PhD, and <b>John Roe</b>, Senior Fellow</p>', ["Jane Doe, PhD", "John Roe"]),
        ('<p class="byline">BY JANE DOE</p>', ["Jane Doe"]),
        ('<p class="byline">By the Institute for War and Peace Reporting</p>', ["Institute for War and Peace Reporting"]),
        ('<p class="byline">By <a rel="author" href="/author/j/">Jane Doe, Ph.D.</a></p>', ["Jane Doe, Ph.D."]),
        ('<p class="byline">作者：王小明、李四</p>', ["王小明", "李四"]),
        ("<div>लेखक: <span>सुनीता राव</span> <span>6 अक्टूबर 2016</span></div>", ["सुनीता राव"]),
        ("<p>Szerző: Kovács János</p>", ["Kovács János"]),
        ("<div>작성자: 김철수</div>", ["김철수"]),
        ('<div>Par <span>Anne Lefèvre</span> <span class="date">16 juin 2019</span></div>', ["Anne Lefèvre"]),
    ],
)
def test_a_page_gives_the_names_of_its_byline(byline: str, names: list[str]) -> None:
    assert authors("", byline) == names


def test_head_and_byline_that_spell_a_name_differently_name_it_once() -> None:
    head = '<meta name="author" content="Jose Alvarez"><meta name="author" content="José Álvarez, PhD">'
    assert len(authors(head, "")) == 1


def authors(head: str, byline: str) -> list[str]:
    head = f'<head><meta charset="utf-8"><title>The lock</title>{head}</head>'
    page = f'<html>{head}<body><article><h1>The lock</h1>{byline}<div class="article-content">{TEXT}'
    return [author.name for author in extract_page(page.encode(), URL).authors or ()]
