"""`python -m doorward`: the same as the command `doorward`."""

from doorward.apps.cli.main import main

if __name__ == "__main__":
    main()
