#include "support/base/directory.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace mindspace {

namespace fs = std::filesystem;

TemporaryDirectory::TemporaryDirectory() {
    std::string name = fs::temp_directory_path() / "mindspace-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
    fs::permissions(path_, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace mindspace
