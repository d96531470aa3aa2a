"""Random values of the lists that templates name: numbers in words and digits, times, durations, titles, items. No templates here."""
# ruff: noqa: E501, SIM905

from __future__ import annotations

import random
from collections.abc import Callable

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = "january february march april may june july august september october november december".split()
ORD = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth twentieth twenty first twenty fifth thirtieth".split(" ")
COLORS = "red|green|blue|yellow|orange|purple|pink|white|turquoise|brown|black|violet|cyan|magenta|teal|gold|lime|lavender|indigo|salmon|dark blue|light green|sky blue|deep purple|bright red|hot pink|navy|amber|peach|mint green|aqua|crimson".split("|")
CTEMPS = "warm white|cold white|cool white|daylight|day light|candle light|candlelight|soft white|neutral white|natural white|warm|cool".split("|")
ITEMS = "milk|eggs|bread|butter|apples|bananas|coffee|toilet paper|chicken|cheese|oat milk|dish soap|laundry detergent|tomatoes|onions|garlic|olive oil|pasta|rice|flour|sugar|salt|pepper|orange juice|beer|red wine|cat food|dog treats|light bulbs|batteries|aluminum foil|paper towels|shampoo|toothpaste|avocados|lemons|potatoes|carrots|spinach|yogurt|ice cream|frozen pizza|cereal|peanut butter|honey|tea bags|chocolate|cookies|water|sparkling water|ham|salmon|ground beef|two liters of milk|a dozen eggs|six bananas|three cans of tuna|half a pound of cheese|gluten free bread|diapers|baby wipes|trash bags|sponges|soap|mangoes|tofu|hummus|green beans|washing powder|a new lamp|birthday candles|ketchup|mayonnaise|bell peppers|basil|cinnamon|almond milk|vitamins|aspirin|socks|pepsi|walnuts|cashews|noodles".split("|")
TODOS = "call mom|do the laundry|water the plants|take out the trash|pay the bills|clean the garage|mow the lawn|buy a gift for emma|fix the sink|walk the dog|feed the cat|book the flights|call the dentist|renew my passport|wash the car|vacuum the stairs|return the library books|finish the report|pick up the dry cleaning|change the air filter|clean the gutters|send the invoice|order new glasses|schedule a haircut|paint the fence|do my homework|take my pills|take the cake out|call grandma|check the oven|put the bins out|pick up the kids|charge the car|turn off the oven|study for the exam|go to the gym|write to anna|buy milk|lock the door|cancel the subscription|go to bed|stretch|drink some water|move the car|text david back|defrost the chicken|start dinner|leave for the airport|get the mail|check on the baby|go jogging".split("|")
THINGS = "dentist appointment|doctor's appointment|meeting|meeting with anna|the meeting|lunch with tom|flight|birthday party|mom's birthday|emma's recital|yoga class|gym|homework|pizza|dinner|conference call|job interview|parent teacher night|car inspection|rent|laundry|medication|trash day|soccer practice|vet appointment|wedding anniversary|school play|piano lesson|workout|nap|work|school|church|the game|concert|haircut|exam|breakfast|prayer|tax deadline|date night|football practice|morning run".split("|")
TIMER = "pizza|pasta|egg|eggs|tea|cake|laundry|rice|bread|cookies|chicken|roast|steak|nap|workout|homework|soup|potatoes|lasagna|potato|turkey|oven|bbq|plank|meditation|screen time|time out|parking|hair dye|brownies|broccoli|dough|noodles|popcorn|sauna|facemask|ice bath|mom's cake|break".split("|")
LISTS = "shopping list|grocery list|to do list|todo list|packing list|christmas list|chores list|bucket list|wish list|movie list|task list|work list|groceries|shopping|to do|chores|hardware store list|birthday list|camping list|reading list|gift list|list|tasks|camping gear|house projects".split("|")
TODOLISTS = "to do list|todo list|packing list|christmas list|chores list|bucket list|wish list|task list|work list|chore list|hardware store list|birthday list|list|party list|list of chores|camping list|reading list|to do|house projects list|honey do list|tasks".split("|")
SONGS = "bohemian rhapsody|hotel california|let it be|shape of you|hey jude|billie jean|smells like teen spirit|rolling in the deep|imagine|thriller|wonderwall|viva la vida|yesterday|stairway to heaven|purple rain|dancing queen|someone like you|blinding lights|bad guy|old town road|sweet child of mine|africa|take on me|happy|hello|royals|clocks|creep|zombie|mr brightside|jolene|ring of fire|what a wonderful world|space oddity|fast car|all of me|despacito|shake it off|firework|halo|umbrella|toxic|lose yourself|one|light my fire|turn the page|lights|kill the lights|here comes the sun".split("|")
ARTISTS = "the beatles|queen|adele|taylor swift|pink floyd|drake|coldplay|metallica|miles davis|bach|mozart|johnny cash|dolly parton|radiohead|daft punk|beyonce|rihanna|ed sheeran|u2|nirvana|abba|elvis|bob dylan|bob marley|david bowie|led zeppelin|the rolling stones|michael jackson|madonna|prince|frank sinatra|louis armstrong|nina simone|eminem|kanye west|lady gaga|bruno mars|billie eilish|the weeknd|ac dc|guns n roses|linkin park|green day|arctic monkeys|fleetwood mac|hans zimmer|ludovico einaudi|norah jones|ella fitzgerald|chopin|vivaldi|kraftwerk|gorillaz|muse|sting|justin bieber|shakira".split("|")
GENRES = "jazz|rock|classical|pop|hip hop|rap|country|blues|reggae|techno|house|metal|heavy metal|folk|soul|funk|disco|electronic|ambient|indie|lofi|lo fi|r and b|salsa|punk|gospel|opera|christmas|eighties|nineties|dance|party|chill|relaxing|meditation|acoustic|smooth jazz|classic rock|soft rock|bossa nova|dinner|k pop|latin|new age|calm|old school|sleep|workout|romantic|instrumental".split("|")
ALBUMS = "abbey road|thriller|nevermind|the wall|back in black|rumours|kind of blue|the dark side of the moon|purple rain|twenty five|ok computer|graceland|parachutes|discovery|random access memories|appetite for destruction|lemonade|folklore|blue|horses".split("|")
PLAYLISTS = "workout|chill vibes|road trip|morning coffee|party mix|dinner party|sleep|study|running|discover weekly|summer hits|top forty|favorites|gym|car songs|cooking|oldies|road songs|deep focus|rainy day|kids|wedding|weekend|metal monday".split("|")
PODCASTS = "serial|the daily|this american life|radiolab|joe rogan|ted talks|stuff you should know|freakonomics|planet money|hardcore history|the joe rogan experience|my favorite murder|science friday|fresh air|reply all|the moth|darknet diaries|ninety nine percent invisible".split("|")
MOVIES = "hunger games|the hunger games|star wars|the matrix|titanic|frozen|inception|jurassic park|the lion king|toy story|the godfather|avatar|finding nemo|shrek|pulp fiction|casablanca|harry potter|the lord of the rings|back to the future|home alone|die hard|alien|jaws|rocky|up|moana|coco|interstellar|dune|barbie|the dark knight|gladiator|forrest gump|ghostbusters|top gun|lights out|the shining|love actually|spirited away".split("|")
SHOWS = "friends|breaking bad|game of thrones|the office|stranger things|the crown|seinfeld|the simpsons|family guy|black mirror|doctor who|sherlock|peppa pig|paw patrol|the wire|lost|the mandalorian|succession|planet earth|house of cards|top gear|big bang theory|sesame street|the great british bake off".split("|")
STATIONS = "bbc radio four|bbc radio one|npr|radio paradise|kexp|jazz fm|classic fm|ninety nine point five|one hundred and five point one fm|101.5|98.7 fm|capital fm|the local news station|heart radio|a country station|the rock station|kiss fm|rock antenne|am seven ten|radio two|virgin radio|world service|wnyc|96.3|sports radio|radio nova".split("|")
BOOKS = "harry potter|the hobbit|pride and prejudice|moby dick|nineteen eighty four|dune|the great gatsby|war and peace|the two towers|sherlock holmes|the da vinci code|game of thrones|the alchemist|treasure island|alice in wonderland|jane eyre|sapiens|becoming|the martian|dracula|the bible|the catcher in the rye".split("|")
PLACES = "london|paris|new york|berlin|tokyo|chicago|seattle|boston|sydney|los angeles|madrid|rome|toronto|denver|texas|california|florida|germany|australia|miami|houston|dallas|amsterdam|vienna|mumbai|beijing|dubai|oslo|san francisco|hong kong|las vegas|hawaii|my city|my area|here|the mountains|the beach|costa mesa|cape town".split("|")
THATS = "the pizza is in the oven|i have a meeting|the rent is due|tomorrow is trash day|mom is coming|i parked on level three|the bill is due|dinner is at eight|i have to call back|the dog needs a walk".split("|")
ANNOUNCE = "dinner is ready|we are leaving in five minutes|the bus is coming|it's time for bed|grandma is here|the movie is starting|breakfast is ready|someone is at the door|the pizza has arrived|come downstairs|the laundry is done|the kids should come inside|food is on the table|i'm home|the car is here|lunch is ready|please be quiet|we need help in the garage|the party is over|the water is off".split("|")
PHRASES = "party time|it's showtime|beam me up|bedtime story|let's rock|sleepy time|open sesame|abracadabra|i'm gaming|red alert|make it so|winter is coming|houston|darkness|cozy time|hasta la vista|i'm cooking|show time|rise and shine|focus please".split("|")
TOPICS = "history|science|football|cooking|true crime|space|politics|technology|business|meditation|getting rich quick|sports|health|movies|nature|parenting|economics".split("|")
STEPS = "a bit|a little|a little bit|a lot|slightly|a touch|a tad|some more|a bit more|a little more|way|much|a notch|one notch|two notches|a couple of notches|more|further|a smidge|just a bit|quite a bit|even more|half|a quarter|by half|by a third|by a lot|by a bit|twice".split("|")
FANMODES = "auto|automatic|on|off|low|medium|high|top|middle|focus|diffuse|quiet|turbo|silent|eco".split("|")
LDOM = "lights|lights|lights|light|lamps|lamp|lighting|fan|fans".split("|")
DC = "blinds|curtains|shutters|shades|awnings|windows|doors|garage doors|gates|garage door|curtain|blind|shutter|awning|window|door|gate|shade|drapes|roller blinds|skylights".split("|")


