#!/usr/bin/env bash
# Gives Elasticsearch the policy and the template of the log's indices, and Kibana the searches; again, if they have changed:
#
#     setup.sh ELASTICSEARCH KIBANA [OPTIONS OF CURL…]
#
# Both are URLs. With the options --user elastic, curl asks for the password.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
elasticsearch=$1
kibana=$2
options=(--silent --show-error --fail-with-body --max-time 60 "${@:3}")
readonly here elasticsearch kibana options

put() {
    curl "${options[@]}" -X PUT -H 'Content-Type: application/json' --data-binary "@$here/$2" "$elasticsearch/$1"
    echo
}

put _ilm/policy/mindspace-logs ilm-policy.json
put _index_template/mindspace-logs index-template.json
curl "${options[@]}" -X POST -H 'kbn-xsrf: true' -F "file=@$here/kibana-searches.ndjson" \
    "$kibana/api/saved_objects/_import?overwrite=true"
echo
