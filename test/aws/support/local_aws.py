"""Runs MiniStack with one thing that it lacks: a subscription filter that is one regular expression, `%…%`."""

import re

from ministack.app import main
from ministack.services import cloudwatch_logs

by_words = cloudwatch_logs._subscription_pattern_matches


def matches(pattern: str, message: str) -> bool:
    """As "Filter pattern syntax" in the CloudWatch Logs user guide has it."""
    if len(pattern) > 2 and pattern.startswith("%") and pattern.endswith("%"):
        return re.search(pattern[1:-1], message) is not None
    return by_words(pattern, message)


cloudwatch_logs._subscription_pattern_matches = matches
main()
