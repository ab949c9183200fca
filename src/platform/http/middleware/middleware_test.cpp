// The middleware without a server: what it does for a request, and that every response passes all of its steps once.

#include "platform/http/middleware/middleware.h"

#include "platform/http/api/router.h"
#include "platform/http/middleware/compression.h"
#include "support/http/token_access.h"
#include "support/postgres/loop.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace mindspace::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kFriend = "https://friend.example";

// Sees the responses, from where idempotency stands.
class StepProbe final : public Step {
public:
    Awaitable<> after(Exchange&, Response& response) override {
        statuses.push_back(response.status);
        if (fails) throw std::runtime_error("a step fails");
        return {};
    }
    std::vector<int> statuses;
    bool fails = false;
};

Awaitable<Result<Response>> respond(std::function<Response()> make) {
    co_return make();
}

class MiddlewareTest : public testing::Test {
protected:
    // Has one endpoint respond what `make` makes.
    void serve(Declaration declaration, std::function<Response()> make) {
        declaration.limit = LimitClass::none;
        auto row = endpoint(std::move(declaration), [make = std::move(make)](Call<>) { return respond(make); });
        row.types.response = &describe_type<std::string>;
        Endpoints rows;
        rows.push_back(std::move(row));
        router_.emplace(std::move(rows));
        metrics_.emplace(*router_);
        const MiddlewareParts parts{
            .access = access_.control(), .cors = &cors_, .idempotency = &probe_, .compression = &pool_};
        middleware_.emplace(parts, *metrics_);
    }
    void serve_page(std::function<Response()> make) {
        serve({.method = Method::get, .path = "/page", .access = Access::anyone, .summary = "A page."},
              std::move(make));
    }

    Response request(std::vector<Header> fields, Method method = Method::get, std::string_view path = "/page",
                     std::optional<Refusal> refusal = {}) {
        RequestHead head;
        head.method = method;
        head.path = path;
        head.headers = std::move(fields);
        head.headers.push_back({"Origin", kFriend});
        const auto match = router_->find(method, path);
        Exchange exchange{.head = head, .endpoint = match.endpoint, .allow = match.allow, .refusal = refusal};
        postgres::run(loop_, middleware_->handle(exchange));
        return std::move(*exchange.response);
    }
    [[nodiscard]] std::string metrics() const {
        telemetry::Page page;
        collect({&*metrics_}, page);
        return page.text();
    }

    asio::io_context loop_{1};
    WorkerPool pool_{"compression", 1, 10};
    TokenAccess access_;
    CorsPolicy cors_{{std::string(kFriend)}};
    StepProbe probe_;
    std::optional<Router> router_;
    std::optional<CoreMetrics> metrics_;
    std::optional<Middleware> middleware_;
};

std::string header_of(const Response& response, std::string_view name) {
    std::string values;
    for (const auto& [given, value] : response.headers)
        if (given == name) values += (values.empty() ? "" : " and ") + value;
    return values;
}

void expect_marked(const Response& response) {
    EXPECT_EQ(header_of(response, "X-Request-Id"), "mine") << response.status;
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), kFriend) << response.status;
}

TEST_F(MiddlewareTest, PassesEveryResponseThroughEveryStepOnce) {
    auto make = [] { return Response{.body = "{}"}; };
    std::function<Response()> current = make;
    serve_page([&current] { return current(); });
    const Header id{"X-Request-Id", "mine"};
    expect_marked(request({id}));
    expect_marked(request({id, {"Accept", "image/png"}}));
    expect_marked(request({id}, Method::post));
    expect_marked(request({id}, Method::get, "/nothing"));
    expect_marked(request({id}, Method::get, "/page", Refusal{.status = 413, .code = "x", .detail = "x"}));
    current = []() -> Response { throw Unavailable("the database is lost"); };
    expect_marked(request({id}));
    current = []() -> Response { throw std::runtime_error("a bug"); };
    expect_marked(request({id}));
    EXPECT_THAT(probe_.statuses, ElementsAre(200, 406, 405, 404, 413, 503, 500));
    const auto page = metrics();
    EXPECT_THAT(page, HasSubstr(R"(requests_total{method="GET",route="/page",status="2xx"} 1)"));
    EXPECT_THAT(page, HasSubstr(R"(requests_total{method="GET",route="/page",status="4xx"} 2)"));
    EXPECT_THAT(page, HasSubstr(R"(requests_total{method="GET",route="/page",status="5xx"} 2)"));
    EXPECT_THAT(page, HasSubstr(R"(requests_total{method="any",route="unmatched",status="4xx"} 2)"));
}

TEST_F(MiddlewareTest, ContinuesWithTheOtherStepsWhenOneFailsForAResponse) {
    serve_page([] { return Response{.body = "{}"}; });
    probe_.fails = true;
    const auto response = request({{"X-Request-Id", "mine"}});
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, HasSubstr("internal_error"));
    expect_marked(response);
    EXPECT_THAT(metrics(), HasSubstr(R"(route="/page",status="5xx"} 1)"));
}

TEST_F(MiddlewareTest, ShowsADurationWithItsTrace) {
    serve_page([] { return Response{.body = "{}"}; });
    request({{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}});
    telemetry::Page page(telemetry::Page::Format::open_metrics);
    collect({&*metrics_}, page);
    EXPECT_THAT(page.text(), HasSubstr(R"(duration_seconds_count{method="GET",route="/page",status="2xx"} 1)"));
    EXPECT_THAT(page.text(), HasSubstr(R"( # {trace_id="0af7651916cd43dd8448eb211c80319c"} )"));
}

