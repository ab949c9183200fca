#pragma once
// Finds the endpoint of a request: tries exact segments first, then the only parameter, {id}, and at last, for a web
// page whose paths only its script knows, the endpoint that catches all. Built at start, then read-only.

#include "platform/http/api/endpoint.h"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::http {

class Router {
public:
    Router() = default;
    explicit Router(Endpoints endpoints) { add(std::move(endpoints)); }

    // Adds the rows; two rows with one method and path are a bug (std::logic_error).
    void add(Endpoints endpoints);

    struct Match {
        const Endpoint* endpoint = nullptr;  // null: the path does not exist, or does not support the method
        std::optional<Uuid> id{};            // the path's {id}
        std::string allow{};                 // for 405: the methods that the path supports
    };
    // `path` is still percent-encoded. HEAD finds the GET endpoint.
    [[nodiscard]] Match find(Method method, std::string_view path) const;
    // The same for a request, which may also get the endpoint that catches all paths (Declaration::catch_all).
    [[nodiscard]] Match find(const RequestHead& head) const;

    // In the order of addition; addresses and positions are stable.
    [[nodiscard]] const std::deque<Endpoint>& endpoints() const { return endpoints_; }

private:
    struct Node {
        std::map<std::string, Node, std::less<>> children;
        std::unique_ptr<Node> parameter;
        std::map<Method, const Endpoint*> methods;
    };
    [[nodiscard]] bool knows_first_segment(std::string_view path) const;

    Node root_;
    const Endpoint* catch_all_ = nullptr;
    std::deque<Endpoint> endpoints_;
};

}  // namespace mindspace::http
