#include "platform/config/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace mindspace::config {
namespace {

struct Example {
    std::string data_dir;
    std::uint16_t port = 8080;
    Seconds idle_timeout{75};
    std::vector<std::string> origins;
    std::string url;

    std::vector<Setting> rows() {
        return {
            {.key = "data_dir", .member = &data_dir, .sentence = "Where data is kept."},
            {.key = "http.port", .member = &port, .bounds = {.min = 1}, .sentence = "Port of the listener."},
            {.key = "http.idle_timeout_seconds", .member = &idle_timeout, .sentence = "How long it may be idle."},
            {.key = "http.origins", .member = &origins, .sentence = "Who may call."},
            {.key = "database.url", .member = &url, .sentence = "Where the database is.", .secret = true},
        };
    }
};

struct ConfigurationTest : testing::Test {
    static std::string directory_name() {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        return std::string("config_") + test->name() + '_' + std::to_string(getpid());
    }

    void SetUp() override { std::filesystem::create_directory(directory); }
    void TearDown() override { std::filesystem::remove_all(directory); }

    std::filesystem::path write(const std::string& name, std::string_view text) {
        std::ofstream(directory / name) << text;
        return directory / name;
    }

    // The faults of loading `sources`, with the directory's name removed.
    std::vector<std::string> faults_of(const Sources& sources) {
        try {
            configuration.load(sources);
            return {};
        } catch (const ConfigError& error) {
            auto faults = error.faults();
            for (auto& fault : faults) {
                auto prefix = directory.native() + '/';
                for (auto at = fault.find(prefix); at != std::string::npos; at = fault.find(prefix)) {
                    fault.erase(at, prefix.size());
                }
            }
            return faults;
        }
    }

