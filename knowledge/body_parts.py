"""The part of the body an article is about, told from its ICD-10 code: the chapters of the standard, in plain words.

WHO, International Classification of Diseases, 10th revision (https://icd.who.int/browse10/2019/en).
"""

import re

from knowledge.article import Article

BODY_PARTS: tuple[tuple[str, str], ...] = (
    ("Brain and nerves", "G00-G99 I60-I69 R25-R29 R40-R42 R47 R51 R55-R56 S06"),
    ("Mind and mood", "F00-F99 R44-R46 X60-X84"),
    ("Eyes", "H00-H59 S05"),
    ("Ears, nose, throat and mouth", "H60-H95 J00-J06 J30-J39 K00-K14 R04 R07.0 S03"),
    ("Heart and blood vessels", "I00-I59 I70-I99 R00-R03 R07"),
    ("Lungs and breathing", "J07-J29 J40-J99 R05-R06 R09 C33-C34 T17"),
    ("Stomach, bowel and liver", "K20-K93 R10-R19 B15-B19 C15-C26 A00-A09"),
    ("Kidneys, bladder and men's health", "N00-N53 R30-R39 C60-C68"),
    ("Women's health", "N60-N98 C50-C58 Z30"),
    ("Pregnancy and birth", "O00-O99 Z32-Z39"),
    ("Newborns and babies", "P00-P96 Q00-Q99"),
    ("Bones, joints and muscles", "M00-M99 S12-S99 T02 R29"),
    ("Skin, hair and nails", "L00-L99 B00-B09 B35-B36 B85-B89 C43-C44 R20-R23 T20-T32"),
    ("Hormones, diabetes and weight", "E00-E90"),
    ("Blood and cancer", "C00-C97 D00-D89"),
    ("Infections", "A00-A99 B00-B99 R50 U00-U99"),
    ("Injuries and poisoning", "S00-S99 T00-T98 W00-X59 Y00-Y98"),
    ("Whole body", "R00-R99 Z00-Z99"),
)
"""Parts in the order of a page with their ranges of codes; the first range that holds a code decides."""

_CODE = re.compile(r"([A-Z])(\d\d)")


def body_part(article: Article) -> str | None:
    """The part for the article's first ICD-10 code; None for one without (most medicines, tests and vaccines)."""
    codes = [code for code in article.codes.get("icd10", ()) if _CODE.match(code)]
    return _part(codes[0]) if codes else None


def _part(code: str) -> str | None:
    return next((name for name, ranges in BODY_PARTS if any(_within(code, span) for span in ranges.split())), None)


def _within(code: str, span: str) -> bool:
    first, _, last = span.partition("-")
    return first <= code[: len(first)] and code[:3] <= (last or code[:3]) and (bool(last) or code.startswith(first))
