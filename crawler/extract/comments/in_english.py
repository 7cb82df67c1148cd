"""Takes a class or an id in the words of another language, and gives it in English, in which the patterns of threads are written:
``kommentar-autor``, ``contenu_commentaire``, ``comentario-12``."""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS: dict[str, str] = {}  # in another language, without accents -> in English
for _english, _others in (
    ("comment", "kommentar commentaire comentario commento komentarz komentar reactie yorum kommentti"),
    ("comments", "kommentare kommentarer commentaires comentarios commenti komentarze komentari reacties yorumlar kommentit"),
    ("author", "autor auteur autore verfasser auteure autora yazar forfatter forfattare"),
    ("text", "texte texto testo tekst metin"),
    ("content", "contenu contenido contenuto conteudo inhalt inhoud innhold tresc icerik"),
    ("date", "datum fecha tarih dato"),
    ("name", "nom nombre nome naam navn"),
    ("reply", "antwort antworten repondre reponse responder respuesta rispondi risposta antwoord odpowiedz svar"),
    ("list", "liste lista lijst"),
    ("report", "melden signaler denunciar segnala"),
):
    _WORDS |= dict.fromkeys(_others.split(), _english)
_COMPOUND = re.compile(r"(kommentar|commentaire|comentario)s?(?=[a-z]{4})")
_WORD = re.compile(r"[a-z]{3,}")


@lru_cache(maxsize=20_000)
def in_english(name: str) -> str:
    """``name``: in lower case. Words that are not known stay."""
    return _WORD.sub(_word, name)


def _word(match: re.Match[str]) -> str:
    said = match[0]
    known = _WORDS.get(said)
    if known is None and (compound := _COMPOUND.match(said)) is not None:  # German writes them as one word: kommentartext
        rest = said[compound.end() :]
        return f"comment-{_WORDS.get(rest, rest)}" if rest in _WORDS or rest in _WORDS.values() else said
    return known or said
