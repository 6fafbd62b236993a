# Says in a line each whether the images and the compose file do what docs/operations.md promises. Runs in a folder with
# what they need, in a mount namespace of its own; $1 is the file with the stand-ins for images that no registry gave.
set -u
export CONTAINERS_CONF=$PWD/containers.conf BUILDAH_ISOLATION=chroot BUILDAH_FORMAT=docker
name=meldwijzer-check bot=meldwijzer-check_meldwijzer_1
files="--file compose.yaml ${1:+--file $1}"
compose() { timeout 300 podman-compose --in-pod false --project-name $name $files "$@"; }
end() { podman stop --time 2 $name-slack; compose down --volumes; } >/dev/null 2>&1
broken() { tail -n 15 said; podman logs --tail 15 $bot 2>&1; end; exit; }
say() { what=$1; shift; if "$@" >said 2>&1; then echo "held $what"; else echo "BROKEN $what"; broken; fi; }
until_true() { for _ in $(seq 150); do "$@" && return; sleep 0.3; done; return 1; }
ask='import urllib.error as e, urllib.request as r
try: print(r.urlopen("http://127.0.0.1:8080/healthz", timeout=5).read())
except e.HTTPError as answer: print(answer.read())'
health() { podman exec $bot python3 -c "$ask" | grep "$1"; }
slack() {
    podman run --detach --rm --name $name-slack --network container:$bot --volume "$PWD/school.py:/slack.py:ro" \
        --ulimit nofile=1024 --ulimit nproc=1024 --entrypoint python3 meldwijzer /slack.py 8765
}
in_order() { podman exec $bot meldwijzer doctor | grep "Everything is in order"; }
not_root() { [ "$(podman exec $bot id -u)" = 10001 ]; }
stopped() { compose stop meldwijzer && [ "$(podman inspect --format '{{.State.ExitCode}}' $bot)" = 0 ]; }

[ ! -d /sys/fs/cgroup/unified ] || mount -t cgroup2 none /sys/fs/cgroup # podman refuses both versions beside each other
end
say "the images" compose build
say "the database" compose up --detach database
say "it is ready" until_true podman healthcheck run ${name}_database_1
say "migrate" compose run --rm -T meldwijzer migrate
say "the program" compose up --detach
say "it says that it starts" until_true health '"start"'
say "Slack" slack
say "it runs" until_true health '"ok":true'
say "it is healthy" podman healthcheck run $bot
say "as its own user" not_root
say "doctor" in_order
say "orderly stop" stopped
end
