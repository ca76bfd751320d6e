import json
from datetime import date
from pathlib import Path

import pytest

from tools.bench_reading import SAME, body_missing, pair, score
from tools.gold_texts import Answered, answered
from truceline.reading import Reading, Unreadable, draft, read

HERE = Path(__file__).parent
DEV = list(answered([HERE / "gold" / "dev"]))


def evidence_holds(reading: Reading) -> None:
    found = reading.to_json()
    for field in ("terms", "claims", "statements", "actors", "places", "warnings"):
        for item in found[field]:
            assert item["evidence"], (field, item)
            for e in item["evidence"]:
                assert reading.source[e["start"] : e["end"]] == e["text"], (field, item)
    for span in found["document"]["body"] + found["document"]["dropped"]:
        assert 0 <= span["start"] < span["end"] <= len(reading.source)
    json.dumps(found)


@pytest.mark.parametrize("text", DEV, ids=[t.name for t in DEV])
def test_development_texts(text: Answered) -> None:
    answer = text.gold
    reading = read(text.data, name=text.file, published=text.published)
    evidence_holds(reading)
    assert body_missing(answer, reading).strip() == ""
    for field, same in SAME.items():
        hits, missed, extra = pair(answer[field], reading.to_json()[field], same)
        assert hits >= 0.85 * len(answer[field]), (field, missed)
        assert len(extra) <= 1, (field, extra)


def test_scores_of_the_development_half() -> None:
    total = score(HERE / "gold" / "dev", misses=False)
    for field, floor in (("terms", 0.95), ("claims", 0.95), ("statements", 0.95)):
        hits = total[f"{field} hits"]
        f1 = 2 * hits / (2 * hits + total[f"{field} missed"] + total[f"{field} extra"])
        assert f1 >= floor, field
    assert total["bodies"] == total["bodies whole"] == len(DEV)


@pytest.mark.parametrize(
    ("folder", "terms", "claims", "statements"),
    [
        ("dev2", 0.89, 0.94, 0.90),
        ("dev3", 0.77, 0.91, 0.93),
        ("dev4", 0.69, 0.83, 0.91),
        ("held", 0.75, 0.85, 0.88),
        # never learned from: what to expect of a new text
        ("aside", 0.73, 0.68, 0.80),
        ("blind", 0.82, 0.86, 0.90),
        ("test", 0.86, 0.85, 0.87),
    ],
)
def test_scores_of_texts_in_many_voices(
    folder: str, terms: float, claims: float, statements: float
) -> None:
    total = score(HERE / "gold" / folder, misses=False)
    for field, floor in (("terms", terms), ("claims", claims), ("statements", statements)):
        hits = total[f"{field} hits"]
        f1 = 2 * hits / (2 * hits + total[f"{field} missed"] + total[f"{field} extra"])
        assert f1 >= floor, (folder, field, f1)
    assert total["bodies"] == total["bodies whole"]


@pytest.fixture(scope="module")
def article() -> Reading:
    for parent in HERE.parents:
        path = parent.parent / "shared" / "data" / "texts" / "idlib-article-2020-03-06.txt"
        if path.exists():
            return read(path.read_bytes(), name=path.name, published=date(2020, 3, 6))
    pytest.skip("the article of ../shared/data/texts is not here")


def test_article_terms(article: Reading) -> None:
    evidence_holds(article)
    terms = {t.kind: t for t in article.terms}
    assert sorted(t.kind for t in article.terms) == [
        "cessation",
        "deliverable",
        "meeting",
        "patrol",
        "zone",
    ]
    assert terms["cessation"].start == "2020-03-06T00:00"
    assert terms["patrol"].start == "2020-03-15"
    assert (terms["zone"].distance_m, terms["zone"].width_m) == (6000, 12000)
    assert terms["deliverable"].within == "P7D"
    assert terms["meeting"].start == "2020-03-06T18:00"


