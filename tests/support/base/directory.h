#pragma once
// For tests: a new directory below the system's temporary directory, removed with its contents at the end. The servers'
// account may traverse it.

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
