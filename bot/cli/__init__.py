"""The `meldwijzer` command: one file for each group of subcommands."""
