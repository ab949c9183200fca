#pragma once
// The mails that a program has put into its data directory, or a test's SMTP server into another.

#include "support/program/program.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mindspace::integration {

// As a mail client shows it.
struct Mail {
    std::string head;  // unfolded, as it was sent
    std::string text;  // the plain part, decoded
    std::string html;  // the other one

    [[nodiscard]] std::string field(std::string_view name) const;  // "" when there is none
    // What stands behind "token=" in the plain part.
    [[nodiscard]] std::string token() const;
};

Mail parse_mail(const std::string& octets);

// In the order of time.
std::vector<Mail> mails_to(const std::filesystem::path& directory, const std::string& address);
inline std::vector<Mail> mails_to(const Program& program, const std::string& address) {
    return mails_to(program.mail(), address);
}
// Waits until there are `count`, and returns the last. Throws when they do not come.
Mail wait_for_mail(const std::filesystem::path& directory, const std::string& address, std::size_t count = 1);
inline Mail wait_for_mail(const Program& program, const std::string& address, std::size_t count = 1) {
    return wait_for_mail(program.mail(), address, count);
}

}  // namespace mindspace::integration
