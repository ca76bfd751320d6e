"""Words by what they may be in a sentence about speech: persons, bodies, papers, verbs of saying."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _forms(bases: str) -> frozenset[str]:
    """Every regular form of the verbs: ``warn`` gives warns, warned, warning."""
    found: set[str] = set()
    for base in bases.split():
        found.add(base)
        found.add(base + ("es" if base.endswith(("s", "sh", "ch", "x", "z")) else "s"))
        if base.endswith("y") and base[-2] not in "aeou":
            found |= {base[:-1] + "ies", base[:-1] + "ied", base + "ing"}
            continue
        stem = base[:-1] if base.endswith("e") else base
        found |= {stem + "ed", stem + "ing"}
        if base in DOUBLED:
            found |= {base + base[-1] + "ed", base + base[-1] + "ing"}
    return frozenset(found)


DOUBLED = _set("admit quip permit nod blog chat rap refer concur jot")

SAID = _forms(
    "say add ask answer reply report announce state declare warn insist note explain confirm stress"
    " emphasise emphasize argue comment continue conclude assert allege acknowledge admit respond"
    " remark recall estimate express hope demand call vow pledge promise urge caution observe affirm"
    " reiterate repeat denounce condemn welcome describe hail praise deny complain lament recount"
    " accuse underline maintain thank disclose reveal suggest testify boast appeal threaten predict"
    " joke shout quip mutter murmur grumble whisper cry sigh laugh echo elaborate specify clarify"
    " proclaim decry reckon retort object snap muse counter sum opine inform concede wonder grouse"
    " tweet post text email wire cable message dictate scribble record growl bark sneer scoff joke"
    " exclaim interject intervene retaliate chime venture offer volunteer protest plead pray beg"
    " grant allow counsel advise assure tell speak write read go put think believe find quote cite"
    " shrug nod smile grin chuckle gasp bellow yell scream sob weep moan whine groan drawl beam"
    " brand label dub term slam deride blast criticise criticize liken characterise characterize"
    " dismiss reject laud applaud mock salute attack chide scold"
    " hear relate narrate tell confide confess reason figure summarise summarize signal telegraph"
    " phone ring broadcast air print publish communicate intone remember reflect report resume"
    " conceed contend claim posit stipulate interrupt inquire enquire query demand request"
    " forecast foresee guess calculate consider judge deem regret deplore apologise apologize"
    " swear teach counsel preach sing recite translate interpret sign address brief"
) | _set(
    "said told spoke spoken wrote written went gone thought found heard swore sworn sang read"
    " foresaw taught underscore underscores underscored underscoring wept rang quoth says does"
    " made gave sent had held put puts putting sent has"
)
SURE = _set(
    "said says say told tells added adds asked asks replied replies answered answers wrote writes"
    " warned warns insisted insists declared declares stated states announced explained explains"
    " argued complained recalled remarked noted stressed admitted conceded continued concluded"
    " retorted quipped joked shouted muttered grumbled texts texted called calls describes described"
    " saying adding reads reports reported claims claimed"
)

FEMALE = _set(
    "woman women mother wife daughter aunt sister grandmother widow spokeswoman chairwoman queen"
    " girl girls lady ombudswoman nun mrs ms miss madame mme niece housewife midwife midwives"
    " congresswoman businesswoman fisherwoman policewoman señora senora dona doña baba sister"
    " duchess princess seamstress headmistress schoolmistress alderwoman grandma"
)
MALE = _set(
    "man men father husband son uncle brother grandfather spokesman chairman king prince boy boys"
    " mr monsignor monsieur señor senor don priest bishop archbishop imam sheikh sheik mullah pope"
    " fisherman herdsman nephew businessman policeman headmaster alderman comrade ombudsman"
    " gentleman boatman ferryman sir lord emir sultan patriarch abbot monk herr bey pasha"
)
PEOPLE = (
    FEMALE
    | MALE
    | _set(
        "president minister premier secretary general spokesperson envoy ambassador colonel col gen lt"
        " lieutenant brig brigadier maj major capt captain sgt sergeant adm admiral marshal corporal"
        " commander commandant commander-in-chief chief leader dr prof professor director coordinator"
        " representative official chair head governor mayor negotiator mediator ayatollah rabbi senator"
        " lawmaker deputy counterpart analyst researcher doctor nurse resident activist journalist"
        " teacher farmer driver shopkeeper student worker monitor observer chancellor rebel adviser"
        " advisor commissioner delegate diplomat surgeon lawyer volunteer manager founder member vice"
        " vice-president undersecretary under-secretary under-secretary-general secretary-general"
        " vice-minister speaker rapporteur strongman warlord fighter soldier officer chieftain elder"
        " baker trader engineer pharmacist paramedic medic rescuer refugee pediatrician paediatrician"
        " headteacher merchant villager prosecutor judge counsel correspondent economist historian"
        " expert scholar pastor cleric mukhtar coordinator aide guard guerrilla guerilla militiaman"
        " militiawoman medic orderly clerk cook pilot sailor guide interpreter translator shepherd"
        " herder butcher barber tailor carpenter mason mechanic plumber miner fisher hunter waiter"
        " neighbour neighbor friend cousin child children person people youth teenager pensioner"
        " survivor witness passenger caller listener viewer reader writer poet author editor reporter"
        " broadcaster announcer host guest commentator columnist blogger novelist critic politician"
        " councillor councilman mp mps peacekeeper inspector superintendent constable deserter"
        " prisoner detainee hostage captive convict inmate warden jailer landlord tenant owner"
        " supplier seller vendor dealer grocer greengrocer florist jeweller watchmaker publican"
        " patriarch missionary chaplain deacon vicar sexton gravedigger undertaker coroner"
        " administrator bureaucrat functionary magistrate notary registrar treasurer accountant"
        " plenipotentiary emissary intermediary go-between liaison delegate attaché attache consul"
        " legate nuncio monarch dictator ruler tsar veteran conscript recruit cadet gunner sniper"
        " sapper scout courier messenger porter muleteer carter trucker bus-driver cyclist boatman"
        " crewman captain skipper mate stoker docker stevedore labourer laborer foreman farmhand"
        " planter grower rancher peasant settler nomad bedouin returnee evacuee exile migrant"
        " tribesman tribesmen clansman headman chiefs elders aqid naib comandante commandante"
        " compañero father-in-law mother-in-law bystander onlooker stranger visitor tourist traveller"
        " traveler man-in-the-street colleague counterpart predecessor successor boss superior"
        " subordinate orphan bride groom fiancée lover parent grandparent grandchild twin elder"
        " spokesmen spokeswomen spokespersons spokespeople chef negotiators organiser organizer"
        " campaigner protester demonstrator dissident partisan loyalist militant insurgent"
        " kingpin chairperson ombudsperson statesman advocate attorney barrister solicitor jurist"
        " adjutant batman quartermaster bugler drummer bandsman cameraman photographer cashier seamstress"
        " hairdresser plasterer roofer welder blacksmith brewer beekeeper gardener caretaker janitor porter"
        " lodger caretaker grandson granddaughter half-brother stepfather stepmother godfather cleaner chaplain"
        " marshal interpreter beggar hawker peddler smuggler trafficker gunrunner bandit outlaw thief"
        " academic lecturer principal dean rector pupil schoolchild boys orderly medic midwife"
        " surgeon-general epidemiologist physician psychologist psychiatrist scientist geographer"
        " surveyor cartographer demographer statistician psychologist anthropologist sociologist"
    )
)
BODIES = _set(
    "army ministry government presidency movement group mission agency committee council alliance"
    " front command police union party authority authorities parliament office embassy bureau"
    " commission organisation organization charity watchdog network militia coalition faction"
    " opposition side delegation secretariat department junta regime administration administration"
    " navy force forces guard brigade battalion division regiment corps company unit staff"
    " headquarters court assembly congress senate cabinet bank fund programme program institute"
    " foundation association federation confederation league society club board team panel"
    " military wing arm branch service media observatory centre center hospital municipality prefecture governorate kremlin pentagon palace"
    " foreign-ministry rebels guerrillas insurgents mediators monitors observers officials residents"
    " villagers diplomats sources analysts witnesses militants separatists paramilitaries soldiers"
    " troops commanders leaders elders neighbours families mothers widows citizens townspeople"
    " islanders highlanders refugees traders farmers fishermen drivers doctors nurses medics teachers"
    " aid-workers workers students protesters allies critics supporters opponents others many some"
    " most both crowd voices tribe clan clans family church mosque synod vatican crescent cross"
    " mechanism capital city town village camp house side state republic kingdom nation country"
)
PAPERS = _set(
    "statement leaflet order letter radio station broadcast communique communiqué message post"
    " report note text article notice announcement newspaper paper daily magazine agency bulletin"
    " telegram cable memo memorandum poster banner placard sign slogan website channel television"
    " broadcaster account tweet dispatch editorial pamphlet manifesto document protocol press"
    " caption wire graffiti inscription voice speaker loudspeaker tannoy recording video tape"
    " reply answer response note sms chant song verse hymn oath plaque tombstone caption tattoo"
    " summary minutes entry log diary proverb saying joke rumour rumor survey poll"
)
DETS = _set(
    "the a an one his her their its my our your another some several many two three four five six"
    " this that these those same such any every each both no"
)
PREPS = _set(
    "of for in at from on with by to about against between into over under after before during"
    " near outside inside since until upon within without through across along among around behind"
    " beside beyond despite except like off onto per via toward towards amid as than according"
)
LINKS = _set(
    "and or but so yet nor if when while where because although though since unless that which who"
    " whom whose what why how then there here not only also even still just too once again"
    " whereas whether"
)
AUX = _set(
    "is are was were be been being am has have had do does did will would shall should can could"
    " may might must isn't wasn't don't didn't won't wouldn't can't couldn't hasn't hadn't cannot"
)
PRONOUNS = _set(
    "he she they it we i you him them us me himself herself themselves itself who whoever"
    " everyone nobody everybody anyone someone somebody none"
)
PARTICLES = _set(
    "al el bin ibn bint abu de del da dos das van von der den la le ul ur e y di du ben ould uld"
    " wa ag af zu ter of-the"
)
CLOSED = DETS | PREPS | LINKS | AUX | PRONOUNS
NOT_NAMES = CLOSED | _set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june"
    " july august september october november december yesterday today tomorrow meanwhile however"
    " earlier later asked told said speaking article simulated phase annex chapter yes now never"
    " always perhaps maybe nearly almost around more less most few all half first second third last"
    " next another other others well please asked none both either neither noon midnight dawn dusk"
    " morning evening night overnight easter christmas ramadan eid new gmt utc local time updated"
    " let those long ever later finally instead elsewhere today's nothing something everything"
)
# what may stand before a name
TITLES = _set(
    "adm admiral ambassador archbishop ato aunt baba bishop brig brigadier brother capt"
    " captain chancellor chief cmdr col colonel comandante commander comrade corporal cpl dame"
    " doctor don dona doña dr engineer father fr gen general gov governor haji hajji hon imam"
    " king lady lieutenant lord lt madame maj major marshal mayor minister mme monsieur"
    " monsignor mr mrs ms mullah premier president prince private prof professor queen rep rev"
    " sayed secretary-general sen senator sergeant sgt sheik sheikh sir sister sr st uncle"
    " under-secretary-general"
)
# small words that are names too
ALSO_NAMES = _set("an april august eve june may per so un will")
# words for several persons
SEVERAL = _set("children crowd folk many men others people police several some women")
# "one of …"
PARTS = _set("another both each many one several some three two")
# what stands before a title or a name in marks
TITLED = _set(
    "word words named term titled entitled operation codenamed headlined so-called known ship vessel"
    " frigate steamer newspaper magazine song book film novel poem play programme headed checkpoint"
    " brigadier which alias nicknamed project exercise plan brigade battalion unit"
)
# who calls a thing something says it: "dismissed it as …", "spoke of a …"
CALLS = _set(
    "call calls called calling describe describes described describing term terms termed brand"
    " brands branded dub dubbed label labels labelled labeled dismiss dismisses dismissed hail"
    " hails hailed denounce denounces denounced condemn condemned speak speaks spoke spoken"
    " speaking find finds found deem deemed declared characterised characterized slammed blasted"
    " praised criticised criticized considers considered style styles styled refer refers referred"
)
