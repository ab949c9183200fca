#include "app/embedded/socket_directory.h"

#include <fmt/format.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace mindspace::app {

namespace fs = std::filesystem;

namespace {

// PostgreSQL's socket has the longest name in the directory.
constexpr std::string_view kLongestSocketName = "/.s.PGSQL.5432";

bool fits(const fs::path& directory) {
    return directory.native().size() + kLongestSocketName.size() < sizeof(sockaddr_un::sun_path) &&
           directory.native().find(',') == std::string::npos;
}

// FNV-1a: the same path must produce the same name in every build.
std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 0xCBF29CE484222325ULL;
    for (const char byte : text) value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
    return value;
}

}  // namespace

fs::path choose_socket_directory(const fs::path& preferred) {
    if (fits(preferred)) return preferred;
    const std::string name = fmt::format("mindspace-{:016x}", hash(preferred.native()));
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    const fs::path of_root = fs::path("/run") / name;  // root creates it for us before it switches to our account
    if (::geteuid() == 0 || fs::exists(of_root)) return of_root;
    if (runtime && *runtime == '/' && fits(fs::path(runtime) / name)) return fs::path(runtime) / name;
    return fs::path("/tmp") / name;
}

fs::path make_socket_directory(const fs::path& preferred, const Account& owner) {
    fs::path directory = choose_socket_directory(preferred);
    ensure_owned_directory(directory, 0700, owner);
    return directory;
}

}  // namespace mindspace::app
