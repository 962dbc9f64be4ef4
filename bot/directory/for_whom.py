"""For whom help is, from grammar and ages: «отпахал» is a man's word, "my 2 yr old and me" a family, 才十五 a child.

Beside the words of ``needs.yml`` (``serves_...``): what people do not say in so many words, but all the same tell.
Only what is plain counts: a wrong "men" would hide the shelters for women.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.content.normalise import normalise
from bot.content.written_forms import written_forms
from bot.directory.model import Group

#: Younger than this is a child; from this age on a child named with a parent is looked for on its own.
_ADULT, _ON_ITS_OWN = 18, 7
_AGES = re.compile(
    r"\b(?:i'?m|im|i am|he is|she is|he's|she's|is|aged?|girls?|boys?|daughter|son|niece|nephew|sister"
    r"|brother|kid|child)"
    r"[ ,(]{1,2}(?:(?:is|am|only|about|maybe|just|around|aged?|like) ){0,2}(\d{1,2})(?=[ ,.;)]|$)"
    r"(?! ?(?:%|euro|usd|months?|weeks?|days?|hours?|years? (?:in|at|here|ago)|h\b|am\b|pm\b|men|women"
    r"|people|of us|girls|boys|kids|persons))"
    r"|\b(\d{1,2})[ -]?(?:y/?o|yrs? old|years? old|year-old)\b"
    r"|\bлет (\d{1,2})\b|\b(\d{1,2})[- ]?летн\w+|\b(?:мне|ей|ему|дочк\w+|дочер\w+|сын\w*|девочк\w+"
    r"|мальчи\w+|брат\w*|сестр\w+|племянни\w+)"
    r" (?:всего |только |еще |щас |сейчас )?(\d{1,2})(?= (?:лет|год)|[ ,.]|$)(?! (?:месяц|недел|дн|час|евро|тыс))"
    r"|\bна (\d{1,2})(?: год\w*| г)? (?:съм|е|сме|са)\b|\b(?:съм|е) на (\d{1,2})\b(?! (?:месец|седмиц|дни"
    r"|дена|час|км))|\b(\d{1,2})[- ]?годиш\w+"
    r"|(?:我|她|他|才|刚|女儿|儿子|侄女|外甥|妹妹?|弟弟?|闺女|今年|也就|大概)(?:今年|才|刚|也就|满|大概|快)*(\d{1,2})(?:岁|[，。,]|$)|(\d{1,2})岁"
)
_HAN_AGES = re.compile(
    r"(?:才|刚满|今年|也就|大概|看着|不到|只有)(?:十([一二三四五六七])|十)(?:[一二三四五六七])?岁?|十(?:[一二三四五六七])岁|十[二三四五六][三四五六七]|(?:七八|八九|九十来)岁"
)
_MINOR = re.compile(
    r"^\W*(?:hi|hello|hey|привет|здравей\w*)?\W*1[0-7](?: ?(?:yo|f|m|y))?(?:,| and\b| лет| год| и\b)|"
    r"\b(?:minor|under ?age|under 18|not yet 18|still not 18|school ?(?:girl|boy))\b|несовершеннолет|школьни[кц]"
    r"|(?:нет|нету) (?:еще )?18|нямам 18|непълнолет|ученичк|未成年|还没(?:满)?18|没满18|不到18|初[一二三]|小学|高一"
)
_FAMILY = re.compile(
    r"\b(?:with|and) (?:my |our |the |a |her |two |three |2 |3 |small |little |\d+ )*(?:kids?|child"
    r"|children|baby|toddler|newborn|daughters?|sons?)\b"
    r"|\bmy \d{1,2} ?(?:yr|year|month)s?[ -]olds?\b"
    r"|\bс (?:мо\w+ |тремя |двумя |двумя-тремя |грудн\w+ |маленьк\w+ |мал\w+ |\d+ )*(?:детьми|ребен\w+"
    r"|дет\w+|дочк\w+|дочер\w+|сын(?:ом|ишкой)|малыш\w+|младен\w+|грудничк\w+|малым)\b"
    r"|\b(?:с|със|и) (?:мо\w+ |две\w* |дв\w+ |три |трите |малк\w+ |\d+ )*(?:дете\w*|деца\w*|бебе\w*"
    r"|дъщер\w+ ми|сина? ми)\b"
    r"|\b(?:бебето|малкото|детето ми) (?:е )?на \d"
    r"|(?:带着|抱着|领着|还有|和)[^，。]{0,4}(?:娃|孩子|小孩|宝宝|儿子|女儿)|(?:孩子|娃|宝宝)(?:才)?(?:[一二两三四五六]|\d)(?:岁|个月)"
)
_VIOLENT_HUSBAND = re.compile(
    r"\b(?:husb\w+d|my man)\b[^.!?]{0,40}\b(?:beat\w*|hit\w*|chok\w+|slap\w*|kick\w*|hand on me|hurt\w*"
    r"|punch\w*|lock\w*)\b"
    r"|\b(?:муж\w{0,2}|свекр\w+|сожител\w+)\b[^.!?]{0,50}\b(?:бь\w+|бил|избил\w*|избива\w+|душил\w*|душит"
    r"|ударил\w*|запира\w+|угрожа\w+)\b"
    r"|\b(?:мъж\w{0,3} ми|мъжа|съпругът?\w* ми|свекърва\w*)\b[^.!?]{0,40}\b(?:бие|би|преби\w*|млат\w*"
    r"|удря|души\w*|удари\w*|заключ\w*)"
    r"|(?:老公|丈夫|婆婆|婆家|公公)[^。]{0,12}(?:打我|打骂|掐|家暴|踹|扇)|嫁(?:到|来|去|过来)"
)
_WOMAN = re.compile(
    r"\b(?:filipina|latina|lesbian|pregnant|my (?:womb|period)|maid|housemaid|(?:house|work|call)? ?girl"
    r"|lady|madam is my)\b"
    r"|\b(?:беременн\w+|замуж(?:ем)?|лесбиянк\w+|гинеколог\w*|роди(?:ла|лась)|кормящ\w+|официантк\w+"
    r"|девушк\w+|подруг\w+|женск\w+)\b"
    r"|\b(?:бременн\w+|омъжена|лесбийка|гинеколог\w*|родих|сама жена|приятелката ми|сестра ми|дъщеря ми"
    r"|майка ми|жива няма|момиче съм)\b"
    r"|怀孕|怀了|例假|月经|妇科|大肚子|肚子大了|我是女|我女的|一个女|姐妹|妹妹"
)
_MAN = re.compile(
    r"\b(?:houseboy|seaman|fisherman|a man like me|am a man|we are men|\d+ (?:men|guys|males)|males?"
    r"|(?:two|three|four|five|six|seven) (?:\w+ )?(?:boys|men|guys))\b"
    r"|\b(?:моряк\w*|мужику|муж вернулся|пацан\w*|ребята с|сам(?: родом)? (?:из|с))\b"
    r"|\b(?:мъж съм|мъже|маже|двама|трима|четирима|моряк\w*|съпругът ми се върна|един \w+ец)\b"
    r"|我是男|我男的|一个男的|男的|我儿子|我弟|我哥|老公被|爸爸?被|小伙|兄弟|海员|船员|水手"
)
#: First-person verbs of Russian tell the sex: behind «я», or where nobody else is named before them in their clause.
_I_DID = re.compile(r"\bя\b(?:\s(?!и\b)\w+){0,3}?\s(\w{2,}[аеияыу]л(?:а|ась|ся)?|сам[аи]?|одн?а|один)\b")
_DID = re.compile(
    r"(?:^|[.!?,;:]\s*|\bи\s)(?:(?:а|но|и|не|уже|вот|еще|сейчас|щас|только|вчера|сегодня|недавно|там|тут|потом"
    r"|полгода|год|месяц|неделю"
    r"|\d+|дней|дня|месяц\w*|недел\w*|лет|год\w*|назад|как|за|тогда|сюда|туда|от|из|с)\s){0,4}"
    r"((?:отпаха|отработа|прорабо?та|работа|верну|приеха|прилете|устрои|попа|оста|сбежа|убежа|подписа"
    r"|потеря|родила?|вышл?|ушл?|пошл?|влез|согласи|застря|бежа|потеря"
    r"|повери|плати|заплати|реши|жила?|была?|поеха|уеха|застря|нанима|пахал?|отси[дж]е|упа|порезa?"
    r"|слома)(?:л|ла|лся|лась|а|ась)?)\b"
)
#: Who begins a clause so is whom it is about: "my brother is in Oman", not "because of my brother".
_HE = re.compile(
    r"(?:^|[.!?,;\n]\s*|\bhow (?:can|do|to) (?:i |we )?(?:get|bring|help|save)? ?)(?:my|our) (?:\w+ )?"
    r"(?:son|brother|father|dad|uncle|nephew|husband)\b"
    r"|(?:^|[.!?,;\n]\s*)(?:у |мо[йюе]\w* |наш\w* |двоюродн\w+ |младш\w+ |старш\w+ )*(?:сын|брат|брата"
    r"|отец|отца|зять|зятя|племянник\w*|дяд\w)\b"
    r"|(?:^|[.!?,;\n]\s*)(?:брат|синът|сина|баща|братовчед|чичо|зет) (?:ми|ни)\b"
)
#: Bulgarian participles beside "I am": заключена съм, заседнал съм, дошъл съм.
_I_AM = re.compile(
    r"\b(\w{3,}(?:ен|ан|ал|ял|ил|ъл|ена|ана|ала|яла|ила|ла|сам|сама))\s(?:съм|се)\b"
    r"|\bсъм (?:\w+ )?(\w{3,}(?:ена|ана|ала|яла|ила|ал|ял|ил|ъл))\b"
)
#: A man by his people: сириец съм, украинец съм.
_MALE_PEOPLE = re.compile(r"\b(\w{3,}(?:ец|анин|янин|чанин|инец))(?: съм\b|,|\.|$| из\b| от\b)")
_WE_WOMEN = re.compile(r"\bобе\b|\bмы (?:девочки|девушки|женщины)|\bдвете\b|\bние жените\b|我们(?:几个)?(?:女|姐妹)")
_FEMALE_PEOPLE = re.compile(
    r"\b(?:аз |я |съм |сама )?(\w{3,}(?:инка|янка|анка|ийка|енка|ачка|ичка|ечка|чанка|джичка|зстанка"
    r"|урчанка|йка|шка|мёнка|менка))"
    r"(?: съм|,| из| от|\.|$| с )"
)
_PEOPLE_STEMS = re.compile(
    r"(?:украин|молдав|молдов|узбе|таджи|киргиз|кыргыз|казаш|туркмен|росси|русск|болгар|българ|румын"
    r"|румън|албан|сърб|серб|сири|афган|армян|армен|грузин|азербайд"
    r"|филипин|вьетнам|виетнам|китая|тайк|тайланд|непал|индий|нигери|ромк|циган|македон|турк|косов"
    r"|беларус|белорус|поляч|поль|литов|латыш)"
)  # fmt: skip
_FEMALE_END, _MALE_END = ("ла", "лась"), ("л", "лся")


def groups_told(text: str) -> tuple[Group, ...]:
    """Groups a message tells without naming them: children, families, men or women; none where it is not plain.

    Args:
        text: what the person wrote, in any language or script.
    """
    found: dict[Group, None] = {}
    for _, read in written_forms(normalise(text)):
        for group in _groups(read.text):
            found[group] = None
    if "men" in found and "women" in found:
        # Two people are spoken of: who of them needs help the words do not say.
        del found["men"], found["women"]
    return tuple(found)


def _groups(text: str) -> Iterator[Group]:
    ages = [int(age) for match in _AGES.finditer(text) for age in match.groups() if age]
    minors = [age for age in ages if age < _ADULT]
    family = bool(_FAMILY.search(text)) and not any(age >= _ON_ITS_OWN for age in minors)
    if _MINOR.search(text) or _HAN_AGES.search(text) or (minors and not family):
        yield "children"
    if family:
        yield "families"
    if _VIOLENT_HUSBAND.search(text):
        yield "women"
        return
    said = [word for match in _I_AM.finditer(text) for word in match.groups() if word]
    if said:
        yield "women" if said[0].endswith("а") else "men"
    if any(_PEOPLE_STEMS.match(match.group(1)) for match in _MALE_PEOPLE.finditer(text)):
        yield "men"
    women = bool(_WOMAN.search(text) or _WE_WOMEN.search(text) or _told_by(text, female=True))
    men = bool(_MAN.search(text) or _HE.search(text) or _told_by(text, female=False))
    if women or _is_female_people(text):
        yield "women"
    if men:
        yield "men"


def _told_by(text: str, *, female: bool) -> bool:
    """Whether somebody speaks of themselves in a woman's or a man's form, in Russian."""
    said = [match.group(1) for match in _I_DID.finditer(text)] + [match.group(1) for match in _DID.finditer(text)]
    if female:
        return any(word.endswith(_FEMALE_END) or word in ("сама", "одна") for word in said)
    return any(word.endswith(_MALE_END) or word in ("сам", "один") for word in said)


def _is_female_people(text: str) -> bool:
    return any(_PEOPLE_STEMS.match(match.group(1)) for match in _FEMALE_PEOPLE.finditer(text))
