"""A report in, logging commands for Azure Pipelines out: issues of the task, and its result.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands

All open findings are written, worst first: the log shows all of them and the task counts them, but
its summary shows the first 10 errors and the first 10 warnings alone (`_maxIssueCount`):
https://github.com/microsoft/azure-pipelines-agent/blob/master/src/Agent.Worker/ExecutionContext.cs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.render.wording import caveat, shown, unexplained, verdict
from checker.report import Exit, Judged, Report, Severity, Status


def render(report: Report) -> Iterator[str]:
    """Yield an issue for each open finding, and that the task failed if the gate is closed."""
    if unexplained(report):
        yield _line("task.logissue", {"type": "error"}, verdict(report))
    for finding in report.findings:
        if finding.is_open:
            yield _issue(finding)
    if report.exit_code is not Exit.OK:
        yield _line("task.complete", {"result": "Failed"}, verdict(report))


def _issue(finding: Judged) -> str:
    """Return an issue; there are errors and warnings only."""
    error = finding.status is Status.ERROR or finding.severity >= Severity.HIGH
    properties = {
        "type": "error" if error else "warning",
        "sourcepath": shown(finding.file),
    }
    if location := finding.place.location:
        properties |= {"linenumber": str(location.line), "columnnumber": str(location.column)}
    properties["code"] = finding.rule
    return _line("task.logissue", properties, caveat(finding) + shown(finding.message))


def _line(name: str, properties: Mapping[str, str], message: str) -> str:
    """Return a command, escaped as Azure's own library does; the agent reads `%AZP25` as `%`.

    https://github.com/microsoft/azure-pipelines-task-lib/blob/master/node/taskcommand.ts
    """
    listed = "".join(f"{key}={_property(value)};" for key, value in properties.items())
    return f"##vso[{name} {listed}]{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace("]", "%5D").replace(";", "%3B")