def test_article_claims_and_statements(article: Reading) -> None:
    claims = [(c.measure, c.value, c.said_by) for c in article.claims]
    assert claims == [
        ("killed", 500, None),
        ("displaced", 1000000, None),
        ("other", 21, "Turkish ministry"),
        ("killed", 34, "Turkish ministry"),
        ("refugees", 3600000, None),
    ]
    assert article.claims[0].high == 499
    assert "neutralized" in (article.claims[2].word or "")
    speakers = [s.speaker for s in article.statements]
    assert speakers == [
        "Antonio Guterres",
        "Recep Tayyip Erdogan",
        "Recep Tayyip Erdogan",
        "Vladimir Putin",
        "Vladimir Putin",
        "Turkey",
    ]


def test_article_body_names_and_warnings(article: Reading) -> None:
    dropped = {article.source[d.start : d.end][:12]: d.reason for d in article.dropped}
    assert dropped["Vladimir Put"] == "caption"
    assert dropped["VIDEO. “I wo" if "VIDEO. “I wo" in dropped else 'VIDEO. "I wo'] == "teaser"
    assert "tags" in dropped.values()
    people = {a.name: set(a.variants) for a in article.actors if a.kind == "person"}
    assert people["Recep Tayyip Erdogan"] >= {"Recep Tayyip Erdogan", "Recep Tayipp Erdogan"}
    assert people["Vladimir Putin"] >= {"Vladimir Putin", "Vladimir Poutine"}
    kinds = {w.kind for w in article.warnings}
    assert {"garbled name", "ambiguous time", "spelling", "no anchor"} <= kinds


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x00\x01\x02" * 1000, "binary"),
        (b"%PDF-1.7\nnot a pdf at all", "PDF"),
        (b"x" * 50_000_001, "MB"),
        (b"... --- ...", "no letters"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(data: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says) as error:
        read(data)
    assert "\n" not in str(error.value)


def test_broken_html_is_read_as_far_as_it_goes() -> None:
    page = b'<html><body><p>The truce will begin at noon on 5 May 2024<div><p>"We <b>agree</i> to it all, at last," said Ana Lopez.</table></p'
    reading = read(page, published=date(2024, 5, 1))
    evidence_holds(reading)
    assert [t.start for t in reading.terms] == ["2024-05-05T12:00"]
    assert [(s.speaker, s.quote) for s in reading.statements] == [
        ("Ana Lopez", "We agree to it all, at last")
    ]


def test_entities_reach_nothing() -> None:
    page = (
        b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body>'
        b"<p>The ceasefire will start on 5 May 2024 &amp; last ten days. Read &x; here.</p></body></html>"
    )
    reading = read(page, published=date(2024, 5, 1))
    evidence_holds(reading)
    assert "root:" not in reading.source
    assert {t.kind for t in reading.terms} == {"cessation", "duration"}


def test_offsets_count_code_points_of_the_source() -> None:
    text = (
        "\ufeffПеремирие 🎌 truce.\r\n\r\n“We shall hold our fire from today,” said Ana López.\r\n"
    )
    reading = read(text.encode("utf-8"), published=date(2024, 5, 1))
    evidence_holds(reading)
    assert reading.source == text
    html = "<html><body><p>“Il faut &eacute;couter &mdash; and <i>act now</i> for peace,” said Ana López.</p><p>x</p></body></html>"
    page = read(html.encode())
    evidence_holds(page)
    assert page.statements[0].quote == "Il faut écouter — and act now for peace"
    assert (
        page.statements[0].evidence[0].text
        == "Il faut &eacute;couter &mdash; and <i>act now</i> for peace"
    )


def test_wrong_encoding_is_said() -> None:
    text = (
        "Le général a dit que la trêve a commencé à l'aube, après des semaines de négociations à Genève. "
        * 5
    )
    reading = read(text.encode("latin-1"))
    assert "encoding" in {w.kind for w in reading.warnings}
    assert "language" in {w.kind for w in reading.warnings}
    evidence_holds(reading)


def test_right_to_left_text_gives_a_partial_answer_that_says_so() -> None:
    reading = read(
        "أعلن الطرفان وقفا لإطلاق النار يبدأ يوم الجمعة في تمام الساعة السادسة مساء. قتل 12 شخصا.".encode()
    )
    assert reading.language == "ar"
    assert "language" in {w.kind for w in reading.warnings}


def test_a_weekday_that_does_not_fit_and_a_sum_that_does_not_add_up() -> None:
    reading = read(
        b"The truce will begin on Monday, 5 May 2023. A security zone 5 km deep on either side of the road, 12 km wide in total, shall be established.",
        published=date(2023, 5, 1),
    )
    kinds = [w.kind for w in reading.warnings]
    assert "weekday" in kinds
    assert "sum" in kinds


def test_syria_and_serbia_stay_apart() -> None:
    reading = read(
        b"Officials from Serbia and Syria met in Geneva. Idleb and Idlib are one place.",
        published=date(2023, 5, 1),
    )
    names = {p.name: p for p in reading.places}
    assert {"Serbia", "Syria"} <= set(names)
    assert any(set(p.variants) == {"Idleb", "Idlib"} for p in reading.places)


def test_given_places_go_first() -> None:
    reading = read(
        b"Patrols will start in Trumba on 15 March 2020.",
        published=date(2020, 3, 6),
        places={"Trumba": {"lon": 36.8, "lat": 35.85, "aliases": ["Tronba"]}},
        gazetteer="agreement",
    )
    assert [(p.name, p.lon, p.gazetteer) for p in reading.places] == [("Trumba", 36.8, "agreement")]


def test_without_a_date_nothing_is_guessed() -> None:
    reading = read(b"The ceasefire will begin on Friday at 6 p.m. in the valley.")
    assert reading.published is None
    assert [t.start for t in reading.terms] in ([], [None])
    assert "no date" in {w.kind for w in reading.warnings}


def test_draft_marks_every_gap() -> None:
    text = draft(
        read(
            b"Article 1. The Parties shall withdraw within 10 days. Article 2. The truce shall begin at 06:00 on 1 May 2024.",
            name="some deal.txt",
        ),
        timezone="Asia/Aden",
    )
    assert text.startswith("# A draft")
    assert "agreement: some-deal" in text
    assert "within: P10D" in text
    assert "FILL" in text
    assert "timezone: Asia/Aden" in text


def pdf_of(lines: list[str]) -> bytes:
    """A small PDF with one page of text, made by hand."""
    stream = "BT /F1 12 Tf 50 780 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, at = "%PDF-1.4\n", []
    for i, body in enumerate(objects, 1):
        at.append(len(out))
        out += f"{i} 0 obj\n{body}\nendobj\n"
    xref = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(
        f"{x:010d} 00000 n \n" for x in at
    )
    return (
        out + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF"
    ).encode("latin-1")


def test_pdf_gives_its_text_and_offsets_in_it() -> None:
    reading = read(
        pdf_of(
            [
                "The two parties agreed that their forces will withdraw from the",
                "line of contact within 14 days of the signing of this text.",
            ]
        ),
        published=date(2024, 5, 1),
    )
    evidence_holds(reading)
    assert reading.to_json()["document"]["text"] == reading.source
    assert [(t.kind, t.within) for t in reading.terms] == [("withdrawal", "P14D")]


def test_pdf_without_text() -> None:
    with pytest.raises(Unreadable, match="without text"):
        read(pdf_of([]))


@pytest.mark.parametrize(
    "data",
    [
        b"the truce will withdraw and " * 300,
        b"Aa Bb " * 2000,
        b"1 2 3 4 5 6 7 8 9 10 " * 300,
        b'"a said b ' * 500,
        b"a\r" * 4000,
        b"<html><body>" + b"<div>" * 1500 + b"<p>The truce will begin on Monday.</p>",
        b"<html><body>" + b"<" * 5000,
    ],
    ids=["one clause", "capitals", "numbers", "open quotes", "short lines", "deep", "brackets"],
)
@pytest.mark.timeout(30)
def test_hostile_input_ends_soon(data: bytes) -> None:
    evidence_holds(read(data, published=date(2024, 1, 1)))
