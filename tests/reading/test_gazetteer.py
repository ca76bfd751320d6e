"""Places get coordinates from lists; those of one name are kept apart."""

from truceline.model.spot import Spot, Spots, choose, key_of
from truceline.reading import Place, Reading, read

TOWNS = Spots(
    "towns.csv",
    (
        Spot("Ariha", 36.61, 35.81, ("Riha", "أريحا"), "SY", gazetteer="towns.csv"),
        Spot("Tripoli", 13.19, 32.89, ("Tarabulus",), "LY", gazetteer="towns.csv"),
        Spot("Tripoli", 35.84, 34.43, ("Trablous",), "LB", gazetteer="towns.csv"),
        Spot("Hassan", 36.0, 35.0, (), "SY", gazetteer="towns.csv"),
        Spot("Ma‘arrat an Nu‘mān", 36.67, 35.64, (), "SY", gazetteer="towns.csv"),
        Spot("Jisr ash Shughūr", 36.32, 35.81, (), "SY", gazetteer="towns.csv"),
    ),
)


def places(text: str, *lists: Spots, **more: object) -> tuple[dict[str, Place], Reading]:
    reading = read(text.encode(), gazetteers=lists or (TOWNS,), **more)
    for place in reading.places:
        for e in place.evidence:
            assert reading.source[e.start : e.end] == e.text
    return {p.name: p for p in reading.places}, reading


def test_a_listed_place_says_its_list() -> None:
    found, _ = places("Syrian forces shelled Ariha on Monday and again near Riha.")
    assert (found["Ariha"].lon, found["Ariha"].lat) == (36.61, 35.81)
    assert found["Ariha"].gazetteer == "towns.csv"
    assert found["Ariha"].variants == ("Ariha", "Riha")


def test_accents_hyphens_and_articles_are_no_difference() -> None:
    assert key_of("Jisr al-Shughur") == key_of("Jisr ash Shughūr")
    found, reading = places("They fled from Jisr al-Shughur to Ma'arat al-Numan.")
    assert found["Jisr al-Shughur"].lat == 35.81
    assert not any(a.name == "Jisr al-Shughur" for a in reading.actors)
    # Nothing is found by likeness: "Ma'arat" has another letter than "Ma‘arrat".
    assert found.get("Ma'arat al-Numan") is None or found["Ma'arat al-Numan"].lat is None


def test_the_documents_countries_choose_between_places_of_one_name() -> None:
    libya, _ = places("Libyan officials met in Tripoli on Friday.")
    lebanon, _ = places("Lebanese troops went to Tripoli on Friday.")
    assert libya["Tripoli"].lon == 13.19
    assert lebanon["Tripoli"].lon == 35.84


def test_where_they_do_not_none_is_given_and_that_is_said() -> None:
    found, reading = places("Lebanon and Libya agreed. A meeting took place in Tripoli.")
    assert found["Tripoli"].lon is None
    assert found["Tripoli"].gazetteer is None
    (told,) = [w for w in reading.warnings if w.kind == "ambiguous place"]
    assert "2 places of towns.csv" in told.text
    assert told.evidence[0].text == "Tripoli"


def test_a_persons_name_is_no_place() -> None:
    found, _ = places("Ahmad Hassan spoke in Syria. Hassan said the war was over.")
    assert "Hassan" not in found
    assert "Hassan" in places("Shells fell on Hassan in Syria.")[0]


def test_the_agreements_own_places_go_first() -> None:
    found, _ = places(
        "Syrian forces shelled Ariha.", places={"Ariha": (1.0, 2.0)}, gazetteer="idlib"
    )
    assert (found["Ariha"].lon, found["Ariha"].gazetteer) == (1.0, "idlib")


def test_arabic_script_has_no_capitals() -> None:
    found, _ = places("قصفت القوات مدينة أريحا يوم الاثنين في سوريا. ووصلت المساعدات إلى لبنان.")
    assert found["أريحا"].lon == 36.61


def test_the_province_and_the_town_it_is_named_after() -> None:
    units = Spots(
        "admin",
        (
            Spot("Idleb", 36.5, 35.8, ("Idlib",), "SY", 1, "SY07", ("SY",), "admin"),
            Spot("Idleb", 36.6, 35.9, ("Idlib",), "SY", 2, "SY0700", ("SY", "SY07"), "admin"),
        ),
    )
    found, _ = places("Syrian troops left Idlib province. Idlib was quiet.", units)
    assert found["Idlib province"].lon == 36.5
    assert found["Idlib"].lon == 36.6


def test_a_list_of_the_world_gives_only_places_of_the_documents_countries() -> None:
    world = Spots(
        "world",
        (
            Spot("Nice", 7.3, 43.7, (), "FR", gazetteer="world"),
            Spot("Most", 13.6, 50.5, (), "CZ", gazetteer="world"),
            Spot("Zahle", 35.9, 33.8, (), "LB", gazetteer="world"),
        ),
        world=True,
    )
    found, _ = places("Most people left Zahle, Lebanese police said. Nice words were heard.", world)
    assert found["Zahle"].lon == 35.9
    assert not {"Most", "Nice"} & set(found)


def test_rows_for_one_place_are_one() -> None:
    near = [Spot("A", 10.0, 50.0), Spot("A", 10.01, 50.0), Spot("A", 11.0, 50.0)]
    assert len(choose(near[:2], frozenset())) == 1
    assert len(choose(near, frozenset())) == 2


def test_of_the_worlds_towns_those_that_go_by_the_name_first() -> None:
    world = Spots(
        "world",
        (
            Spot("Islamabad", 73.0, 33.7, (), "PK", gazetteer="world"),
            Spot("Anantnag", 75.2, 33.7, ("Islamabad",), "IN", gazetteer="world"),
            Spot("Geneva", -85.9, 31.0, (), "US", gazetteer="world"),
            Spot("Middle East", -76.6, 39.3, (), "US", gazetteer="world"),
            Spot("Sanaa", 44.2, 15.4, ("Sana",), "YE", gazetteer="world"),
            Spot("Şanā’", 47.8, 15.4, (), "YE", gazetteer="world"),
        ),
        world=True,
    )
    text = "India, Pakistan and the US spoke of the Middle East in Geneva and in Islamabad."
    found, _ = places(text, world)
    assert found["Islamabad"].lon == 73.0
    assert found["Geneva"].gazetteer == "truceline places"
    assert "Middle East" not in found
    yemen, _ = places("Yemeni officials met in Sana on Friday.", world)
    assert yemen["Sana"].lon is None
