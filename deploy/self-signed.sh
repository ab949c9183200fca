#!/usr/bin/env bash
# Makes a certificate of this machine's own, for a load balancer that encrypts but does not check whose certificate it is:
# /etc/mindspace/tls/certificate.pem and key.pem.
set -euo pipefail

readonly folder=/etc/mindspace/tls
install -d "$folder"
(umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=$(hostname)" \
    -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null)
chmod 0644 "$folder/certificate.pem"
chgrp mindspace "$folder/key.pem"
chmod 0640 "$folder/key.pem"
