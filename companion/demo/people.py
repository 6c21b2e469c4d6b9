"""The invented people: who they are, how they hurt, what was done, what they take and practise."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Treatment:
    """A procedure so many days ago: how far pain fell, and in how many days half of that is lost."""

    days_ago: int
    kind: str
    level: str
    side: str
    drop: float
    half_life: float


@dataclass(frozen=True)
class Taken:
    """A medicine: wall times, or as needed when pain passes a mark."""

    name: str
    strength: str
    amount: str
    walls: tuple[str, ...] = ()
    needed_above: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Person:
    """One invented patient."""

    name: str
    born_on: date
    base: float
    treatments: tuple[Treatment, ...]
    medicines: tuple[Taken, ...]
    regions: tuple[str, ...]
    #: chance that a day has an entry
    diligence: float = 0.88
    days: int = 182
    #: change of the base over the whole time
    drift: float = 0.0
    #: no entry in the last days
    silent: int = 0
    exercises: tuple[str, str] = ("Back and hip exercises", "135")
    mind: tuple[str, str] | None = ("Pacing: do a bit, rest a bit", "2")
    keeps: float = 0.7
    shares: bool = True
    zone: str = "America/New_York"
    notes: tuple[str, ...] = field(default=())


GABAPENTIN = Taken("Gabapentin", "300 mg", "1 capsule", ("08:00", "14:00", "21:00"))
DULOXETINE = Taken("Duloxetine", "60 mg", "1 capsule", ("08:00",), note="With breakfast")
ACETAMINOPHEN = Taken("Acetaminophen", "500 mg", "2 tablets", needed_above=5.4)
IBUPROFEN = Taken("Ibuprofen", "400 mg", "1 tablet", needed_above=5.8, note="With food")
OXYCODONE = Taken("Oxycodone", "5 mg", "1 tablet", needed_above=6.6)
NORTRIPTYLINE = Taken("Nortriptyline", "25 mg", "1 capsule", ("21:30",))
TIZANIDINE = Taken("Tizanidine", "2 mg", "1 tablet", ("21:00",))
NAPROXEN = Taken("Naproxen", "250 mg", "1 tablet", ("08:00", "20:00"), note="With food")

LUMBAR = ("back-lower-back-r", "back-lower-spine", "back-buttock-r")
#: where the pain of LEG spreads to
DOWN = ("back-thigh-l", "back-calf-l")
LEG = ("back-lower-back-l", "back-buttock-l", "back-thigh-l", "back-calf-l")

ANA = Person(
    "Ana Morel", date(1974, 5, 2), 6.1,
    (Treatment(300, "medial-branch-block", "L3-L5", "right", 1.5, 3), Treatment(250, "esi", "L4-5", "right", 2.4, 70), Treatment(62, "radiofrequency-ablation", "L3-L5", "right", 2.6, 240)),
    (GABAPENTIN, DULOXETINE, ACETAMINOPHEN, OXYCODONE), LUMBAR, diligence=0.93, days=365, keeps=0.78,
    notes=("Walked to the park with Leo.", "Sat too long at work.", "Slept better with the pillow under my knees.", "Long drive. Stiff after."),
)  # fmt: skip
DORA = Person(
    "Dora Finch", date(1988, 11, 20), 4.8, (), (IBUPROFEN, NORTRIPTYLINE), ("front-head-r", "back-upper-neck"), shares=False,
    exercises=("Neck and shoulder moves", "24"), mind=None, zone="America/Chicago",
)  # fmt: skip
OTHERS = (
    Person("Tamsin Okell", date(1968, 2, 14), 6.5, (Treatment(140, "esi", "L4-5", "left", 1.8, 40), Treatment(6, "medial-branch-block", "L3-L5", "both", 4.5, 1)), (OXYCODONE, GABAPENTIN, NAPROXEN), LUMBAR, drift=0.7),
    Person("Radu Fenwick", date(1982, 7, 1), 5.2, (), (GABAPENTIN, NORTRIPTYLINE), ("front-hand-r", "front-forearm-r"), drift=2.0, exercises=("Hand and mirror practice", "1357")),
    Person("Pilar Quist", date(1955, 9, 9), 5.6, (Treatment(90, "esi", "L3-4", "middle", 1.4, 50),), (ACETAMINOPHEN, TIZANIDINE), LEG, diligence=0.97, keeps=0.9, exercises=("Walking, 10 minutes", "1234567")),
    Person("Wendel Orama", date(1990, 3, 30), 5.7, (Treatment(33, "esi", "L5-S1", "left", 2.1, 45),), (NAPROXEN, GABAPENTIN), LEG, silent=6),
    Person("Adaeze Thorne", date(1974, 12, 5), 4.6, (), (DULOXETINE, ACETAMINOPHEN), LUMBAR, drift=1.6, keeps=0.3),
    Person("Jorun Bask", date(1963, 6, 17), 6.3, (Treatment(12, "nerve-block", "knee", "left", 2.9, 2),), (NAPROXEN,), ("front-knee-l",), exercises=("Knee and thigh strength", "135"), mind=None),
    Person("Noor Castellane", date(1977, 1, 23), 5.3, (Treatment(75, "occipital-nerve-block", "", "both", 1.9, 60),), (NORTRIPTYLINE, IBUPROFEN), ("back-head-r", "back-head-l", "back-upper-neck"), drift=-0.8),
    Person("Ilse Marrow", date(1949, 8, 11), 6.8, (Treatment(120, "scs-trial", "T8-T9", "middle", 3.0, 6), Treatment(96, "scs-implant", "T8-T9", "middle", 3.4, 400)), (GABAPENTIN, OXYCODONE), LEG, keeps=0.6),
    Person("Teo Lindqvist", date(1995, 4, 4), 5.0, (), (ACETAMINOPHEN,), ("back-upper-back-l", "back-lower-neck"), diligence=0.45, exercises=("Posture breaks", "12345")),
    Person("Hana Verbeek", date(1971, 10, 28), 5.9, (Treatment(45, "si-joint-injection", "", "right", 2.2, 55),), (DULOXETINE, NAPROXEN), ("back-buttock-r", "front-hip-r"), diligence=0.8),
)  # fmt: skip
