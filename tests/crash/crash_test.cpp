// The program is killed or stopped while it works.

#include "support/live/client.h"
#include "support/load/workload.h"
#include "support/network/raw_connection.h"
#include "support/program/mailbox.h"
#include "support/program/suite_program.h"

#include <gmock/gmock.h>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <csignal>
#include <filesystem>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// For a single process: with the embedded servers, which must end with it.
template <class Suite>
class EndSuite : public SuiteProgram<Suite> {
public:
    static Servers servers() { return dedicated_unless_split(); }
};

class Crash : public EndSuite<Crash> {};
class Stop : public EndSuite<Stop> {};

TEST_F(Crash, NeitherLosesNorDuplicatesAcknowledgedChanges) {
    Workload workload(program(), 6);
    ASSERT_TRUE(eventually([&] { return workload.acknowledged() >= 120 || !workload.unexpected_responses().empty(); }));
    workload.stop_on_connection_error();
    program().kill();
    workload.stop();
    EXPECT_THAT(workload.unexpected_responses(), IsEmpty());

    program().start();
    workload.expect_nothing_lost_or_duplicated();
}

TEST_F(Crash, KeepsPasswordResetRequests) {
    const auto person = register_person(program());
    wait_for_mail(program(), person.email);
    Client anyone(program());
    ASSERT_TRUE(is(anyone.post("/api/v1/auth/password/forgot", {{"email", person.email}}), 202));
    program().kill();
    program().start();
    const auto token = wait_for_mail(program(), person.email, 2).token();
    const json::object reset{{"token", token}, {"newPassword", "quite another one"}};
    EXPECT_TRUE(is(Client(program()).post("/api/v1/auth/password/reset", reset), 204));
}

TEST_F(Crash, LeavesNothingThatBlocksTheNextStart) {
    auto person = register_person(program());
    for (int i = 0; i < 2; ++i) {
        const auto id = meditate(person);
        program().kill();
        program().start();
        // The same keys, the same logins, the same sessions.
        EXPECT_TRUE(is(person.client.get("/api/v1/sessions/" + id), 200));
    }
    EXPECT_EQ(program().stop(), 0);
    EXPECT_FALSE(program().postgres_pid());
    EXPECT_FALSE(program().redis_pid());
}

TEST_F(Stop, FinishesRequestsInFlight) {
    const auto email = new_email();
    const auto body = json::serialize(json::object{{"email", email}, {"password", kPassword}, {"displayName", "Ada"}});
    RawConnection connection(program().port());
    connection.send(
        "POST /api/v1/auth/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Expect: 100-continue\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n");
    connection.receive_until("\r\n\r\n");
    connection.send(body.substr(0, 10));
    program().send(SIGTERM);
    ASSERT_TRUE(eventually([&] { return !is_listening(program().port()); })) << "no new connections";
    connection.send(body.substr(10));
    const auto response = connection.receive_all();
    EXPECT_THAT(response, testing::StartsWith("HTTP/1.1 201 "));
    EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(program().wait_for_end(), 0);

    program().start();
    const json::object login{{"email", email}, {"password", kPassword}};
    EXPECT_TRUE(is(Client(program()).post("/api/v1/auth/login", login), 200));
}

TEST_F(Stop, UnderLoadExitsCleanlyAndLosesNothing) {
    Workload workload(program(), 4);
    ASSERT_TRUE(eventually([&] { return workload.acknowledged() >= 40 || !workload.unexpected_responses().empty(); }));
    workload.stop_on_connection_error();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(program().stop(), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - began, scaled(30s));
    workload.stop();
    EXPECT_THAT(workload.unexpected_responses(), IsEmpty());
    EXPECT_FALSE(program().postgres_pid());
    EXPECT_FALSE(program().redis_pid());

    program().start();
    workload.expect_nothing_lost_or_duplicated();
}

// A signal delivered to another thread would end the program at once, with requests in flight.
TEST_F(Stop, ReactsToItsSignalsOnly) {
    for (int i = 0; i < 20'000; ++i) program().send(SIGHUP);
    EXPECT_TRUE(is(Client(program()).get("/livez"), 200));
    EXPECT_EQ(program().stop(), 0);
}

// Stops one thread of another process, as if it waited for a lock that is never released.
class HangingThread {
public:
    HangingThread(pid_t process, const std::string& name) {
        for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task"))
            if (read_whole_file(task.path() / "comm") == name + "\n") id_ = std::stoi(task.path().filename());
        is_stopped_ = id_ != 0 && ptrace(PTRACE_SEIZE, id_, nullptr, nullptr) == 0 &&
                      ptrace(PTRACE_INTERRUPT, id_, nullptr, nullptr) == 0 && waitpid(id_, nullptr, __WALL) == id_;
    }
    [[nodiscard]] bool is_stopped() const { return is_stopped_; }
    // It ends only with its process.
    [[nodiscard]] bool has_ended() const { return waitpid(id_, nullptr, __WALL | WNOHANG) != 0; }

private:
    pid_t id_ = 0;
    bool is_stopped_ = false;
};

TEST(StopOfAHangingCore, IsReportedByTheExitCode) {
    Program program({{"MINDSPACE_HTTP_DRAIN_SECONDS", "1"}, {"MINDSPACE_HTTP_CORES", "2"}}, std::nullopt);
    const HangingThread core(program.pid(), "core-1");
    ASSERT_TRUE(core.is_stopped()) << "no thread with that name, or this machine does not allow stopping it";
    program.send(SIGTERM);
    ASSERT_TRUE(eventually([&] { return core.has_ended(); }));
    EXPECT_EQ(program.wait_for_end(), EX_SOFTWARE);
}

TEST_F(Stop, TellsSocketsToReconnectElsewhere) {
    auto person = register_person(program());
    auto socket = join(person, create_group(person)).socket;
    const RawConnection idle(program().port());
    program().send(SIGTERM);
    EXPECT_GE(number_of(socket.next("drain"), "reconnectInMs"), 0);
    EXPECT_EQ(socket.close_code(), 1012);
    EXPECT_EQ(program().wait_for_end(), 0);
}

}  // namespace
}  // namespace mindspace::integration
