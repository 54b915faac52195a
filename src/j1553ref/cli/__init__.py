"""The command line: thin. Every answer comes from the library; here are only options, printing and the exit status."""

from __future__ import annotations

import os
import sys

import click

from j1553ref import facts, project
from j1553ref.cli import catalogue, check, convert, exercise, lookups
from j1553ref.cli.base import complain
from j1553ref.errors import J1553Error

__all__ = ["main"]


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"j1553ref {project.version()}, facts checked until {facts.checked_until().isoformat()}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
              help="Version, and the date up to which the facts were checked.")  # fmt: skip
def cli() -> None:
    """The executable reference for HCPCS J1553 (injection, immune globulin (yimmugo), 100 mg).

    It informs coding; it is no medical, legal or payment advice. Payer and contractor instructions govern.
    """


for _command in (
    check.check, convert.convert, lookups.units, lookups.infusion, lookups.ndc_, lookups.code, lookups.fact,
    catalogue.explain, catalogue.rules_, catalogue.schema, exercise.exercise,
):  # fmt: skip
    cli.add_command(_command)


def main() -> None:
    """Run a command; every error is one line on standard error."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        complain("interrupted")
        sys.exit(130)
    except click.ClickException as error:
        where = f" (see {error.ctx.command_path} --help)" if isinstance(error, click.UsageError) and error.ctx else ""
        complain(" ".join(error.format_message().split()) + where)
        sys.exit(2)
    except J1553Error as error:
        complain(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        complain("interrupted")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that the interpreter's last flush is silent
        sys.exit(1)
    except OSError as error:
        complain(f"cannot write: {error.strerror}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
