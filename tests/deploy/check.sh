# Says in a line each whether the service and the backup do what docs/operations.md promises, and turns the machine off.
# $1 holds the guide's commands, $2 is the address of the program's health.
off() { systemctl poweroff --force; exit; }
say() { what=$1; shift; if "$@"; then echo "held $what"; else echo "BROKEN $what"; journalctl --no-pager --lines=15 --unit=meldwijzer.service --unit=meldwijzer-backup.service; off; fi; }
of() { systemctl show --property="$1" --value "${2:-meldwijzer.service}"; }
until_true() { for _ in $(seq 300); do "$@" && return; sleep 0.2; done; return 1; }
healthy() { curl --silent --fail --output /dev/null "$health"; }
restarted() { [ "$(of NRestarts)" = 1 ]; }
backed_up() {
    systemctl start meldwijzer-backup.service && cd /srv/meldwijzer/school &&
        [ "$(ls kopie).keys" = "$(ls sleutels)" ] && [ "$(stat --format=%a kopie/*)" = 600 ]
}
stopped() { systemctl stop meldwijzer.service && [ "$(of Result)/$(of ExecMainStatus)" = success/0 ]; }
not_root() { [ "$(stat --format=%U "/proc/$(of MainPID)")" = meldwijzer ]; }

health=$2
ldconfig
cd /srv/meldwijzer/program
say "the guide's commands" sh -eu "$1"
say "it runs" until_true healthy
say "as its own user" not_root
say "backup and verify" backed_up
kill -KILL "$(of MainPID)"
say "restart after a kill" until_true restarted
say "it runs again" until_true healthy
say "the backup is planned for the night" systemctl is-active --quiet meldwijzer-backup.timer
say "orderly stop" stopped
off
