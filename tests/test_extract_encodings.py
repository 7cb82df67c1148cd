"""Encodings: the labels of the web, declarations in every place, and those that the bytes contradict."""

from __future__ import annotations

import codecs

import pytest
from webencodings import LABELS, lookup

from crawler.extract.dom.encoding import decode
from crawler.extract.page import extract_page

LETTERS = {
    "gb18030": "港务局昨天宣布关闭南港,原因尚未公布。当地居民对此表示不满。",
    "big5": "港務局昨天宣布關閉南港,原因尚未公布。當地居民對此表示不滿。",
    "cp932": "港湾局は昨日、南港の閉鎖を発表した。①理由はまだ明らかにされていない。",
    "euc_jp": "港湾局は昨日、南港の閉鎖を発表した。理由はまだ明らかにされていない。",
    "cp949": "항만청은 어제 남항 폐쇄를 발표했다. 이유는 아직 밝혀지지 않았다. 똠방각하",
    "cp1251": "Порт закрыт с весны, сообщила городская администрация. Никто не знает почему.",
    "koi8_r": "Порт закрыт с весны, сообщила городская администрация. Никто не знает почему.",
    "cp1253": "Το λιμάνι έκλεισε την άνοιξη, ανακοίνωσε ο δήμος. Κανείς δεν ξέρει γιατί.",
    "cp1255": "נמל הצפון נסגר באביב, כך הודיעה העירייה. איש אינו יודע מדוע.",
    "cp1256": "أغلق الميناء في الربيع، حسبما أعلنت البلدية. لا أحد يعرف السبب.",
    "cp874": "ท่าเรือภาคใต้ถูกปิดในฤดูใบไม้ผลิ เทศบาลประกาศ ไม่มีใครรู้ว่าทำไม",
}
AS_READ = {"gbk": "gb18030", "iso-8859-8-i": "iso8859-8"}  # encoding of the standard -> Python's codec, where the names differ


@pytest.mark.parametrize("label", sorted(label for label, name in LABELS.items() if name not in ("replacement", "x-user-defined")))
def test_every_label_of_the_standard_is_known(label: str) -> None:
    name = LABELS[label]
    if name.startswith("utf-16"):
        assert decode(f'<meta charset="{label}"><p>Café'.encode()).endswith("Café"), "a page that can be read to here is no UTF-16"
        return
    codec = codecs.lookup(AS_READ.get(name) or lookup(label).codec_info.name)
    letters = " ".join(sign for sign in "éØščжЖדשαηกกб港항مه" if sign.encode(codec.name, "ignore"))
    assert letters, name
    body = f'<html><head><meta charset="{label}"></head><p>{letters * 4}'.encode(codec.name)
    assert decode(body).endswith(letters * 4)


@pytest.mark.parametrize(
    ("start", "header"),
    [
        ('<meta charset="windows-1251">', None),
        ("<META CHARSET=WINDOWS-1251 />", None),
        ("<meta content='text/html; charset=windows-1251' http-equiv='Content-Type'>", None),
        ('<?xml version="1.0" encoding="windows-1251"?>', None),
        ("", 'text/html; version=1; charset="Windows-1251"'),
        ('<!-- <meta charset="iso-8859-2"> --><meta name="description" content="charset=koi8-r"><meta charset="cp1251">', None),
        (f'<script>{"x" * 5000}</script><meta charset="windows-1251">', None),
        ('<meta charset="no-such-label"><meta charset="x-cp1251">', "text/html; charset=none"),
        ('<?xml version="1.0" encoding="utf-8"?><meta charset="windows-1251">', None),
        ('<meta charset="utf-8">', "text/html; charset=windows-1251"),
    ],
)
def test_a_declaration_is_found_wherever_it_stands(start: str, header: str | None) -> None:
    text = "Она - в порту, њена"  # too short, and with a letter too rare, for a guess
    assert decode(start.encode() + text.encode("cp1251"), header).endswith(text)


