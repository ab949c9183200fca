# shellcheck shell=bash
# Calls of AWS that the scripts of a machine share; they source this file after /etc/mindspace/aws.env.

aws() { command aws --region "$REGION" --cli-connect-timeout 5 --cli-read-timeout 20 "$@"; }

# target_state INSTANCE: what the load balancer thinks of it, such as "healthy"; fails if it does not respond.
target_state() {
    aws elbv2 describe-target-health --target-group-arn "$TARGET_GROUP" --targets "Id=$1" \
        --query 'TargetHealthDescriptions[0].TargetHealth.State' --output text
}
