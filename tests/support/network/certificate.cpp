#include "support/network/certificate.h"

#include "support/program/process.h"

#include <filesystem>
#include <stdexcept>

namespace mindspace::integration {

void make_certificate(const CertificateFiles& files, const std::string& organisation) {
    const auto ended =
        run_to_end({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-keyout", files.key, "-out", files.certificate, "-subj",
                    "/O=" + organisation + "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"});
    if (ended.exit_code != 0) throw std::runtime_error(ended.output);
    // The program may have dropped root when it reads the key.
    std::filesystem::permissions(files.key, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
}

}  // namespace mindspace::integration
