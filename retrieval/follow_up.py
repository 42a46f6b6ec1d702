"""Whether a message goes on from the one before it, or is a matter of its own.

"and how long before I can drive?" means nothing alone; "my heel hurts in the morning" after a question about statins means
itself. What tells them apart is what each would find: a message of its own is far nearer to another article than to any
that the earlier message was about.
"""

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a message that has another before it."""

    ahead: float
    """By how much the message alone is nearer to its best article than to the nearest article of the earlier topic; cosines."""
    gain: float
    """By how much the two together are nearer to their best article than the message alone is to its own; cosines."""
    points_back: bool
    """Whether it has a word that stands for something said before: "it", "that one"."""
    goes_on: bool
    """Whether it opens as what goes on does: "and …", "what about …"."""
    names_other: bool
    """Whether it names an article that the earlier message does not."""
    words: int


@dataclass(frozen=True, slots=True)
class Weights:
    """A line in log-odds, fitted by `python -m benchmarks.fit_ranking`."""

    ahead: float = -3.91
    gain: float = 12.23
    points_back: float = 1.93
    goes_on: float = 1.89
    names_other: float = -1.27
    per_word: float = -0.33
    intercept: float = 3.23

    def is_follow_up(self, signs: Signs) -> bool:
        """Whether the message is more likely than not a follow-up."""
        weights = (self.ahead, self.gain, self.points_back, self.goes_on, self.names_other, self.per_word)
        weighed = sum(weight * float(value) for weight, value in zip(weights, astuple(signs), strict=True))
        return weighed + self.intercept > 0.0
