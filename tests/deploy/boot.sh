# Boots systemd over a copy of this machine that is thrown away, with the files in $2; $1 is an empty folder for the copy.
# What check.sh says is in $2/said afterwards. Runs in a mount namespace of its own.
set -eu
copy=$1 files=$2 program=$3 python=$4
mount -t tmpfs none "$copy"
mkdir "$copy/upper" "$copy/work" "$copy/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$copy/upper,workdir=$copy/work" "$copy/root"
[ -n "$files" ] || exit 0
cp -a "$files/." "$copy/root/"
folder=$program
while [ "$folder" != / ]; do
    mkdir -p "$copy/root$folder"
    chmod o+x "$copy/root$folder"
    folder=$(dirname "$folder")
done
ln -s "$program" "$copy/root/srv/meldwijzer/program"
# The unit closes people's homes, and Python may be in one.
for link in "$copy/root$program"/.venv/bin/python*; do
    ln -sfn "/srv/python/bin/$(basename "$(readlink -f "$link")")" "$link"
done
mkdir -p "$copy/root/etc/ld.so.conf.d"
echo /srv/python/lib >"$copy/root/etc/ld.so.conf.d/00-python.conf"
sed -i 's|^home = .*|home = /srv/python/bin|' "$copy/root$program/.venv/pyvenv.cfg"
timeout --kill-after=10 240 systemd-nspawn --quiet --directory="$copy/root" --machine="meldwijzer-$$" --register=no --keep-unit \
    --bind-ro="$python:/srv/python" --console=pipe --boot -- systemd.unit=check.target \
    systemd.mask=systemd-networkd-wait-online.service systemd.mask=NetworkManager-wait-online.service </dev/null >"$files/console" 2>&1 ||
    true
cp "$copy/root/said" "$files/said"
