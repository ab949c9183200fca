#include "platform/base/secret.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace mindspace {

namespace {

constexpr std::size_t kMinBytes = 32;

std::runtime_error fault(const std::filesystem::path& file, const std::string& what) {
    return std::runtime_error("secret " + file.string() + ": " + what);
}

void write_new_secret(const std::filesystem::path& file) {
    const auto bytes = random_bytes<kMinBytes>();
    int fd = ::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) throw fault(file, "cannot be written");
    bool written = ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fsync(fd) == 0;
    ::close(fd);
    if (!written) throw fault(file, "cannot be written");
}

}  // namespace

Secret Secret::load_or_create(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) {
        // Written to a separate file and linked into place: the secret is never partial, and there is only one.
        auto draft = file;
        draft += "." + std::to_string(getpid());
        write_new_secret(draft);
        std::error_code exists;
        std::filesystem::create_hard_link(draft, file, exists);
        std::filesystem::remove(draft);
    }
    std::ifstream in(file, std::ios::binary);
    if (!in) throw fault(file, "cannot be read");
    Bytes bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (bytes.size() < kMinBytes) throw fault(file, "holds less than 32 bytes");
    return Secret(std::move(bytes));
}

Digest Secret::keyed_hash(std::string_view purpose, std::string_view text) const {
    return hmac_sha256(hmac_sha256(bytes_, as_bytes(purpose)), as_bytes(text));
}

}  // namespace mindspace
