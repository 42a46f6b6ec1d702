"""Warn before pip fetches a large build of PyTorch: `python tools/torch_size.py PIP`. Never fails the set-up."""

import json
import subprocess
import sys


def main() -> None:
    """Ask pip what it would install, without installing, and say so if the CUDA build is among it."""
    command = [
        sys.argv[1],
        "install",
        "--quiet",
        "--dry-run",
        "--ignore-installed",
        "--report",
        "-",
        "torch==2.13.0",
        "-c",
        "constraints.txt",
    ]
    try:
        report = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return
    names = [item["metadata"]["name"] for item in report["install"]]
    if any(name.startswith("nvidia") for name in names):
        sys.stderr.write(
            "Note: your package index serves the CUDA build of PyTorch (more than 1 GB). The CPU build is enough: "
            "set CARELIGHT_TORCH_INDEX to an index that serves it.\n"
        )


if __name__ == "__main__":
    main()
