#include "app/settings/settings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace mindspace::app {
namespace {

Config load(std::vector<std::string> environment) {
    Config config;
    bind_settings(config).load({.environment = std::move(environment)});
    derive_settings(config);
    return config;
}

TEST(Settings, HaveTheDocumentedNames) {
    auto config = load({"MINDSPACE_HTTP_PORT=9000", "MINDSPACE_MANAGEMENT_PORT=9001", "MINDSPACE_DATA_DIR=/data",
                        "MINDSPACE_RATE_LIMIT_SCALE=100", "MINDSPACE_CORS_ORIGINS=https://a.example,https://b.example",
                        "MINDSPACE_AUTH_ACCESS_TOKEN_TTL_SECONDS=60", "MINDSPACE_LOG_LEVEL=debug"});
    EXPECT_EQ(config.http.port, 9000);
    EXPECT_EQ(config.management.port, 9001);
    EXPECT_EQ(config.data_dir, "/data");
    EXPECT_EQ(config.rate_limit.scale, 100);
    EXPECT_EQ(config.cors.origins, (std::vector<std::string>{"https://a.example", "https://b.example"}));
    EXPECT_EQ(config.auth.access.ttl, Seconds(60));
    EXPECT_EQ(config.log.options.level, log::Level::debug);
}

TEST(Settings, DeriveThePublicUrlAndTheIssuer) {
    EXPECT_EQ(load({}).auth.access.issuer, "http://localhost:8080");
    EXPECT_EQ(load({"MINDSPACE_HTTP_PORT=81"}).http.public_url, "http://localhost:81");
    auto config = load({"MINDSPACE_HTTP_PUBLIC_URL=https://mind.example/"});
    EXPECT_EQ(config.http.public_url, "https://mind.example");
    EXPECT_EQ(config.auth.access.issuer, "https://mind.example");
    EXPECT_EQ(load({"MINDSPACE_AUTH_ISSUER=me"}).auth.access.issuer, "me");
    EXPECT_THROW(load({"MINDSPACE_HTTP_PUBLIC_URL=mind.example"}), config::ConfigError);
}

TEST(Settings, DeriveTheSenderOfMailsAndRejectInvalidOnes) {
    EXPECT_EQ(load({"MINDSPACE_HTTP_PUBLIC_URL=https://mind.example:8443/app"}).auth.mail.from,
              "Mind Space <no-reply@mind.example>");
    EXPECT_EQ(load({"MINDSPACE_MAIL_FROM=zen@mind.example"}).auth.mail.from, "zen@mind.example");
    EXPECT_THROW(load({"MINDSPACE_MAIL_FROM=nobody"}), config::ConfigError);
    EXPECT_THROW(load({"MINDSPACE_MAIL_URL=mail.example:25"}), config::ConfigError);
    EXPECT_EQ(load({"MINDSPACE_MAIL_URL=smtps://mail.example"}).auth.mail.server.starttls, mail::StartTls::required);
}

TEST(Settings, NeverShowACredential) {
    Config config;
    auto configuration = bind_settings(config);
    configuration.load({.environment = {"MINDSPACE_DATABASE_URL=postgres://u:hunter2@h/db",
                                        "MINDSPACE_REDIS_URL=redis://u:hunter2@h:6379",
                                        "MINDSPACE_MAIL_URL=smtp://u:hunter2@h", "MINDSPACE_MAIL_PASSWORD=hunter2"}});
    EXPECT_EQ(configuration.explain().find("hunter2"), std::string::npos);
}

// Each default must be allowed by its own row, and the rows of a section must be contiguous; otherwise the file would
// not load.
TEST(Settings, ExplainADefaultFileThatLoads) {
    Config config;
    auto path = std::filesystem::path(testing::TempDir()) / ("settings_" + std::to_string(getpid()) + ".toml");
    std::ofstream(path) << bind_settings(config).explain();
    Config loaded;
    EXPECT_NO_THROW(bind_settings(loaded).load({.file = path}));
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace mindspace::app
