#!/usr/bin/env bash
# Takes a node out of Nginx, or puts it back: for rolling.sh.
#
#     nginx-node.sh down|up ADDRESS [FILE]
#
# ADDRESS is the node's, as FILE (/etc/nginx/mindspace/nodes.conf) has it. Nginx reloads the file without losing a
# connection; this returns when only new workers accept requests. NGINX is how to call it, "nginx" if not set. Exit code 3: FILE has no such node.
set -euo pipefail

state=${1:-} address=${2:-} file=${3:-/etc/nginx/mindspace/nodes.conf}
if ! [[ $state =~ ^(down|up)$ && $address ]]; then
    echo "usage: nginx-node.sh down|up ADDRESS [FILE]" >&2
    exit 64
fi
if ! grep -q "^server ${address//./\\.} " "$file"; then
    echo "nginx-node.sh: $file has no node $address" >&2
    exit 3
fi
wanted=
if [[ $state == down ]]; then wanted=' down'; fi
changed=$(sed -E "s|^(server ${address//./\\.} [^;]*max_fails=0)( down)?;|\1$wanted;|" "$file")
printf '%s\n' "$changed" >"$file"
read -r -a nginx <<<"${NGINX:-nginx}"
"${nginx[@]}" -t -q
# The workers of before go on for a moment, and could send a request to a node that is being stopped: wait until they accept
# none. Those that still serve sockets say so in their titles. In a container they cannot be seen from here.
pid_file=$("${nginx[@]}" -T 2>/dev/null | awk '$1 == "pid" { sub(";", "", $2); print $2 }')
workers=()
if master=$(cat "$pid_file" 2>/dev/null); then
    read -r -a workers <"/proc/$master/task/$master/children" || true # no newline at its end
fi
"${nginx[@]}" -s reload
accepts_requests() {
    local title
    title=$({ tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null) && [[ $title && $title != *"shutting down"* ]]
}
deadline=$((SECONDS + 10))
for worker in "${workers[@]}"; do
    while accepts_requests "$worker"; do
        ((SECONDS < deadline)) || { echo "nginx-node.sh: worker $worker of Nginx goes on after the reload" >&2; break; }
        sleep 0.1
    done
done
((${#workers[@]})) || sleep 1
