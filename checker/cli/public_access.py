"""Tells whether policies of resources give public access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from checker.cli.handbook_options import SETTINGS
from checker.cli.question_options import answer, asks

if TYPE_CHECKING:
    from checker.run.questions import Question


@click.command(
    "public",
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="""Exit codes: 0 no policy gives public access; 1 a policy does; 2 something could not be
    read or decided; 3 no policy of a resource was found.""",
)
@click.option(
    "--resource-type",
    metavar="TYPE",
    default="",
    help="Type of the resources, such as AWS::S3::Bucket: only access to it counts, and policies "
    "about anything else are skipped. [default: any type]",
)
@asks
def command(resource_type: str, **given: Any) -> int:
    """Show whether POLICIES of resources let strangers in, with a request as proof.

    POLICIES are policies of resources and roles: files, directories, or `-` (standard input).
    Identity policies are skipped, as they let nobody in. It is the check CheckNoPublicAccess of
    IAM Access Analyzer, without AWS.
    """

    def question() -> Question:
        from checker.run.questions import public  # noqa: PLC0415 - `--help` needs none of it

        return public(resource_type)

    return answer(question, given)
