#!/usr/bin/env bash
# Replaces the nodes of a deployment by another version, one after the other, while it serves.
#
#     rolling.sh --nodes FILE --version VERSION --replace COMMAND [--take-out COMMAND --put-back COMMAND]
#                [--ready-within SECONDS] [--watch SECONDS] [--max-errors PERCENT]
#
# FILE has a line for each node, in the order of replacing (roles first, gateways last): its name, and the URL of its
# management listener. COMMANDs are run by the shell, with $NODE and $VERSION:
#
#     --take-out   no new requests to the node (a gateway: nginx-node.sh down)
#     --replace    stops the node, which drains by itself at SIGTERM, and starts it with that version
#     --put-back   requests again
#
# After each node it waits until that is ready with the version, and watches all nodes: when one is not ready, or more
# than --max-errors of their responses are 5xx, it puts the version of before back, on all nodes that it has replaced.
# Exit code: 0 all replaced, 1 rolled back, 2 rolled back in part (needs an operator), 64 wrong command line. Needs bash, curl and awk.
# docs/operations/upgrading.md has the commands for packages, containers and cloud groups.
set -uo pipefail

ready_within=90
watch=5
max_errors=1
nodes_file='' version='' replace='' take_out=true put_back=true

usage() {
    printf 'rolling.sh: %s\nusage: rolling.sh --nodes FILE --version VERSION --replace COMMAND [OPTIONS], see its first lines\n' "$1" >&2
    exit 64
}

while (($#)); do
    (($# >= 2)) || usage "$1 needs a value"
    case $1 in
        --nodes) nodes_file=$2 ;;
        --version) version=$2 ;;
        --replace) replace=$2 ;;
        --take-out) take_out=$2 ;;
        --put-back) put_back=$2 ;;
        --ready-within) ready_within=$2 ;;
        --watch) watch=$2 ;;
        --max-errors) max_errors=$2 ;;
        *) usage "what is $1?" ;;
    esac
    shift 2
done
[[ -r $nodes_file ]] || usage "--nodes must name a file that can be read"
[[ $version && $replace ]] || usage "--version and --replace are needed"

declare -A url_of=() version_before=()
names=()
while read -r name url rest; do
    [[ -z $name || $name == \#* ]] && continue
    [[ $url == http*://* && -z $rest ]] || usage "$nodes_file: \"$name $url $rest\" is not a name and a URL"
    names+=("$name")
    url_of[$name]=$url
done <"$nodes_file"
((${#names[@]})) || usage "$nodes_file names no node"

say() { printf '%(%H:%M:%S)T %s\n' -1 "$*"; }

get() { curl --silent --show-error --fail --noproxy '*' --max-time 5 "$1" 2>/dev/null; }

is_ready() { get "${url_of[$1]}/readyz" >/dev/null; }

version_of() { get "${url_of[$1]}/metrics" | sed -n 's/^mindspace_build_info{version="\([^"]*\)"} 1$/\1/p'; }

# Responses of all nodes together so far: those with 5xx, and all.
responses() {
    local name
    for name in "${names[@]}"; do get "${url_of[$name]}/metrics"; done |
        awk '/^mindspace_http_requests_total\{/ { all += $NF; if (/status="5xx"/) bad += $NF } END { print bad + 0, all + 0 }'
}

run() { NODE=$1 VERSION=$2 bash -c "$3"; }

# replace_node NAME VERSION: until the node is ready with it. The reason stays in $reason.
replace_node() {
    local name=$1 wanted=$2 deadline found
    run "$name" "$wanted" "$take_out" || { reason="cannot take $name out"; return 1; }
    run "$name" "$wanted" "$replace" || { reason="cannot replace $name"; return 1; }
    deadline=$((SECONDS + ready_within))
    until is_ready "$name"; do
        ((SECONDS < deadline)) || { reason="$name is not ready after $ready_within s"; return 1; }
        sleep 0.2
    done
    found=$(version_of "$name")
    [[ $found == "$wanted" ]] || { reason="$name runs ${found:-an unknown version}, not $wanted"; return 1; }
    run "$name" "$wanted" "$put_back" || { reason="cannot put $name back"; return 1; }
}

# Whether everything is well for a while. A node that was replaced counts from zero: less than before is no error.
watch_all() {
    local bad_before all_before bad all name
    read -r bad_before all_before < <(responses)
    sleep "$watch"
    for name in "${names[@]}"; do
        is_ready "$name" || { reason="$name is no longer ready"; return 1; }
    done
    read -r bad all < <(responses)
    bad=$((bad - bad_before)) all=$((all - all_before))
    ((all <= 0 || bad * 100 <= max_errors * all)) || { reason="$bad of $all responses are 5xx"; return 1; }
}

roll_back() {
    local name failed=0
    say "rolling back: $reason"
    for name in "$@"; do
        say "$name back to ${version_before[$name]}"
        replace_node "$name" "${version_before[$name]}" || {
            say "$reason"
            failed=1
        }
    done
    if ((failed)); then
        say "not everything could be rolled back"
        exit 2
    fi
    exit 1
}

for name in "${names[@]}"; do
    version_before[$name]=$(version_of "$name")
    if ! is_ready "$name" || [[ -z ${version_before[$name]} ]]; then
        say "$name is not ready; nothing was done"
        exit 1
    fi
done

replaced=()
for name in "${names[@]}"; do
    began=$SECONDS
    replaced=("$name" "${replaced[@]}")
    { replace_node "$name" "$version" && watch_all; } || roll_back "${replaced[@]}"
    say "$name: ${version_before[$name]} -> $version in $((SECONDS - began)) s"
done
say "all ${#names[@]} nodes run $version"
