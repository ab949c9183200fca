#pragma once
// Cross-origin requests by allow-list (https://fetch.spec.whatwg.org/#http-cors-protocol). Only origins that the list
// names may send cookies: "*" allows the others calls with an access token.

#include "platform/http/middleware/step.h"

#include <string>
#include <string_view>
#include <vector>

namespace mindspace::http {

class CorsPolicy {
public:
    // Origins as a browser writes them: "https://app.example"; "*" allows all, without cookies.
    explicit CorsPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {}

    [[nodiscard]] bool allows(std::string_view origin) const;
    // Adds the fields that let a page of an allowed origin read the response; `methods` are those of the path, for a
    // preflight.
    void apply(const RequestHead& head, std::string_view methods, Response& response) const;

private:
    [[nodiscard]] bool names(std::string_view origin) const;

    std::vector<std::string> origins_;
};

// If the request has no readable Origin, as in a malformed head, no origin is allowed.
class CorsStep final : public Step {
public:
    explicit CorsStep(const CorsPolicy& policy) : policy_(policy) {}
    Awaitable<> after(Exchange& exchange, Response& response) override {
        policy_.apply(exchange.head, exchange.allow, response);
        return {};
    }

private:
    const CorsPolicy& policy_;
};

}  // namespace mindspace::http
