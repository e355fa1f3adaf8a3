"""`python -m paperdigest`."""

from paperdigest.cli import main

main()
