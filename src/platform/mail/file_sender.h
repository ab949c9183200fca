#pragma once
// Puts mails into a directory as `<time>-<id>.eml`, for a machine without a mail server: a file there is whole, and a
// mail that is sent twice is one file.

#include "platform/mail/sender.h"

#include <filesystem>

namespace mindspace::mail {

class FileSender final : public Sender {
public:
    // `directory` exists.
    explicit FileSender(std::filesystem::path directory) : directory_(std::move(directory)) {}

    void send(const Message& message) override;
    void stop() override {}

private:
    std::filesystem::path directory_;
};

}  // namespace mindspace::mail
