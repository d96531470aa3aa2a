"""Invents homes: areas, names, aliases, people, brands and made-up words. Knows nothing of sentences or real homes."""
# ruff: noqa: E501, SIM905

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, field

AREAS = """kitchen|living room|bedroom|bathroom|hallway|hall|garage|basement|attic|office|study|dining room|guest room|guest bedroom|
kids room|children's room|nursery|playroom|laundry room|laundry|utility room|pantry|balcony|terrace|patio|garden|backyard|front yard|driveway|
porch|front porch|entrance|entryway|foyer|corridor|landing|stairs|staircase|master bedroom|master bath|ensuite|guest bath|powder room|toilet|
sauna|gym|home theater|cinema|media room|library|workshop|shed|barn|greenhouse|conservatory|sunroom|winter garden|wine cellar|cellar|loft|den|
family room|music room|sewing room|hobby room|game room|bar|lounge|mudroom|walk in closet|closet|dressing room|storage room|boiler room|
server room|pool|pool house|deck|roof terrace|carport|stable|studio|sitting room|drawing room|parlor|snug|kitchenette|break room|lobby|
conference room|spare room|box room|mezzanine|veranda|gallery|snuggery|craft room|reading nook|breakfast nook|washroom|cloakroom""".replace("\n", "").split("|")
FLOORS = """first floor|second floor|third floor|ground floor|upstairs|downstairs|basement level|top floor|upper floor|lower floor|main floor|
lower level|upper level|ground level|attic floor|first level|cellar level|middle floor""".replace("\n", "").split("|")
PEOPLE = """emma|olivia|noah|liam|mia|ben|anna|paul|lena|max|julia|tom|sarah|david|lisa|alex|jonas|kate|peter|laura|mike|nina|oscar|ruby|
leo|ella|jack|grace|henry|chloe|sam|zoe|luke|amy|ryan|eva|felix|ida|hugo|maja|yuki|chen|priya|raj|fatima|omar|pedro|lucia|ivan|olga|erik|
astrid|hans|marie|pierre|giulia|marco|jan|anja|bjorn|siobhan|niamh|kofi|amara|aisha|carlos|rosa|dmitri|svetlana|grandma|grandpa|mom|dad|
beth|charlie|daisy|ethan|finn|george|hannah|isla|jake|kim|mason|nora|owen|poppy|quinn|rose|sofia|theo|uma|vera|will|xavier|yara|zach""".replace("\n", "").split("|")
ADJ = """big|small|old|new|left|right|main|front|back|upper|lower|corner|bedside|ceiling|floor|wall|standing|hanging|reading|night|desk|table|
window|door|under cabinet|over the sink|red|blue|green|white|black|round|tall|little|mini|smart|outdoor|indoor|garden|summer|winter|spare|second|
inner|outer|side|north|south|east|west|center|middle|vintage|antique|fancy|ugly|crystal|paper|wooden|copper|glass|cozy""".replace("\n", "").split("|")
BRANDS = """philips hue|hue|ikea|tradfri|shelly|sonoff|tapo|kasa|nanoleaf|govee|lifx|yeelight|aqara|bosch|siemens|miele|samsung|lg|sony|sonos|
bose|nest|ecobee|tado|netatmo|honeywell|roborock|roomba|dyson|xiaomi|eufy|ring|arlo|reolink|denon|yamaha|hisense|tcl|panasonic|jura|delonghi|
nespresso|sage|velux|somfy|danfoss|wemo|meross|tuya|zigbee|wiz|apple|chromecast|fire|roku|shield|playstation|xbox|nintendo""".replace("\n", "").split("|")
LIGHT = """light|lamp|lights|lamps|chandelier|spotlight|spots|spotlights|led strip|strip|light strip|lantern|sconce|downlights|bulb|fairy lights|
string lights|pendant|floor lamp|desk lamp|bedside lamp|night light|nightlight|lava lamp|ceiling light|table lamp|reading light|uplight|
mirror light|salt lamp|aquarium light|christmas lights|tree lights|disco ball|neon sign|torchiere|cabinet lights|counter lights|step lights|
floodlight|porch light|vanity light|standing lamp|corner lamp|reading lamp|closet light|globe|arc lamp|candles|glow orb|panels""".replace("\n", "").split("|")
SWITCH = """plug|socket|outlet|switch|heater|space heater|fan heater|coffee maker|coffee machine|espresso machine|kettle|toaster|
christmas tree|fountain|pond pump|pump|aquarium|humidifier|dehumidifier|air purifier|diffuser|electric blanket|heated blanket|towel warmer|
towel rail|iron|washing machine|dryer|dishwasher|oven|stove|hob|microwave|fridge|freezer|computer|printer|router|monitor|charger|
scooter charger|car charger|wallbox|boiler|water heater|sprinkler|irrigation|projector|subwoofer|amplifier|record player|game console|
tv|television|bug zapper|snow machine|bubble machine|pool pump|jacuzzi|hot tub|sauna heater|treadmill|guest wifi|wifi|siren|doorbell|
vacation mode|robot|3d printer|soldering iron|grow light|terrarium|heat lamp|egg cooker|slow cooker|rice cooker|air fryer|extractor|hood|
cooker hood|range hood|bread maker|smart plug|power strip|extension cord|nas|server|baby monitor|white noise machine|massage chair|disco""".replace("\n", "").split("|")
FAN = "fan|ceiling fan|desk fan|tower fan|standing fan|exhaust fan|extractor fan|ventilation|ventilator|bathroom fan|box fan|air circulator|fresh air".split("|")
COVER = """blind|blinds|curtain|curtains|shutter|shutters|roller blind|roller shutter|shade|shades|awning|garage door|gate|skylight|roof window|
window|drapes|venetian blinds|sun shade|pergola roof|screen|front gate|patio awning|barn door|blackout curtain|sheer curtain|velux|roman shade|
valve|water valve|jalousie|bay window|kitchen window|sun sail""".replace("\n", "").split("|")
LOCK = "front door|back door|door|side door|garage door lock|front door lock|gate|patio door|cellar door|shed lock|safe|front lock|back gate|door lock|main door|yard gate|office door|balcony door|bike lock|mailbox|gun safe|basement door".split("|")
PLAYER = """tv|television|speaker|speakers|soundbar|stereo|radio|receiver|homepod|echo|echo dot|chromecast|sonos|apple tv|fire tv|music box|
hi fi|record player|home cinema|projector|boombox|jukebox|shield|soundbox|smart tv|music player|amp|google home|nest hub|kitchen display""".replace("\n", "").split("|")
CLIMATE = "thermostat|heating|radiator|air conditioner|ac|air con|heat pump|underfloor heating|hvac|climate|heater|ecobee|nest|boiler|floor heating|pellet stove|split unit|mini split|oven|sous vide".split("|")
VACUUM = "rosie|roomba|robby|dusty|the vacuum|vacuum|robot vacuum|alfred|jarvis junior|sir sucks a lot|dobby|wall e|r two d two|hoover|roborock|dust bunny|the cleaner|mop|r o b o|dustin bieber|meryl sweep|cleanita|bob|neato|vacuum cleaner|robo|scooby|mister clean|xiao|obi wan cleanobi".split("|")
MOWER = "mower|lawn mower|robot mower|lawnmower|grass cutter|shaun|automower|robomow|husky|mowgli|worx|lawn robot|the goat|sheep|husqvarna".split("|")
SENSOR = """outdoor temperature|outside temperature|humidity|co2|air quality|power meter|energy meter|water meter|gas meter|solar power|
solar production|battery|phone battery|car battery|rain gauge|wind speed|barometer|thermometer|hygrometer|freezer temperature|fridge temperature|
pool temperature|oven temperature|motion sensor|door sensor|window sensor|leak sensor|water sensor|smoke detector|smoke alarm|co detector|
plant moisture|soil moisture|light sensor|illuminance|noise level|internet speed|next bus|bin collection|tide|uv index|pollen count|
electricity price|grid power|washing machine power|cpu temperature|disk usage|mailbox sensor|bed sensor|presence|occupancy|doorbell|fuel level|weight""".replace("\n", "").split("|")
SCENE = """movie night|movie time|good night|good morning|party|party time|romantic|dinner|reading|relax|chill|focus|study|work|away|home|
vacation|cozy evening|sunset|sunrise|date night|bedtime|wake up|christmas|halloween|gaming|cinema|concentrate|energize|rainbow|tropical|
deep sea|aurora|fireplace|candlelight|spa|yoga|meditation|workout|cooking|breakfast|cleaning|guests|welcome home|leaving|nap time|homework|
story time|bright|dimmed|night light|arctic|savanna|spring blossom|summer night|disco|club|lounge|tv time|siesta|mood lighting|storm""".replace("\n", "").split("|")
BUTTON = "doorbell|reset|restart|feed the fish|feed the cat|open sesame|panic|identify|garage button|coffee button|elevator|snack dispenser|cat feeder|dog feeder|printer reset|reboot router|bell".split("|")
CAMERA = "front door|driveway|back yard|backyard|garage|baby|nursery|porch|garden|gate|doorbell|front yard|living room|hallway|patio|pool|street|kitchen|entrance|cat|bird feeder|puppy|crib|barn|side door|shed|parking|balcony".split("|")
ZONE = "work|school|the office|the gym|the university|the park|grandma's|the supermarket|the cabin|kindergarten|the beach house|downtown|church|the club".split("|")
SYL = "ba be bo da de do fa fi go ka ki ko la le lo lu ma me mi mo na ni no pa pi po ra re ri ro sa se si so ta te ti to va vi vo za zi zo zu gran bel tron max dor mur fizz glim blip snor quib plo wob zap tink bram flo kri stel vox lum aur nox pix".split()
WEIRD = """sunny|moonbeam|sparky|bigfoot|the beast|mothership|death star|hogwarts|batcave|mordor|the shire|winterfell|gandalf|sauron|darth vader|
glados|hal|skynet|pandora|zeus|apollo|athena|thor|loki|odin|merlin|excalibur|old faithful|mister glow|lampy|big bertha|captain|dragon|unicorn|
pikachu|bulbasaur|groot|rocket|pluto|saturn|jupiter|mars|venus|ufo|spaceship|lighthouse|firefly|glow worm|bumblebee|the thing|no name|thing one|
thing two|banana|mango|pineapple|cactus|flamingo|penguin|elephant|giraffe|octopus|whale|yeti|goblin|wizard|ninja|pirate|disco stu|
johnny five|marvin|deep thought|heart of gold|enterprise|falcon|serenity|tardis|delorean|titanic|all night long|seven|light off|on air|open sesame""".replace("\n", "").split("|")


