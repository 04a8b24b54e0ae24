"""English sentences on the record. A key says where it is used; `{}` is filled in order."""

TEXTS: dict[str, str] = {
    # Usage.
    "users_unnamed": "nothing says who used the app",
    "users_none": "nobody was active in 28 days",
    "stickiness": "{} user days in 28 d by {} users",
    "depth": "usage of {} by {} active users",
    "breadth": "{} of {} key features used",
    "features_unnamed": "the mapping names no key features",
    "seat_use": "{} of {} seats active",
    "seats_unknown": "no seats known",
    "quota_use": "{} of {} used",
    "quota_unnamed": "the mapping names no quota",
    "quota_no_limit": "no quota is known for its tier",
    "quota_untold": "nothing says yet how much is used",
    "quota_percent": "{} % of the quota used",
    "seat_percent": "{} % of the seats active",
    "mrr_unknown": "MRR is not known",
    "pays_nothing": "pays nothing now",
    "expansion_unknown": "neither quota nor seats in use are known",
    # Tickets.
    "tickets_opened": "{} tickets opened in 30 d",
    "tickets_per_seat": "{}, seats: {}; more per seat than {} % of its segment",
}
