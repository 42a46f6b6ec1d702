"""What a password of staff must be: long, and none that everybody tries first.

NIST SP 800-63B, 5.1.1.2: length and a list of known ones protect; rules of composition make people write `Password2026!`.
"""

import re

SHORTEST = 12
LONGEST = 200
_COMMON = frozenset(
    """password passwort contraseña contrasena letmein welcome bienvenido admin administrator administrador qwerty qwertz azerty asdf zxcvbn
    iloveyou teamo dragon monkey football baseball superman batman princess sunshine shadow master trustno secret changeme default login
    carelight hospital clinic clinica doctor nurse enfermera medical patient health salud medicine spring summer autumn winter january
    february march april june july august september october november december monday friday abc abcd abcdef test testing guest root
    starwars pokemon computer internet freedom whatever hello charlie jordan michael jennifer thomas passw0rd p@ssword p@ssw0rd
    qwertyuiop asdfghjkl zxcvbnm correcthorsebatterystaple thisisapassword mypassword password1 qwerty123""".split()
)
"""Stems of the passwords that are tried first (the heads of published lists), without their digits and marks."""
_ROWS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p")


def problem(password: str, login: str = "", name: str = "") -> str:
    """What is wrong with a password, in words for whoever chose it; empty where nothing is. It never repeats the password."""
    if len(password) < SHORTEST:
        return f"the password must have at least {SHORTEST} characters; a few words that only you would put together are good"
    if len(password) > LONGEST:
        return f"the password must have at most {LONGEST} characters"
    plain = password.lower()
    own = [part for part in re.split(r"\W+", f"{login} {name}".lower()) if len(part) > 2]
    if not _rest(plain, own):
        return "the password is little more than your name; choose words that nobody would guess"
    if not _rest(plain, _COMMON) or len(set(plain)) < 5 or _in_a_row(plain):
        return "the password is one of those that are tried first; choose words that nobody would guess"
    return ""


def _rest(plain: str, stems: "frozenset[str] | list[str]") -> str:
    """What is left of a password without its digits, its marks and those words, if that could not be guessed: four letters or more."""
    left = _stripped(plain)
    for stem in sorted(stems, key=len, reverse=True):
        left = left.replace(_stripped(stem), "")
    return left if len(left) > 3 else ""


def _in_a_row(plain: str) -> bool:
    """Whether it runs along the keyboard, the alphabet or the numbers, either way."""
    return any(plain in line for row in _ROWS for line in (row, row[::-1]))


def _stripped(text: str) -> str:
    """Letters alone; a text without any stays what it is."""
    return re.sub(r"[\W\d_]+", "", text) or text
