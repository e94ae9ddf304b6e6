"""The chapters of the story in their order."""

from __future__ import annotations

from tests.integration.story import (
    a_case_goes_its_way,
    a_company_adds_to_its_case_and_has_another,
    a_meeting_is_held_and_another_is_over,
    a_member_leaves,
    a_telephone_call_is_logged,
    an_owner_goes_astray_in_the_form,
    cases_are_taken,
    days_go_by,
    owner_and_staff_write_to_each_other,
    owners_book,
    owners_send_their_forms,
    partners_are_registered,
    persons_are_found,
    somebody_asks_to_be_called,
    staff_look_around,
    staff_move_and_cancel_meetings,
    the_staff_come_together,
)
from tests.integration.story_referrals import (
    a_case_is_referred,
    agencies_are_registered,
    an_owner_decides_with_whom_to_share,
)

CHAPTERS = (
    the_staff_come_together,
    owners_send_their_forms,
    cases_are_taken,
    an_owner_goes_astray_in_the_form,
    somebody_asks_to_be_called,
    a_company_adds_to_its_case_and_has_another,
    a_case_goes_its_way,
    owners_book,
    staff_move_and_cancel_meetings,
    agencies_are_registered,
    an_owner_decides_with_whom_to_share,
    a_case_is_referred,
    persons_are_found,
    staff_look_around,
    partners_are_registered,
    a_telephone_call_is_logged,
    owner_and_staff_write_to_each_other,
    a_member_leaves,
    a_meeting_is_held_and_another_is_over,
    days_go_by,
)
