#pragma once
// Spans as OTLP/HTTP carries them in JSON: an ExportTraceServiceRequest
// (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).

#include "platform/telemetry/trace/span.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mindspace::telemetry {

// What all spans of a process have in common: "service.name" and others.
using ResourceAttributes = std::vector<std::pair<std::string, std::string>>;

std::string encode_otlp(const ResourceAttributes& resource, std::span<const Span> spans);

// How many spans a response says that the collector has rejected although it took the request; 0 if it says nothing.
std::size_t count_rejected(std::string_view response);

}  // namespace mindspace::telemetry
