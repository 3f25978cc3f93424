"""Whose platform this is: the words, colours and contacts by which a city's site is known.

Invariant: nothing of one city stands outside its pack; pages, documents and files take what names the city from here.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from quanxin.policy.parts import Part, Text

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Words = Annotated[tuple[str, ...], Field(min_length=1)]
READABLE = 4.5  # WCAG 2.2, 1.4.3: text beside its ground
_CHANNELS = (1, 3, 5)
_WEIGHTS = (0.2126, 0.7152, 0.0722)
_LINEAR = 0.04045


class Colours(Part):
    """The city's own colours on light ground: of links and buttons, of dark bands, and two pale grounds."""

    accent: Colour
    deep: Colour
    pale: Colour
    mist: Colour


class Contact(Part):
    """Where the public turns to; what is not given is not shown."""

    telephone: str | None = None
    email: str | None = None
    address: Text | None = None
    hours: Text | None = None


class Site(Part):
    """What ``site.yaml`` says: ``title`` and ``name`` head every page, ``place`` is the city in running text.

    A child's file replaces its parent's whole; ``mark.svg`` beside it is the emblem. What a pack does not say is said
    without naming a city.
    """

    title: Text = Text(zh="公共信用", en="Public credit")
    name: Text = Text(zh="公共信用信息平台", en="Platform of public credit information")
    place: Text = Text(zh="本地", en="this place")
    slogan: Text = Text(zh="信立可查", en="Credit that can be looked up")
    lead: Text = Text(
        zh="查询企业、个体工商户、社会组织和机关事业单位依法公开的信用信息。每一条都写明谁提供、依据什么、公示到何时。",
        en="Look up what the law makes public about enterprises, sole traders, social organisations and public bodies. Each "
        "record says who provided it, on what basis, and until when it is shown.",
    )
    about: Text = Text(
        zh="平台把各部门依法作出的决定，归到它所说的那个主体名下，让任何人都能看清：这是谁说的，凭什么说，说到哪一天为止。",
        en="The platform puts what departments lawfully decided under the name of the subject that it speaks of, so that "
        "everybody sees who says it, on what ground, and until which day.",
    )
    publisher: Text | None = None
    contact: Contact = Contact()
    colours: Colours | None = None


class Sample(Part):
    """What ``sample.yaml`` says: what is named after the place in a sample city, so that it reads as a city of that place.

    Nothing in it decides anything; what a pack does not say is said in words that fit any city.
    """

    province: str = ""
    court_mark: str = "某01"  # how numbers of the city's courts begin: the province and the city
    document_mark: str = "样"  # how numbers of documents begin
    trade_characters: str = ""  # of trade names that are common here, beside those that are common everywhere
    roads: Words = ("人民路", "解放路", "建设路", "中山路", "和平路", "新华路", "工业路", "文化路", "滨河路", "学府路")
    quarters: Words = ("第一", "新区", "东城", "西城", "南城", "北城")
    societies: Words = ("地方文化研究会",)
    causes: Words = ("环境保护",)
    products: Words = ("样例大米", "样例红枣", "样例绿茶", "样例蜜桃")
    brands: Words = ("瑞芝堂", "聚丰园", "德馨斋", "同和楼", "永春号")


def contrast(one: str, other: str) -> float:
    """The ratio of the luminances of two colours ``#rrggbb``, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in _CHANNELS]
    linear = [p / 12.92 if p <= _LINEAR else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip(_WEIGHTS, linear, strict=True))
