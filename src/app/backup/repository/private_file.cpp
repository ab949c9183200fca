#include "app/backup/repository/private_file.h"

#include "platform/base/file_descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace mindspace::app::backup {

void write_private_file(const std::filesystem::path& path, std::string_view text) {
    const auto draft = std::filesystem::path(path.native() + ".new");
    std::filesystem::remove(draft);  // of a process that was killed; its mode may differ
    const auto check = [&draft](bool done) {
        if (!done) throw std::system_error(errno, std::generic_category(), draft.native());
    };
    const FileDescriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    check(file.is_open());
    while (!text.empty()) {
        const auto written = ::write(file.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        check(written >= 0);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    check(::fsync(file.get()) == 0);
    std::filesystem::rename(draft, path);
}

}  // namespace mindspace::app::backup
