"""The verbs of saying, by how they take their speaker."""

VERBS = (
    "said|says|say|counts|found|finds|posts|tweets|writes|tells|asks|replies|continues|recalls|explains|answers|went on|goes on|estimate|claim|report|assured|assures|indicated|indicates|judged|considered|considers|deplored|regretted|dismissed|dismisses|branded|labelled|labeled|termed|slammed|derided|blasted|criticised|criticized|likened|characterised|characterized|lauded|applauded|mocked|whispered|cried|sighed|laughed|echoed|elaborated|specified|clarified|proclaimed|decried|reckon|reckons|reckoned|believe|believed|calculate|calculates|calculated|assess|assesses|assessed|retorted|objected|snapped|mused|answered|countered|agreed that|summed up|opined|informed|informs|vows|pledges|told|tells|added|adds|announced|announces|stated|states|declared|declares|warned|warns|warning|reported|reports|claimed|claims|insisted|insists|noted|notes|"
    "explained|explains|confirmed|confirms|stressed|stresses|emphasi[sz]ed|emphasi[sz]es|argued|argues|wrote|writes|tweeted|posted|commented|continued|concluded|asserted|asserts|alleged|alleges|"
    "acknowledged|admitted|replied|responded|remarked|recalled|pointed out|estimated|estimates|expressed|hoped|hopes|has hoped|demanded|demands|called|vowed|pledged|promised|"
    "urged|urges|cautioned|observed|affirmed|reiterated|repeated|denounced|condemned|welcomed|described|hailed|praised|denied|complained|lamented|recounted|accused|underlined|underscored|maintained|"
    "asked|thanked|disclosed|revealed|suggested|recorded|documented|counted|registered|tallied|verified|put|puts|acknowledges|joked|shouted|quipped|testified|boasted|appealed|threatened|spoke|predicted|believes|thinks|demanding|saying|stating|adding"
)

FIGURE_ONLY = frozenset(
    [
        "recorded",
        "documented",
        "counted",
        "registered",
        "tallied",
        "verified",
        "put",
        "puts",
        "estimated",
        "estimates",
        "observed",
        "counts",
        "found",
        "finds",
    ]
)

SAYING = frozenset(VERBS.split("|"))

# Verbs that say something only beside a quotation, or beside a figure where they count.
WEAK = frozenset(
    [
        "counts",
        "found",
        "finds",
        "posts",
        "continues",
        "continued",
        "answers",
        "asks",
        "laughed",
        "cried",
        "sighed",
        "echoed",
        "considered",
        "considers",
        "judged",
        "believed",
        "believe",
        "calculated",
        "calculates",
        "calculate",
        "indicates",
        "indicated",
        "recalls",
        "explains",
        "replies",
        "writes",
        "tells",
        "tweets",
        "assessed",
        "assesses",
        "assess",
        "regretted",
        "deplored",
        "applauded",
        "lauded",
        "mocked",
        "dismissed",
        "dismisses",
        "informed",
        "informs",
        "reckoned",
        "specified",
        "elaborated",
        "countered",
        "answered",
        "objected",
    ]
)

FIGURE_NEXT_TO = frozenset(
    (
        "counts",
        "found",
        "finds",
        "believed",
        "believe",
        "calculated",
        "calculates",
        "calculate",
        "reckoned",
        "assessed",
        "assesses",
        "assess",
    )
)

BASE = frozenset(("say", "report", "claim", "estimate", "believe", "reckon", "assess", "calculate"))

TAKES_OBJECT = frozenset(
    [
        "told",
        "asked",
        "thanked",
        "urged",
        "tells",
        "called",
        "described",
        "hailed",
        "praised",
        "put",
        "puts",
    ]
)

# Verbs that may stand before their subject without a quotation: "…, said the army".
INVERTS = frozenset(
    [
        "said",
        "says",
        "added",
        "adds",
        "announced",
        "reported",
        "reports",
        "stated",
        "warned",
        "confirmed",
        "explained",
        "noted",
        "stressed",
        "insisted",
        "recalled",
        "declared",
        "concluded",
        "claimed",
        "wrote",
        "estimated",
    ]
)
