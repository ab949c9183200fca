#include "app/backup/repository/error_text.h"

#include <gtest/gtest.h>

namespace mindspace::app::backup {
namespace {

TEST(ErrorText, IsTheLineWithTheErrorOrTheLastOne) {
    EXPECT_EQ(error_text("WARN: something\nERROR: [039]: it failed\n  more\n"), "ERROR: [039]: it failed");
    EXPECT_EQ(error_text("first\nsecond\n\n"), "second");
    EXPECT_EQ(error_text(""), "it said nothing");
}

TEST(ErrorText, HasTheCodeOfObjectStorage) {
    EXPECT_EQ(error_text("ERROR: [039]: HTTP request failed with 403 (Forbidden):\n*** Response Content ***:\n"
                         "<Error><Code>AccessDenied</Code></Error>\n"),
              "ERROR: [039]: HTTP request failed with 403 (Forbidden): AccessDenied");
}

}  // namespace
}  // namespace mindspace::app::backup
