#pragma once
// Cross-origin requests by allow-list (https://fetch.spec.whatwg.org/#http-cors-protocol). No cookies are in use, so
// credentials are never allowed.

#include "platform/http/wire/request_head.h"
#include "platform/http/wire/response.h"

#include <string>
#include <string_view>
#include <vector>

namespace mindspace::http {

class CorsPolicy {
public:
    // Origins as a browser writes them: "https://app.example"; "*" stands for all.
    explicit CorsPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {}

    [[nodiscard]] bool allows(std::string_view origin) const;
    // Adds what lets the page read the answer, when its origin may; `methods` are those of the path, for a preflight.
    void apply(const RequestHead& head, std::string_view methods, Response& response) const;

private:
    std::vector<std::string> origins_;
};

}  // namespace mindspace::http
