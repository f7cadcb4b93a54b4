"""Knows passwords that are tried first: common words, runs over the keyboard, repetitions, and digits behind them."""

from __future__ import annotations

import unicodedata
from functools import cache

ENOUGH = (
    6  # letters that are left when everything common is taken away: with fewer the rest is quickly guessed
)
_RUN = 3  # characters

# What leaked passwords are made of, most common first, and what people at a call centre here would take.
_WORDS = """
password passwort passwd pass qwerty admin administrator welcome letmein login iloveyou loveyou ilove love monkey
dragon master sunshine princess football baseball cricket superman batman spiderman shadow michael jordan hunter
killer trustno trust secret whatever freedom computer internet server system windows google facebook instagram
whatsapp youtube yahoo gmail hotmail linkedin microsoft apple samsung nokia sony ericsson playstation minecraft
pokemon starwars starwar naruto counterstrike finalfantasy needforspeed residentevil mortalkombat devilmaycry
jamesbond michaeljackson justinbieber metallica nirvana liverpool chelsea arsenal barcelona manchester united
realmadrid summer winter spring autumn monday tuesday wednesday thursday friday saturday sunday january february
march april june july august september october november december charlie andrew daniel thomas robert jessica
jennifer ashley nicole anthony matthew joshua christopher alexander jonathan elizabeth victoria samantha benjamin
angel angels baby babygirl lovely flower butterfly chocolate cookie cheese banana orange purple yellow silver
golden diamond ginger pepper peanutbutter tigger tiger lion panther eagle falcon phoenix mustang ferrari porsche
mercedes corvette yamaha honda toyota hello hellohello helloworld goodbye goodmorning test testing tester temp
temporary default changeme change guest user username demo sample example public private office company business
support service customer sales marketing manager director callcenter callcentre contact lead leads gateway
leadgateway dialer elision vicidial asterisk agent telecaller console operator viewer database mysql oracle
postgres redis linux ubuntu debian root toor super superuser supervisor security access network wireless
india indian bharat hindustan mumbai delhi newdelhi bangalore bengaluru chennai kolkata hyderabad pune ahmedabad
jaipur lucknow ganesh ganesha krishna shiva shankar hanuman lakshmi saraswati jaihind jaimatadi omsairam sairam
saibaba vandemataram namaste rahul rohit amit sachin tendulkar dhoni kohli virat sharma kumar singh gupta patel
verma reddy priya pooja neha anjali deepak sandeep sanjay suresh ramesh mahesh rajesh rakesh vijay ajay jesus
christ jesuschrist blessed faith heaven ingodwetrust godisgood myfamily family mother father brother sister
mylove forever always nothing leavemealone whosyourdaddy punksnotdead iseedeadpeople thecakeisalie fuckyou
fucktheworld fuck bitch asshole pussy sexy correcthorsebatterystaple correcthorse batterystaple horsebattery
websolutions sanfrancisco newyork london paris abcdef abcabc asdf zxcv zaq xsw
"""
_LANES = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz",
    "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol",
)  # fmt: skip
_INSTEAD = str.maketrans("@4083157$!", "aaobeistsi")


def is_common(password: str) -> bool:
    """Whether little is left of it when everything that is tried first is taken away."""
    text = unicodedata.normalize("NFKC", password).casefold()
    return _is_cheap(text) or _is_cheap("".join(filter(str.isalnum, text)))


def _is_cheap(text: str) -> bool:
    # Two runs pushed into each other, as in q1w2e3r4t5y6, are looked at one by one.
    halves = [(text[::2], 0), (text[1::2], 1)]
    cheap = _cheap(text)
    for half, first in halves:
        for place in _in_runs(half, 5):
            cheap.add(first + 2 * place)
    left = [character for place, character in enumerate(text) if place not in cheap]
    return len(set(left)) < ENOUGH


def _cheap(text: str) -> set[int]:
    """The places of what is common: digits and signs, repetitions, runs, words."""
    found = {place for place, character in enumerate(text) if not character.isalpha()}
    found |= _in_runs(text, _RUN)
    for written in (text, text.translate(_INSTEAD)):
        for word in _words():
            start = written.find(word)
            while start >= 0:
                found.update(range(start, start + len(word)))
                start = written.find(word, start + 1)
    return found


def _in_runs(text: str, length: int) -> set[int]:
    """The places of at least `length` characters that follow one another on the keyboard, or are the same."""
    found: set[int] = set()
    for start in range(len(text) - length + 1):
        piece = text[start : start + length]
        if len(set(piece)) == 1 or piece in _runs(length):
            found.update(range(start, start + length))
    return found


@cache
def _runs(length: int) -> frozenset[str]:
    both = [each for lane in _LANES for each in (lane, lane[::-1])]
    return frozenset(lane[start : start + length] for lane in both for start in range(len(lane) - length + 1))


@cache
def _words() -> tuple[str, ...]:
    return tuple(_WORDS.split())
