"""``python -m pvwarranty``: the command line."""

from pvwarranty.cli import main

if __name__ == "__main__":
    main()
