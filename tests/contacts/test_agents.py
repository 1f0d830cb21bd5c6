"""Browsers, systems and devices, read from what browsers of today send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contacts.agents import Agent, read_agent

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "agent"),
    [
        (
            f"{WINDOWS} Chrome/141.0.0.0 Safari/537.36",
            Agent("Chrome", "141", "Windows", None, "desktop"),
        ),
        (
            f"{WINDOWS} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
            Agent("Edge", "141", "Windows", None, "desktop"),
        ),
        (
            f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0",
            Agent("Opera", "124", "Windows", None, "desktop"),
        ),
        (
            "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
            Agent("IE", "11", "Windows", "7", "desktop"),
        ),
        (
            f"{MAC} Version/18.6 Safari/605.1.15",
            Agent("Safari", "18.6", "macOS", None, "desktop"),
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0",
            Agent("Firefox", "143", "macOS", None, "desktop"),
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_6) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/13.1.2 Safari/605.1.15",
            Agent("Safari", "13.1.2", "macOS", "10.13.6", "desktop"),
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
            Agent("Firefox", "143", "Linux", None, "desktop"),
        ),
        (
            f"{LINUX} HeadlessChrome/141.0.0.0 Safari/537.36",
            Agent("HeadlessChrome", "141", "Linux", None, "desktop"),
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/141.0.0.0 Safari/537.36",
            Agent("Chrome", "141", "Chrome OS", None, "desktop"),
        ),
        (
            f"{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1",
            Agent("Safari", "18.6", "iOS", "18.6", "mobile"),
        ),
        (
            f"{IPHONE} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1",
            Agent("Chrome", "141.0.7390.41", "iOS", "18.6", "mobile"),
        ),
        (
            f"{IPHONE} FxiOS/143.0 Mobile/15E148 Safari/605.1.15",
            Agent("Firefox", "143", "iOS", "18.6", "mobile"),
        ),
        (
            f"{IPHONE} Version/18.0 EdgiOS/141.0.0.0 Mobile/15E148 Safari/604.1",
            Agent("Edge", "141", "iOS", "18.6", "mobile"),
        ),
        (
            f"{IPHONE} Mobile/15E148",
            Agent("Safari", None, "iOS", "18.6", "mobile"),
        ),
        (
            f"{IPAD} Version/16.6 Mobile/15E148 Safari/604.1",
            Agent("Safari", "16.6", "iOS", "16.7", "tablet"),
        ),
        (
            f"{ANDROID} Chrome/141.0.0.0 Mobile Safari/537.36",
            Agent("Chrome", "141", "Android", None, "mobile"),
        ),
        (
            f"{ANDROID} Chrome/141.0.0.0 Safari/537.36",
            Agent("Chrome", "141", "Android", None, "tablet"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A; wv) AppleWebKit/537.36 "
            "(KHTML, like Gecko) Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36",
            Agent("Chrome", "141", "Android", "14", "mobile"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) "
            "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            Agent("Samsung Internet", "28", "Android", "15", "mobile"),
        ),
        (
            "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
            Agent("Firefox", "143", "Android", "15", "mobile"),
        ),
        (
            "Mozilla/5.0 (Android 15; Tablet; rv:143.0) Gecko/143.0 Firefox/143.0",
            Agent("Firefox", "143", "Android", "15", "tablet"),
        ),
    ],
)
def test_browsers_of_people_are_read(user_agent: str, agent: Agent) -> None:
    assert read_agent(user_agent) == agent


@pytest.mark.parametrize(
    ("user_agent", "browser"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        (
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 "
            "(KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36 "
            "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Googlebot",
        ),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
            "+http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
            "bingbot",
        ),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
            "+https://openai.com/gptbot)",
            "GPTBot",
        ),
    ],
)
def test_bots_are_bots_though_they_name_a_phone(user_agent: str, browser: str) -> None:
    agent = read_agent(user_agent)
    assert (agent.browser, agent.device) == (browser, "bot")


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (compatible; some-crawler/1.0)",
        "Mozilla/5.0 (Linux; Android 7.0;) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 "
        "(compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.6 Mobile/15E148 Safari/604.1 (compatible; AdsBot-Google-Mobile; +http://www.google.com/bot.html)",
        "Scrapy/2.11 (+https://scrapy.org)",
        "Java/11.0.2",
    ],
)
def test_bots_of_every_kind_are_bots(user_agent: str) -> None:
    assert read_agent(user_agent).device == "bot"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            "Mozilla/5.0 (Linux; Android 9; Cubot X19) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36",
            "mobile",
        ),
        (
            "Mozilla/5.0 (Linux; Android 5.1.1; KFDOWI) AppleWebKit/537.36 Silk/80 Safari/537.36",
            "tablet",
        ),
        (f"{WINDOWS} Chrome/141.0.0.0 Safari/537.36 Robotics/1", "desktop"),
    ],
)
def test_whoever_only_sounds_like_a_bot_is_none(user_agent: str, device: str) -> None:
    assert read_agent(user_agent).device == device


@pytest.mark.parametrize(
    "user_agent", ["", "-", "garbage", "\x00\x01", "\ud800", "王伟" * 5_000, "((((" * 5_000]
)
def test_garbage_is_unknown(user_agent: str) -> None:
    assert read_agent(user_agent) == Agent(None, None, None, None, "unknown")


def test_programs_are_named_though_they_have_no_device() -> None:
    assert read_agent("curl/8.5.0") == Agent("curl", "8.5", None, None, "unknown")


def test_only_the_first_1024_characters_are_read() -> None:
    browser = f"{WINDOWS} Chrome/141.0.0.0 Safari/537.36"
    assert read_agent(browser + " " * 100_000 + "Edg/141.0.0.0").browser == "Chrome"
    assert read_agent(" " * 1_024 + browser).browser is None


@given(st.text())
def test_no_text_crashes(user_agent: str) -> None:
    assert read_agent(user_agent).device in {"desktop", "mobile", "tablet", "bot", "unknown"}
