"""The headers that every answer of the API carries unless its route says otherwise. Pages have their own, stricter ones."""

from __future__ import annotations

from typing import Final

API_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), interest-cohort=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
# Only a site that is served encrypted may promise to stay so.
STRICT_TRANSPORT: Final = "max-age=63072000; includeSubDomains; preload"
