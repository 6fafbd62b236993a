"""The core: plan, case, rules, access, use cases, ports. It does no I/O and takes `now` as an argument."""
