"""The words that stand before an author's name and are no part of it, in the languages of the web: ``Written by``, ``Автор:``, ``著者:``.
Gives patterns for them, and takes a label off the front of a line."""

from __future__ import annotations

import re

# Whole words that may be followed by a colon. None of them begins a name, so none needs one.
LABEL_WORDS = (
    r"a cura di|autor(?:in|ka|k[ey]|as|ius|i|es|a|e)?|auteur(?:e|s)?|author|authored by|forfatter|författare|"
    r"द्वारा|bởi|tác giả|created by|geschreven door|geschrieben von|verfasst von|ein beitrag von|écrit par|rédigé par|publié par|posté par|"
    r"escrito por|publicado por|redactado por|scritto da|pubblicato da|scris de|skrevet av|skrevet af|skriven av|kirjoittanut|kirjoittaja|"
    r"írta|szerző|napisał(?:a|\(a\))?|napsal(?:a|\(a\))?|napísal(?:a)?|napisao|napisala|piše|pise|oleh|penulis|ditulis oleh|yazan|yazar|"
    r"автор(?:ка|ы|и)?|аўтар|аутор|пише|написао|написала|написал|автор текста|опубликовал|опубликовала|"
    r"συντάκτης|συγγραφέας|γράφει (?:ο|η)|ავტორი|հեղինակ|"
    r"بقلم|كتبه|كتبته|كتبت|كتب|الكاتبة|الكاتب|المؤلف|بواسطة|نویسنده|نوشته|به قلم|مصنف|تحریر|מאת|"
    r"लेखक|लेखिका|रचनाकार|লেখক|লেখিকা|ਲੇਖਕ|લેખક|எழுதியவர்|రచయిత|ലേഖകൻ|ผู้เขียน|โดย"
)
# The same in scripts without blanks: a sign or a blank follows.
LABEL_SIGNS = r"作者|著者|撰文|文|執筆|执笔|記者|记者|筆者|投稿者|作成者|文責|ライター|작성자|글쓴이|지은이|저자|글"
_PLAIN = rf"(?:{LABEL_WORDS})(?:\s*[:：]|(?=\s))|(?:{LABEL_SIGNS})(?:\s*[:：／/]|(?=\s))"
LABEL = rf"(?:{_PLAIN})"
# One of a role that is not writing: who took the picture, who edited or translated, where it is from.
_OTHER_ROLE = re.compile(
    r"foto|photo|bild|image|imag[ée]n|picture|graf|illustr|video|kamera|camera|quelle|source|fuente|fonte|źród|izvor|zdroj|kilde|källa|bron|"
    r"edit|review|fact|lektor|redak|redac|rédac|transl|übers|tradu|tłum|prev[eo]d|překl|vertal|"
    r"фото|илл|источник|извор|перев|редак|видео|صور|تصوير|عکس|منبع|مصدر|ترجم|تحرير|ویرا|"
    r"写真|撮影|編集|翻訳|出典|写|摄|攝|编|編|译|譯|责|責|来源|來源|图|圖|사진|출처|편집|번역|फ़ोटो|फोटो|स्रोत|अनुवाद|संपाद|"
    r"publi|post|updat|dat[aeou]|fecha|дата|تاريخ|تاریخ|日期|日時|categor|kategor|tag|topic|thema|rubri|https?|www",
    re.I,
)
# Any word or two before a colon, in a script of which the lists above know nothing.
_ANY = re.compile(r"([^\s\d:：,;|/]{2,20}(?: [^\s\d:：,;|/]{2,20})?)\s*[:：]\s*(?=\S)")


def without_any_label(line: str) -> str:
    """``लेखक: सुनीता राव`` without its label, whatever language that is in; one of another role stays, and names nobody."""
    match = _ANY.match(line)
    if match is None or _OTHER_ROLE.search(match[1]):
        return line
    return line[match.end() :]


def is_other_role(name: str) -> bool:
    """Does it begin with the label of a picture's, an editor's or a date's?"""
    match = _ANY.match(name)
    return match is not None and _OTHER_ROLE.search(match[1]) is not None
