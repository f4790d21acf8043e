"""Webhooks by https://www.standardwebhooks.com: what is new is posted to addresses that asked for it."""
