"""The running program: settings, assembly, background loops, HTTP and command line."""
