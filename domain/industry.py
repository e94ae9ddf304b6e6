"""Industries: the divisions of the Japan Standard Industrial Classification (rev. 14) and the
SME Basic Act's category each belongs to (facts 2-4).
"""

from __future__ import annotations

from domain.size import SizeCategory
from domain.texts import N_

UNKNOWN = "T"
INDUSTRIES: tuple[tuple[str, str], ...] = (
    ("E", N_("Manufacturing")),
    ("D", N_("Construction")),
    ("I", N_("Wholesale and retail")),
    ("G", N_("Information and communications")),
    ("H", N_("Transport and postal services")),
    ("M", N_("Accommodation, eating and drinking")),
    ("L", N_("Professional and technical services")),
    ("P", N_("Medical care and welfare")),
    ("N", N_("Living-related services and amusement")),
    ("O", N_("Education")),
    ("K", N_("Real estate and goods rental")),
    ("R", N_("Other services")),
    ("A", N_("Agriculture and forestry")),
    ("B", N_("Fisheries")),
    ("C", N_("Mining and quarrying")),
    ("F", N_("Electricity, gas, heat and water")),
    ("J", N_("Finance and insurance")),
    ("Q", N_("Compound services")),
    (UNKNOWN, N_("I don't know")),
)
"""Division letters in the order they are offered, the most frequent first."""

OFTEN, SELDOM = INDUSTRIES[:8], INDUSTRIES[8:]
"""What is offered at once, and what stands behind "another industry" (Q7)."""

_C = SizeCategory
BRANCHES: dict[str, tuple[tuple[str, str, SizeCategory], ...]] = {
    "E": (
        ("rubber", N_("Rubber products (not tyres, tubes or belts)"), _C.RUBBER),
        ("else", N_("Other manufacturing"), _C.MFG_OTHER),
    ),
    "I": (
        ("wholesale", N_("Wholesale"), _C.WHOLESALE),
        ("retail", N_("Retail"), _C.RETAIL),
    ),
    "G": (
        ("software", N_("Software and information processing"), _C.SOFTWARE),
        ("media", N_("Broadcasting, video, audio, advertising, other information"), _C.SERVICE),
        ("network", N_("Telecommunications, internet, publishing"), _C.MFG_OTHER),
    ),
    "M": (
        ("lodging", N_("Accommodation"), _C.RYOKAN),
        ("restaurant", N_("Restaurant"), _C.RETAIL),
        ("takeout", N_("Take-out and delivery"), _C.RETAIL),
    ),
    "K": (
        ("estate", N_("Real estate"), _C.MFG_OTHER),
        ("parking", N_("Parking"), _C.SERVICE),
        ("rental", N_("Goods rental"), _C.SERVICE),
    ),
    "N": (
        ("travel", N_("Travel agency"), _C.MFG_OTHER),
        ("else", N_("Other living-related services"), _C.SERVICE),
    ),
}
"""Only these six divisions need a second question: (code, name, category) each."""
_SERVICE = frozenset("LOPQR")


def size_category(industry: str, branch: str | None) -> SizeCategory | None:
    """Return the Act's category; None if the industry or a branch it needs is unknown.

    Raises KeyError for a code that is not offered.
    """
    if industry not in dict(INDUSTRIES):
        raise KeyError(industry)
    if industry == UNKNOWN:
        return None
    if industry in BRANCHES:
        return next((c for code, _, c in BRANCHES[industry] if code == branch), None)
    return SizeCategory.SERVICE if industry in _SERVICE else SizeCategory.MFG_OTHER
