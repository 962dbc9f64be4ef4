"""What people mostly need next after an answer; shown as buttons under it."""

from __future__ import annotations

NEXT_STEPS: dict[str, tuple[str, ...]] = {
    "ask_passport_taken": ("embassy_help", "ask_locked_in"),
    "ask_document_copies": ("check_employer", "save_evidence"),
    "ask_recruitment_fees": ("check_employer", "screen_offer"),
    "ask_debt_bondage": ("find_legal_help", "ask_threats"),
    "ask_unpaid_wages": ("find_legal_help", "save_evidence"),
    "ask_contract": ("find_legal_help", "screen_offer"),
    "ask_work_conditions": ("self_check", "ask_unpaid_wages"),
    "ask_locked_in": ("emergency_danger", "find_shelter"),
    "ask_threats": ("save_evidence", "find_shelter"),
    "ask_undocumented": ("find_legal_help", "ask_victim_rights"),
    "ask_police": ("ask_victim_rights", "find_legal_help"),
    "ask_victim_rights": ("find_legal_help", "find_recovery_help"),
    "ask_forced_crime": ("find_legal_help", "ask_police"),
    "ask_hotline_process": ("find_hotline", "ask_police"),
    "ask_shelter_process": ("find_shelter", "ask_hotline_process"),
    "ask_what_is_trafficking": ("self_check", "ask_warning_signs"),
    "ask_warning_signs": ("screen_offer", "check_employer"),
    "ask_safe_travel": ("check_employer", "screen_offer"),
    "ask_sextortion": ("save_evidence", "find_psychological_help"),
    "ask_grooming_loverboy": ("ask_sextortion", "find_psychological_help"),
    "ask_webcam_escort": ("screen_offer", "ask_grooming_loverboy"),
    "ask_forced_marriage": ("find_shelter", "find_legal_help"),
    "ask_scam_compound": ("embassy_help", "return_home"),
    "ask_military_lure": ("embassy_help", "find_legal_help"),
    "ask_organ_surrogacy": ("find_medical_help", "find_legal_help"),
    "express_distress": ("find_psychological_help", "emergency_suicide"),
    "check_employer": ("screen_offer", "ask_warning_signs"),
    "self_check": ("ask_victim_rights",),
    "save_evidence": ("report_recruiter", "find_legal_help"),
    "privacy_question": ("delete_my_data", "quick_exit"),
    "about_bot": ("privacy_question", "help_menu"),
}


def next_steps(intent: str) -> list[tuple[str, str, str | None]]:
    """Buttons of the next steps as the response generator takes them: label id, data, id that must exist."""
    return [(f"meaning.{step}", f"do:{step}", None) for step in NEXT_STEPS.get(intent, ())]
