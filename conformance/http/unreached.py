"""What is raised when nothing can be proved: no answer of use came, or the request may not be sent."""


class Unreached(Exception):
    """What is to be judged never came about, so that nothing is proved."""


class WouldWrite(Unreached):
    """It can be proved by changing something alone, and the run only reads."""