def held_out(word: str) -> bool:
    """Whether a noun, area or person is kept for the entity split: one in twelve, never drawn for training."""
    return zlib.crc32(word.encode()) % 12 == 0


def _part(words: list[str], held: bool) -> list[str]:
    return [w for w in words if held_out(w) == held] or words


def weird_word(r: random.Random) -> str:
    return "".join(r.choice(SYL) for _ in range(r.choice((2, 2, 3))))


@dataclass(slots=True)
class InventedHome:
    """One home's words. `kind` lists give entity names; names are lower case."""

    areas: list[str]
    floors: list[str]
    people: list[str]
    names: dict[str, list[str]] = field(default_factory=dict)


def _name(r: random.Random, nouns: list[str], areas: list[str], people: list[str], held: bool) -> str:
    noun = r.choice(nouns)
    k = r.random()
    if k < 0.24:
        return f"{r.choice(areas)} {noun}"
    if k < 0.40:
        return noun
    if k < 0.58:
        return f"{r.choice(ADJ)} {noun}"
    if k < 0.70:
        return f"{r.choice(people)}'s {noun}"
    if k < 0.76:
        return f"{r.choice(_part(BRANDS, held))} {noun}"
    if k < 0.80:
        return f"{noun} {r.choice(('one', 'two', 'three', '1', '2', 'a', 'b', 'left', 'right'))}"
    if k < 0.85:
        return f"{r.choice(areas)} {r.choice(ADJ)} {noun}"
    if k < 0.88:
        return f"{noun} {r.choice(('by the window', 'next to the bed', 'on the left', 'behind the sofa', 'over the table', 'of the neighbors'))}"
    if k < 0.93:
        return r.choice(_part(WEIRD, held))
    if k < 0.97:
        return weird_word(r)
    return f"{weird_word(r)} {noun}"


