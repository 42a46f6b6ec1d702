"""What one process can bear, and who may use how much of it, so that nothing that takes long holds up a card."""

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from app.server.lanes import AnswerLane, Places
from app.server.limits import Limits
from app.server.metrics import ErrorCount, Metrics
from app.settings import Settings


class Capacity:
    """Each kind of work has a lane of its own, each guest and address a limit, and the numbers say how close they are."""

    settings: Settings

    @cached_property
    def screening_lane(self) -> ThreadPoolExecutor:
        """Threads of screen, case and card; nothing else may use them."""
        return ThreadPoolExecutor(8, thread_name_prefix="screening")

    @cached_property
    def screening_places(self) -> Places:
        """Who may be on that lane with how many messages: one guest must not hold up everybody's card."""
        return Places()

    @cached_property
    def answers(self) -> AnswerLane:
        """The lane of answers; when it is full, patients are asked to wait and screening is not touched."""
        chosen = self.settings
        return AnswerLane(chosen.answer_threads, chosen.answer_queue, chosen.answer_wait)

    @cached_property
    def team_lane(self) -> ThreadPoolExecutor:
        """Threads of what passes between patients and the care team; neither screening nor answers wait for it."""
        return ThreadPoolExecutor(2, thread_name_prefix="team")

    @cached_property
    def limits(self) -> Limits:
        """How often one guest or address may do what costs."""
        return Limits(self.settings)

    @cached_property
    def metrics(self) -> Metrics:
        """This process's numbers; errors are counted from now on."""
        made = Metrics()
        logging.getLogger().addHandler(ErrorCount(made))
        return made

    def close_lanes(self) -> None:
        """Let go of the threads; lanes that were never used are not made for that."""
        made = vars(self)
        for lane in ("screening_lane", "team_lane"):
            if lane in made:
                made[lane].shutdown(wait=False, cancel_futures=True)
        if "answers" in made:
            self.answers.shutdown()
