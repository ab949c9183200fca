#pragma once
// The OpenAPI 3.1 document of a set of endpoints, generated entirely from their declarations.

#include "platform/http/api/endpoint.h"

#include <string>
#include <string_view>

namespace mindspace::http {

struct DocumentInfo {
    std::string_view title;
    std::string_view version;
    std::string_view description;
    std::string_view server_url;
};

// Writes the members of a document's `info` object.
void write_info_members(JsonWriter& out, const DocumentInfo& info);

std::string openapi_document(const DeclaredEndpoints& endpoints, const DocumentInfo& info);

}  // namespace mindspace::http
