#!/bin/sh
# The command with the service's config, and for root as the service's user: the database belongs to that user, and
# nobody else may open it. Goes to /usr/local/bin/paperdigest
export PAPERDIGEST_CONFIG="${PAPERDIGEST_CONFIG:-/etc/paperdigest/paperdigest.toml}"
if [ "$(id -u)" = 0 ]; then
    exec runuser -u paperdigest -- /opt/paperdigest/bin/paperdigest "$@"
fi
exec /opt/paperdigest/bin/paperdigest "$@"
