"""Markup within lines: footnote marks, powers, formulas, times, readings, quotations; and pages where trafilatura has a vote."""

from __future__ import annotations

import pytest

from crawler.extract.article.body import extract_fragment
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.tree import text_of
from crawler.extract.page import extract_page

URL = "https://own.example/2019/a.html"
SENTENCES = [f"The dredger left basin {n} at dawn, and nobody on the quay wrote down which way it turned." for n in range(5)]
TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)

LINES = {
    # marks of footnotes
    "in 2003<sup>1</sup> it sank": "in 2003 [1] it sank",
    'in 2003<sup><a href="#fn1">12</a></sup>, and': "in 2003 [12], and",
    'in 2003<a href="#note-3">3</a>.': "in 2003 [3].",
    'in 2003<a id="r4" href="#_ftn4"><sup>[4]</sup></a>.': "in 2003 [4].",
    '10<sup class="footnote-ref">3</sup> ships': "10 [3] ships",
    "the harbour<sup>5</sup> was": "the harbour [5] was",
    "was closed.<sup>1,2</sup> Then": "was closed. [1,2] Then",
    "the harbour<sup>a</sup> was": "the harbour [a] was",
    "the harbour<sup>*</sup> was": "the harbour* was",
    "<sup>1</sup>See the register": "[1] See the register",
    'Part <a href="#2">2</a> of 3': "Part 2 of 3",
    # powers and the like
    "10<sup>3</sup> tons on 5 km<sup>2</sup>": "10³ tons on 5 km²",
    "10<sup>−6</sup>, 2<sup>10</sup>, x<sup>n</sup>": "10⁻⁶, 2¹⁰, xⁿ",
    "10<sup>3.5</sup>": "10^(3.5)",
    "E = mc<sup>2</sup>": "E = mc²",
    "(a+b)<sup>2</sup>": "(a+b)²",
    "<sup>14</sup>C and <sup>235</sup>U": "¹⁴C and ²³⁵U",
    "Ca<sup>2+</sup>": "Ca²⁺",
    "1<sup>1</sup>/<sub>2</sub> miles": "1¹/₂ miles",
    "the 19<sup>th</sup>, XIX<sup>e</sup>, M<sup>me</sup>": "the 19th, XIXe, Mme",
    "Acme<sup>TM</sup>": "Acme™",
    # below the line
    "CO<sub>2</sub> and H<sub>2</sub>SO<sub>4</sub>": "CO2 and H2SO4",
    "in 2003<sub>1</sub>": "in 2003₁",
    "x<sub>i</sub>": "x_i",
    # other elements
    "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>である": "漢字である",
    "<ruby>東京<rtc><rt>とうきょう</rt></rtc></ruby>": "東京",
    "the <abbr title='United Nations'>UN</abbr> on <time datetime='2019-05-06'>6 May</time>": "the UN on 6 May",
    "press <kbd>Ctrl</kbd>, <data value='5'>five</data>, <output>six</output>": "press Ctrl, five, six",
    "dis<wbr>tinct so&shy;ft": "distinct soft",
    "He said: <q>It sank.</q>": "He said: “It sank.”",
    "He said: <q>«Il a coulé.»</q>": "He said: «Il a coulé.»",
    "so <math><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></math> holds": "so E=mc² holds",
    "<math><mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><msub><mi>x</mi><mn>1</mn></msub></mfrac></math>": "(a+1)/x₁",
    "<math alttext='\\alpha'></math>": "\\alpha",
    '<span class="katex"><math><mi>x</mi><annotation>y</annotation></math><span class="katex-html">x</span></span> is': "x is",
}


@pytest.mark.parametrize(("html", "text"), LINES.items(), ids=LINES)
def test_a_line_reads_as_it_is_seen(html: str, text: str) -> None:
    root = parse(f"<p>{html}</p>")
    assert root is not None and text_of(root) == text