def words(n: int) -> str:
    """0–9999 in English words, as people say them."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f" {ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{ONES[n // 100]} hundred" + (f" {words(n % 100)}" if n % 100 else "")
    return f"{words(n // 1000)} thousand" + (f" {words(n % 1000)}" if n % 1000 else "")


def number(r: random.Random, n: int) -> str:
    return str(n) if r.random() < 0.42 else (words(n) if n != 100 or r.random() < 0.5 else "a hundred")


def percent(r: random.Random, bare: float = 0.25) -> str:
    n = r.choice((r.randint(0, 100), r.randint(1, 20) * 5))
    k = r.random()
    if k < bare:
        return number(r, n)
    if n < 100 and k < bare + 0.1 and r.random() < 0.6:
        return f"{n}%"
    return f"{number(r, n)} percent"


def duration(r: random.Random) -> str:
    k = r.random()
    h, m, s = r.choice((1, 2, 3, 4, 5, 6, 8, 12, 24)), r.choice((r.randint(1, 90), r.choice((5, 10, 15, 20, 25, 30, 40, 45, 60, 90)))), r.choice((5, 10, 15, 20, 30, 40, 45, 50, 90, r.randint(1, 99)))
    hs, ms, ss = f"{number(r, h)} hour{'s' * (h != 1)}", f"{number(r, m)} {r.choice(('minute', 'minute', 'min')) + 's' * (m != 1)}", f"{number(r, s)} second{'s' * (s != 1)}"
    if k < 0.42:
        return ms
    if k < 0.54:
        return hs
    if k < 0.64:
        return ss
    if k < 0.70:
        return r.choice(("half an hour", "an hour", "one and a half hours", "an hour and a half", "a quarter of an hour", "quarter of an hour", "half a minute",
                         "a minute", "a minute and a half", "three quarters of an hour", "a couple of minutes", "a few minutes", "two and a half hours", "five and a half minutes",
                         "a couple of hours", "an hour and a quarter", "a second", "a half hour", "a dozen minutes", "ninety minutes"))
    if k < 0.76:
        return f"{number(r, r.randint(1, 12))} and a half {r.choice(('hours', 'minutes'))}"
    if k < 0.86:
        return f"{hs}{r.choice((' ', ' and ', ' '))}{ms}"
    if k < 0.94:
        return f"{ms}{r.choice((' ', ' and ', ' '))}{ss}"
    if k < 0.97:
        return f"{hs} {ms} and {ss}"
    return f"{number(r, r.choice((1, 5, 10, 20, 30)))} {r.choice(('min', 'mins', 'sec', 'secs', 'hrs'))}"


def adjective_duration(r: random.Random) -> str:
    k = r.random()
    n = r.choice((1, 2, 3, 4, 5, 8, 10, 12, 15, 20, 25, 30, 40, 45, 60, 90, r.randint(1, 99)))
    u = r.choice(("minute", "minute", "minute", "hour", "second", "min"))
    if k < 0.8:
        return f"{number(r, n)} {u}"
    return f"{number(r, n)}-{u}" if k < 0.88 else r.choice(("half hour", "hour and a half", "two and a half minute", "one hour thirty minute", "hour long"))


def clock(r: random.Random) -> str:
    h, m = r.randint(1, 12), r.choice((0, 0, 0, 15, 30, 30, 45, 5, 10, 20, 50, 55, r.randint(1, 59)))
    k = r.random()
    ap = r.choice(("am", "pm", "a.m.", "p.m.", "in the morning", "in the evening", "in the afternoon", "at night", "", "", ""))
    if k < 0.3:
        t = number(r, h) if m == 0 else f"{words(h)} {words(m) if m > 9 else 'oh ' + words(m)}"
    elif k < 0.5:
        t = str(h) if m == 0 else f"{h}:{m:02d}"
    elif k < 0.58:
        t = f"{r.choice(('half past', 'quarter past', 'quarter to', 'a quarter past', 'ten past', 'twenty to', 'five to', 'ten to'))} {number(r, h)}"
    elif k < 0.66:
        t = f"{number(r, h)} o'clock"
    elif k < 0.72:
        return r.choice(("noon", "midnight", "midday", "sunrise", "sunset", "dawn"))
    elif k < 0.78:
        return f"{r.randint(0, 23)}:{r.choice((0, 15, 30, 45)):02d}"
    elif k < 0.84:
        t = f"{h}{r.choice(('am', 'pm'))}"
        return t
    else:
        t = words(h)
    return f"{t} {ap}".strip()


def day(r: random.Random) -> str:
    k = r.random()
    if k < 0.3:
        return r.choice(("tomorrow", "tomorrow", "today", "tonight", "the day after tomorrow", "this weekend", "next week", "tomorrow morning", "tomorrow evening", "this evening", "this afternoon", "tomorrow night"))
    if k < 0.6:
        return f"{r.choice(('', '', 'next ', 'this ', 'on ', 'coming '))}{r.choice(DAYS)}{r.choice(('', '', '', ' morning', ' evening', ' afternoon'))}"
    if k < 0.8:
        return f"{r.choice(('the ', 'on the '))}{r.choice(ORD)}{r.choice(('', f' of {r.choice(MONTHS)}'))}"
    return f"{r.choice(MONTHS)} {r.choice(ORD)}" if k < 0.93 else f"in {number(r, r.randint(2, 10))} {r.choice(('days', 'weeks'))}"


def when(r: random.Random) -> str:
    k = r.random()
    c, d = clock(r), day(r)
    if k < 0.35:
        return c
    if k < 0.55:
        return f"{c} {d}"
    if k < 0.75:
        return f"{d} at {c}"
    return r.choice((d, f"tomorrow at {c}", f"{c} tomorrow", "the morning", "later", f"{duration(r)} from now"))


def when_prep(r: random.Random) -> str:
    k = r.random()
    if k < 0.35:
        return f"at {clock(r)}"
    if k < 0.5:
        return f"{day(r)} at {clock(r)}"
    if k < 0.6:
        return f"at {clock(r)} {day(r)}"
    if k < 0.75:
        return day(r)
    return f"in {duration(r)}" if k < 0.92 else r.choice(("in the morning", "tonight", "later", "after dinner", "before bed", "when i get home", "an hour before"))


def repeat(r: random.Random) -> str:
    return r.choice(("every day", "daily", "every morning", "every weekday", "on weekdays", "on weekends", "every weekend", "weekdays", "each day", "every night", "weekly", "monthly", "every hour", "every evening", "monday to friday", "monday through friday", "weekday",
                     f"every {r.choice(DAYS)}", f"on {r.choice(DAYS)}s", f"{r.choice(DAYS)}s", f"every {r.choice(DAYS)} and {r.choice(DAYS)}", f"each {r.choice(DAYS)}"))


def temperature(r: random.Random) -> str:
    n = r.choice((r.randint(15, 28), r.randint(15, 28), r.randint(60, 80), r.randint(5, 99), r.choice((150, 180, 200, 350, 400))))
    k = r.random()
    base = number(r, n)
    if k < 0.1:
        base = f"{base} and a half" if not base.isdigit() else f"{n}.5"
    elif k < 0.13:
        base = f"{words(n)} point five"
    return base + r.choice((" degrees", " degrees", " degrees", "", "", "", "°", " degrees celsius", " degrees fahrenheit", " celsius", " °c", "°"))


def volume_step(r: random.Random) -> str:
    return r.choice((percent(r, 0.4), number(r, r.randint(1, 30)), "ten percent", "twenty", f"{number(r, r.randint(1, 5))} points", "five"))


def degree_step(r: random.Random) -> str:
    return r.choice(("a degree", "one degree", f"{number(r, r.randint(2, 6))} degrees", "half a degree", "a couple of degrees", "one and a half degrees", "a few degrees"))


def query(r: random.Random) -> str:
    return r.choice(r.choice((SONGS, ARTISTS, ALBUMS, MOVIES, SHOWS, BOOKS, [f"{g} music" for g in GENRES], [f"{p} playlist" for p in PLAYLISTS], STATIONS,
                              [f"{r.choice(SONGS)} by {r.choice(ARTISTS)}"], [f"my {r.choice(PLAYLISTS)} playlist"])))


PLAIN: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "num": ("", lambda r: number(r, r.randint(1, 100))),
    "pct": ("brightness", percent),
    "pctstep": ("step", lambda r: percent(r, 0.1)),
    "pos": ("position", percent),
    "spd": ("fan_speed", lambda r: percent(r, 0.25) if r.random() < 0.7 else r.choice(("low", "medium", "high", "full speed", "max", "the lowest setting", "half speed"))),
    "vol": ("volume", lambda r: percent(r, 0.45)),
    "volstep": ("step", volume_step),
    "temp": ("temperature", temperature),
    "degstep": ("step", degree_step),
    "kelvin": ("color_temperature", lambda r: number(r, r.randint(20, 65) * 100) + r.choice(("", " kelvin", "k"))),
    "dur": ("duration", duration),
    "sdur": ("start_duration", adjective_duration),
    "time": ("datetime", when),
    "clock": ("datetime", clock),
    "day": ("datetime", day),
    "when": ("datetime", when_prep),
    "repeat": ("repeat", repeat),
    "query": ("search_query", query),
    "song": ("search_query", lambda r: r.choice(SONGS)),
    "artist": ("search_query", lambda r: r.choice(ARTISTS)),
    "album": ("search_query", lambda r: r.choice(ALBUMS)),
    "genre": ("search_query", lambda r: r.choice(GENRES)),
    "playlist": ("search_query", lambda r: r.choice(PLAYLISTS)),
    "podcast": ("search_query", lambda r: r.choice(PODCASTS)),
    "movie": ("search_query", lambda r: r.choice(MOVIES)),
    "show": ("search_query", lambda r: r.choice(SHOWS)),
    "station": ("search_query", lambda r: r.choice(STATIONS)),
    "book": ("search_query", lambda r: r.choice(BOOKS)),
    "topicw": ("search_query", lambda r: r.choice(TOPICS)),
    "mclass": ("media_class", lambda r: r.choice(("song", "track", "album", "artist", "playlist", "podcast", "movie", "show", "tv show", "audiobook", "film", "band"))),
    "item": ("item", lambda r: r.choice(ITEMS)),
    "todoitem": ("item", lambda r: r.choice(TODOS + ITEMS[:40])),
    "list": ("list", lambda r: r.choice(LISTS)),
    "todo": ("list", lambda r: r.choice(TODOLISTS)),
    "listfor": ("list", lambda r: r.choice(("groceries", "christmas", "gifts", "movies to watch", "the party", "vacation", "my chores", "bills", "books", "tasks for today", "due payments"))),
    "msg": ("message", lambda r: r.choice(TODOS)),
    "msg2": ("message", lambda r: r.choice(THINGS)),
    "msgthat": ("message", lambda r: r.choice(THATS)),
    "announce": ("message", lambda r: r.choice(ANNOUNCE)),
    "tname": ("timer_name", lambda r: r.choice(TIMER)),
    "loc": ("location", lambda r: r.choice(PLACES)),
    "color": ("color", lambda r: r.choice(COLORS)),
    "ctemp": ("color_temperature", lambda r: r.choice(CTEMPS)),
    "fanmode": ("mode", lambda r: r.choice(FANMODES)),
    "step": ("step", lambda r: r.choice(STEPS)),
    "phrase": ("phrase", lambda r: r.choice(PHRASES)),
    "ldom": ("domain", lambda r: r.choice(LDOM)),
    "dc": ("device_class", lambda r: r.choice(DC)),
    "here": ("here", lambda r: r.choice(("here", "in here", "in this room", "this room", "around here"))),
    "zone": ("state", lambda r: r.choice("work|school|the office|the gym|the university|the park|grandma's|the supermarket|the cabin|kindergarten".split("|"))),
}
