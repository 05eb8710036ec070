"""`haneul backup`: what a cloud must not lose, in one file that proves itself."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from haneul import settings as settings_module
from haneul.cli.backup import archive, contents
from haneul.cli.machine.daemons import Places
from haneul.cli.machine.keeping import keeper_for
from haneul.cli.machine.programs import CONTROL
from haneul.cli.progress import Progress
from haneul.cli.trouble import TroubleError


def run(args: argparse.Namespace) -> int:
    return {"create": _create, "verify": _verify, "restore": _restore}[args.verb](args)


def _create(args: argparse.Namespace) -> int:
    settings, progress = settings_module.read(args.state), Progress()
    if not (args.state / "keys").is_dir():
        raise TroubleError(f"There is no cloud in {args.state}: `haneul up` makes one.")
    file: Path = args.file or Path(time.strftime("haneul-%Y%m%d-%H%M%S.tar"))
    if file.exists():
        raise TroubleError(f"{file} is there already: name another file, or remove it first.")
    with contents.workplace(file.absolute().parent) as folder:
        with progress.step("copying every row of the database, as of one moment"):
            rows = contents.save_database(args.programs, settings, folder)
        chosen = contents.files_of(args.state, with_images=args.images)
        with progress.step(f"writing {file}"):
            archive.write(file, folder, args.state, chosen, rows)
    progress.note(f"{file} holds {sum(rows.values())} rows and {len(chosen)} files; `haneul backup verify` proves it")
    if not args.images:
        progress.note("without the images' data, which `--images` adds; guests' disks are on their hosts")
    return 0


def _verify(args: argparse.Namespace) -> int:
    progress = Progress()
    with contents.workplace(args.file.absolute().parent) as folder:
        with progress.step(f"reading {args.file}"):
            manifest = archive.read(args.file, folder)
        with progress.step("looking at the database"):
            contents.check_database(folder, manifest.rows)
        with progress.step("trying the keys"):
            contents.check_keys(folder)
    progress.note(f"whole: made at {manifest.made_at} by release {manifest.release}")
    return 0


def _restore(args: argparse.Namespace) -> int:
    places, progress = Places(args.state), Progress()
    if (args.state / "keys").exists() or keeper_for(places).find(CONTROL) is not None:
        raise TroubleError(f"There is a cloud in {args.state}: restore into another --state, or uninstall it first.")
    with contents.workplace(args.file.absolute().parent) as folder:
        with progress.step(f"reading {args.file}"):
            manifest = archive.read(args.file, folder)
            contents.check_database(folder, manifest.rows)
            contents.check_keys(folder)
        places.make()
        with progress.step("putting the files in their places"):
            contents.put_back(folder, args.state)
        with progress.step("copying every row into the database"):
            contents.load_database(args.programs, settings_module.read(args.state), folder)
    progress.change(f"the cloud of {manifest.made_at} is in {args.state}; `haneul up` starts it")
    return 0
