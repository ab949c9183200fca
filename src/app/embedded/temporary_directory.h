#pragma once
// For tests: a new directory that the servers' account can reach, removed at the end.

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace mindspace::app {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = std::filesystem::temp_directory_path() / "mindspace-test-XXXXXX";
        if (!::mkdtemp(name.data()) || ::chmod(name.c_str(), 0755) != 0) std::abort();
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace mindspace::app
