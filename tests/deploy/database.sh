# What PostgreSQL's own image does with the variables of compose.yaml.
set -eu
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
cd /var/lib/postgresql/data
chown postgres .
as="setpriv --reuid=postgres --regid=postgres --clear-groups"
if [ ! -e PG_VERSION ]; then
    install --owner=postgres --mode=600 "$POSTGRES_PASSWORD_FILE" /tmp/password
    $as initdb --pgdata=. --username="$POSTGRES_USER" --pwfile=/tmp/password --encoding=UTF8 --locale=C.UTF-8
    echo 'host all all all scram-sha-256' >>pg_hba.conf
    echo "CREATE DATABASE $POSTGRES_USER" | $as postgres --single -D . postgres
fi
exec $as postgres -D . -c listen_addresses='*' -c unix_socket_directories=/tmp,/run/postgresql
