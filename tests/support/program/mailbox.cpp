#include "support/program/mailbox.h"

#include <algorithm>
#include <stdexcept>

namespace mindspace::integration {

namespace fs = std::filesystem;

namespace {

std::string decode_quoted_printable(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            decoded += text[i];
        } else if (text.substr(i + 1, 2) == "\r\n") {
            i += 2;
        } else {
            decoded += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        }
    }
    return decoded;
}

// The decoded content of the part with that type.
std::string part_of(const std::string& bytes, std::string_view type) {
    const auto head = bytes.find("Content-Type: " + std::string(type));
    if (head == std::string::npos) return {};
    const auto body = bytes.find("\r\n\r\n", head) + 4;
    const auto content = bytes.substr(body, bytes.find("\r\n--", body) - body);
    const bool quoted = bytes.substr(head, body - head).contains("quoted-printable");
    return quoted ? decode_quoted_printable(content) : content;
}

}  // namespace

std::string Mail::field(std::string_view name) const {
    const auto start = ("\r\n" + head).find("\r\n" + std::string(name) + ": ");
    if (start == std::string::npos) return {};
    const auto value = start + name.size() + 2;
    return head.substr(value, head.find("\r\n", value) - value);
}

std::string Mail::token() const {
    const auto at = text.find("token=");
    if (at == std::string::npos) throw std::runtime_error("no token in " + text);
    const auto begin = at + 6;
    return text.substr(begin, text.find_first_of("\r\n", begin) - begin);
}

Mail parse_mail(const std::string& bytes) {
    auto head = bytes.substr(0, bytes.find("\r\n\r\n") + 2);
    for (auto fold = head.find("\r\n "); fold != std::string::npos; fold = head.find("\r\n ")) head.erase(fold, 2);
    return {.head = head, .text = part_of(bytes, "text/plain"), .html = part_of(bytes, "text/html")};
}

std::vector<Mail> mails_to(const fs::path& directory, const std::string& address) {
    std::vector<fs::path> files;
    if (!fs::exists(directory)) return {};
    for (const auto& entry : fs::directory_iterator(directory))
        if (entry.path().extension() == ".eml") files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<Mail> mails;
    for (const auto& file : files) {
        auto mail = parse_mail(read_whole_file(file));
        if (mail.field("To") == address) mails.push_back(std::move(mail));
    }
    return mails;
}

Mail wait_for_mail(const fs::path& directory, const std::string& address, std::size_t count) {
    std::vector<Mail> mails;
    if (!eventually([&] { return (mails = mails_to(directory, address)).size() >= count; }))
        throw std::runtime_error("no mail to " + address);
    return mails.back();
}

}  // namespace mindspace::integration
