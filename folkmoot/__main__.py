"""`python -m folkmoot`: the same as the command `folkmoot`."""

from folkmoot.cli import main

main()
