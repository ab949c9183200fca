// docs/configuration.md lists the settings of the program.

#include "app/settings/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace mindspace {

TEST(ConfigurationDocument, EndsWithTheTableThatTheProgramPrints) {
    std::ifstream file(std::string(std::getenv("MINDSPACE_SOURCE_DIR")) + "/docs/configuration.md");
    std::stringstream text;
    text << file.rdbuf();
    app::Config config;
    auto table = app::bind_settings(config).explain_markdown();
    EXPECT_TRUE(text.str().ends_with(table)) << "mindspace config --markdown prints the new table";
}

}  // namespace mindspace
