#pragma once
// A collector of OTLP over HTTP for the program under test: keeps all spans that it receives.

#include "support/http/peer.h"

#include <boost/json.hpp>

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::integration {

struct CollectedSpan {
    std::string service;
    std::string trace_id;
    std::string id;
    std::string parent_id;
    std::string name;
    std::vector<std::string> links{};  // ids of spans
};

class SpanCollector {
public:
    SpanCollector();

    // A value for traces.url.
    [[nodiscard]] std::string url() const;
    // The spans of that trace so far.
    std::vector<CollectedSpan> trace(std::string_view trace_id);

private:
    void add(const boost::json::value& document);

    std::mutex mutex_;
    std::vector<CollectedSpan> spans_;
    http::ScriptedServer server_;
};

}  // namespace mindspace::integration
