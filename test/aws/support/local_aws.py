"""
Runs MiniStack with what it lacks: filter patterns that are one regular expression, `%…%`, or ask one property of a JSON
line, `{ $.type = "…" }`; UpdateDomainName of API Gateway's older service; and in CloudFormation, saved queries of CloudWatch Logs, which nothing reads here, and alarms with
metric math, which look at the first of their metrics, or on a query of Metrics Insights, which look at the metric that it adds
up; and the account policies of CloudWatch Logs, of which there are none. A delivery that meets the ceiling of a function's concurrency
is tried again.
"""

import json
import re
import time

from ministack.app import main
from ministack.services import apigateway_v1, cloudwatch_logs, lambda_svc
from ministack.services.cloudformation import provisioners

by_words = cloudwatch_logs._subscription_pattern_matches


def matches(pattern: str, message: str) -> bool:
    """As "Filter pattern syntax" in the CloudWatch Logs user guide has it."""
    if len(pattern) > 2 and pattern.startswith("%") and pattern.endswith("%"):
        return re.search(pattern[1:-1], message) is not None
    equals = re.fullmatch(r'\{ \$\.(\w+) = "([^"]*)" \}', pattern)
    if equals:
        try:
            return json.loads(message).get(equals[1]) == equals[2]
        except (ValueError, AttributeError):
            return False
    return by_words(pattern, message)


cloudwatch_logs._subscription_pattern_matches = matches
# FilterLogEvents looks for each word of a quoted phrase with its own matcher, quotes and all.
cloudwatch_logs._compile_filter_pattern = lambda pattern: lambda message: not pattern or matches(pattern, message)

deliver_once = lambda_svc._execute_function_with_config_scope


def deliver(function, event):
    """Lambda keeps an asynchronous call that it throttles for six hours ("Asynchronous invocation" in the developer guide)."""
    for _ in range(600):
        result = deliver_once(function, event)
        if not result.get("throttle"):
            break
        time.sleep(0.2)
    return result


lambda_svc._execute_function_with_config_scope = deliver

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

logs_without_policies = cloudwatch_logs.handle_request


async def handle_logs(method, path, headers, body, query_params):
    if headers.get("x-amz-target", "").endswith(".DescribeAccountPolicies"):
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"accountPolicies": []}).encode()
    return await logs_without_policies(method, path, headers, body, query_params)


cloudwatch_logs.handle_request = handle_logs

provisioners._RESOURCE_HANDLERS["AWS::Logs::QueryDefinition"] = {
    "create": lambda logical_id, props, stack_name: (f"{stack_name}-{logical_id}", {}),
    "delete": lambda physical_id, props: None,
}

alarm_without_math = provisioners._cw_metric_alarm_record


def alarm(name, props):
    metrics = props.get("Metrics")
    if not metrics:
        return alarm_without_math(name, props)
    rest = {key: value for key, value in props.items() if key != "Metrics"}
    query = re.match(r"SELECT SUM\((\w+)\)", metrics[0].get("Expression", ""))
    if query:
        asked = {"Namespace": "AWS/Logs", "MetricName": query[1], "Period": 300, "Statistic": "Sum"}
        return alarm_without_math(name, {**rest, **asked})
    first = next(one["MetricStat"] for one in metrics if "MetricStat" in one)
    return alarm_without_math(name, {**rest, **first["Metric"], "Period": first["Period"], "Statistic": first["Stat"]})


provisioners._cw_metric_alarm_record = alarm
main()
