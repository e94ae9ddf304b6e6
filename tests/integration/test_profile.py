"""What a stranger reads of the bot before pressing Start."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.application import publish_profile
from handlers.profile import (
    DESCRIPTION_LENGTH,
    SHORT_DESCRIPTION_LENGTH,
    description,
    short_description,
)

if TYPE_CHECKING:
    from tests.integration.conftest import Counter


async def test_the_official_name_the_telephone_and_what_is_never_asked_come_first(
    counter: Counter,
) -> None:
    await publish_profile(counter.application)
    office = counter.application.house.programme.office
    said = counter.wire.said_of_itself
    assert set(said) == {
        (kind, language) for kind in ("description", "short_description") for language in ("", "en")
    }
    for text in said.values():
        assert office.hub in text
        assert office.telephone in text
    for never in ("口座番号", "暗証番号", "マイナンバー"):
        assert never in said["description", ""]
    assert "My Number" in said["description", "en"]


async def test_what_stands_already_is_not_set_again(counter: Counter) -> None:
    await publish_profile(counter.application)
    assert counter.wire.settings_made == 4
    await publish_profile(counter.application)
    assert counter.wire.settings_made == 4


async def test_a_long_name_of_the_hub_still_fits(counter: Counter) -> None:
    house = counter.application.house
    office = house.programme.office.model_copy(update={"hub": "拠点" * 300})
    long = replace(house, programme=house.programme.model_copy(update={"office": office}))
    for translations in house.translations.values():
        assert len(description(long, translations)) == DESCRIPTION_LENGTH
        assert len(short_description(long, translations)) == SHORT_DESCRIPTION_LENGTH
