#include "platform/http/api/router.h"

#include <stdexcept>

namespace mindspace::http {

namespace {

// Removes and returns the first segment of a path that begins with '/'.
std::string_view next_segment(std::string_view& path) {
    path.remove_prefix(1);
    auto end = std::min(path.find('/'), path.size());
    auto segment = path.substr(0, end);
    path.remove_prefix(end);
    return segment;
}

}  // namespace

void Router::add(Endpoints endpoints) {
    for (auto& added : endpoints) {
        added.index = endpoints_.size();
        const auto& row = endpoints_.emplace_back(std::move(added));
        Node* node = &root_;
        auto path = row.declaration.path;
        while (!path.empty()) {
            auto segment = next_segment(path);
            if (segment == "{id}") {
                if (!node->parameter) node->parameter = std::make_unique<Node>();
                node = node->parameter.get();
            } else {
                node = &node->children[std::string(segment)];
            }
        }
        if (!node->methods.emplace(row.declaration.method, &row).second)
            throw std::logic_error("declared twice: " + std::string(row.declaration.path));
    }
}

Router::Match Router::find(Method method, std::string_view path) const {
    Match match;
    const Node* node = &root_;
    while (!path.empty()) {
        auto segment = next_segment(path);
        std::optional<std::string> decoded;
        if (segment.find('%') != std::string_view::npos) {
            decoded = percent_decode(segment);
            if (!decoded) return {};
            segment = *decoded;
        }
        if (auto child = node->children.find(segment); child != node->children.end()) {
            node = &child->second;
        } else if (node->parameter && (match.id = Uuid::parse(segment))) {
            node = node->parameter.get();
        } else {
            return {};
        }
    }
    auto wanted = method == Method::head ? Method::get : method;
    if (auto row = node->methods.find(wanted); row != node->methods.end()) {
        match.endpoint = row->second;
        return match;
    }
    for (const auto& [allowed, row] : node->methods) {
        if (!match.allow.empty()) match.allow += ", ";
        match.allow += method_name(allowed);
        if (allowed == Method::get) match.allow += ", HEAD";
    }
    return match;
}

}  // namespace mindspace::http
