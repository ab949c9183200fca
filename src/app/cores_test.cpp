#include "app/cores.h"

#include "app/process/backends.h"
#include "app/settings/settings.h"
#include "support/postgres/server.h"
#include "support/redis/server.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <mutex>

namespace mindspace::app {
namespace {

using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::UnorderedElementsAre;

// The calls, in order.
class Calls {
public:
    void add(std::string call) {
        const std::lock_guard lock(mutex_);
        calls_.push_back(std::move(call));
    }
    std::vector<std::string> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(calls_, {});
    }

private:
    std::mutex mutex_;
    std::vector<std::string> calls_;
};

template <class Base>
class Part : public Base {
public:
    Part(Calls& calls, std::string name) : calls_(calls), name_(std::move(name)) {}
    void start() override { calls_.add("start " + name_); }
    [[nodiscard]] bool is_ready() const override { return std::exchange(was_called_, true); }
    void drain(Milliseconds) override { calls_.add("drain " + name_); }
    void stop() override { calls_.add("stop " + name_); }

private:
    Calls& calls_;
    std::string name_;
    mutable bool was_called_ = false;
};

class TestModule final : public Part<Module> {
public:
    TestModule(Calls& calls, const std::string& name, bool has_cores)
        : Part(calls, name), calls_(calls), name_(name), has_cores_(has_cores) {}
    ModuleCore* add_core(const CoreResources& core) override {
        if (!has_cores_) return nullptr;
        auto part = std::make_unique<Part<ModuleCore>>(calls_, name_ + std::to_string(core.index));
        return cores_.emplace_back(std::move(part)).get();
    }

private:
    Calls& calls_;
    std::string name_;
    bool has_cores_;
    std::vector<std::unique_ptr<Part<ModuleCore>>> cores_;
};

class CoresTest : public testing::Test {
protected:
    CoresTest() {
        redis::ClientOptions options;
        options.socket_path = redis_.socket_path();
        config_.http.cores = 2;
        const auto conninfo = postgres::TestServer::shared().conninfo();
        cores_.emplace(config_, Backends{.database = conninfo, .direct_database = conninfo, .redis = options});
        cores_->add<TestModule>(calls_, "first", true);
        cores_->add<TestModule>(calls_, "job", false);
        cores_->add<TestModule>(calls_, "last", true);
    }

    Calls calls_;
    redis::TestServer redis_;
    Config config_;
    std::optional<Cores> cores_;
};

// The position of a call among all calls.
std::ptrdiff_t position_of(const std::vector<std::string>& calls, const std::string& call) {
    return std::ranges::find(calls, call) - calls.begin();
}

TEST_F(CoresTest, StartModulesInOrderOnEachCoreAndOnceForTheProcess) {
    cores_->start();
    const auto calls = calls_.take();
    EXPECT_THAT(calls, UnorderedElementsAre("start first0", "start first1", "start first", "start job", "start last0",
                                            "start last1", "start last"));
    const auto job = position_of(calls, "start job");
    for (const auto* before : {"start first", "start first0", "start first1"})
        EXPECT_LT(position_of(calls, before), job);
    for (const auto* after : {"start last", "start last0", "start last1"}) EXPECT_GT(position_of(calls, after), job);
}

TEST_F(CoresTest, DrainAndStopThemInReverse) {
    cores_->start();
    calls_.take();
    cores_->drain(Milliseconds(1000));
    auto calls = calls_.take();
    EXPECT_THAT(calls, UnorderedElementsAre("drain last0", "drain last1", "drain last", "drain job", "drain first0",
                                            "drain first1", "drain first"));
    EXPECT_LT(position_of(calls, "drain last1"), position_of(calls, "drain first1"));
    EXPECT_TRUE(cores_->stop());
    calls = calls_.take();
    EXPECT_LT(position_of(calls, "stop last"), position_of(calls, "stop job"));
    EXPECT_LT(position_of(calls, "stop job"), position_of(calls, "stop first0"));
    EXPECT_LT(position_of(calls, "stop last1"), position_of(calls, "stop first1"));
    EXPECT_EQ(calls.size(), 7U);
}

TEST_F(CoresTest, AreStoppedWhenDestroyed) {
    cores_->start();
    calls_.take();
    cores_.reset();
    EXPECT_EQ(calls_.take().size(), 7U);
}

}  // namespace
}  // namespace mindspace::app
