"""``python -m j1553ref``, and where the installed command begins."""

import os
import sys

__all__ = ["main"]


def main() -> None:
    """The command line; Ctrl-C while its modules are still being loaded ends it in one line too."""
    try:
        from j1553ref.cli import main as run

        run()
    except KeyboardInterrupt:
        os.write(2, b"j1553ref: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
