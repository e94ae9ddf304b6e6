"""The default cast: fictional owners, staff and their channel, under ids that never change.

Names are invented, family name first as the chats then show them, and the telephone numbers are
placeholders: nothing here is ever dialled.
"""

from __future__ import annotations

from bot.sandbox.people import Bot, Person

TOKEN = "7700000001:AASandboxSandboxSandboxSandboxSandb"  # noqa: S105 # opens nothing but this sandbox

BOT = Bot(id=7_700_000_001, first_name="見本 窓口ボット", username="mihon_madoguchi_bot")

OWNER_METAL = Person(
    id=5_100_000_001,
    first_name="見本",
    last_name="一郎",
    username="mihon_seisakusho",
    label="owner",
    phone="+819012345601",
)
OWNER_SWEETS = Person(
    id=5_100_000_002, first_name="例示", last_name="さくら", label="owner", phone="+819012345602"
)
OWNER_LOGISTICS = Person(
    id=5_100_000_003,
    first_name="仮名",
    last_name="健太",
    username="kamei_butsuryu",
    label="owner",
    phone="+819012345603",
)
STAFF = Person(
    id=5_200_000_001,
    first_name="窓口",
    last_name="花子",
    username="mihon_tanto",
    label="staff",
    phone="+819012345611",
)
MANAGER = Person(
    id=5_300_000_001,
    first_name="計画",
    last_name="誠",
    username="mihon_kanri",
    label="admin",
    phone="+819012345621",
)

OWNERS = (OWNER_METAL, OWNER_SWEETS, OWNER_LOGISTICS)
PEOPLE = (*OWNERS, STAFF, MANAGER)

STAFF_CHAT_ID = -1_002_100_000_001
STAFF_CHAT_TITLE = "【見本】窓口スタッフ"
