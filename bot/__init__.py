"""The running program: settings, composition, scheduler, sender, CLI."""