KINDS: dict[str, list[str]] = {
    "light": LIGHT, "switch": SWITCH, "fan": FAN, "cover": COVER, "lock": LOCK, "player": PLAYER, "climate": CLIMATE, "sensor": SENSOR,
}


def invent(r: random.Random, held: bool = False) -> InventedHome:
    """One home of 5–20 areas with every kind of device; with `held`, made of the words kept for the entity split."""
    pool = _part(AREAS, held)
    areas = r.sample(pool, min(len(pool), r.randint(5, 20)))
    people = r.sample(_part(PEOPLE, held), 6)
    for i in range(len(areas)):
        k = r.random()
        if k < 0.12:
            areas[i] = f"{r.choice(people)}'s {r.choice(('room', 'bedroom', 'office', 'bathroom', 'den', 'study'))}"
        elif k < 0.16:
            areas[i] = weird_word(r) + r.choice(("", " room"))
        elif k < 0.19:
            areas[i] = r.choice(_part(WEIRD, held))
        elif k < 0.21:
            areas[i] = f"{areas[i]} {r.choice(('one', 'two', '2'))}"
        elif k < 0.24:
            areas[i] = f"{r.choice(('upstairs', 'downstairs', 'big', 'small', 'second', 'old', 'left'))} {areas[i]}"
    home = InventedHome(areas=areas, floors=r.sample(FLOORS, 3), people=people)
    for kind, nouns in KINDS.items():
        home.names[kind] = [_name(r, _part(nouns, held), areas, people, held) for _ in range(8)]
    for kind, plain in (("vacuum", VACUUM), ("mower", MOWER), ("scene", SCENE), ("script", SCENE), ("button", BUTTON), ("camera", CAMERA)):
        part = _part(plain, held)
        home.names[kind] = [r.choice(part) if r.random() < 0.8 else _name(r, part, areas, people, held) for _ in range(4)]
    return home
