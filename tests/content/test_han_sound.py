"""Chinese by its sound: what is spelt raises the rule it hides, and ordinary Chinese is left alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.content.han_sound import SoundRules
from bot.content.normalise import normalise
from bot.content.patterns import load_rules


@pytest.fixture(scope="module")
def rules(locales: Path) -> SoundRules:
    sections = load_rules(locales / "zh" / "red_flags.yml")
    return SoundRules(rule for of_section in sections.values() for rule in of_section)


@pytest.mark.parametrize(
    ("written", "flag"),
    [
        ("hz交给老板bg", "passport_retention"),
        ("到了hu zhao统一交gs保管", "passport_retention"),
        ("ㄏㄨˋㄓㄠˋ交給老闆保管", "passport_retention"),
        ("hu罩和身fen证交给lb保管", "passport_retention"),
        ("g资年底才jie清", "wages_withheld"),
        # Homophones that are unlikely Chinese.
        ("户罩统一宝管，到了工司就胶", "passport_retention"),
        ("透渡过去，友人带", "irregular_entry"),
        ("8签合同，工资日结", "no_contract"),
        ("护照5来保管", "passport_retention"),
    ],
)
def test_what_is_spelt_or_only_sounds_so_raises_its_rule(rules: SoundRules, written: str, flag: str) -> None:
    read = rules.read(normalise(written))
    assert read is not None
    matches = list(rules.find(read))
    assert flag in {match.rule.section for match in matches}
    assert all(0 <= match.start < match.end <= len(written) for match in matches)


@pytest.mark.parametrize(
    "written",
    [
        "招聘 HR 主管一名，熟练使用 Excel 和 Word",
        "C类驾照优先，A座三层面试",
        "GMAT 成绩不限，CRM 系统由公司培训",
        "每周休2天，出差5天4夜有补贴",
        "our bakery hires a friendly helper 有兴趣请联系",
        # Words that only sound like others.
        "负责施工现场管理，共进晚餐，男女同薪",
        "唔夹讲声就得，工钱即日转数快",
        "石家庄长安区石纺街保利花园",
        "周末超市促销员，一天160，有意的同学加微信cuxiao000报名",
        "科技园高新南七道6号数字技术园B2栋4C",
    ],
)
def test_ordinary_chinese_raises_nothing_by_its_sound(rules: SoundRules, written: str) -> None:
    read = rules.read(normalise(written))
    assert read is None or not list(rules.find(read))


@pytest.mark.parametrize("written", ["", "passport stays with us", "护照由本人保管", "паспорт"])
def test_a_text_that_spells_nothing_is_not_read_by_its_sound(rules: SoundRules, written: str) -> None:
    assert rules.read(normalise(written)) is None


@pytest.mark.parametrize("filler", ["hz给lb，", "护zhao ", "工1资", "ㄏㄨˋ照", "l.b ", "zhuangshuang好"])
def test_the_work_for_a_long_text_is_bounded(rules: SoundRules, filler: str) -> None:
    read = rules.read(normalise(filler))
    if read is not None:
        list(rules.find(read))
    begun = time.process_time()
    read = rules.read(normalise((filler * 20_000)[:20_000]))
    if read is not None:
        list(rules.find(read))
    assert time.process_time() - begun < 4
