"""English sentences on the record. A key says where it is used; `{}` is filled in order."""

TEXTS: dict[str, str] = {
    "cac_recovered": "gross profit to date {} of a CAC of {} {}",
    "cac_not_computed": "the CAC of the portal was not computed",
    "cac_no_spend": "no spend is known of the last complete months",
    "cac_no_rate": "some spend is in a currency without a rate to the reporting currency",
    "cac_no_customers": "there was no new customer in the months of the spend",
    "cac_other_currency": "paid in {} as well, and the CAC is in {}",
}
