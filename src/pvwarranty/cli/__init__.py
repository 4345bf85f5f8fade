"""The command line. Each command lives in its own module and is imported only when called."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from pvwarranty import __version__
from pvwarranty.errors import PvWarrantyError, printable

app = App(
    name="pvwarranty",
    version=__version__,
    help="Verify solar and storage warranties from monitoring data.",
    result_action="return_value",
)
app.command("pvwarranty.cli.verify:verify", name="verify")
app.command("pvwarranty.cli.batch:batch", name="batch")
app.command("pvwarranty.cli.fleet:app", name="fleet")
app.command("pvwarranty.cli.bundle:app", name="bundle")
app.command("pvwarranty.cli.entitle:entitle", name="entitle")
app.command("pvwarranty.cli.terms:app", name="terms")
app.command("pvwarranty.cli.convert:convert", name="convert")
app.command("pvwarranty.cli.profiles:app", name="profiles")
app.command("pvwarranty.cli.echonet:app", name="echonet")
app.command("pvwarranty_api.command.serve:serve", name="serve")
app.command("pvwarranty_api.command.worker:worker", name="worker")
app.command("pvwarranty_api.command.admin:app", name="admin")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 part of a batch failed, 2 bad input or usage."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; problems go to standard error, one a line."""
    try:
        status = app(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        print(f"pvwarranty: {error} (see: pvwarranty --help)", file=sys.stderr)
        return 2
    except PvWarrantyError as error:
        for problem in error.problems:
            print(f"pvwarranty: {printable(str(problem))}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    return status if isinstance(status, int) else 0
