#include "platform/http/wire/response.h"

namespace mindspace::http {

void add_vary(Response& response, std::string_view field) {
    for (auto& [name, value] : response.headers) {
        if (name != "Vary") continue;
        if (!value.contains(field)) value.append(", ").append(field);
        return;
    }
    response.headers.emplace_back("Vary", field);
}

}  // namespace mindspace::http
