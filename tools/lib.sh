# Shared by the tools: where things are, and who runs the server.
# To be sourced by bash scripts that have set -euo pipefail.
# shellcheck shell=bash

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say()
{
    echo "${0##*/}: $*" >&2
}

die()
{
    say "$@"
    exit 1
}

# The account of the server: oneself, or for root an unprivileged one, since
# PostgreSQL refuses to run as root.
server_user()
{
    if [ "$(id -u)" -ne 0 ]; then
        id -un
    elif id -u postgres >/dev/null 2>&1; then
        echo postgres
    else
        id -u ims_test >/dev/null 2>&1 ||
            useradd --system --no-create-home --shell /usr/sbin/nologin ims_test
        echo ims_test
    fi
}

# Runs a command as the account of the server, in a directory it may be in.
as_server()
{
    if [ "$(id -u)" -ne 0 ]; then
        (cd / && "$@")
    else
        (cd / && runuser -u "$(server_user)" -- "$@")
    fi
}

# Prints the directory for the private server trees and clusters: build/, or a
# directory below /tmp (remembered in build/elsewhere) when the account of the
# server cannot enter build/.
work_dir()
{
    local home=${IMS_WORK:-$repo/build} dir
    dir=$home
    mkdir -p "$dir"
    if ! as_server test -r "$dir" -a -x "$dir"; then
        if [ -f "$home/elsewhere" ] && [ -d "$(cat "$home/elsewhere")" ]; then
            dir=$(cat "$home/elsewhere")
        else
            dir=$(mktemp -d /tmp/ims-build-XXXXXX)
            chmod 755 "$dir"
            echo "$dir" > "$home/elsewhere"
            say "ATTENTION: $(server_user) cannot enter $home:" \
                "server tree and clusters live in $dir"
        fi
    fi
    echo "$dir"
}
