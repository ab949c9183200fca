#pragma once
// A self-signed certificate for this machine (localhost, 127.0.0.1), made by the openssl command.

#include <string>

namespace mindspace::integration {

struct CertificateFiles {
    std::string certificate;  // also its own authority
    std::string key;
};

// Overwrites the files. Another organisation gives a different certificate.
void make_certificate(const CertificateFiles& files, const std::string& organisation);

}  // namespace mindspace::integration
