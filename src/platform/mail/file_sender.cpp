#include "platform/mail/file_sender.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace mindspace::mail {

namespace {

SendError fault(const std::filesystem::path& file) {
    return SendError(fmt::format("cannot write {}: {}", file.native(), std::strerror(errno)));
}

class File {
public:
    explicit File(const char* path, int flags) : descriptor_(::open(path, flags | O_CLOEXEC, 0600)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    bool write(std::string_view octets) const {
        while (!octets.empty()) {
            auto written = ::write(descriptor_, octets.data(), octets.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return false;
            octets.remove_prefix(static_cast<std::size_t>(written));
        }
        return true;
    }
    [[nodiscard]] bool sync() const { return ::fsync(descriptor_) == 0; }

private:
    int descriptor_;
};

}  // namespace

void FileSender::send(const Message& message) {
    auto seconds = std::chrono::system_clock::to_time_t(message.date);
    auto file = directory_ / fmt::format("{:%Y%m%dT%H%M%SZ}-{}.eml", fmt::gmtime(seconds), message.id);
    auto draft = directory_ / fmt::format(".{}.draft", message.id);
    {
        const File out(draft.c_str(), O_CREAT | O_WRONLY | O_TRUNC);
        if (!out.write(serialize(message)) || !out.sync()) throw fault(draft);
    }
    if (std::rename(draft.c_str(), file.c_str()) != 0) throw fault(file);
    if (!File(directory_.c_str(), O_RDONLY | O_DIRECTORY).sync()) throw fault(directory_);
}

}  // namespace mindspace::mail
