"""
Runs MiniStack with two things that it lacks: a subscription filter that is one regular expression, `%…%`, and
UpdateDomainName of API Gateway's older service.
"""

import json
import re

from ministack.app import main
from ministack.services import apigateway_v1, cloudwatch_logs

by_words = cloudwatch_logs._subscription_pattern_matches


def matches(pattern: str, message: str) -> bool:
    """As "Filter pattern syntax" in the CloudWatch Logs user guide has it."""
    if len(pattern) > 2 and pattern.startswith("%") and pattern.endswith("%"):
        return re.search(pattern[1:-1], message) is not None
    return by_words(pattern, message)


cloudwatch_logs._subscription_pattern_matches = matches

handle_without_update = apigateway_v1.handle_request


async def handle(method, path, headers, body, query_params):
    """`PATCH /domainnames/{name}` with `patchOperations`, answered with the domain name as it is then."""
    parts = path.strip("/").split("/")
    domain = apigateway_v1._domain_names.get(parts[1]) if len(parts) == 2 and parts[0] == "domainnames" else None
    if method == "PATCH" and domain is not None:
        apigateway_v1._apply_patch(domain, json.loads(body)["patchOperations"])
        return apigateway_v1._get_domain_name(parts[1])
    return await handle_without_update(method, path, headers, body, query_params)


apigateway_v1.handle_request = handle
main()
