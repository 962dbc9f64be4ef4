"""The red flags there are and how much one of them says by itself."""

from __future__ import annotations

from typing import Literal

Weight = Literal["low", "medium", "high", "critical"]

#: Flag -> weight. ``critical``: enough alone for a high level. The weights are the project's own judgement, informed by
#: the strong/medium/weak ratings of the ILO and European Commission's operational indicators of trafficking (2009),
#: https://www.ilo.org/sites/default/files/wcmsp5/groups/public/@ed_norm/@declaration/documents/publication/wcms_105023.pdf
FLAGS: dict[str, Weight] = {
    "upfront_fee": "high",
    "debt_for_travel": "high",
    "passport_retention": "critical",
    "id_copies_early": "medium",
    "bank_card_handover": "high",
    "no_contract": "high",
    "vague_job": "medium",
    "vague_employer": "medium",
    "unlicensed_recruiter": "medium",
    "unrealistic_pay": "high",
    "no_requirements": "medium",
    "urgency_pressure": "medium",
    "secrecy": "high",
    "travel_arranged": "low",
    "irregular_entry": "high",
    "third_country_transit": "medium",
    "accommodation_controlled": "low",
    "movement_restricted": "critical",
    "contact_only_messenger": "low",
    "intimate_photos": "high",
    "appearance_age": "medium",
    "sexual_services_hint": "high",
    "minors_targeted": "critical",
    "marriage_lure": "high",
    "scam_compound_region": "high",
    "online_scam_work": "high",
    "courier_drop": "critical",
    "military_lure": "high",
    "organ_surrogacy": "critical",
    "document_forgery": "high",
    "penalty_for_leaving": "high",
    "wages_withheld": "high",
    "unpaid_trial": "medium",
}
