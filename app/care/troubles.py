"""What keeps the care team from being called, in words for the desk: a channel that fails silently is an alarm that never rings."""

from collections.abc import Sequence
from datetime import datetime

from app.desk_words import rough
from app.escalation.notifications import Notifications


def troubles_of(notifications: Notifications, at: datetime) -> Sequence[str]:
    """One sentence a trouble; RecordsError where the database fails."""
    if not notifications.channels_set():
        return ["No notification channel is set: nobody is called for a case who does not look at this page."]
    return [
        f"{trouble.channel} has taken no notices for {rough(at - trouble.since)} ({trouble.problem}): "
        f"{trouble.pending} are still tried, {trouble.given_up} were given up."
        for trouble in notifications.troubles()
    ]
