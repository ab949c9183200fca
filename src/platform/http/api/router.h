#pragma once
// Finds the endpoint of a request: exact segments first, then the one parameter {id}. Built at start, then read-only.

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
    // Adds the rows; two rows with one method and path are a bug (std::logic_error).
    void add(Endpoints endpoints);

    struct Match {
        const Endpoint* endpoint = nullptr;  // null: no such path, or no such method on it
        std::optional<Uuid> id{};            // the path's {id}
        std::string allow{};                 // for 405: the methods that the path has
    };
    // `path` is still percent-encoded. HEAD finds the GET endpoint.
    [[nodiscard]] Match find(Method method, std::string_view path) const;

    // In the order in which they were added; addresses and positions stay.
    [[nodiscard]] const std::deque<Endpoint>& endpoints() const { return endpoints_; }

private:
    struct Node {
        std::map<std::string, Node, std::less<>> children;
        std::unique_ptr<Node> parameter;
        std::map<Method, const Endpoint*> methods;
    };
    Node root_;
    std::deque<Endpoint> endpoints_;
};

}  // namespace mindspace::http
