"""The grammar of a query: takes its parts, gives a tree of what is asked for, and a problem for each part that is not understood.

OR binds closest, then what stands side by side, which is AND. NOT and ``-`` belong to what follows them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from archive.queries.search_fields import EXAMPLES, WORD_FIELDS, field_problem, guessed_field
from archive.queries.search_nodes import AllOf, AnyOf, Filter, Near, Node, QueryTerm, joined_parts, near_terms, opposite
from archive.queries.search_reader import PartReader, Problem, shortened
from archive.queries.search_tokens import LONGEST, MOST_PARTS, QueryPart, query_parts

MOST_TERMS = 40
DEEPEST = 20  # brackets within brackets
Spellings = Mapping[str, tuple[str, ...]]


@dataclass
class Grammar(PartReader):
    """Makes the tree of one query. Nothing raises: what cannot be read is a problem."""

    spellings: Spellings = field(default_factory=dict)
    place: str = "everything"
    depth: int = 0
    terms: int = 0
    asked: list[str] = field(default_factory=list)  # fields before brackets, once for each word that they are asked of

    def read(self, beyond: str = "") -> Node | None:
        """The tree of the whole text. ``beyond``: what was cut off."""
        found = query_parts(self.text)
        self.parts = found[:MOST_PARTS]
        tree = self.expression("")
        if rest := found[MOST_PARTS:]:
            self.say(f"too long: what comes after the first {MOST_PARTS} parts was left out", rest[0], end=rest[-1].end)
        if beyond:
            message = f"too long: what comes after the first {LONGEST:,} characters was left out"
            self.problems.append(Problem(message, beyond, len(self.text), len(self.text) + len(beyond)))
        return tree

    def expression(self, field_name: str) -> Node | None:
        """Everything up to the end, or to the bracket that closes."""
        found: list[Node] = []
        while part := self.next_part():
            if part.kind == "close":
                if self.depth:
                    break
                self.take()
                self.say("a bracket closes that was not opened: )", part)
            elif part.kind == "operator" and part.text != "NOT":
                self.take()
                if not found or part.text == "OR" or not self.operand_follows():
                    self.dangling(part, "before" if not found or part.text == "OR" else "after")
            elif (one := self.alternatives(field_name)) is not None:
                found.append(one)
        return joined_parts(AllOf, found)

    def alternatives(self, field_name: str) -> Node | None:
        """What is joined by OR."""
        found = [self.negation(field_name)]
        while (part := self.next_part()) and part.kind == "operator" and part.text == "OR":
            self.take()
            if not self.operand_follows():
                self.dangling(part, "after")
            elif found == [None]:
                found = [self.negation(field_name)]
            else:
                found.append(self.negation(field_name))
        return joined_parts(AnyOf, [one for one in found if one is not None])

    def negation(self, field_name: str) -> Node | None:
        """One operand, or what it is not."""
        part = self.next_part()
        if part and (part.kind == "minus" or (part.text == "NOT" and part.kind == "operator")):
            self.take()
            if not self.operand_follows():
                return self.dangling(part, "after")
            inner = self.negation(field_name)
            return None if inner is None else opposite(inner)
        return self.nearness(field_name)

    def nearness(self, field_name: str) -> Node | None:
        """One operand, or several that stand near one another."""
        part = self.next_part()
        if part and part.kind == "near":
            return self.near_call(field_name)
        found = self.operand(field_name)
        while (part := self.next_part()) and part.kind == "near" and not self.is_call():
            self.take()
            ahead = self.next_part()
            if found is None or not ahead or ahead.kind not in ("word", "phrase", "open"):
                self.dangling(part, "before" if found is None else "after")
                continue
            other = self.operand(field_name)
            joined = near_terms(found, other, part.distance)
            if joined is None and other is not None:
                self.say(f"{part.written} joins words and phrases that are asked of one field; AND was taken for it", part)
            found = joined or joined_parts(AllOf, [one for one in (found, other) if one is not None])
        return found

    def near_call(self, field_name: str) -> Node | None:
        """``NEAR(drone strike, 5)``."""
        part = self.take()
        if not self.is_open_at(part.end):
            return self.dangling(part, "before")
        opened = self.take()
        words: list[QueryPart] = []
        distance = part.distance
        while (one := self.next_part()) and one.kind in ("word", "phrase") and not one.field:
            self.take()
            after_comma = bool(words) and words[-1].written.endswith(",")
            one, distance = with_distance(one, distance, after_comma)
            words += [one] if one.text.strip(",") or one.kind == "phrase" else []
        self.depth += 1
        rest = self.expression(field_name)
        self.closed(opened)
        terms = [term for term in (self.leaf(word, word.field or field_name) for word in words) if isinstance(term, QueryTerm)]
        joined = Near(tuple(terms), distance) if len(terms) > 1 and len({term.field for term in terms}) == 1 else None
        if joined is None or rest is not None:
            self.say(f"{part.written} takes words and phrases, as in NEAR(drone strike, 5); AND was taken for it", part)
        every: list[Node] = [joined] if joined else [*terms]
        return joined_parts(AllOf, [*every, *([rest] if rest is not None else [])])

    def operand(self, field_name: str) -> Node | None:
        """A word, a phrase, a field, or what stands in brackets."""
        part = self.take()
        if part.kind == "open":
            return self.group(part, field_name)
        if part.kind == "field":
            known = part.field.lower() in EXAMPLES
            return self.without_value(part) if known else self.leaf(replace(part, kind="word", text=part.field, field=""), field_name)
        if part.kind in ("word", "phrase"):
            return self.leaf(part, field_name)
        return self.dangling(part, "after")

    def group(self, part: QueryPart, field_name: str) -> Node | None:
        """What stands in brackets, each word of it asked of the field before them."""
        if self.depth >= DEEPEST:
            self.say("too many brackets within brackets: (", part)
            return None
        name = part.field.lower()
        if name and name not in EXAMPLES:
            self.unknown(part, f"{part.field}:(")
            name = ""
        self.depth += 1
        before, asked = len(self.problems), len(self.asked)
        found = self.expression(name or field_name)
        end = self.closed(part)
        if found is None and len(self.problems) == before:
            self.say("there is nothing in these brackets: ()", part, end=end)
        elif name and name not in self.asked[asked:]:
            self.say(f"{name}: needs a value, as in {name}:{EXAMPLES[name]}", part)
        return found

    def closed(self, opened: QueryPart) -> int:
        """Go past the bracket that closes. Gives where it ends."""
        self.depth -= 1
        part = self.next_part()
        if part and part.kind == "close":
            self.take()
            return part.end
        self.say("a bracket is open: it was closed at the end", opened)
        return opened.end

    def leaf(self, part: QueryPart, field_name: str) -> Node | None:
        """A word, a phrase or a field with its value."""
        if part.kind == "phrase" and not part.ended:
            self.say("a quotation mark is open: it was closed at the end", part, part=shortened(part.written), guess=part.written + '"')
        if self.terms >= MOST_TERMS:
            self.say(f"too many words: only the first {MOST_TERMS} are looked for", part)
            return None
        self.terms += 1
        if part.field and part.field.lower() not in EXAMPLES:
            self.unknown(part, part.field + ":")
            part = replace(part, text=part.written if part.kind == "word" else f"{part.field} {part.text}", field="")
        found = self.valued(part, part.field.lower() or field_name)
        self.asked += [field_name] if found is not None and not part.field else []
        return found

    def valued(self, part: QueryPart, name: str) -> Node | None:
        """A word or phrase that is asked of a field; ``name`` is '' where it is asked of all."""
        if not name or name in WORD_FIELDS:
            return self.term(part, part.text, part.star, name)
        return self.any_spelling(part) if name == "name" else self.filter(part, name)

    def term(self, part: QueryPart, text: str, star: bool, field_name: str) -> Node | None:
        """A word or a phrase as it is looked for."""
        prefix = star or text.endswith("*")
        bare = text.rstrip("*")
        if not any(character.isalnum() for character in bare):
            if part.field and not bare:
                return self.without_value(part)
            self.say(f"{shortened(part.written)} has no letter and no digit to look for", part)
            return None
        if "*" in bare:
            self.say(f"{shortened(part.written)}: * stands for the end of a word only", part, guess=bare.split("*")[0] + "*")
        return QueryTerm(bare, prefix, field_name)

    def any_spelling(self, part: QueryPart) -> Node | None:
        """A name in all its spellings; only as it was typed, with a note, where none are listed."""
        key = re.sub(r"[\W_]", "", part.text.casefold())
        spellings = self.spellings.get(key, (part.text,))
        terms: list[Node] = [QueryTerm(one) for one in spellings if any(character.isalnum() for character in one)]
        if not terms:
            return self.without_value(part)
        if key not in self.spellings:
            self.say(f"name:{shortened(part.text)} has no other spellings in the list", part)
        return joined_parts(AnyOf, terms)

    def filter(self, part: QueryPart, name: str) -> Filter | None:
        """A field with its value, or a problem."""
        value, exact = part.text.strip().rstrip("*"), part.kind == "phrase"
        if name == "author" and exact and not value:  # author:"" asks for what nobody signed
            return Filter(name, value, exact)
        message, guess = field_problem(name, value)
        if message:
            self.say(message, part, guess=guess)
            return None
        if name != "in":
            return Filter(name, value, exact)
        if self.depth or self.is_negated():
            self.say(f"in:{value} is asked of the whole search: write it outside of brackets, without a minus", part)
        else:
            self.place = value.lower()
        return None

    def without_value(self, part: QueryPart) -> Node | None:
        """A field that nothing follows, or a word that ends in a colon."""
        name = part.field.lower()
        if name in EXAMPLES:
            self.say(f"{name}: needs a value, as in {name}:{EXAMPLES[name]}", part)
        else:
            self.say(f"{shortened(part.written)} has no letter and no digit to look for", part)
        return None

    def unknown(self, part: QueryPart, written: str) -> None:
        """A field that there is none of: what was typed is looked for as words."""
        guess = guessed_field(part.field)
        meant = f"{guess}:{part.written[len(part.field) + 1 :]}" if guess else ""
        self.say(f"{written} is no field, so it was searched for as words", part, guess=meant)

    def dangling(self, part: QueryPart, where: str) -> Node | None:
        """An operator that joins nothing."""
        self.say(f"{part.written} was left out: nothing to join stands {where} it", part)
        return None


def with_distance(part: QueryPart, distance: int, after_comma: bool) -> tuple[QueryPart, int]:
    """A word within ``NEAR(...)`` without the number that ends the list, and that number: ``b,5`` or, after a comma, ``5``."""
    found = re.fullmatch(r"(.*),([0-9]{1,3})" if not after_comma else r"(,?)([0-9]{1,3})", part.text) if part.kind == "word" else None
    return (replace(part, text=found[1], written=found[1]), int(found[2])) if found else (part, distance)