@pytest.mark.parametrize("codec", LETTERS)
@pytest.mark.parametrize("declared", ["", '<meta charset="utf-8">', '<meta charset="iso-8859-1">'])
def test_a_wrong_or_missing_declaration_is_not_believed(codec: str, declared: str) -> None:
    text = LETTERS[codec]
    assert decode(f'<html><head>{declared}</head><body class="a"><p>{text}'.encode(codec)).endswith(text)


@pytest.mark.parametrize(
    ("language", "codec", "text"),
    [
        ("pl", "cp1250", "Przystań została zamknięta wiosną, łódź stoi."),
        ("tr", "cp1254", "Liman ilkbaharda kapatıldı, şehir açıkladı, ığdır."),
        ("fr", "cp1252", "Le port a été fermé — “déjà vu”."),
        ("lt", "cp1257", "Uostas uždarytas pavasarį, sako miestas."),
    ],
)
def test_latin_letters_are_told_apart_by_the_language_of_the_page(language: str, codec: str, text: str) -> None:
    page = f'<html lang="{language}"><head><meta charset="utf-8"><p>{text}'
    assert decode(page.encode(codec)).endswith(text)


def test_utf8_is_read_as_such_whatever_is_declared_and_though_some_bytes_are_broken() -> None:
    page = "<p>Straße nach Köln, Zürich und Łódź".encode()
    assert decode(page, "text/html; charset=iso-8859-1") == page.decode()
    assert decode(page.replace(b"nach", b"n\x92ch"), "text/html; charset=iso-8859-1").startswith("<p>Straße n\ufffdch Köln")


def test_what_was_encoded_twice_stays_as_it_is_written() -> None:
    twice = "Straße".encode().decode("cp1252").encode()
    assert decode(b'<meta charset="utf-8"><p>' + twice).endswith("StraÃŸe")


@pytest.mark.parametrize(("codec", "label"), [("utf-8", "utf-8"), ("gb18030", "gb2312"), ("cp932", "sjis"), ("euc_jp", "x-euc-jp")])
@pytest.mark.parametrize("lost", [1, 2])
def test_a_letter_that_is_cut_off_at_the_end_takes_no_other_along(codec: str, label: str, lost: int) -> None:
    whole = f'<meta charset="{label}"><p>港湾局'.encode(codec)
    assert decode(whole[:-lost]).endswith("港湾")
    assert decode("<p>é".encode()[:-1], "text/html; charset=utf-8") == "<p>"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_zeros(codec: str) -> None:
    assert decode("<html><p>zał i żuk".encode(codec)) == "<html><p>zał i żuk"


def test_zeros_within_a_text_do_no_harm() -> None:
    page = b"<html><body class='single'><h1>T</h1><div class='entry-content'><p>The har\x00bour w\x00as closed.\x00\x00</p></div>"
    assert extract_page(page, "https://own.example/a").text == "The harbour was closed."


@pytest.mark.parametrize(
    ("label", "body", "text"),
    [
        ("gbk", b"\x80 5 \xb8\xdb", "€ 5 港"),
        ("x-euc-jp", b"\xad\xa1\xb9\xc1", "①港"),
        ("iso-2022-jp", b"\x1b$B9A\x1b(B", "港"),
        ("hz-gb-2312", b"~{8[~}", "港"),
        ("macintosh", b"Caf\x8e", "Café"),
        ("big5-hkscs", b"\x88\x62", "Ê̄"),
    ],
)
def test_letters_that_browsers_read_and_python_alone_does_not(label: str, body: bytes, text: str) -> None:
    assert decode(b'<meta charset="%b"><p>' % label.encode() + body).endswith(text)


def test_bytes_for_a_font_of_the_sites_own_are_kept_in_the_private_area() -> None:
    assert decode(b"<p>\x80\xff", "text/html; charset=x-user-defined") == "<p>\uf780\uf7ff"
    assert decode(b'<meta charset="x-user-defined"><p>Caf\xe9').endswith("Café")
