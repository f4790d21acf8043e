"""`/manifest.webmanifest`: what a phone needs to put the site beside its apps."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.translations.translator import translator
from app.web.forms import language_of
from app.web.responses import asset_version
from app.web.sharing import ABOUT, NAME

router = APIRouter(include_in_schema=False)


@router.get("/manifest.webmanifest")
def manifest(request: Request) -> Response:
    """The name, the icons and the colours, in a language."""
    say = translator(language_of(request))
    version = f"?v={asset_version()}"
    drawn = [
        {
            "src": f"/static/icon-{size}.png{version}",
            "type": "image/png",
            "sizes": f"{size}x{size}",
            "purpose": "any maskable",
        }
        for size in (192, 512)
    ]
    body = orjson.dumps(
        {
            "id": "/",
            "name": NAME,
            "short_name": NAME,
            "description": say.gettext(ABOUT),
            "lang": say.language,
            "start_url": f"/?lang={say.language}",
            "scope": "/",
            "display": "standalone",
            "background_color": "#faf8f4",
            "theme_color": "#faf8f4",
            "icons": [
                {
                    "src": f"/static/icon.svg{version}",
                    "type": "image/svg+xml",
                    "sizes": "any",
                    "purpose": "any",
                },
                *drawn,
            ],
            "shortcuts": [{"name": say.gettext("This week"), "url": f"/week?lang={say.language}"}],
        }
    )
    headers = {"Cache-Control": "public, max-age=86400", "Vary": "Accept-Language"}
    return Response(body, media_type="application/manifest+json", headers=headers)
