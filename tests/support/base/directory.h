#pragma once
// For tests: a directory of its own under the system's for temporary files, removed with everything in it at the end.
// The servers' account may pass through it.

#include <filesystem>

namespace mindspace {

class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace mindspace
