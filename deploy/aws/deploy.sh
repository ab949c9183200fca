#!/usr/bin/env bash
# Creates or updates Mind Space on AWS. Run it again to change settings, or with another version to replace the machines one
# after the other.
#
#     deploy.sh --region REGION --package FILE SETTING=VALUE…
#
# FILE is mindspace_VERSION_amd64.deb. The settings are the parameters of mindspace.yaml that have no default, Domain,
# HostedZone and AlarmMail, and any other of them. What is not given keeps the value that it had. With LogAgent=NAME, upload
# Amazon's package yourself before. Needs bash, curl, and an aws command that may do all of this.
# docs/operations/aws.md says more.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly here

usage() {
    printf 'deploy.sh: %s\nusage: deploy.sh --region REGION --package FILE SETTING=VALUE…, see its first lines\n' "$1" >&2
    exit 64
}

region='' package='' settings=()
while (($#)); do
    case $1 in
        --region | --package)
            (($# >= 2)) || usage "$1 needs a value"
            printf -v "${1#--}" %s "$2"
            shift
            ;;
        *=*) settings+=("$1") ;;
        *) usage "what is $1?" ;;
    esac
    shift
done
[[ $region ]] || usage "--region is missing"
[[ $package =~ (^|/)mindspace_([^_/]+)_amd64\.deb$ && -r $package ]] || usage "--package must be mindspace_VERSION_amd64.deb"
version=${BASH_REMATCH[2]}

# setting NAME [DEFAULT]
setting() {
    local each
    for each in "${settings[@]}"; do
        if [[ $each == "$1="* ]]; then
            echo "${each#*=}"
            return
        fi
    done
    [[ ${2:-} ]] || usage "$1=… is missing"
    echo "$2"
}
name=$(setting Name mindspace)
domain=$(setting Domain)
zone=$(setting HostedZone)

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# stack REGION NAME TEMPLATE SETTING=VALUE…
stack() {
    echo "stack $2 in $1"
    aws --region "$1" cloudformation deploy --stack-name "$2" --template-file "$3" --no-fail-on-empty-changeset \
        --capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM --tags "mindspace:name=$name" --parameter-overrides "${@:4}"
}

aws --region "$region" cloudformation deploy --stack-name "$name-artifacts" --template-file "$here/artifacts.yaml" \
    --no-fail-on-empty-changeset --tags "mindspace:name=$name"
bucket=$(aws --region "$region" cloudformation describe-stacks --stack-name "$name-artifacts" \
    --query 'Stacks[0].Outputs[0].OutputValue' --output text)

# The authorities of RDS: the machines check its certificate against them.
curl -fsS --max-time 60 -o "$folder/rds.pem" "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
aws --region "$region" s3 cp --only-show-errors "$folder/rds.pem" "s3://$bucket/rds.pem"
aws --region "$region" s3 cp --only-show-errors "$package" "s3://$bucket/mindspace_${version}_amd64.deb"

prefixes=$(aws --region "$region" ec2 describe-managed-prefix-lists --query 'PrefixLists[0].PrefixListId' --output text \
    --filters Name=prefix-list-name,Values=com.amazonaws.global.cloudfront.origin-facing)
aws --region "$region" cloudformation package --template-file "$here/mindspace.yaml" --s3-bucket "$bucket" \
    --s3-prefix templates --output-template-file "$folder/mindspace.yaml" >/dev/null
stack "$region" "$name" "$folder/mindspace.yaml" "${settings[@]}" \
    "Version=$version" "Artifacts=$bucket" "CloudFrontPrefixList=$prefixes"
stack us-east-1 "$name-edge" "$here/edge.yaml" "Name=$name" "Domain=$domain" "HostedZone=$zone"
echo "https://$domain"
