#include "platform/base/secret.h"

#include "support/base/directory.h"

#include <gtest/gtest.h>

#include <fstream>

namespace mindspace {
namespace {

TEST(Secret, IsCreatedOnceAndPrivate) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "secret";
    const auto first = Secret::load_or_create(file);
    const auto again = Secret::load_or_create(file);
    EXPECT_EQ(first.keyed_hash("mails", "ada@example.org"), again.keyed_hash("mails", "ada@example.org"));
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto other = Secret::load_or_create(directory.path() / "other");
    EXPECT_NE(first.keyed_hash("mails", "ada@example.org"), other.keyed_hash("mails", "ada@example.org"));
}

TEST(Secret, HashesDifferentlyForEachPurpose) {
    const TemporaryDirectory directory;
    const auto secret = Secret::load_or_create(directory.path() / "secret");
    EXPECT_NE(secret.keyed_hash("mails", "ada@example.org"), secret.keyed_hash("answers", "ada@example.org"));
}

TEST(Secret, RefusesAFileThatIsTooShort) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "secret";
    std::ofstream(file) << "short";
    EXPECT_THROW(Secret::load_or_create(file), std::runtime_error);
}

}  // namespace
}  // namespace mindspace
