"""`conformance replay`: a failure of an earlier run, once more."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from conformance.cli.planning import plan_of
from conformance.cli.report import load
from conformance.cli.root import checks_option, cli, contract_option, load_contract
from conformance.cli.target import target_options
from conformance.report.document import FAILED, Document
from conformance.run.plan import Plan
from conformance.run.verdict import ExitCode, Status

_MAKING = ("POST", "PUT", "PATCH")
_UNSAID: dict[str, Any] = {
    "without": (),
    "budget": None,
    "jobs": 1,
    "max_examples": None,
    "strict": False,
    "expect_file": None,
    "allow_stale": False,
}


@cli.command()
@click.argument("verdict_id", metavar="ID")
@target_options
@click.option(
    "--results",
    "file",
    type=click.Path(exists=True, path_type=Path),
    default="results.json",
    show_default=True,
    help="The results of the run that failed, or their folder.",
)
@click.option("--as-sent", is_flag=True, help="Sends just the requests that were recorded.")
@contract_option
@checks_option
def replay(verdict_id: str, file: Path, *, as_sent: bool, **options: Any) -> None:
    """Show whether ID, which failed in an earlier run, still fails.

    It makes the same check with the same seed, at the server of that run unless a URL is given, and removes
    what it makes. With --as-sent it sends the requests that the report shows, whatever they do, and compares
    the answers: where they name what the run has removed since, that tells nothing. What they make stays.

    \b
    Exit codes: 0 it no longer fails, 1 it does, 2 wrong usage, 3 it could not be tried.

    \b
    Example:
      conformance replay AP-CRE-006 --results out --key "$KEY"
    """  # noqa: D301  click takes the character itself
    document = load(file)
    then = _failed(document, verdict_id)
    plan = _plan(document, str(then["id"]), options)
    code = _send_again(plan, then) if as_sent else _check_again(plan, then)
    raise click.exceptions.Exit(code)


def _failed(document: Document, verdict_id: str) -> dict[str, Any]:
    from conformance.report.document import verdicts

    found = {verdict["id"].upper(): verdict for verdict in verdicts(document)}
    verdict = found.get(verdict_id.upper())
    if verdict is None or verdict["status"] not in FAILED:
        failed = [each["id"] for each in found.values() if each["status"] in FAILED]
        hint = f"These did: {', '.join(failed)}." if failed else "Nothing did."
        raise click.UsageError(f"{verdict_id} did not fail in that run. {hint}")
    return dict(verdict)


def _plan(document: Document, verdict_id: str, options: dict[str, Any]) -> Plan:
    held_to = document["contract"]
    if options["contract_file"] is None and load_contract(None).title != held_to["title"]:
        raise click.UsageError(
            f"That run was held to {held_to['title'] or held_to['file']}: give its contract with --contract "
            f"{held_to['file']}."
        )
    asked = {
        **_UNSAID,
        **options,
        "url": options["url"] or document["target"],
        "mode": "standard" if document["mode"] == "certify" else document["mode"],
        "profiles": ",".join(document["profiles"]["claimed"]) or None,
        "only": (verdict_id,),
        "exclude": tuple(document.get("excluded", ())),
        "seed": document["seed"],
        "label": document["label"],
    }
    plan, _ = plan_of(asked)
    if plan.contract.sha256 != document["contract"]["sha256"]:
        click.echo(
            "The contract is another one than that of the run; its clauses may say something else.", err=True
        )
    return replace(plan, optional=frozenset())


def _check_again(plan: Plan, then: dict[str, Any]) -> ExitCode:
    """Make the check once more, and tell then from now."""
    from conformance import runner

    results = runner.run_whole(plan)
    if results.obstacle is not None:
        click.echo(results.obstacle)
        return ExitCode.INCOMPLETE
    (now,) = results.as_dict()["derived" if results.verdicts[0].derived else "clauses"]
    click.echo(f"{then['id']}  {then['text']}\n")
    _tell("then", then)
    _tell("now", now)
    status = Status(now["status"])
    if status in (Status.FAIL, Status.WARN):
        click.echo("\nIt still fails.")
        return ExitCode.DOES_NOT_CONFORM
    if status is not Status.PASS:
        click.echo("\nIt could not be tried.")
        return ExitCode.INCOMPLETE
    click.echo("\nIt no longer fails.")
    return ExitCode.CONFORMS


def _tell(when: str, verdict: dict[str, Any]) -> None:
    click.echo(f"{when:<6}{verdict['status']}  {verdict['reason']}".rstrip())
    for finding in verdict["findings"]:
        click.echo(f"      expected   {finding['expected']}")
        click.echo(f"      came back  {finding['actual']}")
        for step in finding["steps"]:
            click.echo(f"      step       {step}")
        for exchange in finding["exchanges"]:
            click.echo(f"      request    {exchange['curl']}")
            response = exchange["response"]
            click.echo(f"      answer     {response['status']} {' '.join(response['body'].split())[:500]}")


def _send_again(plan: Plan, then: dict[str, Any]) -> ExitCode:
    """Send what was recorded, and compare the answers with what was wrong with those of then."""
    from conformance.run.replaying import NotRepeatable, compared, resend

    if not any(finding["exchanges"] for finding in then["findings"]):
        raise click.UsageError(_nothing_to_send(then))
    left = False
    code = ExitCode.CONFORMS
    for finding in then["findings"]:
        for exchange in finding["exchanges"]:
            try:
                now = resend(plan, exchange)
            except NotRepeatable as refusal:
                raise click.UsageError(f"{refusal} Replay it without --as-sent.") from refusal
            left |= exchange["request"]["method"] in _MAKING and now["status"] in range(200, 300)
            click.echo(exchange["curl"])
            for when, response in (("then", exchange["response"]), ("now", now)):
                click.echo(f"  {when:<4}  {response['status']} {' '.join(response['body'].split())[:500]}")
            # The last answer of a finding is the one that it is about; those before it led there.
            told, found = compared(finding["expected"], exchange["response"], now)
        click.echo(f"  {told}")
        code = found if code is not ExitCode.DOES_NOT_CONFORM else code
    if left:
        click.echo("What these requests made or changed stays. This removes what bears a name of the suite:")
        click.echo(f"  {_clean(plan)}")
    return code


def _nothing_to_send(then: dict[str, Any]) -> str:
    """Return why no recorded request can be sent."""
    if any(finding["curl"] for finding in then["findings"]):
        return (
            f"The report has the request of {then['id']} as a line for the shell alone, and what it names may"
            " be gone: paste that line, or replay it without --as-sent."
        )
    return f"The report shows no request of {then['id']}: replay it without --as-sent."


def _clean(plan: Plan) -> str:
    """Return the command that removes what runs left, however young it is."""
    contract = plan.contract
    if contract.is_own:
        return f"conformance clean {plan.target.root} --all"
    base = contract.servers[0]
    more = f" --base {shlex.quote(base or '/')}" if base != contract.stated_servers[0] else ""
    return f"conformance clean {plan.target.root} --all --contract {shlex.quote(str(contract.path))}{more}"
