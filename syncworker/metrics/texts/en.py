"""English sentences on the record. A key says where it is used; `{}` is filled in order."""

TEXTS: dict[str, str] = {
    "mrr.mode": "mode {}",
    "movement.none": "unchanged since {}",
    "movement.changed": "{} since {}",
    "movement.new": "new",
    "movement.expansion": "more",
    "movement.contraction": "less",
    "movement.churn": "lost",
    "movement.reactivation": "came back",
    "movement.unknown": "MRR is not known",
    "renewal.none": "no renewal known",
    "renewal.date": "renewal {}",
    "churn.reason": "the billing system says {}",
    "churn.feedback": "the customer chose {}",
    "churn.none": "no reason is given",
    "churn.not": "not cancelled",
}
