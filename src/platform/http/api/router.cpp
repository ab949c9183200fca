#include "platform/http/api/router.h"

#include "platform/http/wire/negotiation.h"

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
        if (row.declaration.catch_all) catch_all_ = &row;
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

// What is missing below a known segment, such as an endpoint of the API or a file of an older page, stays missing.
Router::Match Router::find(const RequestHead& head) const {
    auto match = find(head.method, head.path);
    const bool is_read = head.method == Method::get || head.method == Method::head;
    if (match.endpoint != nullptr || !match.allow.empty() || catch_all_ == nullptr || !is_read) return match;
    if (!knows_first_segment(head.path) && accepts_html(head.find("accept").value_or(""))) match.endpoint = catch_all_;
    return match;
}

bool Router::knows_first_segment(std::string_view path) const {
    const auto segment = percent_decode(next_segment(path));
    return !segment || root_.children.contains(*segment);
}

}  // namespace mindspace::http