TEST_F(MiddlewareTest, ShowsAnEndpointOfSeveralServersOnce) {
    serve_page([] { return Response{.body = "{}"}; });
    request({});
    CoreMetrics other(*router_);
    other.record(router_->find(Method::get, "/page").endpoint, 204, std::chrono::milliseconds(1), "");
    telemetry::Page page;
    collect(std::vector<const CoreMetrics*>{&*metrics_, &other}, page);
    EXPECT_THAT(page.text(), HasSubstr(R"(requests_total{method="GET",route="/page",status="2xx"} 2)"));
}

TEST_F(MiddlewareTest, HasNoMoreSeriesForAHundredThousandPathsAndAgents) {
    serve({.method = Method::get, .path = "/pages/{id}", .access = Access::anyone, .summary = "A page."},
          [] { return Response{.body = "{}"}; });
    const auto count_lines = [this] { return std::ranges::count(metrics(), '\n'); };
    const auto visit = [this](const std::string& path) {
        const auto agent = "agent " + path;
        request({{"User-Agent", agent}, {"X-Request-Id", "r-" + path.substr(path.size() - 12)}}, Method::get, path);
    };
    const auto new_page = [] { return "/pages/" + Uuid::v7(SystemClock{}.now()).to_string(); };
    visit(new_page());
    visit("/unknown/0000000000000");
    const auto lines = count_lines();
    for (int i = 0; i < 50'000; ++i) {
        visit(new_page());
        visit("/unknown/" + std::to_string(1'000'000'000'000 + i));
    }
    EXPECT_EQ(count_lines(), lines);
    EXPECT_THAT(metrics(), HasSubstr(R"(requests_total{method="GET",route="/pages/{id}",status="2xx"} 50001)"));
}

TEST_F(MiddlewareTest, RequiresATokenExceptForPublicEndpoints) {
    serve({.method = Method::get, .path = "/page", .summary = "A page."}, [] { return Response{.body = "{}"}; });
    EXPECT_EQ(request({}).status, 401);
    EXPECT_EQ(request({{"Authorization", "Bearer none"}}).status, 401);
    const auto token = TokenAccess::token(UserId::make(SystemClock{}.now()), SystemClock{}.now() + Seconds(60));
    EXPECT_EQ(request({{"Authorization", "Bearer " + token}}).status, 200);
}

TEST_F(MiddlewareTest, AnswersNotModifiedWhereTheClientHasTheVersion) {
    serve_page([] {
        Response response{.body = "{}"};
        response.headers.emplace_back("ETag", "\"7-br\"");
        response.headers.emplace_back("Cache-Control", "no-cache");
        response.headers.emplace_back("Content-Encoding", "br");
        return response;
    });
    for (const auto* tag : {"\"7\"", "W/\"7\"", "\"7-br\"", "\"6\", \"7-gzip\"", "*"}) {
        const auto response = request({{"If-None-Match", tag}});
        EXPECT_EQ(response.status, 304) << tag;
        EXPECT_EQ(response.body, "");
        EXPECT_EQ(header_of(response, "ETag"), "\"7-br\"");
        EXPECT_EQ(header_of(response, "Cache-Control"), "no-cache");
        EXPECT_EQ(header_of(response, "Content-Encoding"), "") << "there is no content";
    }
    EXPECT_EQ(request({{"If-None-Match", "\"6\""}}).status, 200);
    EXPECT_EQ(request({{"If-Match", "\"6\""}}).status, 412);
    EXPECT_EQ(request({{"If-Match", "\"7\""}}).status, 200);
}

TEST_F(MiddlewareTest, AppliesConditionsToSuccessfulReadsOnly) {
    auto tagged = [](int status) {
        return [status] {
            Response response{.status = status, .body = "{}"};
            response.headers.emplace_back("ETag", "\"7\"");
            return response;
        };
    };
    serve_page(tagged(404));
    EXPECT_EQ(request({{"If-None-Match", "*"}}).status, 404);
    serve({.method = Method::post, .path = "/page", .access = Access::anyone, .summary = "A page."}, tagged(200));
    EXPECT_EQ(request({{"If-None-Match", "*"}}, Method::post).status, 200) << "the handler's to compare";
}

TEST_F(MiddlewareTest, CompressesLongTextsButNoSecrets) {
    for (const bool holds_secrets : {false, true})
        for (const auto size : {kSmallestCompressed - 1, kSmallestCompressed, kMaxCompressedInline + 1}) {
            serve({.method = Method::get,
                   .path = "/page",
                   .access = Access::anyone,
                   .summary = "A page.",
                   .holds_secrets = holds_secrets},
                  [size] { return Response{.body = std::string(size, ' ')}; });
            const auto response = request({{"Accept-Encoding", "gzip"}});
            const bool is_compressed = !holds_secrets && size >= kSmallestCompressed;
            EXPECT_EQ(header_of(response, "Content-Encoding"), is_compressed ? "gzip" : "") << size;
            EXPECT_EQ(response.body.size() < size, is_compressed) << size;
        }
}

}  // namespace
}  // namespace mindspace::http
