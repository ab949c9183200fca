#include "support/network/smtp_server.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace mindspace::integration {

SmtpServer::SmtpServer() {
    const auto certificate = directory_.path() / "certificate.pem";
    const auto key = directory_.path() / "key.pem";
    const auto made = run_to_end(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate},
        {});
    if (made.exit_code != 0) throw std::runtime_error(made.output);
    const auto script = required_variable("MINDSPACE_SOURCE_DIR") + "/tests/support/network/smtp_server.py";
    const auto output = directory_.path() / "output";
    process_ = std::make_unique<Process>(std::vector<std::string>{script, directory_.path(), certificate, key},
                                         Environment{}, output);
    const auto port_file = directory_.path() / "port";
    eventually([&] { return std::filesystem::exists(port_file) || !process_->is_running(); });
    port_ = read_whole_file(port_file);
    if (port_.empty()) throw std::runtime_error("the SMTP server does not start: " + read_whole_file(output));
}

Environment SmtpServer::settings() const {
    return {{"MINDSPACE_MAIL_URL", "smtp://127.0.0.1:" + port_},
            {"MINDSPACE_MAIL_USERNAME", "mind"},
            {"MINDSPACE_MAIL_PASSWORD", "space"},
            {"MINDSPACE_MAIL_CA_FILE", directory_.path() / "certificate.pem"}};
}

void SmtpServer::refuse() const {
    std::ofstream(directory_.path() / "refuse");
}

void SmtpServer::accept() const {
    std::filesystem::remove(directory_.path() / "refuse");
}

std::size_t SmtpServer::attempts() const {
    const auto lines = read_whole_file(directory_.path() / "attempts");
    return static_cast<std::size_t>(std::ranges::count(lines, '\n'));
}

}  // namespace mindspace::integration
