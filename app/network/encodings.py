"""The encoding of bytes that are not UTF-8: by the letters and words that come out of each. Pure."""

from __future__ import annotations

import codecs
import re
from typing import Final

# Those that contact files of the world come in; the first of equals wins.
_EASTERN: Final = ("cp932", "big5", "gb18030", "cp949")
_WESTERN: Final = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8-r")
_SAMPLE: Final = 20_000
# Of what a card may name as its charset; any other name is not looked up.
_NAMED: Final = frozenset(
    {
        "utf-8", "utf8", "iso-8859-1", "iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-15",
        "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
        "koi8-r", "koi8-u", "shift_jis", "shift-jis", "sjis", "x-sjis", "cp932", "ms932", "euc-jp", "iso-2022-jp", "big5", "big5-hkscs", "gb2312", "gbk",
        "gb18030", "euc-kr", "ks_c_5601-1987", "cp949", "us-ascii", "ascii", "latin1",
    }
)  # fmt: skip
_SAME: Final = {"x-sjis": "cp932", "sjis": "cp932", "shift_jis": "cp932", "shift-jis": "cp932", "ms932": "cp932", "ks_c_5601-1987": "cp949",
                "euc-kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin1": "cp1252",
                "us-ascii": "cp1252", "ascii": "cp1252"}  # fmt: skip
_KANA = re.compile(r"[\u3040-\u30ff]")
_HALF_KANA = re.compile(r"[\uff61-\uff9f]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# The commonest characters of names, firms and addresses, simplified and traditional: rare ones tell of a wrong guess.
_COMMON_HAN: Final = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭田董袁潘于蔣蒋蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鐘谭譚陆陸汪范石廖贾賈夏韦韋方白邹"
    "明国國华華文平志伟偉建玉秀英海军軍强強磊洋勇艳艷杰娟涛濤敏静靜丽麗芳娜霞红紅云雲春梅子小大中天美佳家豪怡君淑惠雅婷俊宏嘉慧"
    "公司有限集团團股份科技工程师師经經理总總监監部门門电電话話手机機邮郵件箱地址名称稱字姓职職位务務组組织織单單北京上海广廣州深圳市区區路号號台臺湾灣香港大学學医醫院银銀行"
    "山田中村川本佐藤鈴木高橋伊渡辺加吉口松井上野原太郎一二三次花子美恵株式会社部長課営業東京都県"
)
_CYRILLIC = re.compile(r"[а-яёіїєґ]")
_CYRILLIC_TOP = re.compile(r"[А-ЯЁІЇЄҐ]")
_GREEK = re.compile(r"[α-ώά-ώ]")
_HEBREW = re.compile(r"[א-ת]")
_ARABIC = re.compile(r"[ء-ي]")
_RUN = re.compile(rb"[\x80-\xff]{3,}")


def named_encoding(name: str) -> str | None:
    """What Python calls a charset that a card names; None for names that no card has."""
    known = name.strip(' "').casefold()
    if known not in _NAMED:
        return None
    return codecs.lookup(_SAME.get(known, known)).name


def guessed_encoding(data: bytes) -> str:
    """The likeliest encoding of bytes that are not UTF-8."""
    sample = data[:_SAMPLE]
    high = sum(byte >= 0x80 for byte in sample)
    in_runs = sum(map(len, _RUN.findall(sample)))
    best, most = "cp1252", 0.0
    for encoding in _EASTERN:
        score = _eastern(_decoded(sample, encoding))
        if score > most:
            best, most = encoding, score
    if most >= 0.5:
        return best
    # Accents stand alone among plain letters; whole words of them are another alphabet.
    if in_runs * 2 < high:
        return _latin(sample)
    scores = [(_alphabet(_decoded(sample, encoding)), -at, encoding) for at, encoding in enumerate(_WESTERN)]
    return max(scores)[2]


def _decoded(data: bytes, encoding: str) -> str:
    """The text, empty where the bytes cannot be of this encoding; a sequence cut at the end is no error."""
    for cut in range(4):
        try:
            return data[: len(data) - cut].decode(encoding)
        except UnicodeDecodeError as error:
            if error.end < len(data) - 4:
                return ""
    return ""


def _eastern(text: str) -> float:
    """The share of letters beyond ASCII that are kana, Hangul, or common Chinese characters."""
    letters = [char for char in text if char > "\x7f"]
    if not letters:
        return 0.0
    joined = "".join(letters)
    kana, hangul = len(_KANA.findall(joined)), len(_HANGUL.findall(joined))
    common = sum(char in _COMMON_HAN for char in letters)
    rare = len(_HAN.findall(joined)) - common
    half = len(_HALF_KANA.findall(joined))
    return (kana + hangul + common + 0.2 * rare - half) / len(letters)


def _alphabet(text: str) -> float:
    """The share of letters beyond ASCII that are of one alphabet, small letters more than capitals."""
    letters = [char for char in text if char > "\x7f"]
    if not letters:
        return 0.0
    joined = "".join(letters)
    small = len(_CYRILLIC.findall(joined)) - len(re.findall(r"(?<=[а-яё])[А-ЯЁ]", joined))
    return max(
        small + 0.5 * len(_CYRILLIC_TOP.findall(joined)),
        len(_GREEK.findall(joined)),
        len(_HEBREW.findall(joined)),
        len(_ARABIC.findall(joined)),
        0.4 * sum(char.isalpha() for char in letters),
    ) / len(letters)


_CENTRAL: Final = frozenset("ąćęłńśźżčďěňřšťůžőűăşţĄĆĘŁŃŚŹŻČĎĚŇŘŠŤŮŽŐŰ")
_TURKISH: Final = frozenset("ğışĞİŞ")


def _latin(data: bytes) -> str:
    """Western, Central European or Turkish, by what comes out where they differ."""
    western = data.decode("cp1252", "replace")
    strange = sum(char in "³¿¹œê¶£¥Ÿ¼¾ø»ðýþÐÝÞ" for char in western)
    central = sum(char in _CENTRAL for char in data.decode("cp1250", "replace"))
    turkish = sum(char in _TURKISH for char in data.decode("cp1254", "replace"))
    if strange and turkish >= max(strange, central):
        return "cp1254"
    return "cp1250" if strange and central >= strange else "cp1252"
