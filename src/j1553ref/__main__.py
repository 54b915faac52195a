"""``python -m j1553ref``."""

from j1553ref.cli import main

main()
