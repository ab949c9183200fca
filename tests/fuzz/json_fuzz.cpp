// libFuzzer: the JSON of request bodies. Accepted input is JSON for another parser as well, and is accepted again after
// serialisation. Numbers that Boost.JSON reads as not finite are skipped: fields reject them (http_fuzz).

#include "platform/json/schema.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>

namespace {

namespace json = boost::json;
using namespace mindspace;

[[noreturn]] void fail(std::string_view what) {
    std::cerr << "property broken: " << what << '\n';
    std::abort();
}

bool is_finite(const json::value& value) {
    if (const auto* number = value.if_double(); number != nullptr) return std::isfinite(*number);
    if (const auto* array = value.if_array(); array != nullptr) return std::ranges::all_of(*array, is_finite);
    if (const auto* object = value.if_object(); object != nullptr)
        return std::ranges::all_of(*object, [](const auto& member) { return is_finite(member.value()); });
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto value = schema::parse_json(text);
    if (!value || !is_finite(*value)) return 0;
    boost::system::error_code malformed;
    json::parse({text.data(), text.size()}, malformed);
    if (malformed) fail("what is no JSON is taken");
    const auto again = schema::parse_json(json::serialize(*value));
    if (!again || again->kind() != value->kind()) fail("what was written is not taken again");
    return 0;
}
