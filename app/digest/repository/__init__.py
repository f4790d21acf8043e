"""SQL of the digest: subscriptions, deliveries, what was shown, the secret that links are signed with."""
