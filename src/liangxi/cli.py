"""The command line: each command is a thin call into the house. `liangxi COMMAND --help` teaches by example."""

import argparse
import json
import os
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from liangxi import __version__, cli_processes
from liangxi.kit.errors import HouseError

Command = Callable[[argparse.Namespace], int]

OVERVIEW = """\
The digital government of a city, as one platform.

first steps
  liangxi run               the whole city at one local address; Ctrl-C stops it
  liangxi demo --scale 10   a larger sample city
  liangxi audit verify      prove that nobody changed the audit trail

Settings come from the environment (LIANGXI_PORT, LIANGXI_HOME, LIANGXI_DATABASE_URL ...):
docs/operators/settings.md lists them all."""


def say(text: str) -> None:
    """One line to the person who waits."""
    print(text, flush=True)


def run(options: argparse.Namespace) -> int:
    from liangxi.site import config, supervisor

    return supervisor.run(config.read(), say, sample=not options.no_sample)


def prepare(options: argparse.Namespace) -> int:
    from liangxi.site import config

    def work() -> int:
        from liangxi.site import preparing

        preparing.prepare(config.read(), say, sample=not options.no_sample)
        return 0

    return _with_database(work)


def load(options: argparse.Namespace) -> int:
    from liangxi.site import checks, config

    root = Path(options.profile).absolute() if options.profile else config.read().city_root
    if options.check:
        _setup()
        faults = checks.run_onethings(root, say=say)
        say(f"{root}: {faults} faults" if faults else f"{root}: no faults")
        return 1 if faults else 0

    def work() -> int:
        from liangxi.site import loading

        say(str(loading.load(root)))
        return 0

    return _with_database(work)


def package(options: argparse.Namespace) -> int:
    from liangxi.site import packaging

    if options.task == "import-dmn":
        _setup()
        return packaging.import_dmn(Path(options.file), options.package and Path(options.package), say)
    return _with_database(lambda: packaging.run(options, say))


def demo(options: argparse.Namespace) -> int:
    def work() -> int:
        from liangxi.site import config, preparing, sample

        preparing.prepare(config.read(), say, sample=False)
        say(sample.make(seed=options.seed, scale=options.scale, say=say))
        return 0

    return _with_database(work)


def check(options: argparse.Namespace) -> int:
    from liangxi.site import checks

    return 1 if checks.run(options.names, say=say) else 0


def audit(options: argparse.Namespace) -> int:
    def work() -> int:
        from liangxi.site import auditing

        code: int = auditing.verify(say) if options.task == "verify" else auditing.export(Path(options.folder), say)
        return code

    return _with_database(work)


def lake(options: argparse.Namespace) -> int:
    def work() -> int:
        from liangxi.site import lake_keeping

        tasks: dict[str, Callable[[], int]] = {
            "tables": lambda: lake_keeping.tables(say),
            "compact": lambda: lake_keeping.compact(say, options.table),
            "sweep": lambda: lake_keeping.sweep(say, options.keep),
            "verify": lambda: lake_keeping.verify(say),
        }
        return tasks[options.task]()

    return _with_database(work)


def bench(options: argparse.Namespace) -> int:
    from liangxi.site import bench as benches

    report = benches.measure(options.name, quick=options.quick)
    say(json.dumps(report, ensure_ascii=False) if options.json else benches.table(report))
    return 0


def manage(options: argparse.Namespace) -> int:
    def work() -> int:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["liangxi manage", *options.arguments])
        return 0

    return _with_database(work)


def parser() -> argparse.ArgumentParser:
    """Every command with what it does and examples."""
    top = argparse.ArgumentParser(prog="liangxi", description=OVERVIEW, formatter_class=_Plain)
    top.add_argument("--version", action="version", version=f"liangxi {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", title="commands")
    _add_running(commands)
    _add_content(commands)
    _add_proving(commands)
    return top


def _add_running(commands: Any) -> None:
    one = _command(
        commands,
        "run",
        run,
        "database, web and worker at one local address, watched until Ctrl-C",
        """
        liangxi run                         http://127.0.0.1:8000, data in ./var
        LIANGXI_PORT=8080 liangxi run       another port
        LIANGXI_HOME=/srv/wuxi liangxi run  another place for the data""",
    )
    one.add_argument("--no-sample", action="store_true", help="do not make the sample city in an empty database")
    one = _command(
        commands,
        "prepare",
        prepare,
        "make or update the tables, load the profile, make the sample city when there are no persons",
        """
        liangxi prepare --no-sample         before `liangxi serve` in a deployment, and after each upgrade""",
    )
    one.add_argument("--no-sample", action="store_true", help="no sample city")
    cli_processes.add_to(commands, _command)
    one = _command(
        commands,
        "manage",
        manage,
        "Django's own commands, on the database of this home",
        """
        liangxi manage migrate --plan       what an upgrade would change
        liangxi manage dbshell              SQL by hand""",
    )
    one.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on as they are")


