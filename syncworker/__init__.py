"""syncworker puts a SaaS company's own numbers into HubSpot, and only what changed."""
