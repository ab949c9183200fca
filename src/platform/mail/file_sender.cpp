#include "platform/mail/file_sender.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

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

    bool write(std::string_view bytes) const {
        while (!bytes.empty()) {
            auto written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return true;
    }
    [[nodiscard]] bool sync() const { return ::fsync(descriptor_) == 0; }

private:
    int descriptor_;
};

// The directory is not read for each mail, so it may exceed the limit by this many files.
constexpr std::size_t kCleanUpInterval = 100;

// Mails, and drafts that a crashed process left behind.
bool is_mail_file(const std::filesystem::path& file) {
    return file.extension() == ".eml" || file.extension() == ".draft";
}

struct StoredFile {
    std::filesystem::file_time_type written_at;
    std::filesystem::path file;
};

std::vector<StoredFile> list_stored(const std::filesystem::path& directory) {
    std::vector<StoredFile> list;
    std::error_code failure;  // of a file that was removed concurrently
    for (const auto& entry : std::filesystem::directory_iterator(directory, failure)) {
        if (!is_mail_file(entry.path())) continue;
        const auto written_at = entry.last_write_time(failure);
        if (!failure) list.push_back({written_at, entry.path()});
    }
    return list;
}

}  // namespace

// In the order in which they were written, oldest first.
std::size_t FileSender::clean_up(Timestamp now) {
    since_clean_up_ = 0;
    auto stored = list_stored(directory_);
    std::ranges::sort(stored, {}, &StoredFile::written_at);
    const auto too_old = std::chrono::file_clock::from_sys(now - kRetention);
    std::size_t excess = stored.size() > max_files_ ? stored.size() - max_files_ : 0;
    std::size_t removed = 0;
    for (const auto& [written_at, file] : stored) {
        if (written_at >= too_old && excess == 0) break;
        if (excess > 0) --excess;
        std::error_code failure;
        if (std::filesystem::remove(file, failure)) ++removed;
    }
    return removed;
}

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
    if (++since_clean_up_ >= kCleanUpInterval) clean_up(SystemClock().now());
}

}  // namespace mindspace::mail