def _add_content(commands: Any) -> None:
    one = _command(
        commands,
        "load",
        load,
        "load a city's profile, or only check it",
        """
        liangxi load                        the profile of LIANGXI_CITY; again changes nothing
        liangxi load --check                file, line and reason of every fault; needs no database
        liangxi load --check ../cities/changzhou""",
    )
    one.add_argument("profile", nargs="?", help="the folder of a profile (that of LIANGXI_CITY)")
    one.add_argument("--check", action="store_true", help="only check")
    _add_packages(commands)
    one = _command(
        commands,
        "demo",
        demo,
        "make the sample city: persons, households, firms; generated, nobody in it is real",
        """
        liangxi demo                        7,500 persons, always the same
        liangxi demo --scale 1000           the full city: 7.5 million persons, 1 million firms
        liangxi demo --seed 7               other persons""",
    )
    one.add_argument("--seed", type=int, default=1, help="another number makes another city (1)")
    one.add_argument("--scale", type=float, default=1.0, help="thousandths of the real city (1)")


def _add_packages(commands: Any) -> None:
    one = _command(
        commands,
        "package",
        package,
        "one-thing packages as YAML, as BPMN 2.0 diagrams, and decision tables (DMN) as their conditions",
        """
        liangxi package list                           every version, and which is in force
        liangxi package export restaurant --to ./out   YAML that `liangxi load` takes without difference
        liangxi package bpmn restaurant --to restaurant.bpmn
        liangxi package bpmn restaurant --answers scale=500 fire_commitment=false sign=true tobacco=false
        liangxi package import-dmn table.dmn           the conditions that a decision table means
        liangxi package import-dmn table.dmn --package onethings/restaurant.yaml
                                                       writes them into the matters that its outputs name""",
    )
    tasks = one.add_subparsers(dest="task", required=True, metavar="TASK")
    tasks.add_parser("list", help="every version of every package")
    export = tasks.add_parser("export", help="write a version as onethings/<id>.yaml and matters/<id>.yaml")
    bpmn = tasks.add_parser("bpmn", help="write a version as a BPMN 2.0 diagram with its layout")
    for task in (export, bpmn):
        task.add_argument("package", help="the id of a package")
        task.add_argument("--version", default="", help="a version (the one in force)")
    export.add_argument("--to", default=".", help="the folder (this one)")
    bpmn.add_argument("--to", default="", help="the file (standard output)")
    bpmn.add_argument("--answers", nargs="*", default=None, metavar="QUESTION=ANSWER", help="of one situation alone")
    table = tasks.add_parser("import-dmn", help="decision tables (DMN 1.x; U, F, A, C) as conditions; no database")
    table.add_argument("file", help="a .dmn file")
    table.add_argument("--package", default="", help="the package's YAML whose matters get the conditions")


def _add_proving(commands: Any) -> None:
    one = _command(
        commands,
        "check",
        check,
        "the laws of the house: types, doors, habits, names, events, routes",
        """
        liangxi check                       all
        liangxi check doors house           some
        liangxi check onethings             faults of the packages by file and line, or what each saves""",
    )
    one.add_argument("names", nargs="*", metavar="NAME", help="which checks (all)")
    one = _command(
        commands,
        "audit",
        audit,
        "prove the audit trail, or write it out for another verifier",
        """
        liangxi audit verify                names the first bad record, if any
        liangxi audit export /srv/audit     records, checkpoints and keys as files""",
    )
    tasks = one.add_subparsers(dest="task", required=True, metavar="TASK")
    tasks.add_parser("verify", help="recompute every tree and signature")
    tasks.add_parser("export", help="write the trail into a folder").add_argument("folder")
    _add_lake(commands)
    one = _command(
        commands,
        "bench",
        bench,
        "measure, against a peer where there is one, in a database of its own",
        """
        liangxi bench cases                 the whole measurement
        liangxi bench cases --quick --json  under 50 s, for a program to read""",
    )
    one.add_argument("name", metavar="NAME")
    one.add_argument("--quick", action="store_true", help="smaller numbers, under 50 s")
    one.add_argument("--json", action="store_true", help="one JSON object")


def _add_lake(commands: Any) -> None:
    one = _command(
        commands,
        "lake",
        lake,
        "the bulky tables: list, merge corrections, remove what nothing needs, prove the files",
        """
        liangxi lake tables                 rows, size, version, corrections that wait
        liangxi lake compact residents      merge them now; the worker does it every minute
        liangxi lake sweep --keep 5         keep five versions of each table
        liangxi lake verify                 recompute the hash of every file""",
    )
    tasks = one.add_subparsers(dest="task", required=True, metavar="TASK")
    tasks.add_parser("tables", help="list the tables")
    tasks.add_parser("compact", help="merge waiting corrections").add_argument("table", nargs="?")
    tasks.add_parser("sweep", help="remove what nothing needs").add_argument(
        "--keep", type=int, help="versions to keep"
    )
    tasks.add_parser("verify", help="prove every file")


class _Plain(argparse.RawDescriptionHelpFormatter):
    """Leaves our line breaks alone."""


def _command(commands: Any, name: str, work: Command, about: str, examples: str) -> argparse.ArgumentParser:
    epilog = "examples\n" + textwrap.indent(textwrap.dedent(examples).strip(), "  ")
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=about[0].upper() + about[1:] + ".", epilog=epilog, formatter_class=_Plain
    )
    made.set_defaults(work=work)
    return made


def _setup() -> None:
    import django

    django.setup()


def _with_database(work: Callable[[], int]) -> int:
    from liangxi.site import config, database

    with database.running(config.read()):
        _setup()
        return work()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit code: 0 done, 1 refused or found faults, 2 not understood."""
    reader = parser()
    options = reader.parse_args(arguments)
    if not hasattr(options, "work"):
        reader.print_help()
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liangxi.site.settings")
    try:
        code: int = options.work(options)
    except HouseError as error:
        print(f"liangxi: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
