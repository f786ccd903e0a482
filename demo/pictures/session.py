"""Inside the stack's environment: sets the practices up, plays the scenes one after the other, tells what was wrong.

python -m demo.pictures.session <url> <sandbox's url> <folder> <only>
"""

import sys
import time
import traceback
from pathlib import Path

import django

django.setup()

from demo.pictures.camera import Camera, camera  # noqa: E402  # models can be imported from here on
from demo.pictures.scenes import SCENES  # noqa: E402  # as above
from demo.pictures.stage import set_up  # noqa: E402  # as above


def main() -> int:
    url, sandbox, folder, only = sys.argv[1:5]
    with camera(url, Path(folder), only) as taken:
        theatre = set_up(taken, sandbox)
        for scene in SCENES:
            started, before = time.monotonic(), len(taken.taken)
            try:
                scene(theatre)
            except Exception as problem:  # the scenes after it may still show something
                traceback.print_exc()
                taken.faults.append(f"scene {scene.__name__}: {problem!r}")
            number = len(taken.taken) - before
            print(f"{time.monotonic() - started:5.1f} s  {number:3} pictures  {scene.__doc__}", flush=True)
    return report(taken)


def report(taken: Camera) -> int:
    for name in taken.taken:
        print(f"  {name}")
    print(f"{len(taken.taken)} pictures")
    for fault in taken.faults:
        print(f"FAULT {fault}")
    return 1 if taken.faults else 0


if __name__ == "__main__":
    sys.exit(main())
