"""What is done to the program in each of its lives: a pure function of seed, world and number of the life.

The same seed lays out the same run. At what instruction a kill after so many milliseconds hits is the machine's
affair, so two runs of one seed are alike and not equal; a kill at a failpoint hits the same place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random

from paperdigest.failpoints import PLACES

#: Chance that a server misbehaves when it is asked for something.
WEATHER = {"fair": 0.0, "rough": 0.25, "storm": 0.7}
#: How far the clock goes between two lives: not at all, less than the grace time, more, past an hourly slot.
_STEPS = ((0, 0), (60, 300), (960, 1_300), (3_660, 4_500))
#: Places that most lives come by many times; at the others the first time is the one to die.
_OFTEN = frozenset(
    {"deliver.settle", "deliver.settling", "deliver.settled", "email.dot", "file.write"}
)
#: Where the program only comes if there is something new.
_NEED_NEWS = frozenset({"ingest", "inbox", "compose", "notice"})


class Killer(StrEnum):
    """What ends a life."""

    PLACE = "at a failpoint"
    INSTANT = "at a random instant"
    SERVER = "when a server hears something"


@dataclass(frozen=True, slots=True)
class Kill:
    """When the program dies: at a place the `count`th time, after `count` words to a server, or after `part` of
    the time that a whole round takes.
    """

    by: Killer
    place: str = ""
    count: int = 1
    part: float = 0.0


@dataclass(frozen=True, slots=True)
class Life:
    """One start of the program. `dumps` are the papers of each dump that lies in the inbox before it, `late` those
    of one that is dropped while it runs; `refused` and `twice`: a dump that is no dump, one that was read before.
    """

    number: int
    service: bool
    weather: str
    ahead: timedelta
    dumps: tuple[int, ...]
    late: int
    refused: bool
    twice: bool
    sendmail: bool
    kill: Kill


def life(seed: int, world: int, number: int) -> Life:
    """Return the plan of one life."""
    chance = Random(f"{seed} {world} {number}")
    kill = _kill(chance, seed, world, number)
    place = kill.place.partition(".")[0]
    least, most = chance.choices(_STEPS, (2, 2, 4, 5))[0] if not place else _STEPS[-1]
    return Life(
        number,
        service=chance.random() < 0.7,
        weather=_weather(chance, place),
        ahead=timedelta(seconds=chance.randint(least, most)),
        dumps=_dumps(chance, at_least=int(place in _NEED_NEWS or chance.random() < 0.3)),
        late=chance.choice((0, 0, 0, 1)),
        refused=place == "notice" or chance.random() < 0.05,
        twice=chance.random() < 0.1,
        sendmail=place == "sendmail" or (place != "email" and chance.random() < 0.1),
        kill=kill,
    )


#: The other places belong to the care of the database, which no life here comes by.
REACHED = tuple(
    place for place in PLACES if not place.startswith(("backup.", "migrate.", "restore."))
)


def _kill(chance: Random, seed: int, world: int, number: int) -> Kill:
    """Two lives of three end at a failpoint, and those take turns."""
    if number % 3:
        places = list(REACHED)
        Random(f"{seed} places").shuffle(places)
        place = places[(world * 7 + number - number // 3 - 1) % len(places)]
        often = place in _OFTEN or place.startswith("store.")
        return Kill(Killer.PLACE, place, chance.choice((1, 1, 2, 3, 6)) if often else 1)
    if chance.random() < 0.5:
        return Kill(Killer.INSTANT, part=chance.uniform(0.4, 2.2))
    return Kill(Killer.SERVER, count=chance.randint(1, 25))


def _weather(chance: Random, place: str) -> str:
    """Storms keep a program from coming far, so places late in a message's way see fewer of them."""
    return chance.choices(tuple(WEATHER), (5, 4, 1) if place else (3, 4, 3))[0]


def _dumps(chance: Random, *, at_least: int) -> tuple[int, ...]:
    # Slack takes one message a second, and a life lasts hardly longer: with more there would be a heap at the end.
    count = max(at_least, chance.choice((0, 0, 0, 1)))
    return tuple(chance.choices((1, 3, 9), (4, 2, 1))[0] for _ in range(count))
