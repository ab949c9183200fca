#pragma once
// Writes mails into a directory as `<time>-<id>.eml`, for a machine without a mail server. A file there is always
// complete, and a mail that is sent twice is one file. Files are removed after a while, and their number is limited,
// because they contain addresses and links.

#include "platform/mail/sender.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>

namespace mindspace::mail {

class FileSender final : public Sender {
public:
    // The retention period of files: as long as the queue remembers a mail.
    static constexpr std::chrono::days kRetention{7};

    // `directory` must exist. Above `max_files` files, the oldest are removed.
    explicit FileSender(std::filesystem::path directory, std::size_t max_files = 10'000)
        : directory_(std::move(directory)), max_files_(max_files) {}

    void send(const Message& message) override;
    std::size_t clean_up(Timestamp now) override;
    void stop() override {}

private:
    std::filesystem::path directory_;
    std::size_t max_files_;
    std::atomic<std::size_t> since_clean_up_ = 0;
};

}  // namespace mindspace::mail
