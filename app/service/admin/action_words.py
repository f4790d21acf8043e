"""The entries of the audit log as a person would say them."""

from __future__ import annotations

from typing import Final

from app.translations.catalogue import N_
from app.translations.translator import Translator

WORDS: Final = {
    "operator.log-in": N_("Logged in"),
    "operator.log-out": N_("Logged out"),
    "source.add": N_("Added a source"),
    "source.preview": N_("Previewed a source"),
    "source.pause": N_("Paused a source"),
    "source.resume": N_("Resumed a source"),
    "source.fetch": N_("Had a source read"),
    "source.remove": N_("Removed a source"),
    "source.rules": N_("Set what may be shown of a source"),
    "source.pause-all": N_("Paused every source"),
    "source.resume-all": N_("Resumed every source"),
    "suggestion.accept": N_("Accepted a suggestion"),
    "suggestion.decline": N_("Declined a suggestion"),
    "take-down.done": N_("Dealt with a request of an organiser"),
    "listing.remove": N_("Removed something for good"),
    "events.merge": N_("Merged events"),
    "events.unmerge": N_("Split an event"),
    "events.confirm": N_("Confirmed an event as one"),
    "events.hide": N_("Hid an event"),
    "events.unhide": N_("Showed an event again"),
    "events.topics": N_("Set the topics of an event"),
    "groups.merge": N_("Merged groups"),
    "groups.unmerge": N_("Split a group"),
    "groups.confirm": N_("Confirmed a group as one"),
    "groups.hide": N_("Hid a group"),
    "groups.unhide": N_("Showed a group again"),
    "groups.topics": N_("Set the topics of a group"),
    "digest.preview": N_("Previewed the digest of a subscriber"),
    "digest.resend": N_("Had a mail sent again"),
    "digest.bounce": N_("Reported a bounce"),
    "digest.import": N_("Imported subscriptions"),
    "digest.export": N_("Exported subscriptions"),
    "digest.adopt": N_("Let this database mail"),
    "embedder.enable": N_("Let a site show embeds"),
    "embedder.disable": N_("Stopped a site from showing embeds"),
    "key.add": N_("Made a key"),
    "key.revoke": N_("Revoked a key"),
    "backup.make": N_("Made a backup"),
}


def in_words(action: str, say: Translator) -> str:
    """What was done; an action that has no words as it is."""
    return say.gettext(WORDS[action]) if action in WORDS else action
