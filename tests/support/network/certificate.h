#pragma once
// A self-signed certificate for this machine (localhost, 127.0.0.1), made by the openssl command.

#include <string>

namespace mindspace::integration {

struct CertificateFiles {
    std::string certificate;  // its own authority, too
    std::string key;
};

// Writes the files anew; a certificate of another organisation is another one.
void make_certificate(const CertificateFiles& files, const std::string& organisation);

}  // namespace mindspace::integration
