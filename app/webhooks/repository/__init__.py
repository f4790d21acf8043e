"""SQL of webhooks: endpoints, and what is delivered to them."""
