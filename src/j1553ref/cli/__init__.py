"""The command line: thin. Every answer comes from the library; here are only options, printing and the exit status."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections import UserDict
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import click

from j1553ref import facts, project
from j1553ref.cli.base import colored, complain
from j1553ref.errors import J1553Error, unexpected

__all__ = ["main"]


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"j1553ref {project.version()}, facts checked until {facts.checked_until().isoformat()}")
        context.exit()


class _Ended(BaseException):
    """SIGTERM or SIGHUP came: what is at hand is cleaned up on the way out."""


def _end(number: int, _: object) -> NoReturn:
    raise _Ended(number)


def _heed_signals() -> None:
    """Have SIGTERM and SIGHUP clean up as Ctrl-C does; one that is ignored (nohup) stays ignored."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _end)


class _ReaderLeft(Exception):  # noqa: N818 - no error: whoever read standard output has seen enough
    """Standard output is a pipe that was closed at its other end."""


def _given(_: click.Context, option: click.Parameter, value: Any) -> Any:
    """The value of an option; an empty one mostly comes from a variable that is not set, and is refused."""
    if value == "" or (isinstance(value, tuple) and "" in value):
        raise click.UsageError(f"{option.opts[0]} has an empty value: give one, or leave the option out")
    return value


class _Lazy(UserDict[str, Any]):
    """Commands by name, held as module and attribute: a module is loaded when one of its commands is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        """The command."""
        module, _, attribute = self.data[name].partition(":")
        command: click.Command = getattr(import_module(f"j1553ref.cli.{module}"), attribute)
        for option in command.params:
            if isinstance(option, click.Option):
                option.callback = _given
        return command


_COMMANDS = _Lazy(
    check="check:check",
    convert="convert:convert",
    units="lookups:units",
    infusion="lookups:infusion",
    ndc="lookups:ndc_",
    code="lookups:code",
    fact="lookups:fact",
    explain="catalogue:explain",
    rules="catalogue:rules_",
    schema="catalogue:schema",
    exercise="exercise:exercise",
)


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click would exit with 1 where the reader has left, and 1 says that there was a finding."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _ReaderLeft from None


@click.group(
    cls=_Commands, commands=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Version, and the date up to which the facts were checked.",
)
def cli() -> None:
    """The executable reference for HCPCS J1553 (injection, immune globulin (yimmugo), 100 mg).

    It informs coding; it is no medical, legal or payment advice. Payer and contractor instructions govern.
    """


def main() -> None:
    """Run a command; every error is one line on standard error, and a reader that has left is no error to tell of."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the encoding lacks is no reason to stop
    _heed_signals()
    try:
        cli.main(standalone_mode=False, color=colored())
    except (click.exceptions.Abort, KeyboardInterrupt):
        _leave(130, "interrupted")
    except _Ended as ended:
        _leave(128 + ended.args[0], "ended by a signal: what follows was not done")
    except click.ClickException as error:
        where = f" (see {error.ctx.command_path} --help)" if isinstance(error, click.UsageError) and error.ctx else ""
        _leave(2, " ".join(error.format_message().split()) + where)
    except J1553Error as error:
        _leave(2, str(error))
    except MemoryError as error:
        _leave(2, unexpected(error))
    except _ReaderLeft:
        _leave(141)  # as a shell counts a program that SIGPIPE ended: neither a pass nor a finding
    except OSError as error:
        _leave(2, f"cannot write: {error.strerror}")


def _leave(status: int, message: str = "") -> NoReturn:
    if message:
        complain(message)
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that the interpreter's last flush is silent
    sys.exit(status)
