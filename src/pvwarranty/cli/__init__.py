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
# texts stand here: to take them from the commands would import them all
COMMANDS = (
    ("verify", "pvwarranty.cli.verify:verify", "Judge a site: estimates, causes, verdicts."),
    ("batch", "pvwarranty.cli.batch:batch", "Judge every site of a fleet, here or on a cluster."),
    ("fleet", "pvwarranty.cli.fleet:app", "Pack a fleet; its deadlines and its summary."),
    ("entitle", "pvwarranty.cli.entitle:entitle", "What a maker's terms say of given facts."),
    ("terms", "pvwarranty.cli.terms:app", "The terms held as data: list, show, check."),
    ("convert", "pvwarranty.cli.convert:convert", "A maker's export into the canonical file."),
    ("profiles", "pvwarranty.cli.profiles:app", "The formats of exports: list, check."),
    ("echonet", "pvwarranty.cli.echonet:app", "Record ECHONET Lite devices and Web APIs."),
    ("bundle", "pvwarranty.cli.bundle:app", "Evidence bundles: check one, make a key."),
    ("serve", "pvwarranty_api.command.serve:serve", "Run the service: API and web pages."),
    ("worker", "pvwarranty_api.command.worker:worker", "Do the service's jobs on this machine."),
    ("admin", "pvwarranty_api.command.admin:app", "The service's users, store and backups."),
)
for order, (name, place, text) in enumerate(COMMANDS):
    app.command(place, name=name, help=text, sort_key=order)


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
