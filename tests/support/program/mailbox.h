#pragma once
// Reads the mails that a program wrote to its data directory, or a test's SMTP server to another.

#include "support/program/program.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mindspace::integration {

// A mail as a mail client shows it.
struct Mail {
    std::string head;  // unfolded, otherwise as sent
    std::string text;  // the plain part, decoded
    std::string html;  // the HTML part, decoded

    [[nodiscard]] std::string field(std::string_view name) const;  // "" if there is none
    // The text after "token=" in the plain part.
    [[nodiscard]] std::string token() const;
};

Mail parse_mail(const std::string& bytes);

// Oldest first.
std::vector<Mail> mails_to(const std::filesystem::path& directory, const std::string& address);
inline std::vector<Mail> mails_to(const Program& program, const std::string& address) {
    return mails_to(program.mail(), address);
}
// Waits until there are `count` mails, and returns the last. Throws if they do not arrive.
Mail wait_for_mail(const std::filesystem::path& directory, const std::string& address, std::size_t count = 1);
inline Mail wait_for_mail(const Program& program, const std::string& address, std::size_t count = 1) {
    return wait_for_mail(program.mail(), address, count);
}

}  // namespace mindspace::integration
