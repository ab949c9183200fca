#include "platform/http/api/endpoint_table.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace mindspace::http {
namespace {

Awaitable<Result<Response>> say(std::string text) {
    Response response{.status = 200, .body = std::move(text)};
    co_return response;
}

struct Cat {
    std::string name;
};
struct Dog {
    std::string name;
};

Declaration at(std::string_view path) {
    return {.method = Method::get, .path = path, .access = Access::anyone, .summary = "An animal."};
}

EndpointTable<Cat> cats() {
    EndpointTable<Cat> rows;
    rows.add(at("/cat"), [](Cat& cat, Call<>) { return say(cat.name); });
    return rows;
}

EndpointTable<Dog, Cat> animals() {
    EndpointTable<Dog, Cat> rows;
    rows.add(at("/dog"), [](Dog& dog, Call<>) { return say(dog.name); });
    rows.add(cats());
    rows.add(at("/none"), [](Call<>) { return say("nothing"); });
    return rows;
}

std::string body_of(const Endpoint& row) {
    asio::io_context loop;
    RequestHead head;
    Exchange exchange{.head = head};
    auto response = asio::co_spawn(loop, row.handle(exchange), asio::use_future);
    loop.run();
    return response.get().body;
}

TEST(EndpointTable, GivesEachRowTheServiceThatItNames) {
    Dog dog{.name = "Rex"};
    Cat cat{.name = "Minka"};
    const auto rows = animals().serve(dog, cat);
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(body_of(rows[0]), "Rex");
    EXPECT_EQ(body_of(rows[1]), "Minka");
    EXPECT_EQ(body_of(rows[2]), "nothing");
    cat.name = "Mohrle";
    EXPECT_EQ(body_of(rows[1]), "Mohrle") << "a copy of the service";
}

TEST(EndpointTable, DeclaresWithoutAService) {
    const auto rows = animals().declarations();
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].declaration.path, "/dog");
    EXPECT_EQ(rows[1].declaration.path, "/cat");
    EXPECT_EQ(rows[2].declaration.path, "/none");
}

}  // namespace
}  // namespace mindspace::http
