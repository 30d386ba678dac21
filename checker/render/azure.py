"""Renders a report as logging commands for Azure Pipelines.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands

All open findings are written, the worst first. The log shows all of them and the task counts them,
but the summary shows only the first 10 errors and the first 10 warnings (`_maxIssueCount`):
https://github.com/microsoft/azure-pipelines-agent/blob/master/src/Agent.Worker/ExecutionContext.cs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.render.wording import said, shown, unexplained, verdict
from checker.report import Exit, Judged, Report, Severity, Status


def render(report: Report) -> Iterator[str]:
    """Yield an issue for each open finding; if the exit code is not 0, set the task to failed."""
    if unexplained(report):
        yield _line("task.logissue", {"type": "error"}, verdict(report))
    for finding in report.findings:
        if finding.is_open:
            yield _issue(finding)
    if report.exit_code is not Exit.OK:
        yield _line("task.complete", {"result": "Failed"}, verdict(report))


def _issue(finding: Judged) -> str:
    """Return an issue, which can only be an error or a warning."""
    error = finding.status is Status.ERROR or finding.severity >= Severity.HIGH
    properties = {
        "type": "error" if error else "warning",
        "sourcepath": shown(finding.file),
    }
    if location := finding.place.location:
        properties |= {"linenumber": str(location.line), "columnnumber": str(location.column)}
    properties["code"] = finding.rule
    return _line("task.logissue", properties, said(finding))


def _line(name: str, properties: Mapping[str, str], message: str) -> str:
    """Return a command, escaped as by Azure's own library; the agent reads `%AZP25` as `%`.

    https://github.com/microsoft/azure-pipelines-task-lib/blob/master/node/taskcommand.ts
    """
    listed = "".join(f"{key}={_property(value)};" for key, value in properties.items())
    return f"##vso[{name} {listed}]{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace("]", "%5D").replace(";", "%3B")
