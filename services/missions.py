"""Work and mission on a case's needs sheet: what staff write, checked against whose case it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.errors import InvalidAnswer, StaleButton
from domain.fiscal_year import jst_date
from domain.mission import check_names, places_of
from domain.mission_form import FORM, KEY
from domain.needs_sheet import needs_sheet
from domain.questions import current_question
from services import cases, referrals
from services.drafts import open_for_staff
from services.drafts import opened as opened_form
from services.referrals import Written
from storage import audit, drafts
from storage import referrals as stored

if TYPE_CHECKING:
    from domain.drafts import Draft
    from domain.needs_sheet import SheetForm
    from services.drafts import Forms
    from services.occasion import Occasion
    from storage.database import Transaction


def ask(tx: Transaction, at: Occasion, forms: Forms, user_id: int, case_id: int) -> Draft:
    """Open the form of a case's mission. Raises NotPermitted, StaleButton."""
    cases.card(tx, case_id)
    return open_for_staff(tx, forms, user_id, FORM.name, at.now, case=case_id)


def submit(
    tx: Transaction, at: Occasion, forms: Forms, sheet: SheetForm, user_id: int, draft_id: int
) -> Written:
    """Put the mission of a finished form on the sheets of its case from now on; it is audited.

    One that would tell whose case it is is refused, and the form stays as it is. Raises
    NotPermitted, or StaleButton if there is no such finished form.
    """
    draft = opened_form(tx, forms, user_id, FORM.name)
    is_finished = current_question(FORM, draft.progress) is None
    if draft.id != draft_id or draft.case is None or not is_finished:
        raise StaleButton("")
    case = cases.card(tx, draft.case).consultation
    text = str(draft.progress.answers[KEY])
    plain = needs_sheet(sheet, case, jst_date(at.now), None)
    places = places_of(case.answers, at.programme.municipalities)
    reference = str(case.reference)
    try:
        check_names(text, case.answers, places, plain.text)
    except InvalidAnswer as error:
        audit.append(tx, user_id, AuditAction.MISSION_WRITE_REFUSED, reference, at.now)
        return Written(None, error)
    drafts.remove(tx, draft.id)
    stored.set_mission(tx, case.id, text, user_id, at.now)
    audit.append(tx, user_id, AuditAction.MISSION_WRITE, reference, at.now)
    return Written(referrals.opened(tx, user_id, case.id))
