// mindspace doctor: findings that real servers, files and limits provoke.

#include "support/network/certificate.h"
#include "support/postgres/database.h"
#include "support/postgres/server.h"
#include "support/program/person.h"

#include "platform/base/version.h"

#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <sys/resource.h>

#include <memory>

namespace mindspace::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string url_of(const Program& program) {
    return "http://127.0.0.1:" + std::to_string(program.port());
}

// Runs the doctor on the shared program with these settings.
ProcessResult examine(const std::vector<std::string>& settings, std::vector<std::string> arguments = {}) {
    const auto& program = Program::shared();
    arguments.insert(arguments.begin(), {"doctor", "--url", url_of(program)});
    for (const auto& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    return program.run(arguments);
}

TEST(Doctor, ReportsNoProblemsOfAHealthyProgram) {
    // The tests' PostgreSQL runs without fsync, which is a finding
    const Program program(kFullPasswordHash, std::nullopt, Servers::dedicated);
    const auto url = url_of(program);
    const auto ended = program.run({"doctor", "--url", url});
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    for (const char* finding : {"PostgreSQL 15", "Redis responds", "is ready", "sees this machine as 127.0.0.1"})
        EXPECT_THAT(ended.output, HasSubstr(finding));
    EXPECT_THAT(ended.output, Not(HasSubstr("FAIL")));
}

TEST(Doctor, ReportsAPublicUrlThatTheRunningProgramDoesNotHave) {
    const auto& program = Program::shared();
    const auto url = url_of(program);
    const auto another = "FAIL  " + url + " was started with another http.public_url than ";
    auto ended = program.run({"doctor", "--url", url});
    EXPECT_THAT(ended.output, Not(HasSubstr(another)));
    ended = program.run({"doctor", "--url", url, "--set", "http.public_url=https://mind.example/app"});
    EXPECT_EQ(ended.exit_code, 69) << ended.output;
    EXPECT_THAT(ended.output, HasSubstr(another + "https://mind.example/app"));
}

TEST(Doctor, ReportsProblems) {
    const auto ended = Program::shared().run({"doctor", "--url", "http://127.0.0.1:1"});
    EXPECT_EQ(ended.exit_code, 69) << ended.output;
    EXPECT_THAT(ended.output, HasSubstr("FAIL  http://127.0.0.1:1 does not respond"));
}

TEST(Doctor, ShowsTheSameChecksAsJson) {
    const auto ended = examine({"http.trusted_proxies=0.0.0.0/0"}, {"--json"});
    const auto checks = json::parse(ended.output).as_array();
    bool is_found = false;
    for (const auto& check : checks) {
        const auto& members = check.as_object();
        EXPECT_NE(text_of(members, "name"), "");
        EXPECT_NE(text_of(members, "finding"), "");
        EXPECT_EQ(members.contains("fix"), text_of(members, "state") != "ok") << "each finding has a fix";
        if (text_of(members, "name") == "settings.trusted_proxies") is_found = text_of(members, "state") == "warning";
    }
    EXPECT_TRUE(is_found) << ended.output;
}

// Lowers the limit of open files of this process, which programs that it starts inherit, until the end of the scope.
class FewOpenFiles {
public:
    explicit FewOpenFiles(rlim_t count) {
        EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
        const rlimit lowered{.rlim_cur = count, .rlim_max = before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
    }
    FewOpenFiles(const FewOpenFiles&) = delete;
    FewOpenFiles& operator=(const FewOpenFiles&) = delete;
    ~FewOpenFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

TEST(Doctor, ReportsTooFewOpenFiles) {
    const auto arguments_of = [](const Program& program) {
        return std::vector<std::string>{"doctor",
                                        "--url",
                                        url_of(program),
                                        "--set",
                                        "management.port=" + std::to_string(program.management_port()),
                                        "--set",
                                        "http.max_connections=200"};
    };
    const Program enough({}, std::nullopt);
    EXPECT_THAT(enough.run(arguments_of(enough)).output, AllOf(HasSubstr("files open"), Not(HasSubstr("too few"))));

    const auto few = [] {
        const FewOpenFiles lowered(400);
        return std::make_unique<Program>(Environment{}, std::nullopt);
    }();
    const auto ended = few->run(arguments_of(*few));
    EXPECT_EQ(ended.exit_code, kUnavailable);
    EXPECT_THAT(ended.output,
                HasSubstr("FAIL  the program may open 400 files, too few for http.max_connections = 200"));
    EXPECT_THAT(ended.output, HasSubstr("fix: set LimitNOFILE"));
}

TEST(Doctor, ReportsDangerousSettingsOfPostgres) {
    const postgres::TestServer server({"fsync=off", "full_page_writes=off", "max_connections=10"});
    const auto ended =
        examine({"database.url=" + server.conninfo(), "http.cores=4", "database.connections_per_core=4"});
    EXPECT_EQ(ended.exit_code, kUnavailable);
    for (const char* finding : {"FAIL  PostgreSQL runs with fsync off", "fix: ALTER SYSTEM SET fsync = on",
                                "FAIL  PostgreSQL runs with full_page_writes off",
                                "FAIL  PostgreSQL accepts 7 connections, but one process with these settings opens 21",
                                "warn  the database has no schema yet"})
        EXPECT_THAT(ended.output, HasSubstr(finding));
}

TEST(Doctor, ComparesReplicasWithTheirPrimary) {
    const postgres::TestServer primary;
    const postgres::TestServer standby(postgres::TestServer::StandbyOf{primary});
    const std::vector<std::string> settings{"database.url=" + primary.conninfo(),
                                            "database.replica_urls=" + standby.conninfo()};
    const auto which = "the replica at " + standby.directory();
    // A loaded machine may let it lag for a while.
    EXPECT_TRUE(eventually([&] { return examine(settings).output.contains("ok    " + which + " lags by less than"); }));
    EXPECT_THAT(examine(settings).output, HasSubstr("warn  replication is asynchronous"));

    query(standby.conninfo(), "SELECT pg_wal_replay_pause()");
    query(primary.conninfo(), "CREATE TABLE written_since (id integer)");
    EXPECT_THAT(examine(settings).output, HasSubstr("warn  " + which + " lags by more than 500 ms"));

    EXPECT_THAT(examine({settings[0], "database.replica_urls=" + primary.conninfo()}).output,
                HasSubstr("FAIL  the replica at " + primary.directory() + " is not a standby"));
    EXPECT_THAT(examine({"database.url=" + standby.conninfo()}).output,
                HasSubstr("FAIL  the server of database.url is a standby"));
    query(primary.conninfo(), "SELECT pg_create_physical_replication_slot('forgotten', true)");
    EXPECT_THAT(examine({settings[0]}).output, HasSubstr("warn  replication slots are not in use: forgotten"));
}

TEST(Doctor, ReportsProcessesOfAnotherVersion) {
    const auto same = "all processes that are connected to the database are version " + std::string(kVersion);
    EXPECT_THAT(examine({}).output, HasSubstr(same));
    const auto conninfo = Program::shared().conninfo() + " application_name=mindspace/0.0.9";
    const std::unique_ptr<PGconn, decltype(&PQfinish)> older(PQconnectdb(conninfo.c_str()), &PQfinish);
    ASSERT_EQ(PQstatus(older.get()), CONNECTION_OK) << PQerrorMessage(older.get());
    EXPECT_THAT(examine({}).output,
                AllOf(HasSubstr("warn  processes of version 0.0.9 are connected"), Not(HasSubstr(same))));
}

TEST(Doctor, ReportsANewerSchema) {
    const Program program({}, std::nullopt);
    query(program,
          "INSERT INTO schema_migrations (version, name, checksum) SELECT max(version) + 2, 'newer', '' "
          "FROM schema_migrations");
    const auto ended = program.run({"doctor", "--url", url_of(program)});
    EXPECT_THAT(ended.output,
                AllOf(HasSubstr("FAIL  the schema is at version"), HasSubstr("fix: update this program")));
}

TEST(Doctor, ReportsCertificatesThatExpire) {
    const TemporaryDirectory directory;
    const CertificateFiles files{.certificate = directory.path() / "certificate.pem",
                                 .key = directory.path() / "key.pem"};
    make_certificate(files, "doctor");  // for two days
    const Program program({{"MINDSPACE_TLS_CERTIFICATE", files.certificate}, {"MINDSPACE_TLS_KEY", files.key}},
                          std::nullopt);
    const auto url = "https://localhost:" + std::to_string(program.port());
    auto ended = program.run({"doctor", "--set", "http.public_url=" + url});
    EXPECT_THAT(ended.output, AllOf(HasSubstr("warn  the certificate of " + files.certificate + " expires at"),
                                    HasSubstr("warn  the certificate of " + url + " expires at")));

    const std::string expired = directory.path() / "expired.pem";
    const std::string request = directory.path() / "request.pem";
    ASSERT_EQ(
        run_to_end({"openssl", "req", "-new", "-key", files.key, "-subj", "/CN=localhost", "-out", request}).exit_code,
        0);
    ASSERT_EQ(
        run_to_end({"openssl", "x509", "-req", "-in", request, "-signkey", files.key, "-days", "-1", "-out", expired})
            .exit_code,
        0);
    ended = program.run({"doctor", "--url", url, "--set", "tls.certificate=" + expired, "--set",
                         "http.public_url=https://mind.invalid"});
    EXPECT_EQ(ended.exit_code, kUnavailable);
    for (const auto& finding : {"FAIL  the certificate of " + expired + " expired at",
                                "FAIL  the certificate of " + expired + " is not for mind.invalid",
                                std::string("FAIL  mind.invalid (http.public_url) cannot be resolved")})
        EXPECT_THAT(ended.output, HasSubstr(finding));
}

}  // namespace
}  // namespace mindspace::integration
