#include "platform/mail/make_sender.h"

#include "platform/mail/file_sender.h"

namespace mindspace::mail {

std::unique_ptr<Sender> make_sender(const SmtpOptions& server, const std::filesystem::path& directory) {
    if (server.url.empty()) return std::make_unique<FileSender>(directory);
    return std::make_unique<SmtpSender>(server);
}

}  // namespace mindspace::mail
