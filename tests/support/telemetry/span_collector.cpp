#include "support/telemetry/span_collector.h"

#include <algorithm>
#include <iterator>

namespace mindspace::integration {

namespace {

std::string member(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? std::string() : std::string(value->as_string());
}

std::string service_of(const boost::json::value& resource) {
    for (const auto& attribute : resource.at("attributes").as_array())
        if (attribute.at("key").as_string() == "service.name")
            return std::string(attribute.at_pointer("/value/stringValue").as_string());
    return {};
}

}  // namespace

SpanCollector::SpanCollector()
    : server_([this](const std::string& request) -> http::ScriptedServer::Reply {
          if (!request.starts_with("POST /v1/traces HTTP/1.1\r\n"))
              return {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};
          add(boost::json::parse(request.substr(request.find("\r\n\r\n") + 4)));
          return {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"};
      }) {}

std::string SpanCollector::url() const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + "/v1/traces";
}

std::vector<CollectedSpan> SpanCollector::trace(std::string_view trace_id) {
    const std::scoped_lock lock(mutex_);
    std::vector<CollectedSpan> found;
    std::ranges::copy_if(spans_, std::back_inserter(found),
                         [trace_id](const CollectedSpan& span) { return span.trace_id == trace_id; });
    return found;
}

void SpanCollector::add(const boost::json::value& document) {
    const std::scoped_lock lock(mutex_);
    for (const auto& of_process : document.at("resourceSpans").as_array()) {
        const auto service = service_of(of_process.at("resource"));
        for (const auto& value : of_process.at_pointer("/scopeSpans/0/spans").as_array()) {
            const auto& fields = value.as_object();
            auto& span = spans_.emplace_back(CollectedSpan{.service = service,
                                                           .trace_id = member(fields, "traceId"),
                                                           .id = member(fields, "spanId"),
                                                           .parent_id = member(fields, "parentSpanId"),
                                                           .name = member(fields, "name")});
            if (const auto* links = fields.if_contains("links"))
                for (const auto& link : links->as_array()) span.links.push_back(member(link.as_object(), "spanId"));
        }
    }
}

}  // namespace mindspace::integration
