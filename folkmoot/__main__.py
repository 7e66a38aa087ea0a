"""`python -m folkmoot`: the same as the command `folkmoot`."""

from folkmoot.cli import main

if __name__ == "__main__":  # a worker process imports this file again
    main()