@pytest.mark.parametrize(
    "html", ["See (in 2003)<sup>2</sup>.", "chapter 3<sup>1</sup>", "the year 1990<sup>2</sup>", "“closed”<sup>7</sup>"]
)
def test_a_mark_after_words_and_years_is_no_power(html: str) -> None:
    root = parse(f"<p>{html}</p>")
    assert root is not None and " [" in text_of(root)


def page(content: str, box: str = "article-content") -> str:
    html = '<html lang="en"><head><meta charset="utf-8"><title>The lock</title><meta property="og:type" content="article"></head><body>'
    return extract_page(f'{html}<article><h1>The lock</h1><div class="{box}">{TEXT}{content}{TEXT}</div></article>'.encode(), URL).text


SHORT = [
    "On <time datetime='2019-05-06'>6 May 2019</time> it was closed.",
    "<time>10:10</time> Barge one in.",
    "The mayor said <label>fifteen</label> sank.",
    "The mayor said <output>fifteen</output> sank.",
    "The mayor said <ruby>fifteen<rt>15</rt></ruby> sank.",
    "They wrote <math><mi>x</mi><mo>=</mo><mn>15</mn></math> there.",
    "An area of 5 km<sup>2</sup> sank.",
    "They said <q>fifteen</q> and left.",
    "In 2003<sup>1</sup> it was sold.",
    "<b>At <time>noon on Monday</time></b> the gate fell.",
    "They <ins>now</ins> deny it.",
]


@pytest.mark.parametrize("html", SHORT)
@pytest.mark.parametrize("box", ["article-content", "entry-content", "x"])
def test_a_short_paragraph_stays_whatever_its_line_is_made_of(html: str, box: str) -> None:
    root = parse(f"<p>{html}</p>")
    assert root is not None and f"\n\n{text_of(root)}\n\n" in page(f"<p>{html}</p>", box)


@pytest.mark.parametrize("box", ["article-content", "entry-content", "x"])
@pytest.mark.parametrize(
    "entry",
    [
        "<div class='entry'><time datetime='2019-05-06T1{n}:10'>1{n}:10</time><p>Barge {n} came in from the sea with the tide.</p></div>",
        "<h3>1{n}:10 Barge {n}</h3><p>Barge {n} came in from the sea with the tide.</p>",
        "<div id='e{n}'><span class='clock'>1{n}.10 Uhr</span><h3>Barge {n}</h3><p>Barge {n} came in from the sea with the tide.</p></div>",
        "<p><b>1{n}:10 pm</b><br>Barge {n} came in from the sea with the tide.</p>",
        "<p><time>1{n}:10</time> Barge {n} came in from the sea with the tide.</p>",
    ],
)
def test_the_entries_of_a_live_report_keep_their_times_and_their_order(entry: str, box: str) -> None:
    text = page("".join(entry.replace("{n}", str(n)) for n in range(6)), box)
    at = [text.find(f"1{n}{'.' if 'Uhr' in entry else ':'}10") for n in range(6)]
    entries = [text.find(f"Barge {n} came") for n in range(6)]
    assert -1 not in at + entries
    assert sorted(at + entries) == [place for pair in zip(at, entries, strict=True) for place in pair]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("One line.<br><br>Another line.", "One line.\n\nAnother line."),
        ("<dl><dt>Lock</dt><dd>A gate.</dd><dt>Quay</dt><dd>A wall.</dd></dl>", "Lock\nA gate.\nQuay\nA wall."),
        ("<table><tr><th>Ship</th><th>Tons</th></tr><tr><td>Ada</td><td>10<sup>3</sup></td></tr></table>", "Ship Tons\nAda 10³"),
        ("<details><summary>The register</summary><p>The rest.</p></details>", "The register\n\nThe rest."),
        (
            "<p>Text.<sup><a href='#n1'>1</a></sup></p><ol><li id='n1'>The register. <a href='#r1'>↩</a></li></ol>",
            "Text. [1]\n\nThe register. ↩",
        ),
    ],
)
def test_blocks_of_a_fragment(html: str, text: str) -> None:
    assert extract_fragment(html, URL).text == text
