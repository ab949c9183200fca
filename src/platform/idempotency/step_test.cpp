#include "platform/idempotency/step.h"

#include "platform/http/api/endpoint.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"
#include "support/base/directory.h"
#include "support/base/timeout.h"
#include "support/postgres/migrated_database.h"

#include <gtest/gtest.h>

namespace mindspace::idempotency {
namespace {

constexpr Seconds kLongest{3600};

Awaitable<Result<>> nothing() {
    co_return Result<>{};
}

// One request with a key, as the middleware passes it to the step.
struct Request {
    explicit Request(std::string_view key) {
        head.method = http::Method::post;
        head.path = "/things";
        head.headers = {{"Idempotency-Key", key}};
    }
    http::RequestHead head;
    http::Endpoint endpoint =
        http::endpoint({.method = http::Method::post, .path = "/things", .summary = "", .creates = true},
                       [](http::Call<>) { return nothing(); });
    http::Exchange exchange{.head = head, .body = "{}", .endpoint = &endpoint};
};

Awaitable<> await(Awaitable<> pending) {
    if (pending.valid()) co_await std::move(pending);
}

class IdempotencyStepTest : public testing::Test {
protected:
    IdempotencyStepTest() {
        database_.start();
        postgres::run_until(io_, [this] { return database_.is_up(); });
    }
    ~IdempotencyStepTest() override {
        database_.stop();
        postgres::run_to_end(io_);
    }

    // The status of a refusal or a replay; 0: the request goes on.
    int begin(Request& request) {
        postgres::run(io_, await(step_.before(request.exchange)));
        return request.exchange.response ? request.exchange.response->status : 0;
    }
    void end(Request& request, int status) {
        request.exchange.response = http::Response{.status = status, .body = "{}"};
        postgres::run(io_, await(step_.after(request.exchange, *request.exchange.response)));
    }

    asio::io_context io_;
    const std::string conninfo_ = integration::create_migrated_database();
    postgres::Client database_{io_, {.conninfo = conninfo_}};
    const TemporaryDirectory directory_;
    const Secret secret_ = Secret::load_or_create(directory_.path() / "secret");
    IdempotencyStep step_{io_, database_, secret_, kLongest};
};

TEST_F(IdempotencyStepTest, ReplaysTheFirstResponse) {
    Request first("key");
    Request during("key");
    Request later("key");
    EXPECT_EQ(begin(first), 0);
    EXPECT_EQ(begin(during), 409);
    end(first, 201);
    EXPECT_EQ(begin(later), 201);
    end(later, 201);
    Request another("key");
    another.exchange.body = R"({"other":true})";
    EXPECT_EQ(begin(another), 422);
}

TEST_F(IdempotencyStepTest, ReleasesTheKeyOfAFailedRequest) {
    Request first("key");
    Request again("key");
    EXPECT_EQ(begin(first), 0);
    end(first, 500);
    EXPECT_EQ(begin(again), 0);
    EXPECT_EQ(again.exchange.creation_id, first.exchange.creation_id) << "it may have created something";
    end(again, 422);
    Request third("key");
    EXPECT_EQ(begin(third), 0);
    EXPECT_NE(third.exchange.creation_id, first.exchange.creation_id) << "nothing was done";
}

// What the request waited for when its deadline came may be the database itself.
TEST_F(IdempotencyStepTest, ReleasesTheKeyOfALateRequestWithoutDelayingItsResponse) {
    postgres::Session other(io_, {.conninfo = conninfo_});
    postgres::run(io_, other.connect());
    Request late("key");
    EXPECT_EQ(begin(late), 0);
    postgres::run(io_, other.execute("BEGIN; LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE"));
    late.exchange.is_late = true;
    end(late, 504);  // returns
    postgres::run(io_, other.execute("COMMIT"));
    Request again("key");
    EXPECT_TRUE(eventually([&] {
        again.exchange.response.reset();
        return begin(again) == 0;
    }));
    EXPECT_EQ(again.exchange.creation_id, late.exchange.creation_id);
}

TEST_F(IdempotencyStepTest, IgnoresOtherRequests) {
    Request without_key("key");
    without_key.head.headers.clear();
    Request forwarded("key");
    forwarded.endpoint.forwarded = true;
    Request read("key");
    read.endpoint.declaration.creates = false;
    for (auto* request : {&without_key, &forwarded, &read}) {
        EXPECT_FALSE(step_.before(request->exchange).valid());
        request->exchange.response = http::Response{.body = {}};
        EXPECT_FALSE(step_.after(request->exchange, *request->exchange.response).valid());
    }
}

}  // namespace
}  // namespace mindspace::idempotency
