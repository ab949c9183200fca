#!/usr/bin/env bash
# Debian's Nginx with the modules of this machine, in the foreground.
set -euo pipefail

mkdir -p /var/log/nginx /var/lib/nginx
exec nginx -g 'daemon off;'
