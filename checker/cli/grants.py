"""Tells whether policies grant any of some actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from checker.cli.handbook_options import SETTINGS
from checker.cli.question_options import answer, asks

if TYPE_CHECKING:
    from checker.run.questions import Question


@click.command(
    "grants",
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="""Exit codes: 0 no policy grants any of it; 1 a policy does; 2 something could not be
    read or decided, or is misspelt; 3 no policy was found that could grant it.""",
)
@click.option(
    "--action",
    "actions",
    multiple=True,
    metavar="ACTION",
    help="Action that no policy should grant, such as s3:DeleteBucket or 'iam:Create*'; may be "
    "repeated. [default: any action on the resources]",
)
@click.option(
    "--resource",
    "resources",
    multiple=True,
    metavar="ARN",
    help="Resource on which no policy should grant it, such as 'arn:aws:s3:::bucket/*' for any "
    "object of a bucket; may be repeated. [default: any resource]",
)
@asks
def command(actions: tuple[str, ...], resources: tuple[str, ...], **given: Any) -> int:
    """Show whether POLICIES grant an action, with a request as proof.

    POLICIES are AWS IAM policies: files, directories, or `-` (standard input). What is allowed
    under a condition is granted, and what a Deny refuses is not. It is the check
    CheckAccessNotGranted of IAM Access Analyzer, without AWS.
    """
    if not (actions or resources):
        raise click.UsageError("nothing is asked: name an --action, a --resource, or both")

    def question() -> Question:
        from checker.run.questions import grants  # noqa: PLC0415 - `--help` needs none of it

        return grants(actions, resources)

    return answer(question, given)