    std::filesystem::path directory = std::filesystem::path(testing::TempDir()) / directory_name();
    Example example;
    Configuration configuration{"mindspace", example.rows()};
};

using Faults = std::vector<std::string>;

TEST_F(ConfigurationTest, KeepsDefaultsWhereNothingIsSet) {
    EXPECT_EQ(faults_of({}), Faults{});
    EXPECT_EQ(example.port, 8080);
    EXPECT_EQ(example.idle_timeout, Seconds(75));
}

TEST_F(ConfigurationTest, AFlagOverridesTheEnvironmentWhichOverridesTheFile) {
    auto file =
        write("a.toml", "data_dir = '/file'\n[http]\nport = 1\nidle_timeout_seconds = 1\norigins = ['a', 'b']\n");
    EXPECT_EQ(faults_of({.file = file,
                         .environment = {"MINDSPACE_HTTP_PORT=2", "MINDSPACE_DATA_DIR=/env", "OTHER=x"},
                         .flags = {"http.port=3"}}),
              Faults{});
    EXPECT_EQ(example.port, 3);
    EXPECT_EQ(example.data_dir, "/env");
    EXPECT_EQ(example.idle_timeout, Seconds(1));
    EXPECT_EQ(example.origins, (std::vector<std::string>{"a", "b"}));
}

TEST_F(ConfigurationTest, ReportsEveryFaultOfEverySourceAtOnce) {
    auto file =
        write("a.toml", "[http]\nport = 0\norigins = [1]\nprot = 5\n\n[database]\nurl = 5\nsince = 2026-01-01\n");
    EXPECT_EQ(faults_of({.file = file,
                         .environment = {"MINDSPACE_HTTP_PORT=http", "MINDSPACE_HTTP_PROT=1", "MINDSPACE_PROXY=1"},
                         .flags = {"http.port=70000", "data=x"}}),
              (Faults{
                  "a.toml:2: http.port must be an integer from 1 to 65535, not 0",
                  "a.toml:3: http.origins must be a list of strings, not a list with other values",
                  "a.toml:4: http.prot: unknown setting; did you mean http.port (MINDSPACE_HTTP_PORT)?",
                  "a.toml:7: database.url must be a string",
                  "a.toml:8: database.since: unknown setting",
                  "MINDSPACE_HTTP_PORT: http.port must be an integer from 1 to 65535, not \"http\"",
                  "MINDSPACE_HTTP_PROT: unknown setting; did you mean http.port (MINDSPACE_HTTP_PORT)?",
                  "MINDSPACE_PROXY: unknown setting",
                  "--set http.port: http.port must be an integer from 1 to 65535, not 70000",
                  "--set data: unknown setting",
              }));
}

TEST_F(ConfigurationTest, ReportsTheLineThatIsNotToml) {
    auto file = write("a.toml", "[http]\nport = = 1\n");
    auto faults = faults_of({.file = file, .environment = {"MINDSPACE_HTTP_PORT=0"}});
    ASSERT_EQ(faults.size(), 2U) << "the other sources are read all the same";
    EXPECT_TRUE(faults[0].starts_with("a.toml:2: is not TOML: ")) << faults[0];
}

TEST_F(ConfigurationTest, ARequestedFileMustExist) {
    EXPECT_EQ(faults_of({.file = directory / "none.toml"}), Faults{"none.toml: cannot be read"});
    auto variable = "MINDSPACE_CONFIG=" + (directory / "none.toml").native();
    EXPECT_EQ(faults_of({.environment = {variable}}), Faults{"none.toml: cannot be read"});
    auto folder = directory / "folder";
    std::filesystem::create_directory(folder);
    EXPECT_EQ(faults_of({.file = folder}), Faults{"folder: is a directory"});
}

TEST_F(ConfigurationTest, LooksForTheFileInOrder) {
    auto flag = write("flag.toml", "http.port = 1");
    auto variable = "MINDSPACE_CONFIG=" + write("variable.toml", "http.port = 2").native();
    auto fallback = write("fallback.toml", "http.port = 3");
    std::vector fallbacks{directory / "none.toml", fallback};

    EXPECT_EQ(faults_of({.fallback_files = fallbacks}), Faults{});
    EXPECT_EQ(example.port, 3);
    EXPECT_EQ(faults_of({.fallback_files = fallbacks, .environment = {variable}}), Faults{});
    EXPECT_EQ(example.port, 2);
    EXPECT_EQ(faults_of({.file = flag, .fallback_files = fallbacks, .environment = {variable}}), Faults{});
    EXPECT_EQ(example.port, 1);
}

TEST_F(ConfigurationTest, ReadsAValueFromAFile) {
    auto secret = write("secret", "postgres://u:p@h/db\n").native();
    EXPECT_EQ(faults_of({.environment = {"MINDSPACE_DATABASE_URL_FILE=" + secret}}), Faults{});
    EXPECT_EQ(example.url, "postgres://u:p@h/db");

    EXPECT_EQ(faults_of({.environment = {"MINDSPACE_DATABASE_URL_FILE=" + secret, "MINDSPACE_DATABASE_URL="}}),
              Faults{});
    EXPECT_EQ(example.url, "postgres://u:p@h/db") << "an empty variable counts as not set";
}

TEST_F(ConfigurationTest, RefusesAValueFromAMissingFileOrWithASecondValue) {
    auto secret = write("secret", "x").native();
    auto large = write("large", std::string(64 * 1024 + 1, 'x')).native();
    EXPECT_EQ(faults_of({.environment = {"MINDSPACE_DATABASE_URL_FILE=" + directory.native() + "/none",
                                         "MINDSPACE_HTTP_PORT_FILE=" + large}}),
              (Faults{"MINDSPACE_DATABASE_URL_FILE: none must be a readable file of at most 65536 bytes",
                      "MINDSPACE_HTTP_PORT_FILE: large must be a readable file of at most 65536 bytes"}));
    EXPECT_EQ(faults_of({.environment = {"MINDSPACE_DATABASE_URL_FILE=" + secret, "MINDSPACE_DATABASE_URL=y"}}),
              Faults{"MINDSPACE_DATABASE_URL_FILE: MINDSPACE_DATABASE_URL is set as well; keep one of them"});
}

TEST_F(ConfigurationTest, ExplainsEachSettingAndWhereItCameFrom) {
    ASSERT_EQ(faults_of({.environment = {"MINDSPACE_DATABASE_URL=postgres://u:hunter2@h"}, .flags = {"http.port=81"}}),
              Faults{});
    auto text = configuration.explain();
    EXPECT_NE(text.find("\n[http]\n\n# Port of the listener.\n# an integer from 1 to 65535; MINDSPACE_HTTP_PORT; "
                        "default 8080; now from: --set http.port\nport = 81\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("\n# url = (secret)\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("hunter2"), std::string::npos);
}

TEST_F(ConfigurationTest, AnExplanationCanBeLoaded) {
    ASSERT_EQ(faults_of({.flags = {"http.origins=a,\"b\"", "http.port=81"}}), Faults{});
    auto file = write("explained.toml", configuration.explain());
    Example other;
    Configuration("mindspace", other.rows()).load({.file = file});
    EXPECT_EQ(other.origins, example.origins);
    EXPECT_EQ(other.port, 81);
}

TEST_F(ConfigurationTest, WritesATableOfDefaults) {
    ASSERT_EQ(faults_of({.flags = {"http.port=81"}}), Faults{});
    auto text = configuration.explain_markdown();
    EXPECT_NE(text.find("| `http.port` | `MINDSPACE_HTTP_PORT` | an integer from 1 to 65535 | `8080` | "
                        "Port of the listener. |\n"),
              std::string::npos)
        << text;
}

}  // namespace
}  // namespace mindspace::config
