"""Ways to tell people: a Slack-compatible webhook, a webhook of one's own, mail."""
